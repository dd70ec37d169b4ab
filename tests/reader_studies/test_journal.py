"""Reads in the journal: locked once, alone before aided, and unseen by others until they have answered themselves."""

from __future__ import annotations

import pytest

from ecgnet.overread import chain
from ecgnet.overread.database import Database
from ecgnet.overread.who import Reader
from ecgnet.reader_studies import journal
from ecgnet.reader_studies.study import Answer, Study, StudyError
from tests.reader_studies.conftest import read_all, small_study
from tests.readers_journal import ADA, BOB

SURE = Answer(("MI",), 90)


@pytest.fixture
def study(store: Database) -> Study:
    study = small_study()
    journal.define(store, study, reader=ADA)
    return study


def read(store: Database, study: Study, case: int, phase: str, reader: Reader, seconds: float = 5.0) -> None:
    journal.open_case(store, study, case=case, phase=phase, reader=reader)
    journal.lock(store, study, case=case, phase=phase, reader=reader, answer=SURE, seconds=seconds)


def test_a_study_stands_in_the_journal_once(store: Database, study: Study):
    with store.reading() as connection:
        assert journal.studies(connection) == {"small": study}
        assert journal.study_of(connection, "small") == study
        with pytest.raises(StudyError, match="no study other; there are: small"):
            journal.study_of(connection, "other")
    with pytest.raises(StudyError, match="already"):
        journal.define(store, study, reader=BOB)


def test_a_read_is_kept_with_its_times(store: Database, study: Study):
    read(store, study, 3, "alone", ADA, seconds=999.0)
    with store.reading() as connection:
        (found,) = journal.reads(connection, study)
        assert chain.verify(connection).entries == 3
    assert (found.reader, found.case, found.phase, found.arm, found.answer) == (ADA, 3, "alone", None, SURE)
    assert found.seconds == (found.locked - found.opened).total_seconds() < 999  # no more than there were


def test_alone_comes_first_and_what_is_locked_stays(store: Database, study: Study):
    with pytest.raises(StudyError, match="read alone first"):
        journal.open_case(store, study, case=1, phase="aided", reader=ADA)
    with pytest.raises(StudyError, match="was not opened"):
        journal.lock(store, study, case=1, phase="alone", reader=ADA, answer=SURE, seconds=1)
    read(store, study, 1, "alone", ADA)
    with pytest.raises(StudyError, match="locked and stays"):
        read(store, study, 1, "alone", ADA)
    read(store, study, 1, "aided", ADA)
    with store.reading() as connection:
        assert [each.arm for each in journal.reads(connection, study)] == [
            None,
            study.arm(study.case(1), ADA),
        ]


def test_opening_again_changes_no_time(store: Database, study: Study):
    first = journal.open_case(store, study, case=1, phase="alone", reader=ADA)
    assert journal.open_case(store, study, case=1, phase="alone", reader=ADA) == first


def test_another_readers_answer_is_not_seen_before_both_are_locked(store: Database, study: Study):
    read(store, study, 1, "alone", ADA)
    read(store, study, 2, "alone", ADA)
    read(store, study, 1, "aided", ADA)

    def seen(reader: Reader) -> set[tuple[str, int, str]]:
        with store.reading() as connection:
            found = journal.seen_by(connection, study, reader=reader)
        return {(each.reader.name, each.case, each.phase) for each in found}

    assert seen(BOB) == set()
    read(store, study, 1, "alone", BOB)
    assert seen(BOB) == {("Bob Tiger", 1, "alone"), ("Ada Löwe", 1, "alone")}
    assert seen(ADA) == {
        ("Ada Löwe", 1, "alone"),
        ("Ada Löwe", 2, "alone"),
        ("Ada Löwe", 1, "aided"),
        ("Bob Tiger", 1, "alone"),
    }


def test_nobody_reads_without_a_name(store: Database, study: Study):
    with pytest.raises(StudyError, match="without a name"):
        journal.open_case(store, study, case=1, phase="alone", reader=Reader("local:", ""))


def test_a_patient_who_is_erased_is_withdrawn(store: Database, study: Study):
    read_all(store, study, ADA)
    with store.writing() as connection:
        chain.erase(connection, reader=BOB, subjects=[study.case(5).signal], why="asked for")
    with store.reading() as connection:
        without = journal.withdrawn(connection, study)
        every = journal.reads(connection, study)
    assert without == {5}
    assert 5 not in {each.case for each in every}
    assert journal.finished(study, every, without=without) == {ADA.subject: True}
