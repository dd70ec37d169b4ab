"""What a file leaves out, asked for: which rate, unit or order of leads is likely, and why."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ecgnet.language import Words, say, say_n
from ecgnet.leads import CHEST, INDEPENDENT, LIMB, residual
from ecgnet.readers._beats import heart_rate
from ecgnet.readers._core import MissingFacts, ReadError
from ecgnet.readers._plausibility import robust_range
from ecgnet.record import LEADS

RATES = (500, 1000, 250, 100, 400, 200, 257, 360, 240, 256, 512, 128, 125, 300, 2000)
"""Hz, the usual first."""
DURATIONS = 5, 60
"""Seconds that a recording lasts whose rate may be guessed from its length."""
EVERYDAY = (45.0, 130.0)
"""Beats a minute that speak for it."""
_CODE_LENGTH, _CODE_RATE = 4096, 400  # the arrays of the CODE data set: 7 to 10 s, padded to a power of two
_TYPICAL_SPAN = 1.1  # mV, the median over leads and records of PTB-XL
_MAX_SAMPLES = 60_000

ORDERS: dict[tuple[str, ...], str] = Words(
    {
        LEADS: "the standard order",
        ("I", "II", "III", "aVL", "aVR", "aVF", *CHEST): "the order with aVL before aVR",
        ("I", "II", *CHEST, "III", "aVR", "aVL", "aVF"): "the order with the measured leads first",
        (*CHEST, *LIMB): "the order with the chest leads first",
    }
)
"""Orders of 12 leads in use, and what they are called here."""


def left_out(
    name: str,
    samples: np.ndarray,
    kind: str,
    *,
    fs: bool = False,
    unit: bool = False,
    leads: bool = False,
    rate_of_times: float | None = None,
) -> ReadError:
    """The error that asks for what a file leaves out, with its `MissingFacts`.

    samples: (columns, T) of the leads in the file's own unit; kind: of file; fs, unit, leads: what is to be asked for;
    rate_of_times: about what rate in Hz times say that are rounded too coarsely to state it.
    """
    some = samples[:, :_MAX_SAMPLES]
    guesses = {
        "fs": _rate_nearby(rate_of_times) or likely_rate(some, samples.shape[1]) if fs else None,
        "unit": likely_unit(some) if unit else None,
        "leads": likely_leads(some) if leads else None,
    }
    asks = tuple(key for key, wanted in (("fs", fs), ("unit", unit), ("leads", leads)) if wanted)
    likely: dict[str, tuple[Any, str]] = {key: guess for key in asks if (guess := guesses[key]) is not None}
    columns = len(samples)
    lacks = {
        "fs": say("states no sampling rate"),
        "unit": say("states no unit"),
        "leads": say("does not name its {columns} columns", columns=columns),
    }
    sentences = []
    for key in asks:
        what = f"{'It' if sentences else name} {lacks[key]}"
        if key in likely and likely[key][0] is None:
            sentences.append(say("{what}: it has to be told. {likely}", what=what, likely=likely[key][1]))
        elif key in likely:
            value, why = likely[key]
            because = why if why[1:2].isupper() else why[0].lower() + why[1:]
            sentences.append(
                say_n(
                    "{what}: {shown} is likely, because {because}",
                    "{what}: {shown} are likely, because {because}",
                    n=2 if key == "leads" else 1,
                    what=what,
                    shown=shown(key, value),
                    because=because,
                )
            )
        else:
            sentences.append(say("{what}: it has to be told.", what=what))
    values = "; ".join(f"{key} {shown(key, likely[key][0]) if key in likely else '?'}" for key in asks)
    if fs and likely.get("fs", (None,))[0] is None:  # an answer holds for files of this length alone
        values += say(", {shape} samples", shape=samples.shape[1])
    return ReadError(
        " ".join(sentences),
        MissingFacts(
            asks,
            likely,
            columns,
            say(
                "{kind}, {columns} columns, without {values}",
                kind=kind,
                columns=columns,
                values=values,
            ),
        ),
    )


def rate_by_hand(fs: float) -> str:
    """The note of a record whose rate in Hz its owner stated."""
    return say("The sampling rate was stated by hand: {fs:g} Hz.", fs=fs)


def unit_by_hand(unit: str | None) -> str:
    """The note of a record whose unit its owner stated."""
    return say("The unit of the samples was stated by hand: {unit}.", unit=unit)


def _rate_nearby(rate: float | None) -> tuple[float, str] | None:
    """The one usual rate that is within 1 % of what coarse times say, and why."""
    near = [float(fs) for fs in RATES if rate is not None and abs(fs - rate) <= 0.01 * fs]
    if len(near) != 1:
        return None
    return near[0], say(
        "Its times, rounded too coarsely to state a rate, say {rate:.4g} Hz on average.",
        rate=rate,
    )


def shown(key: str, value: Any) -> str:
    """A rate, a unit or an order of leads in words; "?" for none."""
    if value is None:
        return "?"
    if key == "fs":
        return f"{value:g} Hz"
    return ", ".join(value) if key == "leads" else str(value)


def likely_rate(samples: np.ndarray, n_samples: int) -> tuple[float | None, str] | None:
    """The rate in Hz at which so many samples last 5 to 60 s and the heart beats at an everyday rate, and why.

    None in place of the rate where several fit: which of them it is, only the file's owner knows. None where none fits.
    """
    if n_samples == _CODE_LENGTH:
        return float(_CODE_RATE), say(
            "Its {n_samples} samples are the length of the CODE data set's, at {code_rate} Hz.",
            n_samples=n_samples,
            code_rate=_CODE_RATE,
        )
    low, high = DURATIONS
    timed = [(float(fs), n_samples / fs) for fs in RATES if low <= n_samples / fs <= high]
    beating = [(fs, seconds, heart_rate(samples, fs)) for fs, seconds in timed]
    fits = [
        (fs, seconds, rate)
        for fs, seconds, rate in beating
        if rate is None or EVERYDAY[0] <= rate <= EVERYDAY[1]
    ]
    if not fits:
        return None
    listed = [
        say(
            "{seconds:.3g} s at {fs:g} Hz{value}",
            seconds=seconds,
            fs=fs,
            value="" if rate is None else say(" (heart rate {rate:.0f} /min)", rate=rate),
        )
        for fs, seconds, rate in sorted(fits, key=lambda fit: abs(fit[1] - 10))[:4]
    ]
    if len(fits) == 1:
        return fits[0][0], say(
            "Its {n_samples} samples then last {listed}, and no other usual rate fits.",
            n_samples=n_samples,
            listed=listed[0],
        )
    return None, say(
        "Its {n_samples} samples would last {listed}.",
        n_samples=n_samples,
        listed=" or ".join(listed),
    )


def likely_unit(samples: np.ndarray) -> tuple[str, str] | None:
    """The unit in which the leads span what leads do, and why; None for leads that are flat."""
    span = float(np.median(robust_range(samples)))
    if not (math.isfinite(span) and span > 0):
        return None
    spans = {unit: span * factor for unit, factor in (("mV", 1.0), ("uV", 1e-3), ("V", 1e3))}
    unit = min(spans, key=lambda unit: abs(math.log(spans[unit] / _TYPICAL_SPAN)))
    if not 0.1 <= spans[unit] <= 20:
        return None
    return unit, say("Its leads then span {spans:.2g} mV.", spans=spans[unit])


def likely_leads(samples: np.ndarray) -> tuple[tuple[str, ...], str] | None:
    """The order of 12 or 8 columns for which Einthoven's and Goldberger's equations hold, and why."""
    if len(samples) == len(INDEPENDENT):
        return INDEPENDENT, say(
            "These eight are what a device measures, and the other leads follow from them."
        )
    if len(samples) != len(LEADS):
        return None
    for order, called in ORDERS.items():
        if equations_hold(samples, order):
            return order, say(
                "III = II − I and aVR = −(I + II) / 2 then hold: it is {called}.",
                called=called,
            )
    return LEADS, say(
        "It is the standard order; III = II − I and aVR = −(I + II) / 2 do not hold, so check it."
    )


def equations_hold(samples: np.ndarray, order: Sequence[str]) -> bool:
    """Whether III = II − I and aVR = −(I + II) / 2, to 5 % of the amplitude, in samples (12, T) of this order."""
    limb = samples[[order.index(lead) for lead in LIMB]].astype(np.float64)
    span = float(max(robust_range(limb[:4])))
    errors = np.abs([residual(limb, lead) for lead in ("III", "aVR")])
    known = errors[:, ~np.isnan(errors).any(0)]
    return span > 0 and known.size > 0 and float(np.percentile(known, 95)) <= 0.05 * span
