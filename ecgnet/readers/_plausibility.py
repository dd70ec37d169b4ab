"""Does a record look like an ECG? Warnings, never refusals: the eye of a person decides."""

from __future__ import annotations

import numpy as np

from ecgnet.language import say, say_n
from ecgnet.leads import residual
from ecgnet.readers._beats import heart_rate
from ecgnet.record import LEADS, Record

HIGHEST_RANGE = 15.0  # mV; beyond it the unit is more likely wrong than the heart
LOWEST_RANGE = 0.05  # mV
FLAT = 0.01  # mV
FS_RANGE = (50.0, 4000.0)  # Hz
HEART_RATE_RANGE = (25.0, 230.0)  # /min
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

    Checked are the rate, the heart rate it implies, the amplitude, flat leads, and the two
    equations that hold in every ECG taken from ten electrodes: III = II − I (Einthoven) and aVR = −(I + II) / 2
    (Goldberger). Their tolerance, 0.02 mV and 2 % of the amplitude, leaves room for the rounding and the filters of
    real devices.
    """
    warnings = []
    low, high = FS_RANGE
    if not low <= record.fs <= high:
        warnings.append(
            say(
                "A sampling rate of {fs:g} Hz is unusual for an ECG: check it.",
                fs=record.fs,
            )
        )
    else:
        rate = heart_rate(record.signal, record.fs)
        low, high = HEART_RATE_RANGE
        if rate is not None and not low <= rate <= high:
            warnings.append(
                say(
                    "The heart would beat at {rate:.0f} /min: check the sampling rate.",
                    rate=rate,
                )
            )

    there = [lead for lead in LEADS if lead not in record.missing]
    span = dict(zip(there, robust_range(record.signal), strict=True))
    widest = max(span, key=span.__getitem__)
    if span[widest] > HIGHEST_RANGE:
        warnings.append(
            say(
                "Lead {widest} spans {span:.3g} mV, too much: check the unit.",
                widest=widest,
                span=span[widest],
            )
        )
    elif span[widest] < LOWEST_RANGE:
        warnings.append(
            say(
                "No lead spans more than {lowest_range} mV: check the unit.",
                lowest_range=LOWEST_RANGE,
            )
        )
    flat = [lead for lead in there if np.nanmax(record.lead(lead)) - np.nanmin(record.lead(lead)) < FLAT]
    if flat:
        warnings.append(
            say_n("Lead {flat} is flat.", "Lead {flat} are flat.", n=len(flat), flat=", ".join(flat))
        )

    tolerance = 0.02 + 0.02 * float(max((span[lead] for lead in LEADS[:4] if lead in span), default=0))
    for equation, lead in ((say("III = II − I"), "III"), (say("aVR = −(I + II) / 2"), "aVR")):
        error = residual(record.signal, lead)
        known = np.abs(error[~np.isnan(error)])
        typical = float(np.percentile(known, 95)) if len(known) else 0.0
        if typical > tolerance:
            warnings.append(
                say(
                    "{equation} does not hold (off by {typical:.2g} mV): leads may be swapped or misnamed.",
                    equation=equation,
                    typical=typical,
                )
            )
    return tuple(warnings)
