"""Does a record look like an ECG? Warnings, never refusals: the eye of a person decides."""

from __future__ import annotations

import numpy as np

from ecgnet.record import LEADS, Record

HIGHEST_RANGE = 15.0  # mV; beyond it the unit is more likely wrong than the heart
LOWEST_RANGE = 0.05  # mV
FLAT = 0.01  # mV
FS_RANGE = (50.0, 4000.0)  # Hz


def robust_range(signal: np.ndarray) -> np.ndarray:
    """The span from the 0.5th to the 99.5th percentile of each lead that holds samples, in the unit of the signal."""
    low, high = np.nanpercentile(signal[~np.isnan(signal).all(-1)], (0.5, 99.5), axis=-1)
    return high - low


def plausibility(record: Record) -> tuple[str, ...]:
    """What looks wrong, each a sentence; empty when nothing does.

    Checked are the rate, the amplitude, flat leads, and the two equations that hold in every ECG taken from
    ten electrodes: III = II - I (Einthoven) and aVR = -(I + II) / 2 (Goldberger). Their tolerance, 0.02 mV
    and 2 % of the amplitude, leaves room for the rounding and the filters of real devices.
    """
    warnings = []
    low, high = FS_RANGE
    if not low <= record.fs <= high:
        warnings.append(f"A sampling rate of {record.fs:g} Hz is unusual for an ECG: check it.")

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

    one, two, three, right = record.signal[:4].astype(np.float64)
    tolerance = 0.02 + 0.02 * float(max((span[lead] for lead in LEADS[:4] if lead in span), default=0))
    for equation, error in (
        ("III = II - I", three - (two - one)),
        ("aVR = -(I + II) / 2", right + (one + two) / 2),
    ):
        known = np.abs(error[~np.isnan(error)])
        typical = float(np.percentile(known, 95)) if len(known) else 0.0
        if typical > tolerance:
            warnings.append(
                f"{equation} does not hold (off by {typical:.2g} mV): leads may be swapped or misnamed."
            )
    return tuple(warnings)
