"""What a reader signs, to what it is bound, and how it is printed."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime

import pypdf
import pytest

from ecgnet.demo import draw
from ecgnet.judge import Reading, judge
from ecgnet.report import report
from ecgnet.signature import Opinion, Signature, UnsignedError, proposed, reading_hash
from ecgnet.windows import window

WHEN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.fixture(scope="module")
def reading() -> Reading:
    """By the rules alone, no network asked."""
    return judge(draw("norm_male", 1), [])


def signed(reading: Reading, opinion: Opinion) -> Signature:
    return Signature("Dr. Grace Hopper", WHEN, reading_hash(reading), opinion)


def test_the_same_ecg_read_again_is_the_same_reading(reading: Reading):
    assert reading_hash(judge(draw("norm_male", 1), [])) == reading_hash(reading)


def test_a_single_sample_makes_another_reading(reading: Reading):
    moved = reading.record.signal.copy()
    moved[0, 0] += 1e-3
    other = replace(reading, record=replace(reading.record, signal=moved))
    assert reading_hash(other) != reading_hash(reading)


def test_who_agrees_signs_what_is_present_or_possible_and_the_statements_that_stand(reading: Reading):
    found = replace(reading, states={"NORM": "possible", "MI": "possible", "CD": "open", "HYP": "absent"})
    assert proposed(found) == Opinion(classes=("MI",))
    assert signed(found, Opinion(("MI",), note="as before")).agrees(found)
    assert not signed(found, Opinion(("MI", "CD"))).agrees(found)


def test_where_nothing_was_said_there_is_nothing_to_agree_with(reading: Reading):
    assert proposed(reading) is None
    assert not signed(reading, Opinion(("NORM",))).agrees(reading)


def test_classes_and_statements_stand_in_one_order():
    assert Opinion(("CD", "MI"), ("CLBBB", "IMI")) == Opinion(("MI", "CD"), ("IMI", "CLBBB"))


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"classes": ("XX",)}, "no class or statement XX"),
        ({"statements": ("XX",)}, "no class or statement XX"),
        ({"classes": ("NORM", "MI")}, "normal or it has a finding"),
        ({"note": " \n"}, "Say what you see"),
        ({"note": "x" * 2001}, "up to 2000 letters"),
    ],
)
def test_what_contradicts_itself_cannot_be_signed(said: dict, why: str):
    with pytest.raises(ValueError, match=why):
        Opinion(**said)


def test_a_note_is_plain_text():
    assert Opinion(note="first\u202e\x00 line\n\nsecond").note == "first line\nsecond"


def test_the_printed_page_has_the_readers_words_above_ecgnets(reading: Reading):
    mine = signed(reading, Opinion(("MI",), ("IMI",), "Old infarction."))
    first, *behind = (
        page.extract_text().replace("\n", " ")
        for page in pypdf.PdfReader(io.BytesIO(report(reading, signature=mine))).pages
    )
    said = first.index("Read and signed by Dr. Grace Hopper, 2026-01-02 03:04:05 UTC: Myocardial infarction")
    assert said < first.index("ECGNet: ")
    assert "Old infarction." in " ".join(behind)


def test_of_a_long_recording_the_seconds_that_were_read_are_signed_and_printed():
    whole = draw("norm_male", 1, duration=60)
    first, other = (judge(window(whole, start), []) for start in (20, 40))
    mine = replace(signed(first, Opinion(("MI",))), part=first.record.part)
    page = pypdf.PdfReader(io.BytesIO(report(first, signature=mine))).pages[0].extract_text()
    words = " ".join(page.split())
    assert "2026-01-02 03:04:05 UTC of seconds 20 to 30 of 60: Myocardial infarction" in words
    assert "20.0 to 30.0 s of 60.0 s" in words  # the settings of the paper
    with pytest.raises(UnsignedError, match="signed seconds 20 to 30 of 60: this is seconds 40 to 50 of 60"):
        report(other, signature=mine)


def test_a_signature_of_another_reading_is_not_printed(reading: Reading):
    mine = replace(signed(reading, Opinion(("MI",))), reading="0" * 64)
    with pytest.raises(UnsignedError, match="signed another reading"):
        report(reading, signature=mine)
