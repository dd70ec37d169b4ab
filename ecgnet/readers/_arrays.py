"""From named arrays to a record: which of them holds the leads, which way round, and what stands beside it.

NumPy, MATLAB and HDF5 files are such arrays; none of them has a place of its own for rate, unit or lead names, so these
are looked for under the names in use, and asked for otherwise.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ecgnet.language import say
from ecgnet.readers import _comments, _keys
from ecgnet.readers._choice import without_beats
from ecgnet.readers._core import MAX_SAMPLES, ReadError, ReadOptions
from ecgnet.readers._leads import build_record, is_inverse, millivolts_per, standard_lead
from ecgnet.readers._missing import without_codes
from ecgnet.readers._plausibility import robust_range
from ecgnet.readers._questions import left_out, rate_by_hand, unit_by_hand
from ecgnet.record import LeftOut, Record

_STEPS = ("adc_gain", "adcgain", "gain", "gains", "adu_gain")
"""ADC steps a unit, as in WFDB headers."""
_STEP_SIZES = (
    "scale", "scaling", "scale_factor", "resolution", "lsb", "sensitivity", "amplitude_resolution", "step", "units_per_bit",
)  # fmt: skip
"""Units a step."""
_ZEROS = ("baseline", "adc_zero", "adczero", "base", "zero", "offset")
_PHYSICAL = ("p_signal", "signal_mv", "ecg_mv", "physical")
_STEP_IN_UNIT = re.compile(
    r"(?:\w+_)?(?:resolution|lsb|lsb_size|scale|sensitivity|step|step_size)_([num]v)"
    r"|([num]v|(?:nano|micro|milli)volts?)_per_(?:bit|lsb|adu|count|step|digit)s?"
)
"""A size of a step that says its unit in its name: `resolution_uv`, `uv_per_bit`."""
_TIME = re.compile(r"(.+?)(?:_\(?(s|sec|seconds|ms|us)\)?)?")
_SECONDS = {"s": 1.0, "sec": 1.0, "seconds": 1.0, "ms": 1e-3, "us": 1e-6}
_SIGNALS = (
    "val", "ecg", "ekg", "signal", "signals", "p_signal", "data", "ecg_data", "tracings", "tracing", "waveform", "x",
)  # fmt: skip
_VERSIONS = ("d_signal", "raw", "filtered", "denoised", "clean", "cleaned", "noisy")
"""What a second version of the same ECG is called."""
_CHANNELS = (12, 8, 15)
_MAX_CHANNELS = 64


@dataclass(slots=True)
class Arrays:
    """What a file holds. arrays: numbers by name, of any shape; facts: scalars and texts by name in lower case; small:
    short rows of numbers by name in lower case, such as a gain for each lead."""

    arrays: dict[str, np.ndarray] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    small: dict[str, np.ndarray] = field(default_factory=dict)

    def add(self, name: str, value: Any) -> None:
        """Sort one value in, by what it is; what is neither numbers nor text is left out."""
        plain = _keys.plain(_last(name))
        if isinstance(value, bytes):
            value = value.decode("utf-8", "replace")
        if isinstance(value, str | int | float):
            self.facts.setdefault(plain, value)
            return
        if isinstance(value, list | tuple):
            if value and all(isinstance(item, str | bytes) for item in value):
                self.facts.setdefault(
                    plain, [v.decode("utf-8", "replace") if isinstance(v, bytes) else v for v in value]
                )
            return
        value = np.asarray(value)
        if value.dtype.kind in "SU":
            texts = [_text(item).strip("\0 ") for item in value.ravel()[:_MAX_CHANNELS]]
            self.facts.setdefault(plain, texts[0] if len(texts) == 1 else texts)
        elif value.dtype.kind in "iuf" and value.size == 1:
            self.facts.setdefault(plain, value.ravel()[0].item())
        elif value.dtype.kind in "iuf" and 1 < value.size == max(value.shape) <= _MAX_CHANNELS:
            self.small.setdefault(plain, value.ravel())
        elif value.dtype.kind in "iuf" and value.size:
            self.arrays[name] = value


def _text(item: Any) -> str:
    return item.decode("utf-8", "replace") if isinstance(item, bytes) else str(item)


def record_of(found: Arrays, name: str, kind: str, options: ReadOptions, hint: str = "") -> Record:
    """The record in some arrays, signal (12, T) in mV.

    kind: of file; hint: a sentence for one that leaves something out. Raises ReadError, with a question for what is
    left out.
    """
    notes: list[str] = []
    labels, samples = _signals(found, name, options, notes)
    samples, lacking = without_codes(samples)
    notes += [lacking] if lacking else []
    fs = _rate(found, samples.shape[1], options, name, notes)
    in_unit = _step_in_unit(found)
    unit = in_unit[1] if in_unit else _unit(found, options, name, notes)
    if unit is None and _gain_key(found) in _STEPS:
        unit = 1.0
        notes.append(
            say("The file states a gain and no unit; its steps are taken a mV, the default of WFDB.")
        )
    if fs is None or unit is None or labels is None:
        error = left_out(name, samples, kind, fs=fs is None, unit=unit is None, leads=labels is None)
        raise ReadError(f"{error} {hint}".strip(), error.question)
    samples = _calibrated(samples, found, unit, name, notes)
    channels = [
        (label, row.astype(np.float64) * unit if standard_lead(label) or is_inverse(label) else row)
        for label, row in zip(labels, samples, strict=True)
    ]
    known = {key: str(value) for key, value in found.facts.items() if not isinstance(value, list)}
    return build_record(channels, fs, name, _comments.metadata(known), notes)


def _gain_key(found: Arrays) -> str | None:
    stated = [key for key in (*_STEPS, *_STEP_SIZES) if key in found.facts or key in found.small]
    in_unit = _step_in_unit(found)
    return stated[0] if stated else in_unit[0] if in_unit else None


def _step_in_unit(found: Arrays) -> tuple[str, float] | None:
    """A size of a step that says its unit in its name, and mV of this unit; None where there is none, or a gain."""
    if any(key in found.facts or key in found.small for key in (*_STEPS, *_STEP_SIZES)):
        return None
    matches = (_STEP_IN_UNIT.fullmatch(key) for key in (*found.facts, *found.small))
    match = next(filter(None, matches), None)
    return (match[0], millivolts_per(match[1] or match[2]) or 1.0) if match else None


def _calibrated(samples: np.ndarray, found: Arrays, unit: float, name: str, notes: list[str]) -> np.ndarray:
    """Samples (columns, T) in the unit that is stated, from ADC steps where a gain stands beside them.

    unit: mV per unit. Raises ReadError for a gain that cannot be applied: a stated gain is never passed over in silence.
    """
    key = _gain_key(found)
    zeros = next((z for z in _ZEROS if z in found.facts or z in found.small), None)
    if key is None:
        return samples
    n = len(samples)
    gain = _column(found, key, n, name)
    zero = _column(found, zeros, n, name) if zeros else np.zeros((n, 1))
    if not np.all(np.isfinite(gain)) or np.any(gain == 0):
        raise ReadError(say("{name}: its {key} is 0 or no number: correct it.", name=name, key=key))
    if samples.dtype.kind == "f" and not _are_steps(samples):
        if np.all(gain == 1) and not zero.any():
            return samples
        notes.append(
            say(
                "The file states {key}, which is not applied: its samples are no whole steps but values in a "
                "unit.",
                key=key,
            )
        )
        return samples
    by = {True: (samples - zero) / gain, False: (samples - zero) * gain}
    steps = key in _STEPS
    likely = {way: 0.05 <= float(np.median(robust_range(values))) * unit <= 20 for way, values in by.items()}
    if likely[steps] or not likely[not steps]:
        what = "divided" if steps else "multiplied"
        notes.append(
            say(
                "The samples are ADC steps: {what} by {key} ({flat:g}){zeros}.",
                what=what,
                key=key,
                flat=float(gain.flat[0]),
                zeros=say(" after {zeros} was taken off", zeros=zeros) if zeros else "",
            )
        )
        return by[steps]
    raise ReadError(
        say(
            "{name} states {key} {flat:g}; neither as steps a unit nor as units a step is it certain: "
            "export the samples in mV.",
            name=name,
            key=key,
            flat=float(gain.flat[0]),
        )
    )


def _column(found: Arrays, key: str, n: int, name: str) -> np.ndarray:
    """A number for each of n columns, (n, 1), or one for all."""
    stated = found.small.get(key, found.facts.get(key))
    if isinstance(stated, str):
        stated = _comments.leading_number(stated)
    try:
        values = np.asarray(stated, dtype=np.float64).ravel()
    except (TypeError, ValueError):
        values = np.array([np.nan])
    if values.size not in (1, n):
        raise ReadError(
            say(
                "{name}: its {key} has {size} numbers for {n} signals: correct it.",
                name=name,
                key=key,
                size=values.size,
                n=n,
            )
        )
    return np.broadcast_to(values.reshape(-1, 1), (n, 1))


def _are_steps(samples: np.ndarray) -> bool:
    some = samples[:, :5000]
    some = some[np.isfinite(some)]
    return bool(np.all(some == np.round(some)) and np.abs(some).max(initial=0) > 20)


def _signals(
    found: Arrays, name: str, options: ReadOptions, notes: list[str]
) -> tuple[list[str] | None, np.ndarray]:
    """Names of the columns, None if they are not known, and samples (columns, T)."""
    named = {
        key: value for key, value in found.arrays.items() if _is_lead(key) and max(value.shape) == value.size
    }
    lengths = {value.size for value in named.values()}
    if len(named) > 1:
        if len(lengths) > 1:
            raise ReadError(
                say(
                    "{name}: its leads have different lengths. Export them at one rate and length.",
                    name=name,
                )
            )
        _check_size(len(named), lengths.pop(), name)
        return [_last(key) for key in named], np.stack([value.ravel() for value in named.values()])

    key, samples = _matrix(found.arrays, name, notes)
    labels = _stated_leads(found, options, name, notes)
    n, m = samples.shape
    if labels is not None and (len(labels) == n) != (len(labels) == m):
        samples = samples if len(labels) == n else samples.T
    elif n == m:
        raise ReadError(
            say(
                "{name}: array {key} is {n} x {m}, so leads and samples look the same. Export more samples.",
                name=name,
                key=key,
                n=n,
                m=m,
            )
        )
    else:
        samples = samples if n < m else samples.T
    if labels is not None and len(labels) != len(samples):
        raise ReadError(
            say(
                "{name}: array {key} holds {n_samples} signals, and {n_labels} leads were named: name one "
                "for each.",
                name=name,
                key=key,
                n_samples=len(samples),
                n_labels=len(labels),
            )
        )
    _check_size(*samples.shape, name)
    return labels, samples


def _last(key: str) -> str:
    return key.rsplit("/", 1)[-1].rsplit(".", 1)[-1]


def is_usual(key: str) -> bool:
    """Whether an array of this name is what files call the samples of their one ECG."""
    return _last(key).casefold() in (*_SIGNALS, *_PHYSICAL, *_VERSIONS)


def _is_lead(key: str) -> bool:
    return standard_lead(_last(key)) is not None or is_inverse(_last(key))


def _check_size(columns: int, samples: int, name: str) -> None:
    if columns * samples > MAX_SAMPLES:
        raise ReadError(
            say(
                "{name} holds {columns} x {samples} samples, too many to read: cut out a part.",
                name=name,
                columns=columns,
                samples=samples,
            )
        )


def _matrix(arrays: Mapping[str, np.ndarray], name: str, notes: list[str]) -> tuple[str, np.ndarray]:
    """The one array that can hold leads by samples, (n, m) either way round, and its name."""
    found = {}
    for key, value in arrays.items():
        shape = [size for size in value.shape if size > 1]
        if len(shape) == 2 and min(shape) <= _MAX_CHANNELS:
            found[key] = value.reshape(shape)
        elif (len(shape) == 3 and sorted(shape)[0] in _CHANNELS) or (
            len(shape) == 3 and sorted(shape)[1] in _CHANNELS
        ):
            raise ReadError(
                say(
                    "{name}: array {key} has the shape {shape}, so it holds several recordings. Export one of "
                    "them.",
                    name=name,
                    key=key,
                    shape=" x ".join(map(str, value.shape)),
                )
            )
    likely = {k: v for k, v in found.items() if min(v.shape) in _CHANNELS} or found
    rhythms = without_beats(likely)
    if len(rhythms) < len(likely):
        notes.append(
            LeftOut(
                say(
                    "Left out, as average beats: {k}.",
                    k=", ".join(k for k in likely if k not in rhythms),
                )
            )
        )
        likely = {k: likely[k] for k in rhythms}
    usual = {k: v for k, v in likely.items() if _last(k).casefold() in _SIGNALS}
    if len(likely) > 1 and len(usual) == 1:
        likely = usual
    if len(likely) > 1:
        raise ReadError(
            say(
                "{name} holds several arrays that may be the ECG ({sorted}). Export one of them.",
                name=name,
                sorted=", ".join(sorted(likely)[:6]),
            )
        )
    if not likely:
        shapes = ", ".join(f"{k} {' x '.join(map(str, v.shape))}" for k, v in list(arrays.items())[:6])
        raise ReadError(
            say(
                "{name} holds no array of 12 or 8 leads by samples{shapes}. Export the ECG as one array, or "
                "each lead under its name.",
                name=name,
                shapes=f" ({shapes})" if shapes else "",
            )
        )
    return next(iter(likely.items()))


def _stated_leads(found: Arrays, options: ReadOptions, name: str, notes: list[str]) -> list[str] | None:
    stated = next((found.facts[key] for key in _keys.LEADS if key in found.facts), None)
    if isinstance(stated, str):
        stated = [part.strip() for part in stated.strip("[]").replace(";", ",").replace("'", "").split(",")]
    own = [str(label) for label in stated] if isinstance(stated, list) and len(stated) > 1 else None
    if own is not None and not any(_is_lead(label) for label in own):
        own = None
    if options.leads is None:
        return own
    if own is not None and [standard_lead(label) for label in own] != [
        standard_lead(label) for label in options.leads
    ]:
        raise ReadError(
            say(
                "{name} names its leads itself, and not as stated: leave out the leads, or correct them.",
                name=name,
            )
        )
    if own is None:
        notes.append(say("The columns were named by hand."))
    return list(options.leads)


def _rate(found: Arrays, n: int, options: ReadOptions, name: str, notes: list[str]) -> float | None:
    """Hz, as a fact or the times of n samples state it, else as the options do."""
    key = next((key for key in _keys.RATES if key in found.facts), None)
    if key is None and options.fs is None and (timed := _rate_of_times(found, n)) is not None:
        notes.append(
            say(
                "Sampling rate of {timed:g} Hz derived from the array {timed_2}.",
                timed=timed[1],
                timed_2=timed[0],
            )
        )
        return timed[1]
    if key is None:
        notes += [] if options.fs is None else [rate_by_hand(options.fs)]
        return options.fs
    stated = found.facts[key]
    fs = _comments.leading_number(str(stated)) if not isinstance(stated, list) else None
    if fs is None or fs <= 0:
        raise ReadError(
            say(
                "{name}: its {key}, {stated!r}, is no rate in Hz. Correct it.",
                name=name,
                key=key,
                stated=str(stated)[:40],
            )
        )
    if options.fs is not None and not math.isclose(fs, options.fs, rel_tol=0.01):
        raise ReadError(
            say(
                "{name}: its {key} says {fs:g} Hz and the rate given {fs_2:g} Hz: correct one of them.",
                name=name,
                key=key,
                fs=fs,
                fs_2=options.fs,
            )
        )
    return fs


def _rate_of_times(found: Arrays, n: int) -> tuple[str, float] | None:
    """The name and the rate in Hz of an array of n times that rise evenly, in the unit that its name says, else in s where
    that is a rate of an ECG, else in ms; None where there is none."""
    for key, values in found.arrays.items():
        match = _TIME.fullmatch(_keys.plain(_last(key)))
        if match is None or match[1] not in _keys.TIMES or values.size != n or n < 2:
            continue
        times = values.ravel().astype(np.float64)
        step = float(times[-1] - times[0]) / (n - 1)
        if not (step > 0 and np.all(np.abs(np.diff(times) - step) <= 0.6 * step)):
            continue
        usual = (per for per in (1.0, 1e-3) if 50 <= 1 / (step * per) <= 4000)
        per = _SECONDS[match[2]] if match[2] else next(usual, None)
        if per is not None:
            fs = 1 / (step * per)
            return _last(key), float(round(fs)) if math.isclose(fs, round(fs), rel_tol=1e-3) else fs
    return None


def _unit(found: Arrays, options: ReadOptions, name: str, notes: list[str]) -> float | None:
    """mV per unit of the samples, None if nothing states it."""
    given = millivolts_per(options.unit) if options.unit else None
    stated = next((found.facts[key] for key in _keys.UNITS if key in found.facts), None)
    if isinstance(stated, list):
        stated = stated[0] if len(set(map(str, stated))) == 1 else ", ".join(sorted(set(map(str, stated))))
    if stated is None or not str(stated).strip():
        notes += [] if given is None else [unit_by_hand(options.unit)]
        return given
    own = millivolts_per(str(stated))
    if own is None:
        raise ReadError(
            say(
                "{name}: its unit, {stated!r}, is not mV, uV or V. Correct it.",
                name=name,
                stated=str(stated)[:40],
            )
        )
    if given is not None and given != own:
        raise ReadError(
            say(
                "{name} says its unit is {stated}, the unit given is {unit}: correct one of them.",
                name=name,
                stated=stated,
                unit=options.unit,
            )
        )
    return own
