"""JSON: leads by their names or as one array, with rate and unit beside them; and recordings of AliveCor's Kardia.

Source: RFC 8259; the Kardia API's documentation of a recording (`amplitudeResolution` is nanovolts a step).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ecgnet.language import say
from ecgnet.readers import _recorder, fhir
from ecgnet.readers._arrays import Arrays, record_of
from ecgnet.readers._core import ReadError, ReadOptions
from ecgnet.readers._json import is_json, member, number, parse, text
from ecgnet.readers._leads import lead_of
from ecgnet.readers._stated import Channel, assemble
from ecgnet.record import Identity, Metadata, Record

NAME = "JSON"

_NAMES = ("lead", "name", "label", "leadname", "lead_name", "id", "channel")
_SAMPLES = ("samples", "data", "values", "signal", "waveform")
_MAX_DEPTH = 4
_MAX_MEMBERS = 2000


def sniff(data: bytes, name: str) -> bool:
    """Whether the bytes are JSON, and not FHIR."""
    return is_json(data) and not fhir.sniff(data, name)


def read(data: bytes, name: str, companions: Mapping[str, bytes], options: ReadOptions) -> Record:
    """The record in a JSON text, signal (12, T) in mV. Raises ReadError, with a question for what is left out."""
    document = parse(data, name)
    if member(document, "data12L") is not None:
        raise ReadError(
            say(
                "{name} is a recording of a Kardia 12L, which does not state what a step of its samples is: "
                "export it in another format.",
                name=name,
            )
        )
    if isinstance(member(document, "data", "raw", "samples"), dict):
        return _kardia(document, name, options)
    found = Arrays()
    _sort_in(found, "", document, 0)
    if not found.arrays:
        raise ReadError(
            say(
                "{name} holds no samples of an ECG, only facts: export the ECG itself.",
                name=name,
            ),
            no_ecg=True,
        )
    return record_of(found, name, NAME, options)


def _kardia(document: Mapping[str, Any], name: str, options: ReadOptions) -> Record:
    """A recording of KardiaMobile: one lead or six, as measured and not as AliveCor filtered them."""
    raw = document["data"]["raw"]
    step = number(raw.get("amplitudeResolution"))
    channels = []
    for lead, samples in raw["samples"].items():
        values = _numbers(samples)
        if values is None or values.ndim != 1:
            raise ReadError(
                say(
                    "{name}: lead {lead} holds something else than numbers: export it again.",
                    name=name,
                    lead=lead,
                )
            )
        channels.append(Channel(lead, values, step or 1.0, "nV" if step else ""))
    recorder, remarks = _recorder.report(
        statements=[text(document.get("algorithmDetermination"))],
        measurements={"heart_rate": text(document.get("heartRate"))},
        recorded_at=_recorder.stamp(text(document.get("recordedAt"))),
        device=("AliveCor", text(member(document, "deviceInfo", "hardwareType"))),
    )
    who = Identity(patient_id=text(document.get("patientID")) or None)
    return assemble(
        channels,
        number(raw.get("frequency")) or None,
        name,
        options,
        NAME,
        Metadata(),
        who,
        remarks,
        recorder,
    )


def _sort_in(found: Arrays, path: str, value: Any, depth: int) -> None:
    """Numbers and facts by their names, from objects within objects; of a list of leads each by its own name."""
    if isinstance(value, dict) and depth <= _MAX_DEPTH:
        for key in list(value)[:_MAX_MEMBERS]:
            _sort_in(found, f"{path}/{key}" if path else str(key), value[key], depth + 1)
        return
    if _row_a_sample(value):
        for key in list(value[0])[:_MAX_MEMBERS]:
            column = [item.get(key) for item in value]
            _sort_in(found, f"{path}/{key}" if path else str(key), column, depth + 1)
        return
    if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
        for item in value[:_MAX_MEMBERS] if depth <= _MAX_DEPTH else ():
            _sort_in_lead(found, path, {str(key).casefold(): inner for key, inner in item.items()}, depth)
        return
    numbers = _numbers(value)
    if numbers is not None:
        found.add(path or "(unnamed)", numbers)
    elif isinstance(value, str | int | float | list) and not isinstance(value, bool):
        found.add(path or "(unnamed)", value)


def _row_a_sample(value: Any) -> bool:
    """Whether a value is a table row by row, as `DataFrame.to_json(orient="records")` writes it."""
    if not isinstance(value, list) or len(value) < 100 or not all(isinstance(item, dict) for item in value):
        return False
    return sum(lead_of(str(key)) is not None for key in value[0]) > 1 and not any(
        isinstance(inner, list | dict) for inner in value[0].values()
    )


def _sort_in_lead(found: Arrays, path: str, item: Mapping[str, Any], depth: int) -> None:
    """One of a list of leads: its samples under its name, what else it states as facts."""
    label = next((text(item[key]) for key in _NAMES if text(item.get(key))), "")
    key = next((key for key in _SAMPLES if isinstance(item.get(key), list)), None)
    if label and key:
        _sort_in(found, f"{path}/{label}" if path else label, item[key], depth + 1)
    for other in item.keys() - {key, *_NAMES}:
        _sort_in(found, f"{path}/{other}", item[other], depth + 1)


def _numbers(value: Any) -> np.ndarray | None:
    """An array of numbers of one or more dimensions, NaN for null; None for anything else."""
    if not isinstance(value, list) or not value:
        return None
    first = value[0][0] if isinstance(value[0], list) and value[0] else value[0]
    if first is not None and (isinstance(first, bool) or not isinstance(first, int | float | list)):
        return None
    try:
        found = np.array(value, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        return None
    whole = np.all(np.isfinite(found)) and np.all(found == np.round(found)) and np.abs(found).max() < 2**53
    return found.astype(np.int64) if whole else found
