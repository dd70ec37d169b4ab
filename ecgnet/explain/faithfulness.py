"""Is a map any good? Deletion and insertion (Petsiuk et al. 2018) against random orders, and agreement of methods.

If a map is right, taking away what it credits most must change the answer sooner than taking away pieces at random,
and giving the credited pieces back first must restore it sooner.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from scipy.stats import spearmanr

from ecgnet.explain.attributions import METHODS, Explanation
from ecgnet.explain.bands import band_of
from ecgnet.explain.error import ExplanationError
from ecgnet.explain.question import Progress, asked, silent
from ecgnet.explain.waves import lead_wave_sums
from ecgnet.inference import Predictor, to_numpy
from ecgnet.measure import Beats
from ecgnet.modalities import Spec
from ecgnet.record import Record

STEPS, ORDERS = 10, 4
MARGIN = 0.05
"""By how much of the curves' span the map must beat the best random order."""
PIECES = {"waveform": (1, 20), "spectrum": (1, 10), "spectrogram": (1, 11, 21)}
"""Taken away together: a lead's 0.2 s; a lead's 1 Hz; a lead's 17 Hz by 1.7 s."""


@dataclass(frozen=True, eq=False)
class MapCheck:
    """Deletion and insertion curves of one map and of random orders.

    removed (n,): the share of pieces taken away (deletion) or given back (insertion); deletion, insertion (n,) and
    random_deletion, random_insertion (r, n): the target's logit; probabilities: the same, calibrated, by name.
    """

    removed: np.ndarray
    deletion: np.ndarray
    insertion: np.ndarray
    random_deletion: np.ndarray
    random_insertion: np.ndarray
    probabilities: dict[str, np.ndarray]

    @property
    def gains(self) -> tuple[float, float]:
        """By how much of the curves' span the mean of the map's deletion curve lies below the best random order's, and
        that of its insertion curve above."""
        every = np.vstack([self.deletion, self.insertion, self.random_deletion, self.random_insertion])
        span = max(float(np.ptp(every)), 1e-9)
        deletion = self.random_deletion.mean(1).min() - self.deletion.mean()
        insertion = self.insertion.mean() - self.random_insertion.mean(1).max()
        return float(deletion) / span, float(insertion) / span

    @property
    def passed(self) -> int:
        """How many of the two tests the map passes."""
        return sum(gain > MARGIN for gain in self.gains)

    @property
    def verdict(self) -> str:
        """The outcome in a few words."""
        return (
            "no better than random here",
            "stands out from random in one of two tests",
            "stands out from random",
        )[self.passed]


def check_map(
    predictor: Predictor,
    record: Record,
    explanation: Explanation,
    *,
    beats: Beats | None = None,
    steps: int = STEPS,
    orders: int = ORDERS,
    progress: Progress = silent,
) -> MapCheck:
    """Take the pieces of one modality away, and give them back, in the order of the map and in random orders.

    A piece that is taken away has the map's own baseline; the other modalities stay as recorded. Random orders are the
    same each time. Raises ExplanationError for patient data, which have too few numbers.
    """
    name, values = explanation.modality, np.asarray(explanation.values, np.float64)
    if name not in PIECES:
        raise ExplanationError("Patient data are a few numbers: leave them out instead and see what changes.")
    piece = pieces(values.shape, PIECES[name])
    n = int(piece.max()) + 1
    credit = np.bincount(piece.ravel(), values.ravel(), n)
    rng = np.random.default_rng(0)
    ranked = [np.argsort(-credit, kind="stable"), *(rng.permutation(n) for _ in range(orders))]
    cuts = np.round(np.linspace(0, n, steps + 1)).astype(int)
    # Kept pieces; first all and none, then deletion and insertion by the map, then deletion in random orders.
    rows = [np.ones(n, bool), np.zeros(n, bool)]
    for k, order in enumerate(ranked):
        place = np.empty(n, int)
        place[order] = np.arange(n)
        rows += [place >= cut for cut in cuts[1:-1]]
        if k == 0:
            rows += [place < cut for cut in cuts[1:-1]]
    with (
        asked(
            predictor,
            record,
            explanation.target,
            on_trace=explanation.on_trace,
            against=explanation.against,
            beats=beats,
        ) as question,
        torch.no_grad(),
    ):
        distance, network = question.distance(name), question.holding(name)
        found, at_once = [], 4 * question.batch
        for first in range(0, len(rows), at_once):
            kept = torch.from_numpy(np.stack(rows[first : first + at_once])[:, piece]).to(distance)
            kept = kept.unsqueeze(2) if name == "spectrogram" else kept
            found.append(question.answers(network, {name: distance * kept}))
            progress(min(1.0, (first + at_once) / len(rows)))
        logits = to_numpy(torch.cat(found))
        target = question.target
    probabilities = predictor.model.card.calibrate(logits)[:, target]
    return MapCheck(
        cuts / n,
        **_curves(logits[:, target], steps, orders),
        probabilities=_curves(probabilities, steps, orders),
    )


def _curves(answers: np.ndarray, steps: int, orders: int) -> dict[str, np.ndarray]:
    """The answers in the order of `check_map`'s rows → whole curves. Random insertion is random deletion read backwards."""
    full, empty, rest = answers[0], answers[1], answers[2:].reshape(orders + 2, steps - 1)
    deletion = np.hstack([np.full((orders + 2, 1), full), rest, np.full((orders + 2, 1), empty)])
    return {
        "deletion": deletion[0],
        "insertion": np.hstack([empty, rest[1], full]),
        "random_deletion": deletion[2:],
        "random_insertion": deletion[2:, ::-1],
    }


def pieces(shape: tuple[int, ...], size: tuple[int, ...]) -> np.ndarray:
    """`shape` int from 0: the piece of each value, boxes of `size` (the last in a row may be smaller)."""
    counts = [-(-length // step) for length, step in zip(shape, size, strict=True)]
    places = np.meshgrid(*(np.arange(n) // step for n, step in zip(shape, size, strict=True)), indexing="ij")
    return np.ravel_multi_index(places, counts)


def agreement(one: Explanation, other: Explanation, waves: np.ndarray | None, spec: Spec) -> float:
    """Rank correlation (Spearman, -1 to 1) of two maps of the same modality: over leads by waves, over leads by seconds
    where `waves` is None, over leads by frequency bands for spectra; NaN where one of them is the same everywhere.
    Against a method without signs (saliency) sizes are compared.

    Raises ExplanationError for patient data and for maps of different modalities.
    """
    if one.modality != other.modality or one.modality not in PIECES:
        raise ExplanationError("Two maps can be compared when both lie on the same view of the ECG.")
    unsigned = any(METHODS[e.method].sensitivity for e in (one, other))
    sums = [table(np.abs(e.values) if unsigned else e.values, waves, spec).ravel() for e in (one, other)]
    if any(np.ptp(values) == 0 for values in sums):
        return float("nan")
    return float(spearmanr(*sums).statistic)


def table(values: np.ndarray, waves: np.ndarray | None, spec: Spec) -> np.ndarray:
    """A map as a table of a few dozen sums: leads by waves or seconds (12, N), by frequency bands (12, F) or (12, F, S)."""
    values = np.asarray(values, np.float64)
    if values.shape[1] == spec.samples:
        if waves is not None:
            return lead_wave_sums(values, waves)
        return np.add.reduceat(values, np.arange(0, values.shape[1], spec.fs), axis=1)
    bands = band_of(values.shape[1], spec.fs / 2)
    return values.reshape(*values.shape[:2], -1).sum(-1) @ (bands[:, None] == np.arange(bands.max() + 1))
