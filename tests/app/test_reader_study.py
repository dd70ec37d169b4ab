"""The Reader study page: how to set it up, what a reader is shown before and after an answer is locked, and the results."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from ecgnet.demo import draw
from ecgnet.overread.database import Database
from ecgnet.overread.who import Reader
from ecgnet.reader_studies import journal
from ecgnet.reader_studies.study import Answer, Study
from ecgnet.record import Record, signal_hash
from ecgnet.ui import login
from tests.reader_studies.conftest import read_all, small_study
from tests.readers_journal import ADA, BOB

RECORDS = {str(k): draw("norm_male", k) for k in (1, 2)}


@pytest.fixture
def study(store: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Study]:
    """Of two ECGs, in the app's journal."""

    def opened(case) -> Record:
        return RECORDS[case.where]

    monkeypatch.setenv("ECGNET_DB", store.name)
    monkeypatch.setattr("ecgnet.ui.reader_studies.ecg._of_ptbxl", opened)
    made = small_study(2, planted=0)
    cases = (replace(case, signal=signal_hash(RECORDS[case.where])) for case in made.cases)
    made = replace(made, arms=("answer",), cases=tuple(cases))
    journal.define(store, made, reader=ADA)
    return made


@pytest.fixture
def page(open_page: Callable, monkeypatch: pytest.MonkeyPatch) -> Callable[[Reader], AppTest]:
    """page(ADA) is what this reader is shown."""

    def run(reader: Reader) -> AppTest:
        monkeypatch.setattr(login, "current", lambda: reader)
        app = open_page("reader_study")
        assert not app.exception
        assert not app.error
        return app

    return run


def words(app: AppTest) -> str:
    return "\n".join(str(part.value) for part in (*app.markdown, *app.info, *app.caption, *app.success))


def lock(store: Database, study: Study, reader: Reader) -> None:
    """The first read of the reader's first case."""
    case = study.order(reader)[0].number
    journal.open_case(store, study, case=case, phase="alone", reader=reader)
    journal.lock(
        store, study, case=case, phase="alone", reader=reader, answer=Answer(("CD",), 77), seconds=1.0
    )


def test_without_a_journal_it_says_how_to_set_it_up(page: Callable, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("ECGNET_DB", raising=False)
    assert "`ECGNET_DB` names it" in page(ADA).info[0].value


def test_without_a_study_it_says_how_to_make_one(
    page: Callable, store: Database, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("ECGNET_DB", store.name)
    assert "ecgnet reader-study new" in page(ADA).info[0].value


def test_nobody_reads_without_a_name(page: Callable, study: Study):
    app = page(login.NOBODY)
    assert "log in" in app.info[0].value
    assert not app.tabs


def test_the_first_read_has_nothing_of_ecgnets_and_the_second_has(
    page: Callable, store: Database, study: Study
):
    first = words(page(ADA))
    assert "**Case 1 of 2**, first read" in first
    assert "**ECGNet**" not in first
    lock(store, study, ADA)
    second = words(page(ADA))
    assert "**Case 1 of 2**, second read" in second
    assert "**ECGNet**" in second


def test_what_another_reader_said_is_not_shown_before_one_has_finished(
    page: Callable, store: Database, study: Study
):
    read_all(store, study, BOB, wrong={"alone": {1, 2}})
    lock(store, study, ADA)
    app = page(ADA)
    assert "You have finished 0 of 2 cases" in words(app)
    assert not app.dataframe


def test_who_has_finished_sees_the_results_of_all_without_names(
    page: Callable, store: Database, study: Study
):
    read_all(store, study, BOB, wrong={"alone": {1, 2}})
    read_all(store, study, ADA)
    app = page(ADA)
    assert "2 readers finished 2 cases." in words(app)
    right = app.dataframe[0].value
    assert list(zip(right["Reader"], right["Read"], right["Right"], strict=True)) == [
        ("reader 1", "alone", "0 % (0 to 66)"),
        ("reader 1", "aided", "100 % (34 to 100)"),
        ("reader 2", "alone", "100 % (34 to 100)"),
        ("reader 2", "aided", "100 % (34 to 100)"),
    ]
    assert "Bob" not in words(app) + str([frame.value.to_csv() for frame in app.dataframe])
