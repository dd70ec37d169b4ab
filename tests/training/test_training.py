"""Training on a made-up data set of 60 records: the real loop, with networks of a few channels."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from ecgnet import cards, fold_scores, weights
from ecgnet.modality_transform import ModalityTransform
from ecgnet.models import CANDIDATES, REGISTRY, Output
from ecgnet.models.waveform import WaveformCNN
from ecgnet.ptbxl import TRAIN_FOLDS, VALIDATION_FOLD, Catalogue
from ecgnet.store import Store, prepare
from ecgnet.training import fusion, loop
from ecgnet.training.augmentation import Augmentation
from ecgnet.training.command import train_model
from ecgnet.training.data import FoldData, load_folds
from ecgnet.training.finish import fit_platt
from ecgnet.training.loop import loss, predict_logits, train
from ecgnet.training.recipes import RECIPES, FusionRecipe, LateRecipe, Recipe

RECIPE = Recipe(epochs=2, batch=8, seed=3)
STILL = Augmentation(gain=0, noise=0, wander=0, band_pass=0, lead_dropout=0, metadata_dropout=0)


@pytest.fixture
def training(catalogue: Catalogue, store: Store) -> FoldData:
    return load_folds(catalogue, store, folds=TRAIN_FOLDS)


@pytest.fixture
def validation(catalogue: Catalogue, store: Store) -> FoldData:
    return load_folds(catalogue, store, folds=[VALIDATION_FOLD])


def tiny() -> WaveformCNN:
    torch.manual_seed(0)
    return WaveformCNN(widths=(4, 8))


def test_folds_hold_the_labelled_records(catalogue: Catalogue, training: FoldData):
    table = catalogue.table.loc[training.ecg_ids]
    assert set(table["fold"]) == set(TRAIN_FOLDS)
    assert (table["superclasses"].map(len) > 0).all()
    assert 7 not in training.ecg_ids  # sinus rhythm alone
    assert training.superclasses.shape == (len(training), 5)
    assert training.statements.shape == (len(training), 71)


def test_waveform_is_in_millivolts(catalogue: Catalogue, training: FoldData):
    expected = catalogue.record(int(training.ecg_ids[2])).signal
    np.testing.assert_allclose(training.waveform(slice(2, 3))[0], expected, rtol=1e-6)


def test_fraction_takes_whole_patients(catalogue: Catalogue, store: Store, training: FoldData):
    half = load_folds(catalogue, store, folds=TRAIN_FOLDS, fraction=0.5)
    patients = catalogue.table["patient_id"]
    chosen = set(patients[half.ecg_ids])
    everyone = set(patients[training.ecg_ids])
    assert len(chosen) == round(len(everyone) / 2)
    assert set(half.ecg_ids) == {k for k in training.ecg_ids if patients[k] in chosen}
    every = load_folds(catalogue, store, folds=TRAIN_FOLDS, fraction=0.5, every=True)
    np.testing.assert_array_equal(every.judged().ecg_ids, half.ecg_ids)


def test_fraction_takes_the_same_patients_each_time(catalogue: Catalogue, store: Store):
    one, two = (load_folds(catalogue, store, folds=TRAIN_FOLDS, fraction=0.3).ecg_ids for _ in range(2))
    np.testing.assert_array_equal(one, two)


def test_missing_records_are_left_out(catalogue: Catalogue):
    (catalogue.folder / "records100/00000/00001_lr.dat").unlink()
    assert 1 not in load_folds(catalogue, prepare(catalogue), folds=TRAIN_FOLDS).ecg_ids


def test_training_leaves_weights_and_a_log(training: FoldData, validation: FoldData, tmp_path: Path):
    best = train(tiny(), training, validation=validation, recipe=RECIPE, folder=tmp_path / "run")
    assert {path.name for path in (tmp_path / "run").iterdir()} == {"best.pt", "last.pt", "log.jsonl"}
    log = [json.loads(line) for line in (tmp_path / "run" / "log.jsonl").read_text().splitlines()]
    assert [line["epoch"] for line in log] == [0, 1]
    assert best in log
    assert best["macro_auc"] == max(line["macro_auc"] for line in log)


def stopped_in_the_second_epoch(*run: object, **options: object) -> None:
    epoch_of = loop._epoch

    def stop_in_the_second(*arguments: object) -> float:
        if arguments[-1] == 1:
            raise KeyboardInterrupt
        return epoch_of(*arguments)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loop, "_epoch", stop_in_the_second)
        with pytest.raises(KeyboardInterrupt):
            train(*run, **options)


def test_best_weights_are_those_of_the_best_epoch(training: FoldData, validation: FoldData, tmp_path: Path):
    best = train(tiny(), training, validation=validation, recipe=RECIPE, folder=tmp_path)
    network = tiny()
    network.load_state_dict(torch.load(tmp_path / "best.pt", weights_only=True))
    logits = predict_logits(network, ModalityTransform(), data=validation)
    area = loop.macro_auroc(validation.superclasses.numpy(), logits.numpy())
    assert area == pytest.approx(best["macro_auc"], abs=1e-4)


def test_an_anchored_run_leaves_the_weights_between_its_start_and_its_end(
    training: FoldData, validation: FoldData, tmp_path: Path
):
    network = tiny()
    start = {name: values.clone() for name, values in network.state_dict().items()}
    train(network, training, validation=validation, recipe=replace(RECIPE, anchored=0.25), folder=tmp_path)
    left = torch.load(tmp_path / "best.pt", weights_only=True)
    end = torch.load(tmp_path / "last.pt", weights_only=False)["average"]
    for name, values in left.items():
        expected = 0.25 * start[name] + 0.75 * end[name] if values.is_floating_point() else end[name]
        torch.testing.assert_close(values, expected)


def test_an_anchored_run_that_was_interrupted_keeps_its_first_start(
    training: FoldData, validation: FoldData, tmp_path: Path
):
    anchored = replace(RECIPE, anchored=0.25)
    first, second = tiny(), tiny()
    start = {name: values.clone() for name, values in first.state_dict().items()}
    stopped_in_the_second_epoch(first, training, validation=validation, recipe=anchored, folder=tmp_path)
    with torch.no_grad():
        for values in second.parameters():
            values.fill_(9.0)
    train(second, training, validation=validation, recipe=anchored, folder=tmp_path)
    torch.testing.assert_close(torch.load(tmp_path / "last.pt", weights_only=False)["start"], start)


def test_training_learns(training: FoldData, tmp_path: Path):
    recipe = Recipe(epochs=6, batch=8, augmentation=STILL)
    train(tiny(), training, validation=training, recipe=recipe, folder=tmp_path)
    losses = [json.loads(line)["loss"] for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert losses[-1] < losses[0]


def test_interrupted_run_goes_on_where_it_stopped(training: FoldData, validation: FoldData, tmp_path: Path):
    train(tiny(), training, validation=validation, recipe=RECIPE, folder=tmp_path / "whole")
    stopped_in_the_second_epoch(
        tiny(), training, validation=validation, recipe=RECIPE, folder=tmp_path / "stopped"
    )
    train(tiny(), training, validation=validation, recipe=RECIPE, folder=tmp_path / "stopped")
    whole, resumed = (
        torch.load(tmp_path / name / "last.pt", weights_only=False) for name in ("whole", "stopped")
    )
    for part in ("network", "average"):
        torch.testing.assert_close(dict(resumed[part]), dict(whole[part]), atol=0, rtol=0)
    assert len((tmp_path / "stopped" / "log.jsonl").read_text().splitlines()) == 2


def test_finished_run_is_not_trained_again(training: FoldData, validation: FoldData, tmp_path: Path):
    best = train(tiny(), training, validation=validation, recipe=RECIPE, folder=tmp_path)
    written = (tmp_path / "last.pt").stat().st_mtime_ns
    assert train(tiny(), training, validation=validation, recipe=RECIPE, folder=tmp_path) == best
    assert (tmp_path / "last.pt").stat().st_mtime_ns == written


def test_run_with_another_recipe_is_refused(training: FoldData, validation: FoldData, tmp_path: Path):
    train(tiny(), training, validation=validation, recipe=RECIPE, folder=tmp_path)
    with pytest.raises(ValueError, match="holds a run with another recipe"):
        train(tiny(), training, validation=validation, recipe=replace(RECIPE, seed=4), folder=tmp_path)


def test_run_on_other_records_is_refused(
    catalogue: Catalogue, store: Store, training: FoldData, validation: FoldData, tmp_path: Path
):
    train(tiny(), training, validation=validation, recipe=RECIPE, folder=tmp_path)
    half = load_folds(catalogue, store, folds=TRAIN_FOLDS, fraction=0.5)
    with pytest.raises(ValueError, match="holds a run"):
        train(tiny(), half, validation=validation, recipe=RECIPE, folder=tmp_path)


def test_fewer_records_than_a_batch_are_refused(training: FoldData, validation: FoldData, tmp_path: Path):
    with pytest.raises(ValueError, match="batch"):
        train(tiny(), training, validation=validation, recipe=replace(RECIPE, batch=1000), folder=tmp_path)


@pytest.fixture
def batch() -> tuple[torch.Tensor, torch.Tensor]:
    waveform = torch.randn(64, 12, 1000, generator=torch.Generator().manual_seed(0))
    return waveform, torch.tensor([1.0, 1, -1, 1]).repeat(64, 1)


def test_augmentation_keeps_shapes(batch: tuple[torch.Tensor, torch.Tensor]):
    waveform, metadata = Augmentation()(*batch)
    assert waveform.shape == (64, 12, 1000)
    assert metadata.shape == (64, 4)
    assert waveform.isfinite().all()


def test_augmentation_of_nothing_changes_nothing(batch: tuple[torch.Tensor, torch.Tensor]):
    waveform, metadata = STILL(*batch)
    torch.testing.assert_close(waveform, batch[0])
    torch.testing.assert_close(metadata, batch[1])


def test_a_causal_high_pass_answers_only_after_what_it_answers_to():
    step = torch.zeros(64, 12, 1000)
    step[..., 500:600] = 1
    alone = {"gain": 0, "noise": 0, "wander": 0, "band_pass": 1, "lead_dropout": 0}
    late, still = (Augmentation(**alone, causal=c)(step, torch.zeros(64, 4))[0] for c in (1, 0))
    # Behind the step both sink below zero; before it only the filter that knows the future does.
    before = slice(430, 480)
    assert late[..., 620:700].mean() < 0
    assert late[..., before].abs().mean() < 0.5 * still[..., before].abs().mean()


def test_augmentation_leaves_its_input_alone(batch: tuple[torch.Tensor, torch.Tensor]):
    kept = [part.clone() for part in batch]
    Augmentation()(*batch)
    torch.testing.assert_close(list(batch), kept, atol=0, rtol=0)


def test_augmentation_obeys_the_seed(batch: tuple[torch.Tensor, torch.Tensor]):
    def draw(seed: int) -> torch.Tensor:
        torch.manual_seed(seed)
        return Augmentation()(*batch)[0]

    torch.testing.assert_close(draw(1), draw(1), atol=0, rtol=0)
    assert not torch.equal(draw(1), draw(2))


def test_hidden_metadata_takes_its_flag_along(batch: tuple[torch.Tensor, torch.Tensor]):
    torch.manual_seed(0)
    _, metadata = replace(STILL, metadata_dropout=0.5)(*batch)
    for value, flag in ((0, 1), (2, 3)):
        hidden = metadata[:, flag] == 0
        assert 0 < hidden.sum() < len(metadata)
        assert torch.equal(metadata[:, value] == 0, hidden)


def test_lost_leads_are_lost_as_a_whole(batch: tuple[torch.Tensor, torch.Tensor]):
    torch.manual_seed(0)
    waveform, _ = replace(STILL, lead_dropout=1.0)(*batch)
    silent = (waveform == 0).all(-1)
    assert torch.equal(silent, (waveform == 0).any(-1))
    assert float(silent.float().mean()) == pytest.approx(Augmentation().lead_share, abs=0.06)


def test_fusions_are_fitted_to_frozen_branches(training: FoldData, validation: FoldData, tmp_path: Path):
    branches = {"waveform_cnn": tiny(), "spectrogram_cnn": tiny()}
    before = {k: v.clone() for k, v in branches["waveform_cnn"].state_dict().items()}
    network = REGISTRY["intermediate_fusion"].build(branches, width=16)
    recipe = FusionRecipe(passes=1, crops=1, epochs=1, batch=8)
    passes = fusion.branch_passes(network, training, recipe=recipe, folder=tmp_path / "passes", stamp="stamp")
    seen = fusion.run_branches(network, validation)
    best = fusion.fit_intermediate(
        network,
        passes,
        training=training,
        seen=seen,
        validation=validation,
        recipe=recipe,
        folder=tmp_path / "run",
    )
    assert best["epoch"] == 0
    assert branches["waveform_cnn"].n_crops == WaveformCNN.n_crops
    torch.testing.assert_close(dict(branches["waveform_cnn"].state_dict()), before, atol=0, rtol=0)


def test_late_fusion_fits_the_validation_fold(validation: FoldData):
    network = REGISTRY["late_fusion"].build({"waveform_cnn": tiny(), "spectrogram_cnn": tiny()})
    seen = fusion.run_branches(network, validation)
    everyone = torch.arange(len(validation))

    def log_loss() -> float:
        with torch.inference_mode():
            logits = network.combine(seen.rows(everyone), validation.metadata).logits
        return float(torch.nn.functional.binary_cross_entropy_with_logits(logits, validation.superclasses))

    before = log_loss()
    best = fusion.fit_late(
        network, seen, validation=validation, recipe=LateRecipe(penalties=(1e-2,), parts=2)
    )
    assert best["penalty"] == 1e-2
    assert log_loss() < before


def test_platt_scaling_finds_the_line_behind_the_labels():
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 2, (20_000, 2))
    chances = 1 / (1 + np.exp(-(logits * [0.5, 2.0] + [1.0, -0.5])))
    slope, intercept = fit_platt((rng.random(logits.shape) < chances).astype(float), logits)
    np.testing.assert_allclose(slope, [0.5, 2.0], rtol=0.1)
    np.testing.assert_allclose(intercept, [1.0, -0.5], atol=0.1)


@pytest.fixture
def own_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Weights are written to and read from here instead of weights/."""
    folder = tmp_path / "weights"
    for function in (cards.save_card, cards.read_card, fold_scores.file):
        monkeypatch.setattr(function, "__defaults__", (folder,))
    for function in (weights.save_parameters, weights.load):
        monkeypatch.setattr(function, "__kwdefaults__", {"root": folder})
    return folder


def test_train_model_writes_weights_and_card(
    tiny_ptbxl: Path, own_weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(RECIPES, "waveform_cnn", Recipe(batch=16))
    card = train_model("waveform_cnn", tiny_ptbxl, runs=tmp_path / "runs", epochs=1)
    written = {"waveform_cnn.safetensors", "waveform_cnn.json", "fold_scores.npz"}
    assert {path.name for path in own_weights.iterdir()} == written
    with np.load(own_weights / "fold_scores.npz") as scores:  # folds 9 and 10, six records each
        assert scores["models"].tolist() == ["waveform_cnn"]
        assert scores["ecg_ids"].tolist() == [k for fold in (9, 10) for k in range(fold, 61, 10)]
    assert weights.load("waveform_cnn").card.checksum == card["checksum"]
    assert card["validation"]["checksum"] == card["test"]["checksum"] == card["checksum"]
    assert card["training"]["recipe"]["epochs"] == len(card["log"]) == 1
    assert card["training"]["records"] < card["training"]["second_head"]["records"] == 48
    assert card["statements"][:3] == ["NDT", "NST_", "NORM"]


def test_train_model_without_shipping_leaves_weights_alone(
    tiny_ptbxl: Path, own_weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(RECIPES, "waveform_cnn", Recipe(batch=16))
    best = train_model("waveform_cnn", tiny_ptbxl, runs=tmp_path / "runs", epochs=1, ship=False)
    assert best["epoch"] == 0
    assert (tmp_path / "runs" / "waveform_cnn" / "best.pt").is_file()
    assert not own_weights.exists()


def test_a_candidate_is_trained_and_not_shown(
    tiny_ptbxl: Path, own_weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    narrow = replace(CANDIDATES["waveform_xresnet"], arguments={"widths": (4,), "depths": (1,)})
    monkeypatch.setitem(CANDIDATES, "waveform_xresnet", narrow)
    monkeypatch.setitem(RECIPES, "waveform_xresnet", replace(RECIPES["waveform_xresnet"], batch=16))
    best = train_model("waveform_xresnet", tiny_ptbxl, runs=tmp_path, epochs=1)
    assert best["epoch"] == 0
    assert (tmp_path / "waveform_xresnet" / "best.pt").is_file()
    assert not own_weights.exists()


def test_the_inception_network_learns_the_statements_of_every_record(
    tiny_ptbxl: Path, own_weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    narrow = replace(REGISTRY["waveform_inception"], arguments={"width": 4})
    monkeypatch.setitem(REGISTRY, "waveform_inception", narrow)
    monkeypatch.setitem(RECIPES, "waveform_inception", replace(RECIPES["waveform_inception"], batch=16))
    card = train_model("waveform_inception", tiny_ptbxl, runs=tmp_path, epochs=1)
    assert card["training"]["recipe"]["superclasses_weight"] == 0
    assert card["training"]["records"] == 8 * 6  # those without a superclass too
    assert "second_head" not in card["training"]


def test_the_weight_of_the_classes_leaves_the_statements_alone_in_the_loss():
    output = Output(torch.randn(2, 5), torch.randn(2, 71), torch.zeros(2, 1))
    judged = [
        loss(output, labels, statements=torch.ones(2, 71), recipe=Recipe(), superclasses_weight=0.0)
        for labels in (torch.zeros(2, 5), torch.ones(2, 5))
    ]
    torch.testing.assert_close(*judged)


def test_a_second_round_goes_on_from_the_first_and_names_its_teachers(
    tiny_ptbxl: Path, own_weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    second = Recipe(batch=16, teachers=("waveform_cnn",), taught=0.5, continued=True)
    monkeypatch.setitem(RECIPES, "waveform_cnn", second)
    plain = train_model("waveform_cnn", tiny_ptbxl, runs=tmp_path / "one", epochs=1, plain=True)
    card = train_model("waveform_cnn", tiny_ptbxl, runs=tmp_path / "two", epochs=1)
    assert plain["training"]["recipe"]["taught"] == 0
    assert card["training"]["teachers"] == {"waveform_cnn": plain["checksum"]}
    assert card["training"]["continued_from"] == plain["checksum"]


def test_training_anew_takes_both_rounds_from_random_weights(
    tiny_ptbxl: Path, own_weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    first = Recipe(batch=16, teachers=("waveform_cnn",), taught=0.5)
    monkeypatch.setitem(RECIPES, "waveform_cnn", replace(first, continued=True, anchored=0.5, before=first))
    plain = train_model("waveform_cnn", tiny_ptbxl, runs=tmp_path / "one", epochs=1, plain=True)
    card = train_model("waveform_cnn", tiny_ptbxl, runs=tmp_path / "two", epochs=1, anew=True)
    assert (tmp_path / "two" / "waveform_cnn" / "before" / "best.pt").is_file()
    assert "continued_from" not in card["training"]
    assert card["training"]["earlier_seconds"] > 0  # of the first of its rounds
    assert card["training"]["teachers"] == {"waveform_cnn": plain["checksum"]}


def test_training_anew_is_refused_where_the_recipe_has_no_such_round(tiny_ptbxl: Path, tmp_path: Path):
    with pytest.raises(ValueError, match=r"spectrum_cnn_transformer has no recipe from.*--plain"):
        train_model("spectrum_cnn_transformer", tiny_ptbxl, runs=tmp_path, anew=True)


def test_every_network_that_is_trained_by_the_loop_has_a_recipe():
    trained = {name for name, entry in {**REGISTRY, **CANDIDATES}.items() if not entry.branches}
    assert set(RECIPES) == trained - {"waveform_kernels", "waveform_measurements"}


def test_training_needs_neither_the_app_nor_the_readers():
    blocked = ("streamlit", "captum", "wfdb", "pydicom", "safetensors", "tqdm", "plotly")
    code = f"import sys\nsys.modules.update(dict.fromkeys({blocked}))\nimport ecgnet.training.command"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
