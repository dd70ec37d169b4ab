"""From what a file states of its signals, and what its owner adds, to a record; nothing left out is guessed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ecgnet.language import say
from ecgnet.readers._core import MAX_SAMPLES, ReadError, ReadOptions
from ecgnet.readers._leads import build_record, is_inverse, millivolts_per, standard_lead
from ecgnet.readers._names import own_names
from ecgnet.readers._questions import left_out, rate_by_hand, unit_by_hand
from ecgnet.record import Identity, Metadata, Record
from ecgnet.recorder import RecorderReport


@dataclass(frozen=True, slots=True)
class Channel:
    """One signal as a file has it: stored (T,) × gain + offset, in `unit`. label, unit: "" is not stated."""

    label: str
    stored: np.ndarray
    gain: float
    unit: str
    offset: float = 0.0

    @property
    def values(self) -> np.ndarray:
        """(T,) float64 in the channel's unit."""
        return self.stored * self.gain + self.offset


def check_samples(samples: int, name: str) -> None:
    """Raises ReadError for more samples, over all channels, than are read."""
    if samples > MAX_SAMPLES:
        raise ReadError(
            say(
                "{name} holds or announces {samples} samples, too many to read: cut out a part.",
                name=name,
                samples=samples,
            )
        )


def gain_of(value: float | None, name: str, what: str) -> float:
    """The gain a file states. Raises ReadError for none: no option can stand in for it."""
    if not value:
        raise ReadError(
            say(
                "{name} states no gain for {what}: export it with calibrated signals.",
                name=name,
                what=what,
            )
        )
    return value


def assemble(
    channels: Sequence[Channel],
    fs: float | None,
    name: str,
    options: ReadOptions,
    kind: str,
    metadata: Metadata,
    identity: Identity,
    notes: Sequence[str] = (),
    recorder: RecorderReport | None = None,
) -> Record:
    """The record of these channels. kind: the format's name, for the question; fs: Hz, None is not stated.

    A file is read as it states; what it leaves out is taken from the options and noted. Raises ReadError, with the
    question, for what neither has.
    """
    if not channels:
        raise ReadError(say("{name} holds no signals: export the ECG with its waveforms.", name=name))
    check_samples(sum(len(channel.stored) for channel in channels), name)
    lengths = sorted({len(channel.stored) for channel in channels})
    if len(lengths) > 1:
        raise ReadError(
            say(
                "{name}: its leads have different lengths ({lengths} samples): it is damaged or in parts, "
                "export it again as one recording.",
                name=name,
                lengths=", ".join(map(str, lengths)),
            )
        )
    labels = own_names([channel.label for channel in channels], options)
    channels = [replace(channel, label=label) for channel, label in zip(channels, labels, strict=True)]
    _ask(channels, fs, name, options, kind)
    notes = list(notes)
    if fs is None:
        fs = options.fs
        notes.append(rate_by_hand(fs))
    if not all(labels):
        labels = list(options.leads or ())
        notes.append(say("The leads were named by hand."))
    if not all(channel.unit for channel in channels):
        notes.append(unit_by_hand(options.unit))
    named = [
        (label, _millivolts(channel, label, name, options))
        for label, channel in zip(labels, channels, strict=True)
    ]
    return build_record(named, fs, name, metadata, notes, identity, recorder)


def _millivolts(channel: Channel, label: str, name: str, options: ReadOptions) -> np.ndarray:
    unit = channel.unit or options.unit or ""
    factor = millivolts_per(unit)
    if factor is None:
        if standard_lead(label) is None and not is_inverse(label):
            return channel.stored  # not one of the 12: left out in any case
        raise ReadError(
            say(
                "{name}: lead {label} is in {unit!r}, not in mV, uV or V: export it in one of these.",
                name=name,
                label=label,
                unit=unit,
            )
        )
    return channel.values * factor


def _ask(channels: Sequence[Channel], fs: float | None, name: str, options: ReadOptions, kind: str) -> None:
    """Raises ReadError with the question for what neither the file nor the options state."""
    unnamed = not all(channel.label for channel in channels)
    n = len(channels)
    if unnamed and options.leads is not None and len(options.leads) != n:
        raise ReadError(
            say(
                "{name} has {n} signals, and {n_leads} leads were stated: state one for each.",
                name=name,
                n=n,
                n_leads=len(options.leads),
            )
        )
    asked = {
        "fs": fs is None and options.fs is None,
        "unit": options.unit is None and not all(channel.unit for channel in channels),
        "leads": unnamed and options.leads is None,
    }
    if any(asked.values()):
        raise left_out(name, np.stack([channel.values for channel in channels]), kind, **asked)
