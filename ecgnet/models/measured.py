"""The waveform as a clinician measures it, and boosted trees on what was measured.

Gradient boosted trees (LightGBM, Ke et al. 2017), which take what could not be measured as it is. They read intervals,
voltages and ST levels, not samples, and so err otherwise than networks do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from math import factorial

import numpy as np
import torch
from torch import Tensor, nn
from torch.autograd.function import FunctionCtx

from ecgnet.measure import COLUMNS, Beats, Measurements, measure, measured_row
from ecgnet.modalities import Modalities
from ecgnet.models.base import N_STATEMENTS, N_SUPERCLASSES, Network, Output
from ecgnet.record import LEADS, Record

OUTPUTS = N_SUPERCLASSES + N_STATEMENTS
"""The five classes, then the statements."""


def measured_waves(waveform: Tensor, fs: float) -> list[Measurements]:
    """(B, 12, T) mV → what is measured of each, about 35 ms an ECG of 10 s."""
    return [measure(Record(wave, fs, "", "")) for wave in waveform.detach().float().cpu().numpy()]


class MeasuredTrees(Network):
    """Boosted trees on the 146 `ecgnet.measure.COLUMNS`: a sum of `trees` for each class, of `statement_trees` for each
    statement.

    waveform (B, 12, 1000) in mV → measured → features (B, 146), NaN where a thing could not be measured → the leaf of each
    tree → logits. Trees are stored flat, `nodes` places a tree, the root first: column asked (int16), threshold (float32;
    up to it one goes left), whether what is missing goes left, the places of both children (a leaf's are its own), the
    leaf's value in logits. reference: within `beside`, a waveform (1, 12, T) mV.
    """

    needs = ("waveform",)
    crop = None

    def __init__(self, trees: int = 250, statement_trees: int = 100, nodes: int = 23) -> None:
        super().__init__()
        self.nodes = nodes
        self.counts = [trees] * N_SUPERCLASSES + [statement_trees] * N_STATEMENTS
        self.reference: Tensor | None = None
        size = sum(self.counts) * nodes
        own = torch.arange(nodes, dtype=torch.int16).repeat(sum(self.counts))
        self.register_buffer("column", torch.zeros(size, dtype=torch.int16))
        self.register_buffer("missing_left", torch.zeros(size, dtype=torch.bool))
        self.register_buffer("left", own)
        self.register_buffer("right", own.clone())
        self.threshold = nn.Parameter(torch.zeros(size))
        self.value = nn.Parameter(torch.zeros(size))

    def part(self, output: int) -> slice:
        """Where the nodes of one output's trees stand."""
        first = sum(self.counts[:output])
        return slice(first * self.nodes, (first + self.counts[output]) * self.nodes)

    def plant(self, output: int, trees: Sequence[Mapping[str, np.ndarray]]) -> None:
        """Set the trees of one output: of each its column, threshold, missing_left, left, right and value, (n,) each, n up
        to `nodes`; children of a leaf its own place. Raises ValueError for trees that have no room."""
        if len(trees) > self.counts[output] or max(len(tree["column"]) for tree in trees) > self.nodes:
            raise ValueError(f"there is room for {self.counts[output]} trees of {self.nodes} nodes.")
        first = self.part(output).start
        with torch.no_grad():
            for k, tree in enumerate(trees):
                for name, values in tree.items():
                    stored = getattr(self, name)
                    begin = first + k * self.nodes
                    stored[begin : begin + len(values)] = torch.as_tensor(values).to(stored.dtype)

    def body(self, modalities: Modalities) -> Output:
        waveform, fs = modalities.waveform, modalities.spec.fs
        measured = measured_waves(waveform, fs)
        rows = np.stack([measured_row(each) for each in measured])
        asked = torch.as_tensor(rows, dtype=torch.float32, device=waveform.device)
        answers = self.answers(asked)
        if self.reference is not None:
            answers = _Credited.apply(
                waveform, answers.detach(), self, _Compared(self.reference, measured, rows, fs)
            )
        return Output(answers[:, :N_SUPERCLASSES], answers[:, N_SUPERCLASSES:], asked.nan_to_num())

    def answers(self, rows: Tensor) -> Tensor:
        """What was measured (B, 146) → logits (B, 76) of classes and statements."""
        roots = torch.arange(sum(self.counts), device=rows.device) * self.nodes
        place = roots.expand(len(rows), -1)
        while True:
            found = rows.gather(1, self.column[place].long())
            left = torch.where(found.isnan(), self.missing_left[place], found <= self.threshold[place])
            down = roots + torch.where(left, self.left[place], self.right[place])
            if torch.equal(down, place):
                break
            place = down
        values = self.value[place].split(
            (sum(self.counts[:N_SUPERCLASSES]), sum(self.counts[N_SUPERCLASSES:])), 1
        )
        return torch.cat(
            [
                found.unflatten(1, (outputs, -1)).sum(2)
                for found, outputs in zip(values, (N_SUPERCLASSES, N_STATEMENTS), strict=True)
            ],
            1,
        )

    @contextmanager
    def beside(self, reference: Tensor) -> Iterator[None]:
        """The same answers with slopes that lead from those for a reference (1, 12, T) mV: times the distance from it, they
        add up to the change of a logit. Each measurement's credit is its Shapley value, exact for trees (`credits`), and
        lies on the samples that it was measured on, by their distance from the reference."""
        self.reference = reference.detach()
        try:
            yield
        finally:
            self.reference = None

    def credits(self, output: int, row: np.ndarray, *, reference: np.ndarray) -> np.ndarray:
        """(146,): what each measurement of a row (146,) adds to one output's logit beside those of a reference (146,), as
        Shapley values (Lundberg et al. 2020, Nat Mach Intell 2:56, interventional, one reference); they sum to the change.

        A leaf is reached where every question on the way to it is answered so. Where `mine` of its columns must come from
        the row and `theirs` from the reference, its value is shared by the orders in which columns change over.
        """
        part, shape = self.part(output), (self.counts[output], self.nodes)
        column, threshold, missing, left, right, value = (
            getattr(self, name)[part].detach().cpu().numpy().reshape(shape)
            for name in ("column", "threshold", "missing_left", "left", "right", "value")
        )
        own = np.arange(self.nodes)
        inner = left != own
        trees, nodes = np.nonzero(inner)
        above, from_left = np.full(shape, -1), np.zeros(shape, bool)
        for side in (left, right):
            above[trees, side[trees, nodes]] = nodes
        from_left[trees, left[trees, nodes]] = True
        tree, leaf = np.nonzero(~inner & (value != 0))
        kept = np.ones((2, len(tree), len(COLUMNS)), bool)
        at = leaf.copy()
        asked = np.stack([row, reference]).astype(np.float32)
        while (on := np.flatnonzero(above[tree, at] >= 0)).size:
            t, place = tree[on], above[tree[on], at[on]]
            here = asked[:, column[t, place]]
            goes = np.where(np.isnan(here), missing[t, place], here <= threshold[t, place])
            kept[:, on, column[t, place]] &= goes == from_left[t, at[on]]
            at[on] = place
        mine, theirs = kept[0] & ~kept[1], kept[1] & ~kept[0]
        reachable = (kept[0] | kept[1]).all(1)
        m, n = mine.sum(1), theirs.sum(1)
        most = int(max(m.max(initial=0), n.max(initial=0))) + 1
        orders = np.array(
            [
                [factorial(max(i - 1, 0)) * factorial(j) / factorial(i + j) for j in range(most)]
                for i in range(most)
            ]
        )
        worth = value[tree, leaf].astype(float) * reachable
        return (worth * orders[m, n]) @ mine - (worth * orders[n, m]) @ theirs


@dataclass(frozen=True, eq=False)
class _Compared:
    """What credits are made from: the reference (1, 12, T) mV, what was measured in each ECG, the same as rows (B, 146), and
    the rate in Hz."""

    reference: Tensor
    measured: list[Measurements]
    rows: np.ndarray
    fs: float


class _Credited(torch.autograd.Function):
    """The trees' answers as they are, with slopes over the waveform by their credits beside a reference."""

    @staticmethod
    def forward(
        ctx: FunctionCtx, waveform: Tensor, answers: Tensor, network: MeasuredTrees, compared: _Compared
    ) -> Tensor:
        ctx.save_for_backward(waveform)
        ctx.about = network, compared
        return answers.clone()

    @staticmethod
    def backward(ctx: FunctionCtx, grad: Tensor) -> tuple[Tensor, None, None, None]:
        (waveform,) = ctx.saved_tensors
        network, compared = ctx.about
        usual = measured_row(*measured_waves(compared.reference, compared.fs))
        distance = (waveform - compared.reference).cpu().numpy().astype(float)
        slopes = np.zeros(distance.shape)
        for k, outputs in enumerate(grad.cpu().numpy()):
            credit = np.zeros(len(COLUMNS))
            for output in np.flatnonzero(outputs):
                credit += outputs[output] * network.credits(output, compared.rows[k], reference=usual)
            for column in np.flatnonzero(credit):
                beats, samples = compared.measured[k].beats, distance.shape[-1]
                where = measured_on(column, beats, fs=compared.fs, samples=samples)
                slopes[k] += credit[column] * _by_distance(where, distance[k])
        return torch.as_tensor(slopes).to(waveform), None, None, None


def _by_distance(where: np.ndarray, distance: np.ndarray) -> np.ndarray:
    """Slopes (12, T) that lay a credit of 1 on the samples `where`; on all, if those do not differ from the reference."""
    for mask in (where, np.ones_like(where)):
        size = np.abs(distance[mask]).sum()
        if size > 0:
            return np.sign(distance) * mask / size
    return np.zeros(distance.shape)


_P, _PR, _QRS, _ST, _T, _QT = (
    *(("p_onset", "p_offset"), ("p_onset", "qrs_onset"), ("qrs_onset", "qrs_offset")),
    *(("qrs_offset", "t_onset"), ("t_onset", "t_offset"), ("qrs_onset", "t_offset")),
)
SPANS = {
    "pr": _PR,
    **dict.fromkeys(("qt", "qtc_bazett", "qtc_fridericia"), _QT),
    "p": _P,
    "j": _ST,
    "j60": _ST,
    "t": _T,
}
"""Where in a beat a thing is measured, from one boundary of `Beats` to another; all others in the QRS complex."""
LIMB = LEADS[:6]
"""The leads of the frontal axis."""


def measured_on(column: int, beats: Beats, *, fs: float, samples: int) -> np.ndarray:
    """(12, samples) bool: the samples that one of `COLUMNS` was measured on, all where no beat has them."""
    lead, _, wave = COLUMNS[column].rpartition(" ")
    onset, offset = SPANS.get(wave, _QRS)
    times = np.arange(samples) / fs
    inside = np.zeros(samples, bool)
    for first, last in zip(getattr(beats, onset), getattr(beats, offset), strict=True):
        inside |= (times >= first) & (times < last)
    if not inside.any():
        inside[:] = True
    heard = (lead,) if lead else LIMB if wave.startswith("axis") else LEADS
    return np.isin(LEADS, heard)[:, None] & inside
