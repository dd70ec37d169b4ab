"""Swapped arm electrodes, from how lead I agrees with V6."""

from __future__ import annotations

import numpy as np

from ecgnet.language import mark, say
from ecgnet.measure._delineation import Waves, delineate
from ecgnet.measure._found import find_beats
from ecgnet.measure._prepare import RATE, SHORTEST
from ecgnet.notices import Notice, NoticeKind
from ecgnet.record import LEADS, Record

WEIGHTS: tuple[float, ...] = (-2.1, -2.0, -2.9, -1.8)
"""Of `features`; a logistic regression on PTB-XL folds 1 to 8, each record once as it is and once swapped."""
LIMIT = 1.6
"""Log odds from which the arms seem swapped: chosen for a specificity of 0.995 on folds 1 to 8."""
SWAPPED = mark(
    "Arm electrodes may be swapped: lead I runs against V6 as it does when left and right arm are exchanged "
    "(or when the heart lies on the right)."
)
USUAL_RR = 1.0
"""s between beats, where there is only one."""


def arm_reversal(record: Record) -> Notice | None:
    """That the left and right arm electrodes seem to be swapped, in any record that holds one whole beat; None where they
    do not, and when I or V6 is missing.

    Swapped arms turn lead I upside down and exchange II with III and aVR with aVL. Lead I and V6 look at the heart
    from the left, so their P, QRS and T normally agree; the idea is that of Kors and van Herpen 2001 (Am J Cardiol
    88:396), who predict each lead from the others. Sensitivity and specificity: docs/measurements.md.
    """
    if {"I", "V6"} & set(record.missing) or record.fs < 50 or record.duration < SHORTEST:
        return None
    found = find_beats(record)
    if found.median is None:
        return None
    rr = float(np.median(np.diff(found.peaks))) / RATE if len(found.peaks) > 1 else USUAL_RR
    waves = delineate(found.median, rr)
    score = float(features(found.median.beat, waves) @ np.array(WEIGHTS))
    return Notice(NoticeKind.ELECTRODES, say(SWAPPED)) if score > LIMIT else None


def features(beat: np.ndarray, waves: Waves) -> np.ndarray:
    """(4,) between -1 and 1 of a dominant beat (12, N): correlation of I and V6 in QRS, in ST-T and in the P wave,
    with small terms in the denominators so that tiny waves count little, and the net share of the QRS area in I.

    A wave that was not found counts 0.
    """
    one, six = beat[LEADS.index("I")], beat[LEADS.index("V6")]
    start, end = int(waves.qrs_onset), int(waves.qrs_offset) + 1
    before = slice(max(0, start - round(0.03 * RATE)), start + 1)
    i, v = one - one[before].mean(), six - six[before].mean()
    t_end = int(waves.t_offset) + 1 if np.isfinite(waves.t_offset) else start + round(0.4 * RATE)
    t_end = max(min(t_end, len(one)), end)
    qrs = i[start:end]
    net = qrs.sum() / (np.abs(qrs).sum() + 0.1)
    p = 0.0
    if np.isfinite([waves.p_onset, waves.p_offset]).all():
        a, b = max(0, int(waves.p_onset)), int(waves.p_offset) + 1
        p = _agreement(_level(one[a:b]), _level(six[a:b]))
    return np.array([_agreement(qrs, v[start:end]), _agreement(i[end:t_end], v[end:t_end]), net, p])


def _agreement(a: np.ndarray, b: np.ndarray) -> float:
    return float(a @ b / (np.sqrt((a @ a) * (b @ b)) + 1e-4))


def _level(piece: np.ndarray) -> np.ndarray:
    return piece - np.linspace(piece[0], piece[-1], len(piece))
