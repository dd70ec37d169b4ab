"""Does a record look like an ECG? Warnings, never refusals: the eye of a person decides."""

from __future__ import annotations

import numpy as np

from ecgnet.leads import residual
from ecgnet.readers._beats import BEFORE, heart_rate, median_beat
from ecgnet.record import LEADS, Record

HIGHEST_RANGE = 15.0  # mV; beyond it the unit is more likely wrong than the heart
LOWEST_RANGE = 0.05  # mV
FLAT = 0.01  # mV
FS_RANGE = (50.0, 4000.0)  # Hz
HEART_RATE_RANGE = (25.0, 230.0)  # /min
UPSIDE_DOWN = 0.1  # mV; a QRS complex nearer to zero has no direction
_MAX_SAMPLES = 60_000  # of each lead; more would not make the doubts better founded


def robust_range(signal: np.ndarray) -> np.ndarray:
    """The span from the 0.5th to the 99.5th percentile of each lead that holds samples, in the unit of the signal."""
    signal = signal[..., :_MAX_SAMPLES] if np.isfinite(signal[..., :_MAX_SAMPLES]).any(-1).all() else signal
    there = signal[~np.isnan(signal).all(-1)]
    if not np.isnan(there).any():  # many times quicker
        low, high = np.percentile(there, (0.5, 99.5), axis=-1)
    else:
        low, high = np.nanpercentile(there, (0.5, 99.5), axis=-1)
    return high - low


def plausibility(record: Record) -> tuple[str, ...]:
    """What looks wrong, each a sentence; empty when nothing does.

    Checked are the rate, the heart rate it implies, the amplitude, flat leads, swapped arm electrodes, and the two
    equations that hold in every ECG taken from ten electrodes: III = II - I (Einthoven) and aVR = -(I + II) / 2
    (Goldberger). Their tolerance, 0.02 mV and 2 % of the amplitude, leaves room for the rounding and the filters of
    real devices.
    """
    warnings = []
    low, high = FS_RANGE
    if not low <= record.fs <= high:
        warnings.append(f"A sampling rate of {record.fs:g} Hz is unusual for an ECG: check it.")
    else:
        rate = heart_rate(record.signal, record.fs)
        low, high = HEART_RATE_RANGE
        if rate is not None and not low <= rate <= high:
            warnings.append(f"The heart would beat at {rate:.0f} /min: check the sampling rate.")

    there = [lead for lead in LEADS if lead not in record.missing]
    span = dict(zip(there, robust_range(record.signal), strict=True))
    widest = max(span, key=span.__getitem__)
    if span[widest] > HIGHEST_RANGE:
        warnings.append(f"Lead {widest} spans {span[widest]:.3g} mV, too much: check the unit.")
    elif span[widest] < LOWEST_RANGE:
        warnings.append(f"No lead spans more than {LOWEST_RANGE} mV: check the unit.")
    flat = [lead for lead in there if np.nanmax(record.lead(lead)) - np.nanmin(record.lead(lead)) < FLAT]
    if flat:
        warnings.append(f"Lead {', '.join(flat)} {'is' if len(flat) == 1 else 'are'} flat.")

    tolerance = 0.02 + 0.02 * float(max((span[lead] for lead in LEADS[:4] if lead in span), default=0))
    for equation, lead in (("III = II - I", "III"), ("aVR = -(I + II) / 2", "aVR")):
        error = residual(record.signal, lead)
        known = np.abs(error[~np.isnan(error)])
        typical = float(np.percentile(known, 95)) if len(known) else 0.0
        if typical > tolerance:
            warnings.append(
                f"{equation} does not hold (off by {typical:.2g} mV): leads may be swapped or misnamed."
            )
    if arms_swapped(record):
        warnings.append(
            "P, QRS and T are upside down in lead I and not in aVR: the arm electrodes may be swapped "
            "(or the heart lies on the right)."
        )
    return tuple(warnings)


def arms_swapped(record: Record) -> bool:
    """Whether P, QRS and T all point down in lead I while aVR does not, as when the arm electrodes are swapped.

    Source: Kligfield et al., AHA/ACC/HRS recommendations I, Circulation 2007, 115:1306.
    """
    if not FS_RANGE[0] <= record.fs <= FS_RANGE[1]:
        return False
    beat = median_beat(record.signal[:, :_MAX_SAMPLES], record.fs)
    if beat is None or np.isnan(beat[[0, 3]]).any():
        return False
    p, qrs, t = _directions(beat[0], record.fs)
    return p < 0 and qrs < -UPSIDE_DOWN and t < 0 and _directions(beat[3], record.fs)[1] > -UPSIDE_DOWN


def _directions(beat: np.ndarray, fs: float) -> tuple[float, float, float]:
    """Highest plus lowest value (mV) of P, QRS and T in a median beat, against the level just before the QRS."""

    def within(start: float, stop: float) -> np.ndarray:
        return beat[round((BEFORE + start) * fs) : round((BEFORE + stop) * fs)]

    level = float(np.median(within(-0.08, -0.05)))
    waves = (within(-0.22, -0.09), within(-0.06, 0.08), within(0.16, 0.4))
    p, qrs, t = (float(wave.max() + wave.min()) - 2 * level for wave in waves)
    return p, qrs, t
