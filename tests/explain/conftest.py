"""Stand-ins for a Predictor: any network, with fresh or hand-set weights, behind the class's own methods."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from ecgnet.inference import Predictor
from ecgnet.measure import COLUMNS
from ecgnet.modalities import Spec
from ecgnet.modality_transform import ModalityTransform
from ecgnet.models import REGISTRY, Network
from ecgnet.models.measured import OUTPUTS, MeasuredTrees
from ecgnet.ptbxl import SUPERCLASSES
from ecgnet.record import Metadata, Record


def predictor_of(network: Network, name: str = "stand-in") -> Predictor:
    spec = Spec()
    predictor = Predictor.__new__(Predictor)
    predictor.model = SimpleNamespace(
        name=name,
        network=network.eval().requires_grad_(False),
        transform=ModalityTransform(spec),
        card=SimpleNamespace(
            name=name,
            spec=spec,
            labels=SUPERCLASSES,
            calibrate=lambda logits: 1 / (1 + np.exp(-logits)),
            checksum=name if name in REGISTRY else str(id(network)),
            branches={branch: branch for branch in REGISTRY[name].branches} if name in REGISTRY else {},
            statement_codes=(),
        ),
        device=torch.device("cpu"),
    )
    return predictor


@pytest.fixture(scope="session")
def fresh():
    """A Predictor with fresh weights by registered name; every model is built once, around the same branches. Its
    weights are the same whichever tests ran before."""
    built: dict[str, Network] = {}

    def network(name: str) -> Network:
        if name not in built:
            branches = {branch: network(branch) for branch in REGISTRY[name].branches} or None
            torch.manual_seed(0)
            built[name] = REGISTRY[name].build(branches)
            if isinstance(built[name], MeasuredTrees):
                plant_stumps(built[name])
        return built[name]

    return lambda name: predictor_of(network(name), name)


def plant_stumps(network: MeasuredTrees) -> None:
    """A tree of one question for each output, since trees are grown and not drawn: is there a QRS complex?"""
    tree = {
        "column": [COLUMNS.index("qrs"), 0, 0],
        "threshold": [0.0, 0, 0],
        "missing_left": [True, True, True],
        "left": [1, 1, 2],
        "right": [2, 1, 2],
    }
    for output in range(OUTPUTS):
        values = [0, -0.1 * (1 + output % 5), 0.1 * (1 + output % 5)]
        network.plant(output, [{name: np.array(v) for name, v in (tree | {"value": values}).items()}])


@pytest.fixture(scope="session")
def record() -> Record:
    rng = np.random.default_rng(3)
    beat = np.exp(-(((np.arange(1000) % 80) - 40) ** 2) / 8)
    signal = rng.normal(1, 0.5, (12, 1)) * beat + rng.normal(0, 0.02, (12, 1000))
    return Record(signal, 100, "beats", "test", Metadata(age=70, sex="female"))
