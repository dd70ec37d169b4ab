"""Answers against labels: figures that are known beforehand, and label files that are wrong."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from ecgnet.cards import Stamp
from ecgnet.ptbxl import SUPERCLASSES
from ecgnet.reading.wording import NOTICE
from ecgnet.recalibration import in_the_large, slope
from ecgnet.site_profile import SiteProfile, Transform, limits_at
from ecgnet.validation import ValidationError, as_json, as_pdf, in_words, validate
from ecgnet.validation.doubts import Doubt
from ecgnet.validation.result import FORMAT
from ecgnet.validation.sizes import for_auc, for_ratio, for_sensitivity
from tests.validation.conftest import hospital


def kinds(validation) -> set[Doubt]:
    return {doubt.kind for doubt in validation.doubts}


def test_probabilities_that_hold_read_so(label_file):
    answers, truth = hospital(2000)
    figures = validate(answers, label_file(truth)).classes
    assert all(f.observed_to_expected.low < 1.02 and f.observed_to_expected.high > 0.98 for f in figures)
    assert all(f.slope.low < 1.05 and f.slope.high > 0.95 for f in figures)


def test_probabilities_that_are_too_high_are_found_out():
    answers, truth = hospital(2000, shift=1.0)
    found = in_the_large(truth[:, 0], answers.probabilities[:, 0])
    assert found.low < -1.0 < found.high


def test_twice_too_sure_is_a_slope_of_one_half():
    answers, truth = hospital(4000)
    odds = (answers.probabilities[:, 0] / (1 - answers.probabilities[:, 0])) ** 2
    found = slope(truth[:, 0], odds / (1 + odds))
    assert found.low < 0.5 < found.high


def test_sizes_are_those_of_the_published_formulas():
    """At 20 %: observed over expected within 10 %, AUC .93 within .05, 139 findings for a sensitivity of .9."""
    assert for_ratio(0.2) == pytest.approx(1538, rel=0.02)
    assert for_auc(0.2, 0.93, reach=0.05) == pytest.approx(175, rel=0.03)
    assert for_sensitivity(0.2) == pytest.approx(139 / 0.2, abs=5)


def test_shuffled_labels_are_told_from_a_bad_model(label_file):
    answers, truth = hospital()
    order = np.random.default_rng(1).permutation(len(truth))
    found = validate(answers, label_file(truth[order]))
    assert Doubt.SHUFFLED in kinds(found) and not found.relied_on


def test_a_class_that_nobody_has_is_named(label_file):
    answers, truth = hospital()
    truth[:, 1] = False
    found = validate(answers, label_file(truth))
    assert "MI: every labelled ECG is of one kind" in " ".join(found.sentences)
    assert found.macro is not None and found.macro.classes == 4


def test_twelve_ecgs_are_too_few(label_file):
    answers, truth = hospital(12)
    found = validate(answers, label_file(truth))
    assert Doubt.TOO_FEW in kinds(found) and not found.relied_on


def test_copies_of_an_ecg_count_once(label_file):
    answers, truth = hospital(100)
    answers = replace(answers, hashes=("hash 0",) * 10 + answers.hashes[10:])
    truth[:10] = truth[0]
    found = validate(answers, label_file(truth))
    assert (found.flow.used, len(found.flow.duplicates)) == (91, 9)


def test_an_ecg_with_two_labels_is_left_out(label_file):
    answers, truth = hospital(100)
    files = [f"{k}.csv" for k in range(100)]
    found = validate(answers, label_file(np.concatenate([truth, ~truth[:1]]), [*files, "0.csv"]))
    assert found.flow.contradicting == ("0.csv",) and found.flow.used == 99


def test_labels_without_file_and_files_without_label_are_counted(label_file):
    answers, truth = hospital(100)
    found = validate(answers, label_file(truth, [f"{k}.csv" for k in range(90)] + ["gone.csv"] * 10))
    assert len(found.flow.without_file) == 10 and len(found.flow.unlabelled) == 10


def test_labels_of_other_files_alone_are_refused(label_file):
    answers, truth = hospital(30)
    with pytest.raises(ValidationError, match="30 of them without a file here"):
        validate(answers, label_file(truth, [f"other{k}.csv" for k in range(30)]))


def test_labels_of_other_patients_are_found_by_age_and_sex(label_file):
    answers, truth = hospital(100)
    found = validate(answers, label_file(truth, sex=list(np.roll(answers.sex, 7))))
    assert Doubt.OTHER_PATIENTS in kinds(found) and not found.relied_on


def test_names_of_patients_are_not_read_and_that_is_said(label_file):
    answers, truth = hospital(100)
    found = validate(answers, label_file(truth, patient_name=["Jane Roe"] * 100))
    assert Doubt.NAMES in kinds(found)
    assert "Roe" not in in_words(found) + json.dumps(as_json(found))


def test_without_labels_what_can_be_said_is_said():
    answers, _ = hospital(200)
    found = validate(answers)
    assert found.labels is None and not found.classes
    assert "Without labels nothing can be said" in in_words(found)


def test_the_most_confident_contradiction_comes_first(label_file):
    answers, truth = hospital(100)
    answers.probabilities[7, 2], truth[7, 2] = 0.9999999, False
    found = validate(answers, label_file(truth))
    assert (found.mistakes[0].file, found.mistakes[0].label) == ("7.csv", "STTC")


def test_subgroups_come_from_the_label_file(label_file):
    answers, truth = hospital(100)
    found = validate(answers, label_file(truth, ward=["A"] * 60 + ["B"] * 40))
    assert {(s.value, s.area.n) for s in found.subgroups if s.group == "ward"} == {("A", 60), ("B", 40)}


def test_a_profile_is_validated_as_the_networks_are(label_file):
    answers, truth = hospital(600, shift=1.5)
    card = answers.card
    limits = limits_at("Ward A", card.state_limits.low, high=card.state_limits.high, records=600, refitted=())
    transform = replace(Transform.identity(), offset=np.full(5, -1.5))
    profile = SiteProfile(
        "Ward A", "2026-11-27", card.name, card.weights_id, card.stamp(Stamp.ANSWERS), "offset", SUPERCLASSES, transform,
        limits, (), 600, {},
    )  # fmt: skip
    found = validate(answers, label_file(truth), profile=profile)
    assert all(
        f.observed_to_expected.low < 1.05 and f.observed_to_expected.high > 0.95 for f in found.classes
    )
    assert profile.name in in_words(found)


def test_text_pages_and_json_carry_the_notice(label_file):
    answers, truth = hospital(100)
    found = validate(answers, label_file(truth))
    content = json.loads(json.dumps(as_json(found), allow_nan=False))
    assert (content["format"], content["notice"]) == (FORMAT, NOTICE)
    assert in_words(found).count(NOTICE) == 2
    assert as_pdf(found).startswith(b"%PDF-")
