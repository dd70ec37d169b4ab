"""Is a map any good? Deletion and insertion (Petsiuk et al. 2018) against random orders, and agreement of methods.

If a map is right, taking away what it credits most must change the answer sooner than taking away pieces at random,
and giving the credited pieces back first must restore it sooner.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import spearmanr

from ecgnet.explain.attributions import METHODS, Explanation
from ecgnet.explain.bands import band_of
from ecgnet.explain.error import ExplanationError
from ecgnet.explain.question import Progress, Question, asked, calibrated, silent
from ecgnet.explain.waves import lead_wave_sums
from ecgnet.inference import Predictor, to_numpy
from ecgnet.language import say
from ecgnet.lazy import torch
from ecgnet.measure import Beats
from ecgnet.modalities import Spec
from ecgnet.record import Record
from ecgnet.remote import at_service

STEPS, ORDERS = 6, 3
MARGIN = 0.05
"""By how much of the curves' span the map must beat the best random order."""
PIECES = {"waveform": (1, 20), "spectrum": (1, 10), "spectrogram": (1, 11, 21), "metadata": (2,)}
"""Taken away together: a lead's 0.2 s; a lead's 1 Hz; a lead's 17 Hz by 1.7 s; age or sex with its flag."""


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
            say("no better than random here"),
            say("stands out from random in one of two tests"),
            say("stands out from random"),
        )[self.passed]


@at_service
def check_map(
    predictor: Predictor,
    record: Record,
    *,
    explanation: Explanation,
    beats: Beats | None = None,
    steps: int = STEPS,
    orders: int = ORDERS,
    progress: Progress = silent,
) -> MapCheck:
    """Take the pieces of one modality away, and give them back, in the order of the map and in random orders.

    A piece that is taken away has the map's own baseline; the other modalities stay as recorded. Random orders are the
    same each time. Raises ExplanationError for patient data, which have too few numbers.
    """
    name = explanation.modality
    if name == "metadata":
        raise ExplanationError(
            say("Patient data are a few numbers: leave them out instead and see what changes.")
        )
    credit = piece_sums(explanation.values, name)
    cuts = np.round(np.linspace(0, len(credit), steps + 1)).astype(int)
    with asked(
        predictor,
        record,
        target=explanation.target,
        on_trace=explanation.on_trace,
        against=explanation.against,
        beats=beats,
        progress=progress,
    ) as question:
        by_map, by_chance = take_away(question, name, credits=credit[None], cuts=cuts, orders=orders)

    def curves(answers: Callable[[np.ndarray], np.ndarray]) -> dict[str, np.ndarray]:
        chance = answers(by_chance)
        return {
            "deletion": answers(by_map[0, 0]),
            "insertion": answers(by_map[0, 1]),
            "random_deletion": chance,
            "random_insertion": chance[:, ::-1],
        }

    def probability(logits: np.ndarray) -> np.ndarray:
        return calibrated(predictor, logits.ravel(), place=question.target).reshape(logits.shape)

    return MapCheck(cuts / len(credit), **curves(np.asarray), probabilities=curves(probability))


def take_away(
    question: Question, name: str, *, credits: np.ndarray, cuts: np.ndarray, orders: int, seed: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Answers (logits) while the pieces of one modality are taken away and given back, all in as few batches as may be.

    credits (m, n): of m maps, by piece; cuts (c,): how many pieces are gone, from 0 to n, the same from both ends.
    → by map (m, 2, c), deletion and insertion; and by random orders (r, c), deletion: its insertion is the reverse.
    Pieces of equal credit go in random order.
    """
    n, rng = credits.shape[1], np.random.default_rng(seed)
    chance = [rng.permutation(n) for _ in range(orders)]
    ranked = []
    for credit in credits:
        mixed = rng.permutation(n)
        ranked.append(mixed[np.argsort(-credit[mixed], kind="stable")])
    rows = [np.ones(n, bool), np.zeros(n, bool)]
    for k, order in enumerate([*ranked, *chance]):
        place = np.empty(n, int)
        place[order] = np.arange(n)
        rows += [place >= cut for cut in cuts[1:-1]]
        if k < len(ranked):
            rows += [place < cut for cut in cuts[1:-1]]
    with torch.no_grad():
        distance, network = question.distance(name), question.holding(name)
        piece = pieces(_flat(distance.shape[1:], name), PIECES[name])
        found, at_once = [], 2 * question.batch
        for first in range(0, len(rows), at_once):
            kept = torch.from_numpy(np.stack(rows[first : first + at_once])[:, piece]).to(distance)
            kept = kept.unsqueeze(2) if name == "spectrogram" else kept
            found.append(question.answer(network, {name: distance * kept}))
            question.progress(min(1.0, (first + at_once) / len(rows)))
    answers = to_numpy(torch.cat(found))
    full, empty, inner = answers[0], answers[1], len(cuts) - 2
    by_map = np.empty((len(credits), 2, len(cuts)))
    by_chance = np.empty((orders, len(cuts)))
    by_map[:, 0, 0], by_map[:, 0, -1], by_map[:, 1, 0], by_map[:, 1, -1] = full, empty, empty, full
    by_chance[:, 0], by_chance[:, -1] = full, empty
    split = 2 + 2 * len(credits) * inner
    by_map[:, :, 1:-1] = answers[2:split].reshape(len(credits), 2, inner)
    by_chance[:, 1:-1] = answers[split:].reshape(orders, inner)
    return by_map, by_chance


def _flat(shape: Sequence[int], name: str) -> tuple[int, ...]:
    """The shape of a map of this input: the spectrogram's two parts count as one."""
    return (shape[0], *shape[2:]) if name == "spectrogram" else tuple(shape)


def piece_sums(values: np.ndarray, name: str) -> np.ndarray:
    """A map's sums by piece (n,), see `PIECES`."""
    piece = pieces(values.shape, PIECES[name]).ravel()
    return np.bincount(piece, np.asarray(values, np.float64).ravel())


def pieces(shape: tuple[int, ...], size: tuple[int, ...]) -> np.ndarray:
    """`shape` int from 0: the piece of each value, boxes of `size` (the last in a row may be smaller)."""
    counts = [-(-length // step) for length, step in zip(shape, size, strict=True)]
    places = np.meshgrid(*(np.arange(n) // step for n, step in zip(shape, size, strict=True)), indexing="ij")
    return np.ravel_multi_index(places, counts)


def agreement(one: Explanation, other: Explanation, *, waves: np.ndarray | None, spec: Spec) -> float:
    """Rank correlation (Spearman, -1 to 1) of two maps of the same modality: over leads by waves, over leads by seconds
    where `waves` is None, over leads by frequency bands for spectra; NaN where one of them is the same everywhere.
    Against a method without signs (saliency) sizes are compared.

    Raises ExplanationError for patient data and for maps of different modalities.
    """
    if one.modality != other.modality or one.modality == "metadata":
        raise ExplanationError(say("Two maps can be compared when both lie on the same view of the ECG."))
    unsigned = any(METHODS[e.method].sensitivity for e in (one, other))
    sums = [table(np.abs(e.values) if unsigned else e.values, waves, spec=spec).ravel() for e in (one, other)]
    if any(np.ptp(values) == 0 for values in sums):
        return float("nan")
    return float(spearmanr(*sums).statistic)


def likeness(one: np.ndarray, other: np.ndarray, *, name: str, signed: bool = True) -> float:
    """Rank correlation of two maps of one modality by piece, as a map is read: of the signed sums, or of the sums of sizes.

    For maps under trained and under random weights (Adebayo et al. 2018): sizes follow the amplitude of the signal
    whatever the weights, wherever a method multiplies by it; signs do not. NaN where a map is the same everywhere.
    """
    sums = [piece_sums(values if signed else np.abs(values), name) for values in (one, other)]
    return float("nan") if any(np.ptp(s) == 0 for s in sums) else float(spearmanr(*sums).statistic)


def table(values: np.ndarray, waves: np.ndarray | None, *, spec: Spec) -> np.ndarray:
    """A map as a table of a few dozen sums: leads by waves or seconds (12, N), by frequency bands (12, F) or (12, F, S)."""
    values = np.asarray(values, np.float64)
    if values.shape[1] == spec.samples:
        if waves is not None:
            return lead_wave_sums(values, waves)
        return np.add.reduceat(values, np.arange(0, values.shape[1], spec.fs), axis=1)
    bands = band_of(values.shape[1], spec.fs / 2)
    return values.reshape(*values.shape[:2], -1).sum(-1) @ (bands[:, None] == np.arange(bands.max() + 1))
