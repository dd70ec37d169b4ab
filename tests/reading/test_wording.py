"""How numbers and sentences are set within the reading."""

from __future__ import annotations

import pytest

from ecgnet.reading import wording


@pytest.mark.parametrize(
    ("value", "digits", "said"),
    [(-0.164, 2, "−0.16"), (0.1, 2, "+0.10"), (-31, 0, "−31"), (-0.001, 2, "+0.00")],
)
def test_a_signed_number_has_a_minus_and_no_hyphen(value, digits, said):
    assert wording.signed(value, digits) == said


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("The T wave has no clear end.", "the T wave has no clear end"),
        ("QRS complexes are missing.", "QRS complexes are missing"),
        ("P waves are missing", "P waves are missing"),
        ("", ""),
    ],
)
def test_a_sentence_becomes_a_part_of_another(sentence, said):
    assert wording.clause(sentence) == said
