"""The record: what it holds, and what it refuses to hold."""

from __future__ import annotations

import numpy as np
import pytest

from ecgnet.record import LEADS, Metadata, Part, Record, RecordError


def record(**changes) -> Record:
    arguments = {"signal": np.arange(12 * 500).reshape(12, 500), "fs": 250, "id": "r1", "source": "test"}
    return Record(**(arguments | changes))


def test_what_a_record_tells():
    r = record()
    assert (r.n_samples, r.duration, r.fs) == (500, 2.0, 250.0)
    assert r.signal.dtype == np.float32
    assert r.metadata == Metadata()
    np.testing.assert_array_equal(r.lead("II"), np.arange(500, 1000))


def test_leads_are_asked_for_by_their_names():
    assert [record().lead(lead)[0] for lead in LEADS] == [500 * k for k in range(12)]
    with pytest.raises(KeyError, match="avr"):
        record().lead("avr")


def test_a_record_does_not_change():
    r = record()
    with pytest.raises(ValueError, match="read-only"):
        r.signal[0, 0] = 1
    with pytest.raises(AttributeError):
        r.fs = 500


def test_changes_make_another_record():
    r = record()
    noted = r.with_notes("a", "b").with_notes("c")
    assert (noted.notes, r.notes) == (("a", "b", "c"), ())
    assert r.with_metadata(Metadata(age=50)).metadata.age == 50
    np.testing.assert_array_equal(noted.signal, r.signal)


def with_gap() -> np.ndarray:
    signal = np.zeros((12, 10))
    signal[6, 3:5] = np.nan
    return signal


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"signal": np.zeros((500, 12))}, "r1: a record needs 12 leads"),
        ({"signal": np.zeros(12)}, "12 leads"),
        ({"signal": np.zeros((12, 1))}, "no samples"),
        ({"signal": np.full((12, 10), np.nan)}, "no lead holds a sample"),
        ({"signal": np.full((12, 10), np.inf)}, "infinite"),
        ({"fs": 0}, "above 0 Hz"),
        ({"fs": float("nan")}, "above 0 Hz"),
    ],
)
def test_what_a_record_refuses(changes, sentence):
    with pytest.raises(RecordError, match=sentence):
        record(**changes)


def test_a_part_knows_where_in_the_whole_recording_it_lies():
    whole = Record(np.zeros((12, 6000)), 100, "r1", "test")
    part = whole.cut(1000, 2000).cut(500, 1000)
    assert (part.part, part.n_samples) == (Part(15.0, 25.0, 60.0), 1000)
    assert str(part.part) == "seconds 15 to 25 of 60"
    assert whole.part is None


def test_gaps_and_missing_leads_are_told_apart():
    signal = with_gap()
    signal[11] = np.nan
    record = Record(signal, 100, "r1", "test")
    assert record.gaps == {"V1": 2}
    assert record.missing == ("V6",)
    assert not record.complete


@pytest.mark.parametrize(("samples", "complete"), [(0, True), (10, True), (11, False), (500, False)])
def test_a_gap_of_a_tenth_of_a_second_leaves_a_record_complete(samples, complete):
    signal = np.zeros((12, 1000))
    signal[6, 300 : 300 + samples] = np.nan
    signal[6, 100:105] = np.nan
    assert Record(signal, 100, "r1", "test").complete == complete


@pytest.mark.parametrize(
    ("known", "words"),
    [
        (Metadata(63.4), "63 years"),
        (Metadata(over_89=True), "older than 89 years"),
        (Metadata(sex="female"), "age unknown"),
    ],
)
def test_an_age_in_words(known: Metadata, words: str):
    assert known.age_in_words == words
