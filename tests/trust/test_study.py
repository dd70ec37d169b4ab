"""The study's parts: ways to calibrate, what chance makes, scores that are kept, cards that are written."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.special import expit

from ecgnet.cards import Card
from ecgnet.ptbxl import SUPERCLASSES
from ecgnet.training.data import FoldData
from ecgnet.training.studies import _calibration as calibration
from ecgnet.training.studies import _incomplete, _scored, trust
from ecgnet.training.studies._scored import Scored, network_id, scored
from ecgnet.trust import reliance
from ecgnet.trust.fewer_leads import SETS


def overconfident(n: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Truth (n, 2), logits twice too steep and shifted (n, 2), no patient data (n, 4), and the true probabilities (n, 2)."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(-0.5, 1.5, (n, 2))
    p = expit(logits)
    return (rng.random((n, 2)) < p).astype(float), 2 * logits + 1, np.zeros((n, 4)), p


@pytest.mark.parametrize(
    "method", [name for name in calibration.METHODS if name not in ("none", "temperature")]
)
def test_calibration_mends_steepness_and_shift(method: str):
    rule = calibration.METHODS[method](*overconfident(4000, 0)[:3])
    _, logits, metadata, p = overconfident(2000, 1)
    assert np.abs(rule(logits, metadata) - p).mean() < 0.03
    assert np.abs(expit(logits) - p).mean() > 0.1


def test_temperature_leaves_a_half_a_half():
    rule = calibration.METHODS["temperature"](*overconfident(500, 0)[:3])
    assert rule(np.zeros((1, 2)), np.zeros((1, 4)))[0, 0] == 0.5


def test_nobody_is_judged_by_a_rule_that_saw_them(monkeypatch: pytest.MonkeyPatch):
    patients = np.repeat(np.arange(40), 2)
    seen = []

    def spy(truth: np.ndarray, logits: np.ndarray, metadata: np.ndarray) -> calibration.Rule:
        fitted = set(logits[:, 0])

        def rule(asked: np.ndarray, metadata: np.ndarray) -> np.ndarray:
            seen.append(fitted & set(asked[:, 0]))
            return asked

        return rule

    monkeypatch.setitem(calibration.METHODS, "spy", spy)
    logits = np.repeat(patients[:, None].astype(float), 2, 1)  # the logit is the patient's number
    found = calibration.held_out("spy", logits, logits, logits, patients)
    np.testing.assert_array_equal(found, logits)
    assert seen == [set()] * 5


def test_perfect_probabilities_show_an_error_that_shrinks_with_the_root_of_n():
    p = np.random.default_rng(1).random((8000, 2))
    many, few = calibration.error_by_chance(p, 60)[0], calibration.error_by_chance(p[:500], 60)[0]
    assert few / many == pytest.approx(4, rel=0.2)


@pytest.mark.parametrize("lead_set", SETS, ids=lambda s: s.name)
def test_dropped_leads_are_zero_and_as_many_as_the_set_says(lead_set):
    n = 30
    signals = torch.ones(n, 12, 1000, dtype=torch.int16)
    blank = torch.zeros(n, 1)
    data = FoldData(signals, blank, blank, blank, np.arange(n))
    there = _incomplete.lessened(data, lead_set, 0, None).any(-1)
    assert (there.sum(1) == len(lead_set.leads) + lead_set.least).all()
    if lead_set.any_of:
        assert there[:, 6:].any(0).all()
        assert not there[:, 6:].all(0).any()


def test_scores_are_kept_for_these_weights_and_these_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    ran = []

    def run(names, signals, metadata):
        ran.append(len(signals))
        return {name: Scored(np.ones((len(signals), 5)), np.zeros((0, 0))) for name in names}

    card = {"checksum": "abc"}
    monkeypatch.setattr(_scored, "_run", run)
    monkeypatch.setattr(_scored, "read_card", lambda name: Card(card))
    signals, metadata = np.zeros((3, 12, 1000), np.int16), torch.zeros(3, 4)
    for _ in range(2):
        assert scored(tmp_path, ["any"], signals, metadata)["any"].logits.shape == (3, 5)
    assert ran == [3]
    scored(tmp_path, ["any"], signals + 1, metadata)
    card["checksum"] = "def"
    scored(tmp_path, ["any"], signals, metadata)
    assert ran == [3, 3, 3]


def test_another_calibration_leaves_the_logits_what_they_were():
    assert network_id(Card({"checksum": "a", "calibration": 1})) == network_id(Card({"checksum": "a"}))
    assert network_id(Card({"checksum": "a", "branches": {"b": "c"}})) != network_id(Card({"checksum": "a"}))


@pytest.fixture
def fitted() -> reliance.Reliance:
    rng = np.random.default_rng(0)
    truth = rng.random((500, 5)) < 0.4
    p = np.clip(rng.normal(0.3 + 0.4 * truth, 0.15), 0.01, 0.99)
    found = reliance.fit_reliance(
        SUPERCLASSES, truth.astype(float), probabilities=p, thresholds=np.full(5, 0.5)
    )
    shares = {"missed": 0.05, "called": 0.02, "with": 200, "without": 300}
    found.measured.update({label: dict(shares) for label in SUPERCLASSES})
    return found


def test_a_broken_promise_is_told_from_chance(fitted: reliance.Reliance):
    fitted.measured["CD"]["missed"] = 0.12
    fitted.measured["HYP"]["missed"] = 0.3
    missed, called = trust._promises(fitted)
    assert "kept for 3 of 5; CD reads 12.0% of 200, which 10% makes by chance with p = 0.20" in missed
    assert "HYP reads 30.0% of 200, more than chance." in missed
    assert called.endswith("kept for 5 of 5.")


def test_a_card_replaced_during_the_study_stays_as_it_is(
    fitted: reliance.Reliance, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
):
    now = {"one": Card({"name": "one", "checksum": "a"}), "two": Card({"name": "two", "checksum": "b"})}
    before = now | {"two": Card({"name": "two", "checksum": "older"})}
    written = {}
    monkeypatch.setattr(trust, "read_card", now.__getitem__)
    monkeypatch.setattr(trust, "save_card", lambda content: written.update({content["name"]: content}))
    trust._write_cards(before, dict.fromkeys(now, fitted), {})
    assert list(written) == ["one"]
    assert Card(written["one"]).trust.all_leads["records"] == 500
    assert "two: its weights changed" in capsys.readouterr().out
