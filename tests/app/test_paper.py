"""The Print button: what it offers, and that the PDF is made as the sheet is set."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pypdf
import pytest
from streamlit.testing.v1 import AppTest

from ecgnet.record import Identity, Record
from ecgnet.ui.library import Shown

SCRIPT = """
import streamlit as st
from ecgnet.ui.record.printing import paper_out
paper_out(st.session_state["shown"], [])
"""


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the last download button was given."""
    given: dict[str, Any] = {}
    monkeypatch.setattr("streamlit.download_button", lambda label, **rest: given.update(rest, label=label))
    return given


@pytest.fixture
def opened(synthetic_record: Record, made: dict[str, Any]) -> Callable[..., AppTest]:
    """opened(record, layout="6x2") runs the open popover with these controls on screen."""

    def run(record: Record = synthetic_record, *, open: bool = True, **controls: str) -> AppTest:
        app = AppTest.from_string(SCRIPT, default_timeout=60)
        app.session_state["shown"] = Shown(record, "a title", "a description", None, "", "test/1")
        app.session_state["print"] = open
        for key, value in controls.items():
            app.session_state[key] = value
        return app.run()

    return run


def words(made: dict[str, Any]) -> str:
    """The text of the PDF."""
    return pypdf.PdfReader(io.BytesIO(made["data"]())).pages[0].extract_text()


def test_a_closed_popover_prepares_nothing(opened: Callable[..., AppTest], made: dict[str, Any]):
    assert not opened(open=False).exception
    assert made == {}


def test_the_pdf_is_made_on_demand(opened: Callable[..., AppTest], made: dict[str, Any]):
    assert not opened().exception
    assert callable(made["data"])
    assert made["data"]().startswith(b"%PDF")


def test_the_paper_is_as_the_sheet_is_set(opened: Callable[..., AppTest], made: dict[str, Any]):
    app = opened(layout="6x2", order="cabrera", speed="50", gain="5", filter="0.5-40", notch="50")
    assert "6 × 2, Cabrera order, 50 mm/s, 5 mm/mV, 0.5-40 Hz, notch 50 Hz" in app.caption[0].value
    text = words(made)
    assert "50 mm/s · 5 mm/mV · 0.5-40 Hz, notch 50 Hz · 6 × 2, Cabrera order" in text


def test_a_record_without_a_name_is_not_asked_about_it(opened: Callable[..., AppTest]):
    assert not [box for box in opened().checkbox if "name" in box.label]


def test_the_name_is_printed_only_when_asked_for(
    opened: Callable[..., AppTest], made: dict[str, Any], synthetic_record: Record
):
    app = opened(replace(synthetic_record, identity=Identity("Ada Example", "1954-02-03")))
    assert "Ada Example" not in words(made)
    (box,) = app.checkbox
    assert (box.label, box.value) == ("Include name and birth date", False)
    box.check().run()
    assert "Ada Example" in words(made)
    assert "Ada" not in made["file_name"]
