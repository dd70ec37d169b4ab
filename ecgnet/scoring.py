"""Many records through many models at once: every branch runs once, however many fusions use it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from ecgnet.device_faults import in_spite_of_faults
from ecgnet.engine import Engine, Run, answered
from ecgnet.inference import to_numpy
from ecgnet.modalities import Modalities
from ecgnet.progress import track
from ecgnet.signal import steady
from ecgnet.store import FS
from ecgnet.weights import Model, load


@dataclass(frozen=True, eq=False)
class Scores:
    """One model over N records: logits (N, 5) and statement logits (N, 71)."""

    model: Model
    logits: np.ndarray
    statement_logits: np.ndarray

    @property
    def probabilities(self) -> np.ndarray:
        """(N, 5), calibrated."""
        return self.model.card.calibrate(self.logits)

    @property
    def statements(self) -> np.ndarray:
        """(N, 71), calibrated."""
        return self.model.card.calibrate_statements(self.statement_logits)


@torch.inference_mode()
def run_networks(
    models: Mapping[str, Model], waveform: torch.Tensor, *, metadata: torch.Tensor, exact: bool = True
) -> dict[str, Run]:
    """A batch, (B, 12, 1000) in mV and (B, 4), through every model, wandering baselines filtered as `model_input` does;
    branches shared by fusions run once. exact: in single precision, whatever is asked for (`ecgnet.precision`)."""
    waveform = torch.from_numpy(steady(waveform.numpy(), FS)[0])

    def see(model: Model) -> Modalities:
        return model.transform(waveform.to(model.device), metadata.to(model.device))

    if not exact:
        return answered(see, models)
    engine = Engine(see)
    return {name: engine.run(model) for name, model in models.items()}


def score(
    names: Sequence[str],
    signals: np.ndarray | torch.Tensor,
    *,
    metadata: torch.Tensor,
    batch: int = 64,
    device: torch.device | None = None,
) -> dict[str, Scores]:
    """Every named model over N records: signals (N, 12, 1000) int16 in microvolts at 100 Hz, metadata (N, 4).

    Raises WeightsError when a model cannot be loaded.
    """
    models = {name: load(name, device) for name in names}
    rows: dict[str, list[tuple[np.ndarray, np.ndarray]]] = {name: [] for name in names}

    def ask(
        models: Mapping[str, Model], places: Sequence[int]
    ) -> dict[str, list[tuple[np.ndarray, np.ndarray]]]:
        some = slice(places[0], places[-1] + 1)
        wave = torch.as_tensor(np.asarray(signals[some]), dtype=torch.float32) / 1000
        runs = run_networks(models, wave, metadata=metadata[some])
        return {
            name: list(zip(to_numpy(run.output.logits), to_numpy(run.output.statements), strict=True))
            for name, run in runs.items()
        }

    for k in track(range(0, len(signals), batch), "Scoring", total=-(-len(signals) // batch)):
        places = range(k, min(k + batch, len(signals)))
        for name, found in in_spite_of_faults(ask, models, ecgs=places).items():
            rows[name] += found
    return {
        name: Scores(model, *map(np.array, zip(*rows[name], strict=True))) for name, model in models.items()
    }
