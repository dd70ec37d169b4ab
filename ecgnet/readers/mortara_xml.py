"""Mortara (Welch Allyn, Hillrom) ELI XML: root `ECG`, one `CHANNEL` a lead, samples as base64.

Source: no specification is public; the layout is that of ELI 250 and 280 exports as three public readers agree on it.
A `CHANNEL` states `UNITS_PER_MV`; `DURATION` counts samples, in some exports milliseconds. What `OFFSET` means is not
documented: it is not applied, and noted.
"""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree.ElementTree import Element

from ecgnet.language import say
from ecgnet.readers import _recorder
from ecgnet.readers._core import ReadError, ReadOptions
from ecgnet.readers._patient import date_in, identity, metadata
from ecgnet.readers._stated import Channel, assemble, gain_of
from ecgnet.readers._xml import (
    attribute,
    check_count,
    find,
    head,
    number,
    parse,
    payload,
    positive,
    root_name,
    samples_in_base64,
    text_of,
)
from ecgnet.record import Identity, Metadata, Record
from ecgnet.recorder import RecorderReport

NAME = "Mortara ELI XML"

_MARKS = (
    "<CHANNEL",
    "<SUBJECT",
    "<TYPICAL_CYCLE",
    "<DEMOGRAPHIC_FIELDS",
    "ACQUISITION_TIME",
    "ELI LINK",
    "MORTARA",
)
_MEASUREMENTS = {
    "p_duration": "P_DURATION",
    "pr": "PR_DURATION",
    "qrs": "QRS_DURATION",
    "qt": "QT",
    "qtc": "QTC",
    "qtc_bazett": "QTB",
    "qtc_fridericia": "QTF",
    "p_axis": "P_AXIS",
    "axis": "QRS_AXIS",
    "t_axis": "T_AXIS",
}
_FORMAT = {"BITS": "16", "FORMAT": "SIGNED", "ENCODING": "BASE64"}


def sniff(data: bytes, name: str) -> bool:
    """Whether the root element is ECG and the beginning has an element or a word of Mortara's."""
    start = head(data)
    return root_name(start) == "ECG" and any(mark in start.upper() for mark in _MARKS)


def read(data: bytes, name: str, companions: Mapping[str, bytes], options: ReadOptions) -> Record:
    """The 12-lead rhythm of an ELI file, signal (12, T) in mV; never its typical cycle. Raises ReadError."""
    root, notes = parse(data, name)
    elements = [child for child in root if child.tag == "CHANNEL"]
    if not elements:
        raise ReadError(
            say(
                "{name} holds no channels, only measurements or a typical cycle: export the rhythm.",
                name=name,
            )
        )
    rates = {positive(attribute(element, "SAMPLE_FREQ")) for element in elements}
    if len(rates) > 1:
        raise ReadError(
            say(
                "{name}: its leads state different sampling rates: export them with one.",
                name=name,
            )
        )
    fs = rates.pop()
    channels = [_channel(element, fs, name) for element in elements]
    if any(number(attribute(element, "OFFSET")) for element in elements):
        notes = (*notes, say("OFFSET is not 0; what it means is not documented, and it was not applied."))
    known, who, patient_notes = _patient(root)
    recorder, recorder_notes = _recorder_report(root, who)
    notes = (*notes, *patient_notes, *recorder_notes)
    return assemble(channels, fs, name, options, NAME, known, who, notes, recorder)


def _channel(element: Element, fs: float | None, name: str) -> Channel:
    label = attribute(element, "NAME")
    what = f"lead {label}" if label else say("a lead")
    for key, expected in _FORMAT.items():
        stated = attribute(element, key).upper()
        if stated not in ("", expected):
            raise ReadError(
                say(
                    "{name}: {what} has {key} {stated}, where {expected} is read here: export it so.",
                    name=name,
                    what=what,
                    key=key,
                    stated=stated,
                    expected=expected,
                )
            )
    stored = samples_in_base64(attribute(element, "DATA") or payload(element), "<i2", name, what)
    duration = attribute(element, "DURATION")
    if fs is None or number(duration) != round(1000 * len(stored) / fs):
        check_count(len(stored), duration, name, what)
    gain = gain_of(positive(attribute(element, "UNITS_PER_MV")), name, what)
    return Channel(label, stored, 1 / gain, "mV")


def _patient(root: Element) -> tuple[Metadata, Identity, tuple[str, ...]]:
    person = find(root, "SUBJECT")
    birth = date_in(attribute(person, "DOB_XML", "DOB"), "%Y-%m-%d", "%Y%m%d")
    known, notes = metadata(
        age=attribute(root, "AGE"),
        age_unit=attribute(root, "AGE_UNITS") or say("not stated"),
        birth=birth,
        recorded=date_in(attribute(root, "ACQUISITION_TIME_XML", "ACQUISITION_TIME"), "%Y-%m-%d", "%Y%m%d"),
        sex=attribute(person, "GENDER"),
        height=(attribute(root, "HEIGHT"), attribute(root, "HEIGHT_UNITS")),
        weight=(attribute(root, "WEIGHT"), attribute(root, "WEIGHT_UNITS")),
    )
    names = (attribute(person, "FIRST_NAME"), attribute(person, "LAST_NAME"))
    return known, identity(names, birth, attribute(person, "ID")), notes


def _recorder_report(root: Element, who: Identity) -> tuple[RecorderReport | None, tuple[str, ...]]:
    """What the cart stated: each statement with its reason, and the class of the whole as the last line."""
    cycle, source = find(root, "TYPICAL_CYCLE"), find(root, "SOURCE")
    lines = []
    for statement in root.iter("STATEMENT"):
        text, reason = attribute(statement, "TEXT") or text_of(statement), attribute(statement, "REASON")
        lines.append(f"{text} ({reason})" if text and reason else text or reason)
    return _recorder.report(
        statements=[*lines, attribute(root, "SEVERITY")],
        measurements={name: attribute(cycle, key) for name, key in _MEASUREMENTS.items()}
        | {"heart_rate": attribute(root, "VENT_RATE")},
        recorded_at=_recorder.stamp(attribute(root, "ACQUISITION_TIME")),
        device=(attribute(source, "MANUFACTURER"), attribute(source, "MODEL", "TYPE")),
        identity=who,
    )
