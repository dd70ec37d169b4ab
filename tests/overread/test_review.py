"""Signing, overreading and adjudicating, as entries of the journal."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ecgnet.demo import draw
from ecgnet.judge import Reading, judge
from ecgnet.overread import audit, chain
from ecgnet.overread.database import Database
from ecgnet.overread.review import Review, ReviewError, adjudicate, differences, review, sign, standings
from ecgnet.overread.who import Reader
from ecgnet.record import Part, signal_hash
from ecgnet.signature import Opinion, reading_hash
from ecgnet.windows import window
from tests.readers_journal import ADA, BOB

EVE = Reader("https://login.example 3", "Eve Third")
MI, BOTH = Opinion(("MI",), ("IMI",)), Opinion(("MI", "CD"), ("IMI", "LAFB"))


@pytest.fixture(scope="module")
def reading() -> Reading:
    return judge(draw("imi", 1), [])


def now(store: Database, reading: Reading) -> Review:
    with store.reading() as connection:
        return review(connection, reading)


def signed_by(store: Database, reading: Reading, *opinions: tuple[Reader, Opinion]) -> Review:
    for reader, opinion in opinions:
        sign(store, reading, reader=reader, opinion=opinion, seen=now(store, reading).seen)
    return now(store, reading)


def test_nobody_has_signed_at_first(store: Database, reading: Reading):
    found = now(store, reading)
    assert (found.state, found.signature, found.seen) == ("unsigned", None, "")


def test_what_one_signs_is_bound_to_the_reading(store: Database, reading: Reading):
    found = signed_by(store, reading, (ADA, BOTH))
    assert found.state == "signed"
    assert (found.signature.reader, found.signature.opinion) == ("Ada Löwe", BOTH)
    assert found.signature.reading == reading_hash(reading)


def test_two_windows_of_a_long_recording_are_signed_apart(store: Database):
    whole = draw("norm_male", 1, duration=30)
    first, other = (judge(window(whole, start), []) for start in (5, 20))
    found = signed_by(store, first, (ADA, BOTH))
    assert found.signature.part == first.record.part == Part(5.0, 15.0, 30.0)
    assert now(store, other).state == "unsigned"
    assert signed_by(store, other, (BOB, MI)).signature.part == Part(20.0, 30.0, 30.0)
    assert now(store, first).signature.opinion == BOTH


def test_of_a_reader_who_signs_again_the_last_word_counts_and_the_first_stays(
    store: Database, reading: Reading
):
    found = signed_by(store, reading, (ADA, MI), (ADA, BOTH))
    assert [one.opinion for one in found.signed] == [BOTH]
    with store.reading() as connection:
        assert len(chain.entries(connection)) == 2


def test_two_who_say_the_same_agree_whatever_their_notes(store: Database, reading: Reading):
    found = signed_by(store, reading, (ADA, MI), (BOB, replace(MI, note="clearly")))
    assert (found.state, found.signature.reader) == ("agreed", "Bob Tiger")


def test_where_two_differ_no_result_leaves_and_the_differences_are_listed(store: Database, reading: Reading):
    found = signed_by(store, reading, (ADA, MI), (BOB, BOTH))
    assert (found.state, found.signature) == ("differing", None)
    assert differences(found.signed) == (("CD",), ("LAFB",))


def test_a_third_decides_and_names_both(store: Database, reading: Reading):
    found = signed_by(store, reading, (ADA, MI), (BOB, BOTH))
    names = {one.entry.hash for one in found.signed}
    found = adjudicate(store, reading, reader=EVE, opinion=MI, seen=found.seen)
    assert found.state == "adjudicated"
    assert found.signature.reader == "Eve Third"
    assert set(found.decision.names) == names


def test_a_decision_holds_for_the_entries_that_it_names_alone(store: Database, reading: Reading):
    found = signed_by(store, reading, (ADA, MI), (BOB, BOTH))
    adjudicate(store, reading, reader=EVE, opinion=MI, seen=found.seen)
    found = signed_by(store, reading, (ADA, Opinion(("NORM",))))
    assert found.state == "differing"


@pytest.mark.parametrize("reader", [ADA, BOB])
def test_nobody_decides_on_their_own_entry(store: Database, reading: Reading, reader: Reader):
    found = signed_by(store, reading, (ADA, MI), (BOB, BOTH))
    with pytest.raises(ReviewError, match="Somebody else"):
        adjudicate(store, reading, reader=reader, opinion=MI, seen=found.seen)


def test_who_did_not_see_the_last_entry_looks_at_it_first(store: Database, reading: Reading):
    before = now(store, reading)
    signed_by(store, reading, (ADA, MI))
    with pytest.raises(ReviewError, match="meanwhile"):
        sign(store, reading, reader=BOB, opinion=MI, seen=before.seen)
    assert now(store, reading).state == "signed"


def test_nobody_signs_without_a_name(store: Database, reading: Reading):
    with pytest.raises(ReviewError, match="without a name"):
        sign(store, reading, reader=Reader("local:", ""), opinion=MI, seen="")


def test_a_reading_that_changed_is_unsigned_and_the_earlier_signature_is_told(
    store: Database, reading: Reading
):
    signed_by(store, reading, (ADA, MI))
    changed = replace(reading, conclusion=replace(reading.conclusion, text="Something else"))
    found = now(store, changed)
    assert (found.state, found.signature) == ("unsigned", None)
    assert [one.entry.reader.name for one in found.earlier] == ["Ada Löwe"]


def test_lists_know_where_the_readers_of_an_ecg_stand(store: Database, reading: Reading):
    signed_by(store, reading, (ADA, MI), (BOB, BOTH))
    with store.reading() as connection:
        assert standings(connection) == {signal_hash(reading.record): "differing"}


def test_what_leaves_of_a_list_is_found_by_each_of_its_ecgs(store: Database):
    audit.sent_list(store, ["b", "a"], reader=ADA, what="CSV of a work list")
    with store.reading() as connection:
        (entry,) = chain.entries(connection)
    assert audit.about(entry, {"a"}) and not audit.about(entry, {"c"})


def test_an_erased_entry_is_no_signature(store: Database, reading: Reading):
    found = signed_by(store, reading, (ADA, MI))
    with store.writing() as connection:
        chain.erase(connection, reader=EVE, subjects=[found.signed[0].entry.subject], why="asked for")
    assert now(store, reading).state == "unsigned"


def test_who_opened_and_sent_what_is_written_without_the_patient(store: Database, reading: Reading):
    audit.opened(store, reading.record, reader=ADA, origin="Upload")
    audit.sent(store, reading.record, reader=ADA, what="FHIR", to="FHIR server", signed=False)
    audit.failed(store, reading.record, reader=ADA, what="FHIR", to="FHIR server")
    with store.reading() as connection:
        found = chain.entries(connection, reader=ADA)
    assert [entry.kind for entry in found] == [audit.OPENED, audit.SENT, audit.FAILED]
    assert reading.record.id not in str([entry.payload for entry in found])
    assert len({entry.subject for entry in found}) == 1
