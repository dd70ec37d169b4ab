"""The study of the explanations: its measures on numbers that can be checked, and a small run on a made-up data set."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from ecgnet.demo import draw
from ecgnet.inference import Predictor
from ecgnet.measure import measure
from ecgnet.models import BRANCHES, FUSIONS
from ecgnet.ptbxl import Catalogue
from ecgnet.training.studies import _maps, explanations
from ecgnet.training.studies._maps import Case
from ecgnet.training.studies._maps_page import correlation, report


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    drawn = [draw(kind, 1, fs=100) for kind in ("asmi", "norm_male")]
    return [
        Case(record, measure(record).beats, label)
        for record, label in zip(drawn, ("MI", "NORM"), strict=True)
    ]


def test_the_information_of_an_order_about_itself_is_all_of_it():
    values = np.random.default_rng(0).permutation(800).astype(float)
    assert _maps.information(values, values) == pytest.approx(3)  # eight bins alike: three bits
    assert _maps.information(values, -values) == pytest.approx(3)
    assert _maps.information(values, np.random.default_rng(1).permutation(800)) < 0.1


def test_a_map_without_leads_is_the_same_in_every_lead():
    spread = _maps.spread(np.arange(125.0), (12, 1000))
    assert spread.shape == (12, 1000)
    assert spread[3, 15] == 1
    assert (spread == spread[:1]).all()
    assert _maps.spread(np.arange(8.0).reshape(4, 2), (12, 33, 126))[0, 32, 125] == 7


def test_an_interval_holds_its_mean_and_narrows_with_the_records():
    mean, low, high = explanations.interval([0.0, 1.0] * 50)
    assert mean == 0.5
    assert 0.38 < low < 0.45 < 0.55 < high < 0.62
    assert explanations.interval([2.0, 2.0, 2.0]) == [2.0, 2.0, 2.0]


def test_the_classes_take_turns(tiny_ptbxl: Path):
    chosen = explanations.choose(Catalogue(tiny_ptbxl), 3)
    assert len(chosen) == 3
    assert len({case.target for case in chosen}) > 1
    assert len({case.record.id for case in chosen}) == 3
    again = explanations.choose(Catalogue(tiny_ptbxl), 3)
    assert [case.record.id for case in again] == [case.record.id for case in chosen]


def test_other_weights_leave_the_model_as_it_was(cases: list[Case]):
    predictor = Predictor("waveform_cnn", torch.device("cpu"))
    before = predictor.predict([cases[0].record])[0].logits
    other = _maps.shuffled(predictor, 1)
    assert not np.allclose(other.predict([cases[0].record])[0].logits, before)
    np.testing.assert_array_equal(predictor.predict([cases[0].record])[0].logits, before)


def test_every_measure_of_a_branch(cases: list[Case], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(explanations, "RANDOMISED", 1)
    monkeypatch.setattr(explanations, "METRICS", 1)
    predictor = Predictor("spectrum_cnn_transformer", torch.device("cpu"))
    found = explanations.judge(predictor, cases, methods=("integrated_gradients", "attention"))["modalities"][
        "spectrum"
    ]
    assert set(explanations.MEASURES) <= set(found["integrated_gradients"])
    assert "signed" not in found["attention"]  # which has no signs
    assert found["attention"]["n"] == 2
    assert found["integrated_gradients"]["completeness"][2] < 0.02
    assert correlation("attention", found["attention"]) == found["attention"]["absolute"][0]


def row(gain: float) -> dict:
    values = [gain, round(gain - 0.02, 4), round(gain + 0.02, 4)]
    more = {"signed": [0.01, 0, 0.02], "completeness": [0.002, 0.005, 0.009], "n": 60}
    return dict.fromkeys(("deletion", "insertion"), values) | more


def test_strategies_are_ranked_by_their_maps():
    views = ("waveform", "spectrum", "spectrogram")
    gains = dict(zip(FUSIONS, (0.1, 0.3, 0.2), strict=True))
    found = {
        name: {view: {"integrated_gradients": row(gain)} for view in views} for name, gain in gains.items()
    }
    pointed = {
        BRANCHES[0]: {"findings": {"QRS": {"share": 0.5, "chance": 0.2, "ratio": [2.5, 2, 3], "n": 9}}}
    }
    result = report(found, pointed, 40, 15)
    (ranking,) = [table for table in result.tables if "strategies" in table.caption]
    assert list(ranking.rows["model"]) == ["Intermediate fusion", "Late fusion", "Early fusion"]
    assert list(ranking.rows["deletion against random"]) == [0.3, 0.2, 0.1]
    assert any("Intermediate fusion are the most faithful" in said for said in result.findings)


def test_what_was_found_goes_into_the_card_with_its_checksum(monkeypatch: pytest.MonkeyPatch):
    kept: dict = {}
    monkeypatch.setattr(explanations, "save_card", kept.update)
    explanations.ship("waveform_cnn", {"waveform": {"integrated_gradients": row(0.3)}})
    assert kept["explanations"]["checksum"] == kept["checksum"]
    assert kept["explanations"]["modalities"]["waveform"]["integrated_gradients"] == {
        "deletion": [0.3, 0.28, 0.32],
        "insertion": [0.3, 0.28, 0.32],
        "randomised": 0.01,
        "n": 60,
    }
    assert list(kept)[-1] == "log"
