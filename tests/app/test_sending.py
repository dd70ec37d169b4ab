"""The Export button: what it offers, and what becomes of sending."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from ecgnet.interop.connection import ConnectionFault
from ecgnet.overread.review import Review
from ecgnet.record import Identity, Record, SourceStudy
from ecgnet.signature import Opinion, Signature, reading_hash
from ecgnet.ui.library import Shown
from ecgnet.ui.record import readings, sending

STUDY = SourceStudy("1.2", "1.2.3", "1.2.3.4", "1.2.840")
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


@pytest.fixture
def archive(monkeypatch: pytest.MonkeyPatch) -> list[Signature | None]:
    """Under which signatures an archive was given results."""
    given: list[Signature | None] = []
    monkeypatch.setattr(
        sending, "open_archive", lambda: SimpleNamespace(server=SimpleNamespace(name="archive"))
    )
    monkeypatch.setattr(
        sending, "put_back", lambda archive, reading, signature: given.append(signature) or ["1.2"]
    )
    return given


def signs(monkeypatch: pytest.MonkeyPatch, app: AppTest) -> Signature:
    """Somebody signs what is on screen."""
    reading = readings.reading_of(app.session_state["shown"])
    mine = Signature("Ada", datetime(2026, 1, 2, tzinfo=UTC), reading_hash(reading), Opinion(("MI",)))
    entry = SimpleNamespace(id=1)
    review = Review((SimpleNamespace(signature=mine, entry=entry, opinion=mine.opinion),), None, (), "x")
    monkeypatch.setattr("ecgnet.ui.journal.review_of", lambda reading: review)
    return mine


def test_the_archive_is_given_signed_results_alone(
    opened: Callable, archive: list, made: dict[str, Any], monkeypatch: pytest.MonkeyPatch
):
    app = opened(Identity(patient_id="1", study=STUDY))
    assert app.button(key="export_archive").disabled
    mine = signs(monkeypatch, app)
    app.run()
    app.button(key="export_archive").click().run()
    assert archive == [mine]
    assert "as a signed reading" in app.success[0].value
    sent = json.loads(made["Download FHIR"]["data"]())
    assert {e["resource"].get("status") for e in sent["entry"]} & {"final", "preliminary"} == {"final"}


def test_while_readers_differ_nothing_is_signed(
    opened: Callable, archive: list, monkeypatch: pytest.MonkeyPatch
):
    sides = [SimpleNamespace(opinion=Opinion((label,))) for label in ("MI", "NORM")]
    monkeypatch.setattr("ecgnet.ui.journal.review_of", lambda reading: Review(tuple(sides), None, (), "x"))
    app = opened(Identity(patient_id="1", study=STUDY))
    assert "its readers differ" in app.caption[0].value
    assert app.button(key="export_archive").disabled


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
