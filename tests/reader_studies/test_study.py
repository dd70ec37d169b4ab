"""What a study is, and what is drawn in it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from ecgnet.reader_studies.study import Answer, StudyError, as_json, from_json, plant
from tests.reader_studies.conftest import given, small_study
from tests.readers_journal import ADA, BOB


def test_a_study_is_the_same_read_back_from_its_json():
    study = small_study()
    assert from_json(json.loads(json.dumps(as_json(study)))) == study


def test_each_reader_has_an_order_of_their_own_that_stays():
    study = small_study(30)
    assert study.order(ADA) == study.order(ADA) != study.order(BOB)
    assert {*study.order(ADA)} == {*study.cases}
    assert replace(study, seed=2).order(ADA) != study.order(ADA)


def test_a_reader_has_as_many_cases_in_each_arm():
    study = small_study(30)
    arms = [study.arm(case, ADA) for case in study.cases]
    assert arms.count("answer") == arms.count("explanation") == 15
    assert arms != [study.arm(case, BOB) for case in study.cases]


@pytest.mark.parametrize("found", [("NORM",), ("MI",), ("MI", "STTC"), ("MI", "STTC", "CD")])
def test_a_planted_answer_is_wrong_and_could_be_ecgnets(found: tuple[str, ...]):
    case = replace(small_study().cases[0], reference=found, given=given(*found))
    planted = plant(case, 1)
    assert len(planted.found) == len(found)
    assert len({*planted.found} - {*found}) == 1
    assert "NORM" not in planted.found or planted.found == ("NORM",)
    assert not replace(case, planted=planted).shown_right


def test_confidence_makes_a_score_of_every_class():
    sure = Answer(("STTC", "MI"), 80)
    assert sure.classes == ("MI", "STTC")
    assert [sure.score(label) for label in ("MI", "CD")] == [90, 10]
    assert Answer(("MI",), 0).score("MI") == Answer(("CD",), 0).score("MI") == 50


@pytest.mark.parametrize(
    ("classes", "confidence", "why"),
    [
        ((), 50, "at least one"),
        (("NORM", "MI"), 50, "normal or"),
        (("VT",), 50, "no class VT"),
        (("MI",), 101, "100"),
    ],
)
def test_an_answer_that_is_none(classes: tuple[str, ...], confidence: int, why: str):
    with pytest.raises(StudyError, match=why):
        Answer(classes, confidence)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"id": "../x"}, "id"),
        ({"arms": ("map",)}, "arms"),
        ({"idle": float("nan")}, "idle"),
        ({"cases": small_study(3).cases[1:]}, "numbered"),
        ({"cases": ()}, "1 to"),
    ],
)
def test_a_study_that_is_none(change: dict, why: str):
    with pytest.raises(StudyError, match=why):
        replace(small_study(), **change)


def test_json_that_is_no_study():
    for values in ({}, {"format": "ecgnet.reader_study/9"}, {**as_json(small_study()), "cases": [{}]}):
        with pytest.raises(StudyError):
            from_json(values)
