"""Weights: loading with every check, saving, and the choice of device.

`weights/<model>.safetensors` holds the parameters; `weights/<model>.json`, the card beside it (`ecgnet.cards`), says what
they are.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ecgnet import atomic, models
from ecgnet.cards import ROOT, Card, WeightsError, available, read_card
from ecgnet.folders import RESTORE
from ecgnet.language import say, say_n
from ecgnet.lazy import torch
from ecgnet.models import REGISTRY
from ecgnet.precision import NAMES, reduced

if TYPE_CHECKING:
    from torch import Tensor

    from ecgnet.modality_transform import ModalityTransform
    from ecgnet.models import Network

__all__ = [
    "FAILED_DEVICES",
    "ROOT",
    "Card",
    "Model",
    "WeightsError",
    "answering",
    "available",
    "choose_device",
    "describe_device",
    "load",
    "own_state",
    "read_card",
    "read_parameters",
    "save_parameters",
    "verify",
]


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


FAILED_DEVICES: set[str] = set()
"""By name, those that could not go on in this process (`ecgnet.device_faults`)."""


def choose_device() -> torch.device:
    """`ECGNET_DEVICE` when set, else CUDA when there is one, else the CPU; the CPU also in place of one that has failed."""
    named = os.environ.get("ECGNET_DEVICE")
    try:
        device = torch.device(named or ("cuda" if torch.cuda.is_available() else "cpu"))
        return torch.device("cpu") if str(device) in FAILED_DEVICES else device
    except RuntimeError:
        raise WeightsError(
            say(
                "ECGNET_DEVICE is {named}, which is no device; take cpu or cuda.",
                named=named,
            )
        ) from None


def describe_device(device: torch.device) -> str:
    """The device in words for the screen."""
    if device.type == "cuda":
        return f"GPU: {torch.cuda.get_device_name(device)}{f', {NAMES[1]}' if reduced(device) else ''}"
    threads = torch.get_num_threads()
    half = f", {NAMES[1]}" if reduced(device) else ""
    return say_n("CPU, {n} thread{half}", "CPU, {n} threads{half}", n=threads, half=half)


def read_parameters(card: Card, root: Path = ROOT) -> dict[str, Tensor]:
    """The parameters, float32 on the CPU. Raises WeightsError when the file is not the one the card names."""
    from safetensors.torch import load

    path = root / f"{card.name}.safetensors"
    try:
        data = path.read_bytes()
    except OSError:
        raise WeightsError(
            say(
                "{name} is missing from {name_2}/; {restore}.",
                name=path.name,
                name_2=root.name,
                restore=say(RESTORE),
            )
        ) from None
    found = hashlib.sha256(data).hexdigest()
    if found != card.checksum:
        raise WeightsError(
            say(
                "{name} is damaged or not the file its card describes (SHA-256 {found}…, expected "
                "{checksum}…); {restore}.",
                name=path.name,
                found=found[:12],
                checksum=card.checksum[:12],
                restore=say(RESTORE),
            )
        )
    return {k: v.float() if v.is_floating_point() else v for k, v in load(data).items()}


def load(name: str, device: torch.device | None = None, *, root: Path = ROOT) -> Model:
    """A trained model on a device. Raises WeightsError for anything that does not fit; nothing is loaded in part."""
    from ecgnet.modality_transform import ModalityTransform

    device = device or choose_device()
    card = read_card(name, root)
    branches = None
    if wanted := card.branches:
        branches = {}
        for branch, checksum in wanted.items():
            try:
                loaded = load(branch, device, root=root)
            except WeightsError as error:
                others = [
                    other for other in available(root) if branch not in (other, *REGISTRY[other].branches)
                ]
                raise WeightsError(
                    say(
                        "{name} cannot answer without {branch}: {error} Models that do not need it: {others}.",
                        name=name,
                        branch=branch,
                        error=error,
                        others=", ".join(others) or "none",
                    )
                ) from None
            if loaded.card.checksum != checksum:
                raise WeightsError(
                    say(
                        "{name} was fitted to another version of {branch}; train it again: ecgnet train {name}.",
                        name=name,
                        branch=branch,
                    )
                )
            branches[branch] = loaded.network
    network = REGISTRY[name].build(branches, **card.arguments)
    parameters = read_parameters(card, root)
    expected = own_state(network)
    if {k: v.shape for k, v in parameters.items()} != {k: v.shape for k, v in expected.items()}:
        raise WeightsError(
            say(
                "{name}.safetensors does not fit the network of this version; train it again: ecgnet train "
                "{name}.",
                name=name,
            )
        )
    network.load_state_dict(parameters, strict=branches is None)
    network = network.eval().requires_grad_(False).to(device)
    return Model(network, ModalityTransform(card.spec).to(device), card, device)


def described(name: str) -> Model:
    """A model that answers elsewhere: its card, and of its network what it reads. Raises WeightsError as `read_card`."""
    return Model(Elsewhere(REGISTRY[name].needs), None, read_card(name), None)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Elsewhere:
    """In the place of a network that runs on another machine. needs: as `Network.needs`."""

    needs: tuple[str, ...]


def own_state(network: Network) -> dict[str, Tensor]:
    """The parameters that are stored under the network's own name."""
    return network.own_state() if isinstance(network, models.BranchFusion) else dict(network.state_dict())


def save_parameters(name: str, network: Network, *, root: Path = ROOT) -> str:
    """Write `<name>.safetensors` → its SHA-256. Matrices are stored in half precision, vectors in single."""
    from safetensors.torch import save

    state = {
        k: (v.half() if v.is_floating_point() and v.ndim > 1 else v).cpu().contiguous()
        for k, v in own_state(network).items()
    }
    data = save(state, metadata={"model": name})
    atomic.write(root / f"{name}.safetensors", data)
    return hashlib.sha256(data).hexdigest()


def answering(root: Path = ROOT) -> list[str]:
    """The registered models whose weights load, in the registry's order: what still works where others are at fault."""

    def loads(name: str) -> bool:
        try:
            return bool(load(name, torch.device("cpu"), root=root))
        except WeightsError:
            return False

    return [name for name in REGISTRY if loads(name)]


def verify(root: Path = ROOT) -> list[str]:
    """Every fault of every registered model's weights and card, as sentences; empty when all is well."""
    faults = []
    for name in REGISTRY:
        try:
            card = load(name, torch.device("cpu"), root=root).card
            measured = {"validation": card.validation, "test": card.test}
            faults += [
                say(
                    "{name}.json: the {part} metrics were not measured on this checksum.",
                    name=name,
                    part=part,
                )
                for part, found in measured.items()
                if found is None or found.checksum != card.checksum
            ]
            if card.has_trust and not card.trust:
                faults.append(
                    say(
                        "{name}.json: trust was measured on other weights; run ecgnet study trust.",
                        name=name,
                    )
                )
        except WeightsError as error:
            faults.append(str(error))
    return faults
