"""A hospital's habits learnt from its labels, judged on records that the fitting never saw; and what is refused."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from ecgnet.adaptation import AdaptationError, adapt
from ecgnet.adaptation.choice import choose, folds_by_patient
from ecgnet.adaptation.steps import Candidate, Seen, enough, everywhere, fit_plan
from ecgnet.site_profile import ProfileError, SiteProfile, Transform, load_profile, save_profile
from ecgnet.statements import STATEMENTS
from ecgnet.validation import validate
from ecgnet.weights import read_card
from tests.validation.conftest import hospital, labels_of


def made(answers, labels, **options):
    return adapt(answers, labels, validation=validate(answers, labels), site="Ward A", **options)


@pytest.fixture(scope="module")
def profile() -> SiteProfile:
    """Of a ward whose 80 patients, an ECG each, are given too high probabilities."""
    answers, truth = hospital(80, shift=1.5)
    return made(answers, labels_of(truth, patient=[f"patient {k}" for k in range(80)])).profile


def seen(n: int, shift: float = 0.0) -> Seen:
    answers, truth = hospital(n, shift=shift)
    return Seen(answers.probabilities, answers.statements, truth.astype(float), np.arange(n))


def test_answers_that_hold_are_left_as_shipped():
    steps = [candidate.step for candidate in choose(seen(400)).plan]
    assert steps.count("nothing") >= 4


def test_answers_that_are_too_high_get_an_offset():
    few = seen(300, shift=1.5)
    transform = fit_plan(few, everywhere(Candidate("offset")))
    assert all(candidate.step != "nothing" for candidate in choose(few).plan)
    assert np.allclose(transform.offset, -1.5, atol=0.6)


def test_twenty_records_move_less_than_two_hundred():
    few, many = (
        fit_plan(seen(n, shift=1.5), everywhere(Candidate("offset"))).offset.mean() for n in (20, 200)
    )
    assert many < few <= 0


def test_a_head_learns_that_this_hospital_counts_a_statement_as_a_class():
    rng = np.random.default_rng(0)
    there = rng.random(200) < 0.4
    statements = np.full((200, len(STATEMENTS)), 0.02)
    statements[:, 3] = np.where(there, 0.9, 0.05)
    p = np.clip(0.4 + 0.05 * rng.normal(size=(200, 5)), 0.01, 0.99)
    known = Seen(p, statements, np.repeat(there[:, None], 5, 1).astype(float), np.arange(200))
    head = fit_plan(known, everywhere(Candidate("head", 30.0)))
    told = head(p, statements)
    assert told[there].mean() > 0.6 and told[~there].mean() < 0.25


def test_few_records_are_never_given_a_head():
    known = seen(60)
    truth = np.arange(60)[:, None] % 4 == np.zeros(5)
    statements = np.where(truth[:, :1], 0.9, 0.05) * np.ones((60, len(STATEMENTS)))
    plan = choose(known._replace(truth=truth.astype(float), statements=statements)).plan
    assert all(candidate.step != "head" for candidate in plan)


def test_all_ecgs_of_a_patient_are_in_one_fold():
    patients = np.repeat(np.arange(20), 3)
    fold = folds_by_patient(patients)
    assert all(len(set(fold[patients == p])) == 1 for p in range(20))


def test_adaptation_restores_calibration_on_records_that_it_never_saw():
    answers, truth = hospital(80, shift=1.5)
    found = made(answers, labels_of(truth))
    assert all(abs(after - 1) < abs(before - 1) for before, after in found.ratios.values())
    assert found.log_loss.change[2] < 0


def test_a_profile_is_read_back_as_it_was_written(profile, tmp_path):
    again = load_profile(save_profile(profile, tmp_path / "site.json"), read_card(profile.model))
    answers, _ = hospital(10)
    p, s = answers.probabilities, answers.statements
    assert again.hash == profile.hash
    assert np.allclose(again.transform(p, s), profile.transform(p, s), atol=1e-5)


def test_a_profile_that_was_edited_by_hand_is_refused(profile, tmp_path):
    path = save_profile(profile, tmp_path / "site.json")
    content = json.loads(path.read_text())
    content["offset"]["MI"] -= 1
    path.write_text(json.dumps(content))
    with pytest.raises(ProfileError, match=r"site\.json was changed after"):
        load_profile(path)


def test_a_profile_for_other_weights_is_refused(profile, tmp_path):
    path = save_profile(replace(profile, stamp="of other weights"), tmp_path / "site.json")
    with pytest.raises(ProfileError, match="run ecgnet adapt again"):
        load_profile(path, read_card(profile.model))


def test_a_profile_keeps_nothing_by_which_a_patient_is_found(profile, tmp_path):
    text = save_profile(profile, tmp_path / "site.json").read_text()
    assert "patient 7" not in text and "hash 7" not in text
    assert load_profile(tmp_path / "site.json").those_fitted_on(["hash 7", "of another"]) == {"hash 7"}


def test_something_else_than_a_profile_is_refused(tmp_path):
    (tmp_path / "other.json").write_text("[]")
    with pytest.raises(ProfileError, match="is no site profile"):
        load_profile(tmp_path / "other.json")


def test_twelve_ecgs_make_no_profile():
    answers, truth = hospital(12)
    with pytest.raises(AdaptationError, match="12 labelled ECGs are too few"):
        made(answers, labels_of(truth))


def test_shuffled_labels_make_no_profile():
    answers, truth = hospital()
    with pytest.raises(AdaptationError, match="those of other ECGs"):
        made(answers, labels_of(truth[np.random.default_rng(1).permutation(len(truth))]))


def test_labels_of_other_patients_make_no_profile():
    answers, truth = hospital(100)
    with pytest.raises(AdaptationError, match="those of other patients"):
        made(answers, labels_of(truth, sex=list(np.roll(answers.sex, 7))))


def test_a_class_that_nobody_has_makes_no_profile_unless_it_is_left_out():
    answers, truth = hospital(80)
    truth[:, 1] = False
    with pytest.raises(AdaptationError, match="--classes NORM STTC CD HYP"):
        made(answers, labels_of(truth))
    profile = made(answers, labels_of(truth), classes=("NORM", "STTC", "CD", "HYP")).profile
    assert "MI" not in profile.adapted


def test_a_folder_full_of_copies_makes_no_profile():
    answers, truth = hospital(100)
    answers = replace(answers, hashes=("hash 0",) * 10 + answers.hashes[10:])
    truth[:10] = truth[0]
    with pytest.raises(AdaptationError, match="9 files hold an ECG that another file holds too"):
        made(answers, labels_of(truth))


def test_nothing_is_changed_by_the_identity():
    answers, _ = hospital(20)
    assert np.allclose(Transform.identity()(answers.probabilities, answers.statements), answers.probabilities)


def test_sixty_ecgs_of_thirty_patients_make_no_profile():
    answers, truth = hospital(60)
    with pytest.raises(AdaptationError, match="labelled ECGs of 30 patients are too few"):
        made(answers, labels_of(truth, patient=[f"p{k % 30}" for k in range(60)]))


def test_a_step_counts_patients_and_not_their_ecgs():
    known = seen(60)
    truth = np.arange(60)[:, None] < np.full(5, 24)
    each, few = (
        known._replace(truth=truth.astype(float), patients=p) for p in (np.arange(60), np.arange(60) // 6)
    )
    assert enough(each, "slope").all() and not enough(few).any()


def test_limits_are_set_on_one_ecg_of_each_patient(profile):
    """A second ECG of each patient, of the same content, changes neither limits nor the number that they rest on."""
    answers, truth = hospital(80, shift=1.5)
    twice = np.repeat(np.arange(80), 2)
    files, hashes = tuple(f"{k}.csv" for k in range(160)), tuple(map(str, range(160)))
    many = replace(answers.rows(twice), files=files, hashes=hashes)
    found = made(many, labels_of(truth[twice], patient=[f"p{k}" for k in twice])).profile
    assert (found.records, found.patients, found.limits.records) == (160, 80, 80)
    assert found.refitted == profile.refitted and profile.refitted
    assert "on the average over patients" in found.limits.promise()
