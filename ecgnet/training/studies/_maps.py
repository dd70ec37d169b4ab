"""What the study of the explanations measures on one record: every method's map, and how far each can be trusted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from captum.metrics import infidelity, sensitivity_max
from torch import Tensor

from ecgnet.explain import METHODS, ExplanationError, attention_maps, explain, grad_cam
from ecgnet.explain.faithfulness import PIECES, likeness, piece_sums, pieces, take_away
from ecgnet.explain.question import Question, asked, seeded
from ecgnet.inference import Predictor
from ecgnet.measure import Beats
from ecgnet.models import REGISTRY
from ecgnet.record import Record

ATTENTION, GRAD_CAM = "attention", "grad_cam"
UNSIGNED = (ATTENTION, GRAD_CAM, *(name for name, method in METHODS.items() if method.sensitivity))
SHARES = np.array([0.0, 0.1, 0.5, 0.9, 1.0])
"""Of the pieces, taken away one after another; the same from both ends."""
ORDERS = 2
NOISE = 0.01
"""mV, white, on the trace: by how much a map changes with the recording's own noise."""
PERTURBED = 8
SHAKEN = 2


@dataclass(frozen=True, eq=False)
class Case:
    """A record, its beats, and the label or statement that its maps explain, compared with `against`."""

    record: Record
    beats: Beats
    target: str

    @property
    def against(self) -> str:
        """Normal beats where there is a rhythm to set them in, as the app begins."""
        return "normal" if len(self.beats) >= 2 else "zero"


def shuffled(predictor: Predictor, seed: int) -> Predictor:
    """The same model with every weight drawn anew, those of its branches too (independent randomisation of all layers)."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = predictor.model
        network = REGISTRY[model.name].build(**model.card.arguments)
    other = copy(predictor)
    other.model = replace(model, network=network.eval().requires_grad_(False).to(model.device))
    return other


def maps(
    predictor: Predictor, case: Case, method: str, errors: list[float] | None = None
) -> dict[str, np.ndarray]:
    """A method's maps by modality, each of the shape of the modality's own; none where it has none here.

    errors: takes the completeness error, where the method promises to be complete.
    """
    if method == ATTENTION:
        shapes = _shapes(predictor)
        found = attention_maps(predictor, case.record)
        return {name: spread(found[name].values, shapes[name]) for name in shapes if name in found}
    if method == GRAD_CAM:
        try:
            found = grad_cam(predictor, case.record, target=case.target)
        except ExplanationError:
            return {}
        return {found.modality: spread(found.values, _shapes(predictor)[found.modality])}
    explained = explain(
        predictor, case.record, target=case.target, method=method, against=case.against, beats=case.beats
    )
    if errors is not None and METHODS[method].complete:
        errors.append(next(iter(explained.values())).completeness_error or 0.0)
    return {name: e.values for name, e in explained.items()}


def _shapes(predictor: Predictor) -> dict[str, tuple[int, ...]]:
    spec = predictor.model.card.spec
    every = {
        "waveform": (12, spec.samples),
        "spectrum": (12, spec.n_frequencies),
        "spectrogram": (12, spec.n_fft // 2 + 1, spec.n_frames),
    }
    return {name: shape for name, shape in every.items() if name in predictor.model.network.needs}


def spread(values: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """A map without leads and on a coarser grid, (L,) or (F, S), on a modality's own grid: the same in all leads."""
    for axis, n in enumerate(shape[1:]):
        values = np.take(values, np.arange(n) * values.shape[axis] // n, axis)
    return np.broadcast_to(values, shape)


@contextmanager
def _question(predictor: Predictor, case: Case) -> Iterator[Question]:
    with asked(
        predictor, case.record, target=case.target, against=case.against, beats=case.beats
    ) as question:
        yield question


def faithfulness(
    predictor: Predictor, case: Case, found: Mapping[str, Mapping[str, np.ndarray]]
) -> dict[tuple[str, str], dict[str, float]]:
    """Gains of deletion and insertion over the mean of random orders, as shares of the curves' span, and the mutual
    information of relevance and signal, by (modality, method). found: maps by method and modality."""
    rows = {}
    names = dict.fromkeys(name for by_modality in found.values() for name in by_modality)
    with _question(predictor, case) as question:
        for name in names:
            methods = [method for method in found if name in found[method]]
            credits = np.stack([piece_sums(found[method][name], name) for method in methods])
            shares = SHARES if name != "metadata" else np.array([0.0, 0.5, 1.0])
            cuts = np.round(shares * credits.shape[1]).astype(int)
            by_map, by_chance = take_away(question, name, credits=credits, cuts=cuts, orders=ORDERS)
            if name == "metadata":  # two pieces: both orders are known
                by_chance = by_map[:1, 0] + by_map[:1, 1, ::-1]
                by_chance = by_chance / 2
            chance = np.trapezoid(by_chance, shares, axis=1).mean()
            for method, (deletion, insertion) in zip(methods, by_map, strict=True):
                span = max(float(np.ptp(np.vstack([deletion, insertion, by_chance]))), 1e-9)
                areas = np.trapezoid([deletion, insertion], shares, axis=1)
                rows[name, method] = {
                    "deletion": float(chance - areas[0]) / span,
                    "insertion": float(areas[1] - chance) / span,
                }
                if name != "metadata":
                    distance = question.distance(name)[0].numpy()
                    size = np.sqrt(np.square(distance).sum(1)) if name == "spectrogram" else np.abs(distance)
                    rows[name, method]["information"] = information(np.abs(found[method][name]), size)
    return rows


def information(one: np.ndarray, other: np.ndarray, bins: int = 8) -> float:
    """Mutual information in bits of two arrays of one shape, each cut into bins of equal numbers of values."""
    ranked = [np.argsort(np.argsort(a, axis=None, kind="stable")) * bins // a.size for a in (one, other)]
    joint = np.bincount(ranked[0] * bins + ranked[1], minlength=bins**2).reshape(bins, bins) / one.size
    alone = joint.sum(1, keepdims=True) * joint.sum(0)
    there = joint > 0
    return float((joint[there] * np.log2(joint[there] / alone[there])).sum())


def randomised(
    found: Mapping[str, Mapping[str, np.ndarray]], fresh: Mapping[str, Mapping[str, np.ndarray]]
) -> dict[tuple[str, str], dict[str, float]]:
    """Rank correlations of maps under trained and random weights, signed and of their sizes, by (modality, method)."""
    rows = {}
    for method, by_modality in found.items():
        for name, values in by_modality.items():
            if name == "metadata" or name not in fresh.get(method, {}):
                continue
            other = fresh[method][name]
            row = {"absolute": likeness(values, other, name=name, signed=False)}
            if method not in UNSIGNED:
                row["signed"] = likeness(values, other, name=name)
            rows[name, method] = {key: value for key, value in row.items() if np.isfinite(value)}
    return rows


def unexplained(
    predictor: Predictor, case: Case, found: Mapping[str, Mapping[str, np.ndarray]]
) -> dict[tuple[str, str], dict[str, float]]:
    """Infidelity (Yeh et al. 2019; Captum's, scaled to fit) under the loss of random sets of pieces, as a share of
    the mean squared change of the answer: 0, every change was foretold; 1, as good as an empty map."""
    rows = {}
    with _question(predictor, case) as question:
        for name in dict.fromkeys(n for by_modality in found.values() for n in by_modality):
            if name == "metadata":
                continue
            network, distance = question.holding(name), question.distance(name)

            def lost(
                inputs: Tensor, name: str = name, shape: Sequence[int] = distance.shape[1:]
            ) -> tuple[Tensor, Tensor]:
                flat = (shape[0], *shape[2:]) if name == "spectrogram" else tuple(shape)
                piece = torch.from_numpy(pieces(flat, PIECES[name]))
                gone = torch.rand(len(inputs), int(piece.max()) + 1) < torch.rand(len(inputs), 1)
                mask = gone[:, piece].to(inputs)
                mask = (mask.unsqueeze(2) if name == "spectrogram" else mask).expand_as(inputs)
                return mask, inputs * (1 - mask)

            def miss(
                values: Tensor,
                scaled: bool,
                name: str = name,
                network: Any = network,
                inputs: Tensor = distance,
                lost: Any = lost,
            ) -> float:
                with seeded(), torch.no_grad():
                    found = infidelity(
                        lambda x: question.answer(network, {name: x}),
                        lost,
                        inputs,
                        values,
                        n_perturb_samples=PERTURBED,
                        normalize=scaled,
                    )
                return float(found[0])

            change = miss(torch.zeros_like(distance), scaled=False)
            for method, by_modality in found.items():
                if name not in by_modality or change <= 0:
                    continue
                values = torch.from_numpy(np.ascontiguousarray(by_modality[name], np.float32))
                if name == "spectrogram":
                    values = (values / 2).unsqueeze(1).expand(distance.shape[1:])
                share = miss(values[None], scaled=True) / change
                if np.isfinite(share):
                    rows[name, method] = {"infidelity": share}
    return rows


def shaken(
    predictor: Predictor, case: Case, methods: Sequence[str]
) -> dict[tuple[str, str], dict[str, float]]:
    """Sensitivity (Yeh et al. 2019; Captum's): the largest change of a map, as a share of its size, under a little noise on
    the trace; by (modality, method), for models of one modality."""
    name, rows = predictor.model.network.needs[0], {}
    trace = torch.tensor(case.record.signal)[None]
    for method in methods:

        def explained(traces: Tensor | tuple[Tensor], method: str = method) -> tuple[Tensor]:
            rows = traces[0] if isinstance(traces, tuple) else traces
            drawn = [
                maps(predictor, replace(case, record=replace(case.record, signal=t.numpy())), method)
                for t in rows
            ]
            return (torch.from_numpy(np.stack([np.ascontiguousarray(m[name]) for m in drawn])),)

        try:
            with seeded():
                largest = sensitivity_max(
                    explained,
                    trace,
                    perturb_func=lambda rows: rows + NOISE * torch.randn_like(rows),
                    n_perturb_samples=SHAKEN,
                )
        except KeyError:  # no map of this method under some noise
            continue
        if np.isfinite(float(largest[0])):
            rows[name, method] = {"sensitivity": float(largest[0])}
    return rows
