"""Studies on a made-up data set: rows that are kept, pages that say what they came from."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from ecgnet.models import REGISTRY
from ecgnet.ptbxl import Catalogue
from ecgnet.study_results import StudyValue
from ecgnet.training.balance import BALANCES, epoch_order, positive_weights
from ecgnet.training.recipes import FusionRecipe, LateRecipe
from ecgnet.training.studies import Bench, Result, fusion, retraining, run_study, studies
from ecgnet.training.studies._bench import Table
from ecgnet.training.studies._maps_page import Strategy
from ecgnet.training.studies._page import markdown, write_page
from ecgnet.training.studies.metadata import cases
from ecgnet.training.studies.preprocessing import ScalogramTransform, band_pass, changed, denoise
from ecgnet.weights import available, read_card


@pytest.fixture
def bench(tiny_ptbxl: Path, tmp_path: Path) -> Bench:
    return Bench("trial", Catalogue(tiny_ptbxl), tmp_path / "runs")


def test_every_study_asks_a_question():
    assert {
        "branches",
        "fusion",
        "imbalance",
        "preprocessing",
        "metadata",
        "label_efficiency",
        "transfer",
    } <= set(studies())
    assert all(module.QUESTION.endswith("?") for module in studies().values())


def test_a_row_is_computed_once_for_its_settings(bench: Bench):
    calls = []

    def compute() -> dict:
        calls.append(1)
        return {"macro_auc": 0.5}

    for settings in ({"seed": 1}, {"seed": 1}, {"seed": 2}):
        assert bench.kept("row", settings, compute=compute)["macro_auc"] == 0.5
    assert len(calls) == 2


def test_a_short_run_trains_and_measures(bench: Bench):
    found = bench.short_run(
        "tiny",
        "waveform_cnn",
        training=bench.training(1.0),
        validation=bench.validation(),
        arguments={"widths": (4, 8)},
        epochs=1,
        batch=8,
    )
    assert set(found["recall"]) == set(found["auc"])
    assert 0 <= found["error_calibrated"] <= 1


def test_a_page_names_its_question_table_and_command(tmp_path: Path):
    table = Table("Two rows.", pd.DataFrame({"model": ["a", "b"], "macro AUC": [0.9, 0.91234]}))
    result = Result([table], ["b is higher."], {"fold 9": {"a": 0.9, "b": 0.91}})
    page = write_page("trial", "Which is higher?", result, tmp_path, 1.0).read_text()
    assert "| b | 0.9123 |" in page
    assert "- b is higher." in page
    assert "`ecgnet study trial`" in page
    assert "![Which is higher?](trial.svg)" in page
    assert (tmp_path / "trial.svg").is_file()


def test_a_page_is_written_for_programs_too(tmp_path: Path):
    rows = pd.DataFrame({"model": ["a", "b"], "macro AUC": [0.9, float("nan")], "95 %": ["0.8 to 0.95", "–"]})
    values = {"a": {"macro_auc": StudyValue(0.9, 0.8, 0.95)}}
    result = Result([Table("Two rows.", rows)], ["b is higher."], values=values)
    write_page("trial", "Which is higher?", result, tmp_path, 1.0)
    content = json.loads((tmp_path / "trial.json").read_text())
    assert content["tables"][0]["caption"] == "Two rows."
    assert content["tables"][0]["rows"][1] == {"model": "b", "macro AUC": None, "95 %": "–"}
    assert content["findings"] == ["b is higher."]
    assert content["values"] == {"a": {"macro_auc": {"value": 0.9, "low": 0.8, "high": 0.95}}}


def test_a_page_says_which_weights_were_there(tmp_path: Path):
    write_page("trial", "Which is higher?", Result([], []), tmp_path, 1.0)
    content = json.loads((tmp_path / "trial.json").read_text())
    assert content["weights"] == {name: read_card(name).checksum for name in available()}


def test_cells_of_a_table():
    table = pd.DataFrame({"n": [1200], "share": [0.5], "minutes": [12.34], "none": [float("nan")]})
    assert markdown(table).splitlines()[-1] == "| 1,200 | 0.5000 | 12.3 |  |"


def test_an_unknown_study_is_named(tiny_ptbxl: Path):
    with pytest.raises(ValueError, match="no study named astrology"):
        run_study("astrology", tiny_ptbxl)


def test_weights_follow_how_rare_a_class_is():
    labels = torch.tensor([[1.0, 0.0]] * 3 + [[0.0, 1.0]])
    assert positive_weights(labels, "class weights").tolist() == pytest.approx([1 / 3, 3])
    assert positive_weights(labels, "root class weights").tolist() == pytest.approx([3**-0.5, 3**0.5])
    assert positive_weights(labels, "none") is None


@pytest.mark.parametrize("balance", BALANCES)
def test_an_epoch_is_as_long_as_the_data(balance):
    labels = torch.tensor([[1.0, 0.0]] * 90 + [[0.0, 1.0]] * 10)
    torch.manual_seed(0)
    order = epoch_order(labels, balance)
    assert len(order) == 100
    rare = int((order >= 90).sum())
    assert rare > 30 if balance == "oversampling" else rare == 10


def test_wrong_patient_data_stay_in_their_encoding():
    metadata = torch.tensor([[0.0, 1.0, 1.0, 1.0], [0.0, 0.0, 0.0, 0.0]])
    made = cases(metadata)
    assert made["sex exchanged"][0].tolist() == [0.0, 1.0, -1.0, 1.0]
    assert made["30 years older"][0, 0] == pytest.approx(1.5)
    assert all(not values[1].any() for name, values in made.items() if name != "another patient's")


def test_band_pass_takes_the_offset_and_leaves_the_heart():
    time = np.arange(1000) / 100
    wave = 500 + 1000 * np.sin(2 * np.pi * 8 * time)
    clean = band_pass(wave)
    assert abs(clean[300:700].mean()) < 5
    assert clean[300:700].max() == pytest.approx(1000, rel=0.02)


def test_denoising_removes_more_noise_than_signal():
    rng = np.random.default_rng(0)
    wave = 1000 * np.exp(-(((np.arange(1000) % 100 - 50) / 8) ** 2))
    noisy = wave + rng.normal(0, 40, 1000)
    assert np.abs(denoise(noisy) - wave).mean() < 0.9 * np.abs(noisy - wave).mean()


def test_changed_records_keep_everything_else(bench: Bench):
    data = bench.validation()
    half = changed(data, lambda signals: signals / 2)
    np.testing.assert_allclose(half.signals.numpy(), data.signals.numpy() / 2, atol=0.5)
    assert (half.ecg_ids == data.ecg_ids).all()


def test_a_scalogram_reads_a_sine_at_its_amplitude_in_the_same_shape():
    transform = ScalogramTransform()
    wave = torch.sin(2 * torch.pi * 10 * torch.arange(1000) / 100).expand(1, 12, 1000)
    seen = transform(wave, torch.zeros(1, 4))
    assert seen.spectrogram.shape == (1, 12, 2, 33, 126)
    assert float(seen.decibel[0, 0, :, 60].max()) == pytest.approx(0, abs=0.7)
    cut = transform(wave, torch.zeros(1, 4), crop=(torch.tensor([80]), 256))
    torch.testing.assert_close(cut.spectrogram, seen.spectrogram[..., 10:42])


def test_a_second_run_is_read_beside_the_committed_weights(bench: Bench, monkeypatch: pytest.MonkeyPatch):
    small = partial(FusionRecipe, passes=1, epochs=1, batch=8)
    monkeypatch.setattr(retraining, "FusionRecipe", small)
    monkeypatch.setattr(retraining, "LateRecipe", partial(LateRecipe, penalties=(0.01,), parts=2))
    monkeypatch.setattr(retraining, "_retrained", lambda bench, seed: REGISTRY["waveform_cnn"].build())
    monkeypatch.setattr(retraining, "INTERMEDIATE", ("intermediate_fusion",))
    monkeypatch.setattr(retraining, "LATE", ("late_fusion",))
    rows = retraining.run(bench).tables[0].rows
    committed = rows[rows["weights"] == "committed"]
    assert (committed["difference on fold 10"] == 0).all()
    assert list(rows["weights"]) == [
        "committed",
        "seed 2",
        *["committed", "seed 2", "seed 3"],
        *["committed", "seed 2"],
    ]


def test_fusions_are_recommended_by_use_and_without_praise_that_chance_could_earn():
    names = ("waveform_cnn", *fusion.NAMES)
    found = {name: {"macro_auc": 0.93, "gain": (0.001, -0.001, 0.003)} for name in names}
    cost = {name: {"milliseconds": 30.0} for name in names} | {"early_fusion": {"milliseconds": 10.0}}
    explained = {
        "early_fusion": Strategy("early_fusion", 0.2, 0.15, 0.25, {}, 60),
        "late_fusion": Strategy("late_fusion", 0.24, 0.23, 0.26, {}, 60),
    }
    said = fusion._recommended("waveform_cnn", found, cost, explained)
    assert [line.split(":")[0] for line in said] == [
        "For the most accurate answer",
        "For many records or a slow machine",
        "Where age and sex are unknown or shall not count",
        "For reasons that hold",
    ]
    assert "no gain that fold 10 can tell from chance" in said[0]
    assert "The quickest that joins, Early fusion, takes 10 ms" in said[1]
    assert "Late fusion +0.240 (+0.230 to +0.260), Early fusion +0.200" in said[3]
    assert "no difference beyond chance" in said[3]
