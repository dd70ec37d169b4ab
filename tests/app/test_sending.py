"""The Export button: what it offers, and what becomes of sending."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from ecgnet.interop.connection import ConnectionFault
from ecgnet.record import Identity, Record, SourceStudy
from ecgnet.ui.library import Shown

SCRIPT = """
import streamlit as st
from ecgnet.ui.record.sending import results_out
results_out(st.session_state["shown"], [])
"""


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The download buttons' arguments by their label."""
    given: dict[str, Any] = {}
    monkeypatch.setattr("streamlit.download_button", lambda label, **rest: given.update({label: rest}))
    monkeypatch.delenv("ECGNET_FHIR", raising=False)
    return given


@pytest.fixture
def opened(synthetic_record: Record, made: dict[str, Any]) -> Callable[[Identity], AppTest]:
    """opened(identity) runs the open popover beside a record of that patient."""

    def run(identity: Identity) -> AppTest:
        app = AppTest.from_string(SCRIPT, default_timeout=60)
        record = replace(synthetic_record, identity=identity)
        app.session_state["shown"] = Shown(record, "a title", "a description", None, "", "test/1")
        app.session_state["export"] = True
        return app.run()

    return run


def test_the_reading_is_offered_as_fhir(opened: Callable, made: dict[str, Any]):
    assert not opened(Identity()).exception
    assert list(made) == ["Download FHIR"]
    assert json.loads(made["Download FHIR"]["data"]())["type"] == "transaction"


def test_the_patients_number_is_in_it_only_when_asked_for(opened: Callable, made: dict[str, Any]):
    app = opened(Identity(patient_id="4711-X"))
    assert "4711-X" not in made["Download FHIR"]["data"]()
    app.checkbox(key="export_identity").check().run()
    assert "4711-X" in made["Download FHIR"]["data"]()


def test_what_came_as_dicom_is_offered_as_dicom(opened: Callable, made: dict[str, Any]):
    opened(Identity(patient_id="1", study=SourceStudy("1.2", "1.2.3", "1.2.3.4", "1.2.840")))
    assert made["Download DICOM report"]["data"]()[128:132] == b"DICM"


def test_sending_says_in_a_sentence_what_went_wrong(opened: Callable, monkeypatch: pytest.MonkeyPatch):
    def post(bundle: dict, to: object) -> list[str]:
        raise ConnectionFault("The FHIR server cannot be reached.")

    monkeypatch.setenv("ECGNET_FHIR", "http://127.0.0.1:9")
    monkeypatch.setattr("ecgnet.interop.fhir.post", post)
    app = opened(Identity(patient_id="4711"))
    assert app.button(key="export_send").disabled
    app.checkbox(key="export_identity").check().run()
    app.button(key="export_send").click().run()
    assert "cannot be reached" in app.error[0].value
