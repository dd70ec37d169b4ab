"""The reader's part of a record: agree, correct, sign, overread, decide; and what is written down of opening and sending."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from ecgnet.demo import draw
from ecgnet.judge import Reading, judge
from ecgnet.overread import chain
from ecgnet.overread.database import Database
from ecgnet.overread.review import review
from ecgnet.overread.who import Reader
from ecgnet.ui import login
from ecgnet.ui.library import Shown

pytest.importorskip("sqlalchemy")
SCRIPT = """
import streamlit as st
from ecgnet.ui import journal
from ecgnet.ui.overread import reader_part
journal.opened(st.session_state["shown"], "uploaded")
st.download = journal.leaving(st.session_state["shown"], lambda: b"%PDF-", what="PDF")
reader_part(st.session_state["shown"], [])
"""


@pytest.fixture(scope="module")
def reading() -> Reading:
    """In which ECGNet says infarction, as a network would have it."""
    return replace(judge(draw("imi", 1), []), states={"MI": "present", "CD": "open"})


@pytest.fixture
def store(store: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """The app's."""
    monkeypatch.setenv("ECGNET_DB", store.name)
    return store


@pytest.fixture
def opened(reading: Reading, monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    """opened("Ada") is the part on this reader's screen, of a reading that may have changed meanwhile."""

    def run(name: str, reading: Reading = reading) -> AppTest:
        monkeypatch.setattr(login, "current", lambda: Reader(f"local: {name}".strip(), name))
        monkeypatch.setattr("ecgnet.ui.record.readings.reading_of", lambda shown, predictions: reading)
        app = AppTest.from_string(SCRIPT, default_timeout=60)
        app.session_state["shown"] = Shown(reading.record, "t", "d", None, "", "upload/1/0")
        return app.run()

    return run


def button(app: AppTest):
    (found,) = (one for one in app.button if one.key.endswith("-sign"))
    return found


def correct(app: AppTest, *classes: str) -> AppTest:
    """Correct ECGNet to these classes and sign."""
    app.segmented_control[0].set_value("Correct it").run()
    app.get("pills")[0].set_value(list(classes)).run()
    return button(app).click().run()


def state(store: Database, reading: Reading) -> str:
    with store.reading() as connection:
        return review(connection, reading).state


def test_without_a_journal_there_is_no_such_part(opened: Callable, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("ECGNET_DB", raising=False)
    app = opened("Ada")
    assert not app.exception and not app.expander


def test_who_agrees_signs_with_one_click(opened: Callable, store: Database, reading: Reading):
    app = opened("Ada")
    assert "nobody has signed" in app.expander[0].label
    assert button(app).label == "Sign as Ada"
    button(app).click().run()
    assert "signed by Ada" in app.expander[0].label
    assert state(store, reading) == "signed"


def test_readers_who_differ_are_listed_and_a_third_and_nobody_else_decides(
    opened: Callable, store: Database, reading: Reading
):
    button(opened("Ada")).click().run()
    app = correct(opened("Bob"), "MI", "CD")
    assert "Conduction disturbance: Bob alone" in app.warning[0].value
    assert button(app).label == "Sign again as Bob"
    app = opened("Eve")
    assert button(app).label == "Decide as Eve"
    button(app).click().run()
    assert "decided by Eve" in app.expander[0].label
    assert state(store, reading) == "adjudicated"


def test_normal_beside_a_finding_is_a_sentence_and_no_signature(
    opened: Callable, store: Database, reading: Reading
):
    app = correct(opened("Ada"), "NORM", "MI")
    assert "normal or it has a finding" in app.error[0].value
    assert state(store, reading) == "unsigned"


def test_what_somebody_signed_meanwhile_is_looked_at_first(opened: Callable, store: Database):
    mine = opened("Ada")
    button(opened("Bob")).click().run()
    app = button(mine).click().run()
    assert "meanwhile" in app.error[0].value
    assert "signed by Bob" in app.expander[0].label


def test_a_reading_that_changed_says_so(opened: Callable, store: Database, reading: Reading):
    button(opened("Ada")).click().run()
    app = opened(
        "Ada",
        replace(reading, states={"MI": "absent", "CD": "present"}, states_by_model={"a": {"MI": "absent"}}),
    )
    assert "Ada signed another reading" in app.warning[0].value
    assert "nobody has signed" in app.expander[0].label


def test_nobody_signs_without_a_name(opened: Callable, store: Database):
    app = opened("")
    assert not [one for one in app.button if one.key.endswith("-sign")]
    assert "ECGNET_READER" in app.caption[0].value


def test_markup_in_a_name_or_note_stays_text(opened: Callable, store: Database):
    app = opened("**Ada** <b>")
    app.text_area[0].set_value("<script>alert(1)</script>").run()
    button(app).click().run()
    assert "<script>" not in app.caption[0].value
    assert "**Ada**" not in app.expander[0].label.replace("**Reader**", "")


def test_an_ecg_that_was_opened_and_sent_is_written_down_once_each(opened: Callable, store: Database):
    import streamlit

    opened("Ada").run()
    assert streamlit.download() == b"%PDF-"
    with store.reading() as connection:
        found = [(entry.kind, entry.reader.name) for entry in chain.entries(connection)]
    assert found == [("opened", "Ada"), ("sent", "Ada")]
