"""Weights and their cards: loading with every check, saving, and the choice of device.

`weights/<model>.safetensors` holds the parameters; `weights/<model>.json`, the card, says what they are: labels,
preprocessing, training, metrics, thresholds, calibration and the checksum of the file beside it.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ecgnet.modalities import ModalityTransform, Spec
from ecgnet.models import REGISTRY, BranchFusion, Network
from ecgnet.ptbxl import SUPERCLASSES

FORMAT = 1
PARTS = ("arguments", "preprocessing", "checksum", "calibration", "thresholds")
ROOT = Path(__file__).resolve().parent.parent / "weights"


class WeightsError(RuntimeError):
    """Weights that are missing, damaged or of another version; the message names the file and the way to mend it."""


@dataclass(frozen=True)
class Card:
    """What is written beside the weights; `content` is the JSON as it stands."""

    content: dict[str, Any]

    @property
    def name(self) -> str:
        """The registered model's name."""
        return self.content["name"]

    @property
    def weights_id(self) -> str:
        """Name and the first 12 digits of the checksum: labels every prediction."""
        return f"{self.name}@{self.content['checksum'][:12]}"

    @property
    def spec(self) -> Spec:
        """How the modalities are made for this model."""
        return Spec(**self.content["preprocessing"])

    @property
    def labels(self) -> tuple[str, ...]:
        """Output names in order."""
        return tuple(self.content["labels"])

    @property
    def thresholds(self) -> np.ndarray:
        """(5,) on calibrated probabilities, from the validation fold."""
        return np.array([self.content["thresholds"][name] for name in self.labels])

    def calibrate(self, logits: np.ndarray) -> np.ndarray:
        """Logits (..., 5) → calibrated probabilities (..., 5), Platt scaling (Platt 1999) fitted on the validation fold."""
        platt = self.content["calibration"]
        slope = np.array([platt["slope"][name] for name in self.labels])
        intercept = np.array([platt["intercept"][name] for name in self.labels])
        return 1 / (1 + np.exp(-(logits * slope + intercept)))

    @property
    def answers_id(self) -> str:
        """What fixes the probabilities, parameters, branches, preprocessing and calibration, in 16 digits: statistics of
        answers are stamped with it."""
        parts = ("checksum", "branches", "preprocessing", "calibration")
        text = json.dumps([self.content.get(part) for part in parts], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    @property
    def trust(self) -> dict[str, Any]:
        """What `ecgnet study trust` found of these answers; empty where it has not run, or ran for other weights."""
        found = self.content.get("trust", {})
        return found if found.get("stamp") == self.answers_id else {}

    @property
    def statement_codes(self) -> tuple[str, ...]:
        """The codes of the second head, in order."""
        return tuple(self.content["statements"])

    @property
    def statement_thresholds(self) -> np.ndarray:
        """(71,) on calibrated probabilities, from the validation fold; above 1 where the card sets none."""
        thresholds = self.content.get("statement_thresholds", {})
        return np.array([thresholds.get(code, np.inf) for code in self.statement_codes])

    def calibrate_statements(self, logits: np.ndarray) -> np.ndarray:
        """Statement logits (..., 71) → calibrated probabilities (..., 71); as they are where the card says nothing."""
        platt = self.content.get("statement_calibration", {"slope": {}, "intercept": {}})
        slope = np.array([platt["slope"].get(code, 1.0) for code in self.statement_codes])
        intercept = np.array([platt["intercept"].get(code, 0.0) for code in self.statement_codes])
        return 1 / (1 + np.exp(-(logits * slope + intercept)))


@dataclass(frozen=True, eq=False)
class Model:
    """A network ready to answer: in evaluation mode, on its device, with the transform that its card asks for."""

    network: Network
    transform: ModalityTransform
    card: Card
    device: torch.device

    @property
    def name(self) -> str:
        """The registered model's name."""
        return self.card.name


def choose_device() -> torch.device:
    """`ECGNET_DEVICE` when set, else CUDA when there is one, else the CPU."""
    named = os.environ.get("ECGNET_DEVICE")
    try:
        return torch.device(named or ("cuda" if torch.cuda.is_available() else "cpu"))
    except RuntimeError:
        raise WeightsError(f"ECGNET_DEVICE is {named}, which is no device; take cpu or cuda.") from None


def describe_device(device: torch.device) -> str:
    """The device in words for the screen."""
    if device.type == "cuda":
        return f"GPU: {torch.cuda.get_device_name(device)}"
    threads = torch.get_num_threads()
    return f"CPU, {threads} thread{'s' if threads > 1 else ''}"


def available(root: Path = ROOT) -> tuple[str, ...]:
    """Registered models that have a card, in the registry's order."""
    return tuple(name for name in REGISTRY if (root / f"{name}.json").is_file())


def read_card(name: str, root: Path = ROOT) -> Card:
    """The card of a model. Raises WeightsError when it is missing, unreadable or of another version."""
    if name not in REGISTRY:
        raise WeightsError(f"There is no model named {name}; there are {', '.join(REGISTRY)}.")
    path = root / f"{name}.json"
    try:
        content = json.loads(path.read_text())
    except FileNotFoundError:
        raise WeightsError(
            f"{path.name} is missing from {root.name}/; restore it with git checkout or train it: ecgnet train {name}."
        ) from None
    except (OSError, ValueError) as error:
        raise WeightsError(f"{path.name} cannot be read ({error}); restore it with git checkout.") from error
    if not isinstance(content, dict):
        raise WeightsError(f"{path.name} is not a card; restore it with git checkout.")
    if content.get("format") != FORMAT:
        raise WeightsError(
            f"{path.name} is of format {content.get('format')}, this ECGNet reads format {FORMAT}; "
            "take weights and program from the same version."
        )
    if tuple(content.get("labels", ())) != SUPERCLASSES or content.get("name") != name:
        raise WeightsError(
            f"{path.name} describes another model or other labels; restore it with git checkout."
        )
    needed = (*PARTS, "branches") if REGISTRY[name].branches else PARTS
    if lacking := [part for part in needed if part not in content]:
        raise WeightsError(f"{path.name} lacks {', '.join(lacking)}; restore it with git checkout.")
    return Card(content)


def read_parameters(card: Card, root: Path = ROOT) -> dict[str, Tensor]:
    """The parameters, float32 on the CPU. Raises WeightsError when the file is not the one the card names."""
    from safetensors.torch import load

    path = root / f"{card.name}.safetensors"
    try:
        data = path.read_bytes()
    except OSError:
        raise WeightsError(
            f"{path.name} is missing from {root.name}/; restore it with git checkout."
        ) from None
    found = hashlib.sha256(data).hexdigest()
    if found != card.content["checksum"]:
        raise WeightsError(
            f"{path.name} is damaged or not the file its card describes (SHA-256 {found[:12]}…, expected "
            f"{card.content['checksum'][:12]}…); restore both with git checkout."
        )
    return {k: v.float() if v.is_floating_point() else v for k, v in load(data).items()}


def load(name: str, device: torch.device | None = None, root: Path = ROOT) -> Model:
    """A trained model on a device. Raises WeightsError for anything that does not fit; nothing is loaded in part."""
    device = device or choose_device()
    card = read_card(name, root)
    branches = None
    if wanted := card.content.get("branches"):
        branches = {}
        for branch, checksum in wanted.items():
            loaded = load(branch, device, root)
            if loaded.card.content["checksum"] != checksum:
                raise WeightsError(
                    f"{name} was fitted to another version of {branch}; train it again: ecgnet train {name}."
                )
            branches[branch] = loaded.network
    network = REGISTRY[name].build(branches, **card.content["arguments"])
    parameters = read_parameters(card, root)
    expected = own_state(network)
    if {k: v.shape for k, v in parameters.items()} != {k: v.shape for k, v in expected.items()}:
        raise WeightsError(
            f"{name}.safetensors does not fit the network of this version; train it again: ecgnet train {name}."
        )
    network.load_state_dict(parameters, strict=branches is None)
    network = network.eval().requires_grad_(False).to(device)
    return Model(network, ModalityTransform(card.spec).to(device), card, device)


def own_state(network: Network) -> dict[str, Tensor]:
    """The parameters that are stored under the network's own name."""
    return network.own_state() if isinstance(network, BranchFusion) else dict(network.state_dict())


def save_parameters(name: str, network: Network, root: Path = ROOT) -> str:
    """Write `<name>.safetensors` → its SHA-256. Matrices are stored in half precision, vectors in single."""
    from safetensors.torch import save

    state = {
        k: (v.half() if v.is_floating_point() and v.ndim > 1 else v).cpu().contiguous()
        for k, v in own_state(network).items()
    }
    data = save(state, metadata={"model": name})
    root.mkdir(parents=True, exist_ok=True)
    (root / f"{name}.safetensors").write_bytes(data)
    return hashlib.sha256(data).hexdigest()


def save_card(content: dict[str, Any], root: Path = ROOT) -> None:
    """Write `<name>.json`."""
    path = root / f"{content['name']}.json"
    path.write_text(json.dumps(content, indent=1) + "\n")


def verify(root: Path = ROOT) -> list[str]:
    """Every fault of every registered model's weights and card, as sentences; empty when all is well."""
    faults = []
    for name in REGISTRY:
        try:
            content = load(name, torch.device("cpu"), root).card.content
        except WeightsError as error:
            faults.append(str(error))
            continue
        for part in ("validation", "test"):
            if content.get(part, {}).get("checksum") != content["checksum"]:
                faults.append(f"{name}.json: the {part} metrics were not measured on this checksum.")
        if "trust" in content and not Card(content).trust:
            faults.append(f"{name}.json: trust was measured on other weights; run ecgnet study trust.")
    return faults
