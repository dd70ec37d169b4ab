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
from ecgnet.site_profile import SiteProfile, Transform, fingerprints, limits_at
from ecgnet.states import STATES
from ecgnet.validation import EcgAnswers, ValidationError, as_json, as_pdf, in_words, validate
from ecgnet.validation.answers import at_site
from ecgnet.validation.doubts import Doubt
from ecgnet.validation.result import FORMAT
from ecgnet.validation.sizes import for_auc, for_ratio, for_sensitivity
from tests.validation.conftest import hospital, labels_of


def kinds(validation) -> set[Doubt]:
    return {doubt.kind for doubt in validation.doubts}


def test_probabilities_that_hold_read_so():
    answers, truth = hospital(2000)
    figures = validate(answers, labels_of(truth)).classes
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


def test_shuffled_labels_are_told_from_a_bad_model():
    answers, truth = hospital()
    order = np.random.default_rng(1).permutation(len(truth))
    found = validate(answers, labels_of(truth[order]))
    assert Doubt.SHUFFLED in kinds(found) and not found.relied_on


def test_a_class_that_nobody_has_is_named():
    answers, truth = hospital()
    truth[:, 1] = False
    found = validate(answers, labels_of(truth))
    assert "MI: every labelled ECG is of one kind" in " ".join(found.sentences)
    assert found.macro is not None and found.macro.classes == 4


def test_twelve_ecgs_are_too_few():
    answers, truth = hospital(12)
    found = validate(answers, labels_of(truth))
    assert Doubt.TOO_FEW in kinds(found) and not found.relied_on


def test_copies_of_an_ecg_count_once():
    answers, truth = hospital(100)
    answers = replace(answers, hashes=("hash 0",) * 10 + answers.hashes[10:])
    truth[:10] = truth[0]
    found = validate(answers, labels_of(truth))
    assert (found.flow.used, len(found.flow.duplicates)) == (91, 9)


def test_an_ecg_with_two_labels_is_left_out():
    answers, truth = hospital(100)
    files = [f"{k}.csv" for k in range(100)]
    found = validate(answers, labels_of(np.concatenate([truth, ~truth[:1]]), [*files, "0.csv"]))
    assert found.flow.contradicting == ("0.csv",) and found.flow.used == 99


def test_labels_without_file_and_files_without_label_are_counted():
    answers, truth = hospital(100)
    found = validate(answers, labels_of(truth, [f"{k}.csv" for k in range(90)] + ["gone.csv"] * 10))
    assert len(found.flow.without_file) == 10 and len(found.flow.unlabelled) == 10


def test_labels_of_other_files_alone_are_refused():
    answers, truth = hospital(30)
    with pytest.raises(ValidationError, match="30 of them without a file here"):
        validate(answers, labels_of(truth, [f"other{k}.csv" for k in range(30)]))


def test_labels_of_other_patients_are_found_by_age_and_sex():
    answers, truth = hospital(100)
    found = validate(answers, labels_of(truth, sex=list(np.roll(answers.sex, 7))))
    assert Doubt.OTHER_PATIENTS in kinds(found) and not found.relied_on


def test_names_of_patients_are_not_read_and_that_is_said():
    answers, truth = hospital(100)
    found = validate(answers, labels_of(truth, patient_name=["Jane Roe"] * 100))
    assert Doubt.NAMES in kinds(found)
    assert "Roe" not in in_words(found) + json.dumps(as_json(found))


def test_without_labels_what_can_be_said_is_said():
    answers, _ = hospital(200)
    found = validate(answers)
    assert found.labels is None and not found.classes
    assert "Without labels nothing can be said" in in_words(found)


def test_the_most_confident_contradiction_comes_first():
    answers, truth = hospital(100)
    answers.probabilities[7, 2], truth[7, 2] = 0.9999999, False
    found = validate(answers, labels_of(truth))
    assert (found.mistakes[0].file, found.mistakes[0].label) == ("7.csv", "STTC")


def test_subgroups_come_from_the_labels_of():
    answers, truth = hospital(100)
    found = validate(answers, labels_of(truth, ward=["A"] * 60 + ["B"] * 40))
    assert {(s.value, s.area.n) for s in found.subgroups if s.group == "ward"} == {("A", 60), ("B", 40)}


def lowered(answers: EcgAnswers, by: float, fitted_on: tuple[str, ...] = ()) -> SiteProfile:
    """A profile that lowers every class by so many log-odds."""
    card = answers.card
    limits = limits_at(
        "Ward A", card.state_limits.low, high=card.state_limits.high, patients=600, refitted=()
    )
    transform = replace(Transform.identity(), offset=np.full(5, -by))
    return SiteProfile(
        "Ward A", "2026-11-27", card.name, card.weights_id, card.stamp(Stamp.ANSWERS), "offset", SUPERCLASSES, transform,
        limits, (), 600, 600, {}, *fingerprints(fitted_on),
    )  # fmt: skip


def test_a_profile_is_validated_as_the_networks_are():
    answers, truth = hospital(600, shift=1.5)
    profile = lowered(answers, 1.5)
    found = validate(answers, labels_of(truth), profile=profile)
    assert all(
        f.observed_to_expected.low < 1.05 and f.observed_to_expected.high > 0.95 for f in found.classes
    )
    assert profile.name in in_words(found)


def test_text_pages_and_json_carry_the_notice():
    answers, truth = hospital(100)
    found = validate(answers, labels_of(truth))
    content = json.loads(json.dumps(as_json(found), allow_nan=False))
    assert (content["format"], content["notice"]) == (FORMAT, NOTICE)
    assert in_words(found).count(NOTICE) == 2
    assert as_pdf(found).startswith(b"%PDF-")


def test_an_ecg_with_a_measurement_outside_its_limits_is_not_called_normal_by_a_profile():
    """Though every class is lowered until nothing else is found, as `read --profile` has it."""
    answers, _ = hospital(50)
    answers.probabilities[:] = [0.97, 0.01, 0.01, 0.01, 0.01]
    answers = replace(answers, within_limits=np.arange(50) % 2 == 0)
    normal = at_site(answers, lowered(answers, 0.1)).states[:, SUPERCLASSES.index("NORM")]
    assert [STATES[state] for state in normal[:2]] == ["present", "open"]


def test_what_is_compared_with_ptbxl_is_what_the_networks_say_there():
    answers, _ = hospital(200)
    answers.probabilities[:, 0] = 0.97
    mixes = [
        validate(replace(answers, within_limits=np.full(200, within))).case_mix for within in (True, False)
    ]
    assert mixes[0].found == mixes[1].found


def test_ecgs_that_a_profile_was_fitted_on_do_not_judge_it():
    answers, truth = hospital(100)
    profile = lowered(answers, 1.0, fitted_on=answers.hashes[:30])
    found = validate(answers, labels_of(truth), profile=profile)
    assert (found.flow.used, len(found.flow.fitted)) == (70, 30)
    assert found.sentences[0].startswith("30 labelled ECGs are left out.")


def test_nor_do_other_ecgs_of_the_same_patients():
    answers, truth = hospital(100)
    profile = lowered(answers, 1.0, fitted_on=answers.hashes[:30])
    pairs = [f"patient {k % 50}" for k in range(100)]
    assert len(validate(answers, labels_of(truth, patient=pairs), profile=profile).flow.fitted) == 60


def test_a_profile_is_not_judged_where_it_knows_every_ecg():
    answers, truth = hospital(60)
    with pytest.raises(ValidationError, match="All 60 labelled ECGs are among those"):
        validate(answers, labels_of(truth), profile=lowered(answers, 1.0, fitted_on=answers.hashes))


def four_each(part: np.ndarray) -> np.ndarray:
    return np.repeat(part, 4, axis=0)


def test_four_like_ecgs_of_each_patient_make_no_interval_narrower():
    answers, truth = hospital(150)
    answers = answers.rows(four_each(np.arange(150)))
    answers = replace(
        answers, hashes=tuple(map(str, range(600))), files=tuple(f"{k}.csv" for k in range(600))
    )
    patients = [f"p{k // 4}" for k in range(600)]
    once = validate(hospital(150)[0], labels_of(truth))
    known = validate(answers, labels_of(four_each(truth), patient=patients))
    as_if = validate(answers, labels_of(four_each(truth)))

    def width(validation, figure: str) -> float:
        return getattr(validation.classes[0], figure).high - getattr(validation.classes[0], figure).low

    for figure in ("auc", "observed_to_expected", "slope", "found", "covered_with"):
        assert width(known, figure) == pytest.approx(width(once, figure), rel=0.2)
        assert width(as_if, figure) < 0.7 * width(known, figure)
    assert "the 600 ECGs are of 150 patients" in in_words(known)
    assert "each ECG counts as a patient of its own" in in_words(as_if)


def test_sixty_ecgs_of_ten_patients_are_too_few():
    answers, truth = hospital(60)
    found = validate(answers, labels_of(truth, patient=[f"p{k % 10}" for k in range(60)]))
    assert "Labelled ECGs of 10 patients are too few" in " ".join(found.sentences)
