"""Rate, PR, QRS, QT, QTc and axis from the dominant beat, each a Value."""

from __future__ import annotations

import numpy as np

from ecgnet.language import say
from ecgnet.measure._delineation import Waves
from ecgnet.measure._median import Median
from ecgnet.measure._prepare import RATE
from ecgnet.measure._types import Value
from ecgnet.record import LEADS

FRONTAL: dict[str, tuple[float, float]] = {
    "I": (1.0, 0.0),
    "II": (0.5, np.sqrt(3) / 2),
    "III": (-0.5, np.sqrt(3) / 2),
    "aVR": (-0.75, -np.sqrt(3) / 4),
    "aVL": (0.75, -np.sqrt(3) / 4),
    "aVF": (0.0, np.sqrt(3) / 2),
}
"""Each limb lead as a projection of the frontal vector (x left, y down): Einthoven's triangle; the augmented leads are
by Goldberger's equations sqrt(3)/2 as large."""
NET = 0.10
"""Share of the QRS complex's whole area that its net area must reach for the axis to mean anything."""
PLAUSIBLE = {"pr": (70.0, 400.0), "qrs": (40.0, 260.0), "qt": (180.0, 700.0)}
"""ms; outside of these the boundaries were taken for something else."""


def heart_rate(rr: np.ndarray, n_beats: int) -> Value:
    """60 over the mean RR interval (n - 1,) s, all beats counted, as resting ECG programs give it."""
    known = rr[np.isfinite(rr)]
    if n_beats == 0:
        return Value(None, "/min", say("No beat was found."))
    if len(known) < 2:
        return Value(None, "/min", say("Fewer than 3 beats in a row were found."))
    return Value(float(60 / known.mean()), "/min")


def interval(name: str, start: float, end: float, reason: str) -> Value:
    """From start to end in samples at `RATE` as a Value in ms; the reason is what to say when one is NaN."""
    span = (end - start) / RATE * 1000
    if not np.isfinite(span):
        return Value(None, "ms", reason)
    low, high = PLAUSIBLE[name]
    if not low <= span <= high:
        return Value(
            None,
            "ms",
            say(
                "The boundaries found are {span:.0f} ms apart, outside {low:.0f} to {high:.0f} ms.",
                span=span,
                low=low,
                high=high,
            ),
        )
    return Value(float(span), "ms")


def corrected(qt: Value, rr: np.ndarray, root: float) -> Value:
    """QT over RR^(1/root), RR in s: root 2 after Bazett 1920 (Heart 7:353), 3 after Fridericia 1920 (Acta Med Scand
    53:469). The mean RR interval is taken. AHA/ACC/HRS 2009 part IV (Circulation 119:e241) warns of Bazett far from
    60/min and of any correction when RR varies much.
    """
    known = rr[np.isfinite(rr)]
    if qt.value is None:
        return qt
    if len(known) < 2:
        return Value(
            None, "ms", say("Fewer than 3 beats in a row were found, so there is no rate to correct for.")
        )
    return Value(float(qt.value / known.mean() ** (1 / root)), "ms")


def frontal_axis(median: Median, waves: Waves, missing: tuple[str, ...]) -> Value:
    """Direction of the mean QRS vector in the frontal plane: of its net area in the limb leads, -180 to 180°.

    The area is taken above the line from QRS onset to offset (AHA/ACC/HRS 2009 part III, Circulation 119:e235: the
    mean axis).
    """
    vector = frontal_vector(median, int(waves.qrs_onset), int(waves.qrs_offset) + 1, missing)
    if vector is None:
        return Value(None, "°", say("Fewer than two limb leads were recorded."))
    net, whole = vector.sum(1), np.hypot(*vector).sum()
    if whole / RATE < 0.001 or np.hypot(*net) < NET * whole:
        return Value(None, "°", say("The QRS complex has no net deflection in the limb leads."))
    return Value(direction(net), "°")


def frontal_vector(median: Median, start: int, end: int, missing: tuple[str, ...]) -> np.ndarray | None:
    """(2, end - start) mV to the left and downwards, above the line between the ends; None below two limb leads.

    All limb leads that are there join by least squares over `FRONTAL`, which for leads that obey Einthoven's law is the
    same as taking I and 2/sqrt(3) aVF.
    """
    names = [name for name in FRONTAL if name not in missing]
    if len(names) < 2:
        return None
    piece = median.beat[[LEADS.index(name) for name in names], start:end]
    piece = piece - np.linspace(piece[:, 0], piece[:, -1], end - start, axis=1)
    plane = np.array([FRONTAL[name] for name in names])
    return np.linalg.lstsq(plane, piece, rcond=None)[0]


def direction(vector: np.ndarray) -> float:
    """(2,) to the left and downwards as an angle, -180 to 180°."""
    return float(np.degrees(np.arctan2(vector[1], vector[0])))
