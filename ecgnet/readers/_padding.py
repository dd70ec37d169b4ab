"""Zeros or nothing around a recording, by which data sets bring all to one length (CODE-15 %: 4096), are cut off."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ecgnet.language import joined, say
from ecgnet.record import Record

_SHORTEST = 0.1  # s of zeros, or of no samples, in all leads; no heart and no amplifier is so still
_LEAST = 1.0  # s that have to be left


def without_padding(record: Record) -> Record:
    """The record without a beginning and an end in which all leads are 0 or hold nothing, with a note; as it is where too
    little is left."""
    there = np.flatnonzero(((record.signal != 0) & ~np.isnan(record.signal)).any(0))
    if not there.size:
        return record
    start, end = int(there[0]), int(there[-1]) + 1
    start = start if start >= _SHORTEST * record.fs else 0
    end = end if record.n_samples - end >= _SHORTEST * record.fs else record.n_samples
    if (start, end) == (0, record.n_samples) or end - start < _LEAST * record.fs:
        return record
    cut = [
        say(
            "{samples} samples ({samples_2:.3g} s) at the {where}",
            samples=samples,
            samples_2=samples / record.fs,
            where=where,
        )
        for samples, where in ((start, "beginning"), (record.n_samples - end, "end"))
        if samples
    ]
    around = np.concatenate([record.signal[:, :start], record.signal[:, end:]], axis=1)
    what = say("are 0") if (around == 0).any() else say("hold nothing")
    note = say(
        "All leads {what} for {cut}: padding, no ECG, and cut off.",
        what=what,
        cut=joined(" and ", cut),
    )
    return replace(record, signal=record.signal[:, start:end], notes=(*record.notes, note))
