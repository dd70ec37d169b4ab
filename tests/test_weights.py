"""Weights and cards: written, read back, and every way in which they may not fit."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from ecgnet import weights
from ecgnet.cards import FORMAT, Card, Stamp, save_card
from ecgnet.metrics import evaluate
from ecgnet.modalities import Spec
from ecgnet.models import REGISTRY, Network
from ecgnet.ptbxl import SUPERCLASSES
from ecgnet.weights import WeightsError

CPU = torch.device("cpu")
MEASURED = evaluate(np.eye(5), np.eye(5), thresholds=np.full(5, 0.5), names=SUPERCLASSES, samples=2)
TINY: dict[str, dict[str, Any]] = {
    "waveform_cnn": {"widths": (4, 8)},
    "waveform_cnn_bilstm": {"widths": (4, 8), "hidden": 4},
    "spectrum_cnn_transformer": {"widths": (4, 8, 8), "depth": 1, "heads": 2},
    "spectrogram_cnn": {"widths": (4, 4, 4, 8)},
    "late_fusion": {"metadata": True},
}


def ship(name: str, root: Path, network: Network, **content: object) -> dict[str, Any]:
    """Write a network with a minimal card; → the card."""
    checksum = weights.save_parameters(name, network, root=root)
    card = {
        "format": FORMAT,
        "name": name,
        "labels": SUPERCLASSES,
        "arguments": TINY[name],
        "preprocessing": Spec().to_dict(),
        "checksum": checksum,
        "thresholds": dict.fromkeys(SUPERCLASSES, 0.5),
        "calibration": {
            "slope": dict.fromkeys(SUPERCLASSES, 1.0),
            "intercept": dict.fromkeys(SUPERCLASSES, 0.0),
        },
        "validation": {"fold": 9, "checksum": checksum} | MEASURED,
        "test": {"fold": 10, "checksum": checksum} | MEASURED,
        **content,
    }
    save_card(card, root)
    return card


def change_card(root: Path, **content: object) -> None:
    path = root / "waveform_cnn.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | content))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder with a tiny waveform_cnn."""
    folder = tmp_path / "weights"
    torch.manual_seed(0)
    ship("waveform_cnn", folder, REGISTRY["waveform_cnn"].build(**TINY["waveform_cnn"]))
    return folder


@pytest.fixture
def fusion_root(tmp_path: Path) -> Path:
    """A folder with a late fusion and its four tiny branches."""
    folder = tmp_path / "weights"
    torch.manual_seed(0)
    branches = {name: REGISTRY[name].build(**TINY[name]) for name in REGISTRY["late_fusion"].branches}
    checksums = {name: ship(name, folder, branch)["checksum"] for name, branch in branches.items()}
    ship("late_fusion", folder, REGISTRY["late_fusion"].build(branches), branches=checksums)
    return folder


def stored(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """As the file keeps it: matrices in half precision."""
    return {
        k: v.half().float() if v.is_floating_point() and v.ndim > 1 else v.clone() for k, v in state.items()
    }


def test_what_is_saved_is_loaded(tmp_path: Path):
    network = REGISTRY["waveform_cnn"].build(**TINY["waveform_cnn"])
    ship("waveform_cnn", tmp_path, network)
    model = weights.load("waveform_cnn", CPU, root=tmp_path)
    torch.testing.assert_close(dict(model.network.state_dict()), stored(network.state_dict()), atol=0, rtol=0)


def test_loaded_model_is_ready_to_answer(root: Path):
    model = weights.load("waveform_cnn", CPU, root=root)
    assert model.name == "waveform_cnn"
    assert not model.network.training
    assert not any(p.requires_grad for p in model.network.parameters())
    assert model.transform.spec == Spec()


def test_fusion_is_loaded_with_its_branches(fusion_root: Path):
    model = weights.load("late_fusion", CPU, root=fusion_root)
    branch = weights.load("spectrogram_cnn", CPU, root=fusion_root).network
    torch.testing.assert_close(
        dict(model.network.branches["spectrogram_cnn"].state_dict()), dict(branch.state_dict())
    )


def test_fusion_stores_its_own_parameters_only(fusion_root: Path):
    card = weights.read_card("late_fusion", fusion_root)
    parameters = weights.read_parameters(card, fusion_root)
    assert set(parameters) == {
        "weight", "bias", "statement_weight", "statement_bias", "patient.weight"
    }  # fmt: skip


def test_saving_again_gives_the_same_checksum(tmp_path: Path):
    network = REGISTRY["waveform_cnn"].build(**TINY["waveform_cnn"])
    assert len({weights.save_parameters("waveform_cnn", network, root=tmp_path) for _ in range(8)}) == 1


def test_card_tells_labels_thresholds_and_id(root: Path):
    card = weights.read_card("waveform_cnn", root)
    assert card.labels == SUPERCLASSES
    assert card.thresholds.tolist() == [0.5] * 5
    assert card.weights_id == f"waveform_cnn@{card.checksum[:12]}"


def test_card_calibrates_by_class(root: Path):
    calibration = {
        "slope": dict.fromkeys(SUPERCLASSES, 2.0),
        "intercept": dict.fromkeys(SUPERCLASSES, 0.0) | {"MI": 1.0},
    }
    change_card(root, calibration=calibration)
    found = weights.read_card("waveform_cnn", root).calibrate(np.zeros((3, 5)))
    sigmoid_of_one = 1 / (1 + np.exp(-1))
    np.testing.assert_allclose(found, np.tile([0.5, sigmoid_of_one, 0.5, 0.5, 0.5], (3, 1)))


def test_available_names_the_models_with_a_card(root: Path):
    assert weights.available(root) == ("waveform_cnn",)


def test_unknown_model_is_told(root: Path):
    with pytest.raises(WeightsError, match="no model named resnet; there are waveform_cnn"):
        weights.load("resnet", CPU, root=root)


def test_missing_card_is_named(root: Path):
    with pytest.raises(WeightsError, match=r"spectrogram_cnn.json is missing from weights/; restore it"):
        weights.load("spectrogram_cnn", CPU, root=root)


def test_missing_parameters_are_named(root: Path):
    (root / "waveform_cnn.safetensors").unlink()
    with pytest.raises(WeightsError, match=r"waveform_cnn.safetensors is missing from weights/; restore it"):
        weights.load("waveform_cnn", CPU, root=root)


def test_damaged_parameters_are_named(root: Path):
    path = root / "waveform_cnn.safetensors"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    with pytest.raises(WeightsError, match=r"waveform_cnn.safetensors is damaged .* restore"):
        weights.load("waveform_cnn", CPU, root=root)


@pytest.mark.parametrize("text", ["{", "", "[]", "7"])
def test_damaged_card_is_named(root: Path, text: str):
    (root / "waveform_cnn.json").write_text(text)
    with pytest.raises(WeightsError, match=r"waveform_cnn.json"):
        weights.load("waveform_cnn", CPU, root=root)


@pytest.mark.parametrize("part", ["checksum", "arguments", "preprocessing", "thresholds", "calibration"])
def test_card_that_lacks_a_part_is_named(root: Path, part: str):
    path = root / "waveform_cnn.json"
    content = json.loads(path.read_text())
    del content[part]
    path.write_text(json.dumps(content))
    with pytest.raises(WeightsError, match=r"waveform_cnn.json"):
        weights.load("waveform_cnn", CPU, root=root)


def test_card_of_another_format_is_told(root: Path):
    change_card(root, format=99)
    with pytest.raises(WeightsError, match=r"waveform_cnn.json is of format 99, this ECGNet reads format 1"):
        weights.load("waveform_cnn", CPU, root=root)


@pytest.mark.parametrize("content", [{"name": "late_fusion"}, {"labels": ["NORM", "MI"]}])
def test_card_of_another_model_is_told(root: Path, content: dict[str, object]):
    change_card(root, **content)
    with pytest.raises(WeightsError, match=r"waveform_cnn.json describes another model or other labels"):
        weights.load("waveform_cnn", CPU, root=root)


def test_parameters_of_another_size_are_told(root: Path):
    change_card(root, arguments={"widths": [4, 16]})
    with pytest.raises(WeightsError, match=r"waveform_cnn.safetensors does not fit the network"):
        weights.load("waveform_cnn", CPU, root=root)


def test_fusion_refuses_another_version_of_a_branch(fusion_root: Path):
    ship("spectrogram_cnn", fusion_root, REGISTRY["spectrogram_cnn"].build(**TINY["spectrogram_cnn"]))
    with pytest.raises(WeightsError, match=r"late_fusion was fitted to another version of spectrogram_cnn"):
        weights.load("late_fusion", CPU, root=fusion_root)


def test_fusion_names_the_branch_that_is_missing(fusion_root: Path):
    (fusion_root / "spectrogram_cnn.json").unlink()
    with pytest.raises(WeightsError, match=r"spectrogram_cnn.json is missing"):
        weights.load("late_fusion", CPU, root=fusion_root)


@pytest.mark.parametrize(
    "damage", [Path.unlink, lambda file: file.write_bytes(b"")], ids=["missing", "other"]
)
def test_a_fusion_without_a_branch_names_it_and_the_models_that_still_answer(damage: Any, fusion_root: Path):
    damage(fusion_root / "spectrogram_cnn.safetensors")
    with pytest.raises(
        WeightsError, match=r"late_fusion cannot answer without spectrogram_cnn: .*git checkout"
    ) as told:
        weights.load("late_fusion", CPU, root=fusion_root)
    left = [*REGISTRY["late_fusion"].branches]
    left.remove("spectrogram_cnn")
    assert str(told.value).endswith(f"Models that do not need it: {', '.join(left)}.")
    assert weights.answering(fusion_root) == left


def test_verify_names_every_model_that_is_missing(root: Path):
    faults = weights.verify(root)
    assert len(faults) == len(REGISTRY) - 1
    assert not any("waveform_cnn.json" in fault for fault in faults)


def test_verify_finds_metrics_of_other_weights(root: Path):
    change_card(root, test={"fold": 10, "checksum": "another"} | MEASURED)
    assert "waveform_cnn.json: the test metrics were not measured on this checksum." in weights.verify(root)


@pytest.mark.parametrize("name", REGISTRY)
def test_shipped_weights_fit_their_card(name: str):
    if name not in weights.available():
        pytest.skip(f"weights/{name}.json is not there")
    card = weights.load(name, CPU).card
    assert card.validation.checksum == card.test.checksum == card.checksum
    assert card.limits
    assert len(card.statement_codes) == 71


@pytest.mark.parametrize("name", weights.available())
def test_shipped_cards_are_read_whole(name: str):
    card = weights.read_card(name)
    assert card.test.macro_auc == card.content["test"]["macro_auc"]
    assert card.test.subgroups["female"].n == card.content["test"]["subgroups"]["female"]["n"]
    assert card.training.total_seconds > 0
    assert card.trust is not None
    assert set(card.explanations) == set(card.content.get("explanations", {}).get("modalities", {}))


@pytest.mark.parametrize(
    ("part", "older", "again"),
    [
        ("test", {"checksum": "abc", "auc": 0.9}, "ecgnet weights measure"),
        ("explanations", {"checksum": "abc", "waveform": {}}, "ecgnet study explanations"),
        ("training", ["epoch 1"], "restore it with git checkout"),
        ("calibration", {"platt": [1.0, 0.0]}, "restore it with git checkout"),
        ("thresholds", {"NORM": 0.5}, "restore it with git checkout"),
    ],
)
def test_a_part_of_an_older_layout_says_what_to_do(part: str, older: Any, again: str):
    card = Card({"name": "waveform_cnn", "checksum": "abc", "labels": list(SUPERCLASSES), part: older})
    said = (
        rf"^waveform_cnn.json has its {part} in the layout of another version of ECGNet .*; (run )?{again}\.$"
    )
    with pytest.raises(WeightsError, match=said):
        getattr(card, part)


def test_trust_of_an_older_layout_says_what_to_do():
    card = Card({"name": "waveform_cnn", "checksum": "abc"})
    for older in ({"stamp": card.stamp(Stamp.ANSWERS), "sets": {}}, ["sets"]):
        with pytest.raises(WeightsError, match=r"another version of ECGNet .*; run ecgnet study trust\.$"):
            _ = card.with_parts(trust=older).trust


@pytest.mark.parametrize("part", ["title", "summary", "parameters", "limits", "arguments"])
def test_a_part_that_is_not_there_says_what_to_do(part: str):
    with pytest.raises(WeightsError, match=rf"^any.json lacks {part}; restore it"):
        getattr(Card({"name": "any"}), part)


def test_the_log_stands_last_whatever_is_put_in():
    card = Card({"name": "any", "log": [{"epoch": 0}], "checksum": "a"}).with_parts(
        test={"n": 1}, checksum="b"
    )
    assert list(card.content) == ["name", "checksum", "test", "log"]
    assert card.checksum == "b"


def test_device_can_be_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ECGNET_DEVICE", "cpu")
    assert weights.choose_device() == CPU
    assert weights.describe_device(CPU).startswith("CPU")


def test_device_without_sense_is_told(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ECGNET_DEVICE", "abacus")
    with pytest.raises(WeightsError, match="ECGNET_DEVICE"):
        weights.choose_device()
