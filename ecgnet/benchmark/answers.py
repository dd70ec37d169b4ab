"""Answers of the default model, beside published networks at the same input."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch

from ecgnet.benchmark.peers import resnet1d_wang, xresnet1d101
from ecgnet.benchmark.timing import Contest
from ecgnet.demo import draw
from ecgnet.inference import to_numpy
from ecgnet.modalities import encode_metadata
from ecgnet.models import DEFAULT
from ecgnet.models.prepared import prepared
from ecgnet.record import Metadata
from ecgnet.scoring import run_networks
from ecgnet.weights import load

BATCHES = (1, 64)


def contests() -> Iterator[Contest]:
    """One for each size of batch; a call answers the whole batch, on the CPU."""
    model = load(DEFAULT, torch.device("cpu"))
    network, ready = model.network, prepared(model.network)
    for batch in BATCHES:
        signals = np.stack([draw("imi", seed, fs=100).signal for seed in range(min(batch, 8))])
        stored = np.resize(np.round(signals * 1000).astype(np.int16), (batch, 12, 1000))
        wave = torch.from_numpy(stored).float() / 1000
        metadata = encode_metadata([Metadata(60, "female")] * batch)
        seen = model.transform(wave, metadata)
        wang, xresnet = resnet1d_wang(), xresnet1d101()

        def to_probabilities(stored=stored, metadata=metadata) -> np.ndarray:
            waveform = torch.from_numpy(stored).float() / 1000
            run = run_networks({model.name: model}, waveform, metadata=metadata)[model.name]
            return model.card.calibrate(to_numpy(run.output.logits))

        entrants = {
            "resnet1d_wang": lambda wang=wang, wave=wave: wang(wave),
            "xresnet1d101": lambda xresnet=xresnet, wave=wave: xresnet(wave),
            "int16 to calibrated probabilities": to_probabilities,
            f"{model.name}, as trained": lambda seen=seen: network(seen),
            f"{model.name}, prepared": lambda seen=seen: ready(seen),
        }
        entrants |= {
            f"{name}, prepared": lambda name=name, seen=seen: ready.branches[name](seen)
            for name in network.branches
        }
        asked = {name: torch.inference_mode()(call) for name, call in entrants.items()}
        yield Contest(f"{batch} record{'s' * (batch > 1)} answered at once", "batch", "resnet1d_wang", asked)
