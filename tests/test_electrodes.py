"""Exchanged electrodes: what is found, how it is undone, and what the card promises."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ecgnet import electrodes
from ecgnet.demo import draw
from ecgnet.electrodes import corrected
from ecgnet.folders import WEIGHTS
from ecgnet.leads import LIMB_SWAPS, SWAPS, exchange
from ecgnet.ptbxl import Catalogue
from ecgnet.quality import Quality
from ecgnet.record import LEADS, Record
from ecgnet.store import prepare
from ecgnet.training import electrode_rates
from ecgnet.training.electrodes import ElectrodeRecipe, batch, choose_thresholds, train_electrodes
from ecgnet.weights import WeightsError

needs_weights = pytest.mark.skipif(
    not (WEIGHTS / "electrodes.json").is_file(), reason="weights/electrodes.json is not there"
)
swaps = st.sampled_from(list(SWAPS))


@pytest.fixture(scope="module")
def normal() -> Record:
    return draw("norm_male", 1, fs=500)


@given(swaps, st.integers(0, 2**32 - 1))
def test_an_exchange_undone_is_the_record_to_the_last_bit_gaps_included(swap: str, seed: int):
    rng = np.random.default_rng(seed)
    signal = rng.normal(size=(12, 20)).astype(np.float32)
    signal[rng.random((12, 20)) < 0.3] = np.nan
    signal[0, 0] = 0
    record = Record(signal, 100, "any", "test")
    assert np.array_equal(exchange(exchange(signal, swap), swap), signal, equal_nan=True)
    assert np.isnan(corrected(record, swap).signal).sum() == np.isnan(signal).sum()


def test_a_corrected_record_says_so(normal: Record):
    (note,) = corrected(normal, "RA/LA").notes[len(normal.notes) :]
    assert "Corrected by calculation" in note
    assert "right and left arm" in note


@needs_weights
def test_nothing_is_found_in_a_record_as_it_is(normal: Record):
    found = electrodes.find_exchange(normal)
    assert (found.swap, found.notice) == (None, None)
    assert list(found.probabilities) == list(SWAPS)


@needs_weights
@pytest.mark.parametrize("fs", [100, 500])
@pytest.mark.parametrize("swap", LIMB_SWAPS)
def test_an_exchange_is_found_and_undone(swap: str, fs: int):
    record = draw("norm_male", 1, fs=fs)
    turned = replace(record, signal=exchange(record.signal, swap))
    found = electrodes.find_exchange(turned)
    assert found.swap == swap
    assert found.notice.text.startswith("Looks like ")
    assert electrodes.find_exchange(corrected(turned, found.swap)).swap is None


@needs_weights
@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(2, 3000), st.sampled_from([0.5, 40, 100, 360]))
def test_any_record_gets_an_answer(seed: int, n: int, fs: float):
    rng = np.random.default_rng(seed)
    signal = rng.normal(0, 10 ** rng.uniform(-3, 2), (12, n))
    signal[rng.random(12) < 0.3] = np.nan
    signal[6, 0] = 0
    found = electrodes.find_exchange(Record(signal, fs, "any", "test"))
    assert 0 <= found.probability <= 1


@needs_weights
def test_in_noise_nothing_is_found():
    noise = Record(np.random.default_rng(0).normal(0, 0.3, (12, 5000)), 500, "noise", "test")
    assert electrodes.find_exchange(noise).swap is None


@needs_weights
@pytest.mark.parametrize("nothing", [0.0, np.nan])
def test_without_v1_nothing_is_said_of_v1_and_v2(normal: Record, nothing: float):
    signal = normal.signal.copy()
    signal[LEADS.index("V1")] = nothing
    assert electrodes.find_exchange(replace(normal, signal=signal)).probabilities["V1/V2"] == 0


@needs_weights
def test_quality_takes_the_networks_word_for_the_rules(normal: Record):
    turned = replace(normal, signal=exchange(normal.signal, "RA/LL"))
    found = electrodes.assess(turned)
    assert isinstance(found, Quality)
    assert "right arm and left leg" in found.reversal.text


@needs_weights
def test_in_a_record_too_short_for_the_network_the_rule_for_the_arms_speaks(normal: Record):
    short = replace(normal, signal=exchange(normal.signal, "RA/LA")[:, :1500])
    found = electrodes.find_exchange(short)
    assert (found.swap, found.probabilities) == (None, {})
    assert found.notice.text.startswith("Arm electrodes may be swapped")
    assert electrodes.assess(short).reversal == found.notice


@needs_weights
def test_the_shipped_weights_fit_their_card_and_keep_what_was_asked():
    assert electrodes.verify_detector() == []
    rates = electrodes.card().test_rates.by_swap
    assert set(rates) == {*SWAPS, "any limb", "any"}
    assert rates["any limb"].sensitivity >= 0.95
    assert rates["any limb"].specificity >= 0.98


@needs_weights
def test_how_often_it_is_right_is_the_cards_figure():
    rates = electrodes.card().test_rates.by_swap["LA/LL"]
    assert f"{rates.sensitivity:.1%}" in electrodes.how_often("LA/LL")


def test_thresholds_leave_the_allowed_false_alarms():
    found = np.random.default_rng(0).random((6, 5000, 6))
    thresholds = choose_thresholds(found)
    assert (found[0][:, 3] > thresholds["LA/LL"]).mean() == pytest.approx(0.005, abs=0.001)


def test_a_training_batch_is_cut_and_exchanged():
    torch.manual_seed(0)
    crops, labels = batch(torch.randn(64, 8, 1000), ElectrodeRecipe())
    assert crops.shape == (64, 8, 256)
    assert set(labels.tolist()) == set(range(6))


def test_training_ends_in_weights_that_verify(
    tiny_ptbxl: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("ecgnet.training.electrodes.ElectrodeRecipe", lambda: ElectrodeRecipe(1, 16))
    content = train_electrodes(tiny_ptbxl, tmp_path / "runs", root=tmp_path)
    assert electrodes.verify_detector(tmp_path) == []
    catalogue = Catalogue(tiny_ptbxl)
    again = electrode_rates.evaluate(
        catalogue, prepare(catalogue), fold=10, detect=electrodes.load_detector(tmp_path)
    )
    assert again.round(4).to_dict("records") == content["test"]["rows"]


def test_damaged_weights_are_named_with_the_way_to_mend_them(tmp_path: Path):
    (fault,) = electrodes.verify_detector(tmp_path)
    assert fault.startswith("electrodes.json is missing")
    for older in ({"format": 0}, {"format": 1, "labels": list(SWAPS)}, []):
        (tmp_path / "electrodes.json").write_text(json.dumps(older))
        (fault,) = electrodes.verify_detector(tmp_path)
        assert "another version" in fault


@needs_weights
def test_rates_of_an_older_layout_are_named_with_the_way_to_mend_them():
    older = electrodes.card().with_parts(test={"rows": [{"exchange": "LA/LL"}]})
    with pytest.raises(
        WeightsError, match=r"its test in the layout of another version.*ecgnet train electrodes"
    ):
        _ = older.test_rates
