"""One answer judged: values, words, and what is said where statistics are missing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ecgnet.cards import Card, Stamp, WeightsError
from ecgnet.demo import draw
from ecgnet.inference import Prediction
from ecgnet.modalities import Spec
from ecgnet.models import DEFAULT
from ecgnet.notices import NoticeKind
from ecgnet.ptbxl import SUPERCLASSES
from ecgnet.record import Record
from ecgnet.statements import STATEMENTS
from ecgnet.states import StateLimits
from ecgnet.trust import familiarity, guarantee, judge_trust, judgement, reliance
from ecgnet.trust.reliance import Reliance

RECORD = draw("norm_male", 1, fs=100)
THRESHOLDS = np.full(5, 0.5)
LABELLED = {"labels": list(SUPERCLASSES), "thresholds": dict.fromkeys(SUPERCLASSES, 0.5)}


def calibration(n: int = 2000) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    truth = rng.random((n, 5)) < 0.3
    return truth.astype(float), 1 / (1 + np.exp(-(rng.normal(0, 1.2, (n, 5)) + 3 * (truth - 0.5))))


def fit() -> Reliance:
    truth, probabilities = calibration()
    return reliance.fit_reliance(SUPERCLASSES, truth, probabilities=probabilities, thresholds=THRESHOLDS)


@pytest.fixture(scope="module")
def fitted() -> Reliance:
    return fit()


@pytest.fixture
def card(fitted: Reliance) -> Card:
    made = Card({"name": DEFAULT, "checksum": "abc", "preprocessing": Spec().to_dict(), **LABELLED})
    made.content["trust"] = {"stamp": made.stamp(Stamp.ANSWERS), "all_leads": fitted.to_dict()}
    return made


def answer(*probabilities: float, hidden: int = 0) -> Prediction:
    p = np.array(probabilities)
    seen = np.zeros(hidden, np.float32)
    found = Prediction(
        DEFAULT, SUPERCLASSES, np.zeros(5), p, THRESHOLDS, np.zeros(71), "x@abc", "CPU", 1.0, hidden=seen
    )
    return replace(found, limits=StateLimits.from_trust(fit().to_dict()))


@pytest.fixture
def strict(card: Card, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A familiarity file of ECGs like the drawn one, with features around 0."""
    waves = np.stack([draw("norm_male", k, fs=100).signal for k in range(20)])
    features = np.random.default_rng(0).standard_normal((20, 8))
    found = familiarity.fit_familiarity(
        features, waves, held_hidden=features, held_wave=waves, stamp=card.stamp(Stamp.ANSWERS), flagged=0.0
    )
    familiarity.save_familiarity(found, tmp_path)
    load = familiarity.load_familiarity
    monkeypatch.setattr(judgement.familiarity, "load_familiarity", lambda card: load(card, tmp_path))


def test_a_clear_answer_is_present_absent_and_surer_than_most(card: Card):
    trust = judge_trust(answer(0.01, 0.99, 0.01, 0.01, 0.01), RECORD, card=card)
    assert trust.sets == dict.fromkeys(SUPERCLASSES, "absent") | {"MI": "present"}
    assert trust.verdicts["MI"] == "ruled in"
    assert trust.verdicts["HYP"] == "ruled out"
    assert trust.confidence > 0.9
    assert trust.abstain is False
    assert any(text.startswith("Present: MI. Absent: NORM, STTC, CD, HYP.") for text in trust.sentences)


def test_a_doubtful_answer_is_left_to_the_reader(card: Card):
    trust = judge_trust(answer(0.5, 0.5, 0.5, 0.5, 0.5), RECORD, card=card)
    assert trust.abstain is True
    assert "read this ECG yourself" in trust.sentences[0]


def test_open_classes_are_listed(card: Card, fitted: Reliance):
    between = (fitted.sets.present[1] + fitted.sets.absent[1]) / 2
    trust = judge_trust(answer(0.01, between, 0.01, 0.01, 0.01), RECORD, card=card)
    assert trust.uncertain == ("MI",)


def test_the_card_gives_back_what_was_fitted(fitted: Reliance):
    back = Reliance.from_dict(fitted.to_dict())
    np.testing.assert_allclose(back.rule_out, fitted.rule_out, atol=1e-6)
    np.testing.assert_allclose(back.sets.present, fitted.sets.present, atol=1e-6)
    assert back.score == fitted.score


@pytest.mark.usefixtures("strict")
def test_an_ordinary_ecg_is_familiar(card: Card):
    trust = judge_trust(answer(*THRESHOLDS, hidden=8), draw("norm_male", 5, fs=100), card=card)
    assert trust.familiar is True
    assert trust.score <= 1


@pytest.mark.usefixtures("strict")
def test_a_flat_line_is_unfamiliar_and_that_is_said_first(card: Card):
    flat = Record(np.zeros((12, 1000)), 100, "flat", "nowhere")
    trust = judge_trust(answer(*THRESHOLDS, hidden=8), flat, card=card)
    assert trust.familiar is False
    assert trust.sentences[0].startswith("This ECG is unlike those that the model learnt from")


def test_a_card_without_statistics_says_how_to_get_them(card: Card):
    del card.content["trust"]
    trust = judge_trust(answer(*THRESHOLDS), RECORD, card=card)
    assert trust.sets == {}
    assert "run ecgnet study trust" in trust.sentences[-1]


def test_statistics_of_other_weights_are_not_used(card: Card):
    card.content["checksum"] = "def"
    assert judge_trust(answer(*THRESHOLDS), RECORD, card=card).sets == {}


def test_too_few_leads_are_said_not_raised(card: Card):
    signal = RECORD.signal.copy()
    signal[:6] = np.nan
    platt = {part: dict.fromkeys(SUPERCLASSES, 1.0) for part in ("slope", "intercept")}
    limb = {"calibration": platt, "thresholds": {}, "macro_auc": 0.85, "loss": -0.08}
    card.content["trust"]["lead_sets"] = {"limb": limb}
    trust = judge_trust(answer(*THRESHOLDS), Record(signal, 100, "chest", "drawn"), card=card)
    assert trust.familiar is None
    assert "needs lead I" in trust.sentences[-1]


def test_the_guarantee_names_rates_confidence_and_patients(card: Card, fitted: Reliance):
    said = guarantee(card, "MI")
    assert said.startswith("Myocardial infarction (MI): ")
    assert f"Below a probability of {fitted.rule_out[1]:.2g} it is ruled out" in said
    assert "misses at most 10 % of those who have it, with 95 % confidence" in said
    assert f"{fitted.positives[1]} patients with it" in said


def test_a_guarantee_that_too_few_patients_allow_is_not_given(card: Card, fitted: Reliance):
    few = replace(fitted, rule_out=np.zeros(5))
    card.content["trust"]["all_leads"] = few.to_dict()
    assert "too few to rule it out" in guarantee(card, "HYP")


def test_of_a_paced_ecg_the_reader_is_warned_before_anything_else(card: Card):
    known = answer(0.1, 0.9, 0.1, 0.9, 0.1)
    told = np.where(np.array(list(STATEMENTS)) == "PACE", 0.9, 0.1)
    paced = replace(known, statements=told, statement_thresholds=np.full(71, 0.5))
    trust = judge_trust(paced, RECORD, card=card)
    assert trust.notices[0].kind is NoticeKind.PACED
    assert trust.sentences[0].startswith("This ECG looks paced (probability 90 %).")
    assert "do not rely on those" in trust.sentences[0]
    assert (
        judge_trust(replace(paced, statements=np.full(71, 0.1)), RECORD, card=card).told(NoticeKind.PACED)
        is None
    )


def test_the_guarantee_speaks_of_the_states(card: Card):
    assert "its state, present or possible, or absent, is right or left open for 90 %" in guarantee(
        card, "MI"
    )


def test_no_guarantee_for_a_label_that_is_not_there(card: Card):
    with pytest.raises(KeyError, match="is not one of NORM, MI"):
        guarantee(card, "AFIB")


def test_no_guarantee_without_statistics():
    with pytest.raises(WeightsError, match="was not measured"):
        guarantee(Card({"name": DEFAULT, "checksum": "abc"}), "MI")


def test_one_record_a_patient():
    patients = np.array([1, 1, 2, 3, 3, 3])
    chosen = reliance.one_a_patient(patients)
    assert sorted(patients[chosen]) == [1, 2, 3]
