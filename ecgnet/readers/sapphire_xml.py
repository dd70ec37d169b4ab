"""GE Sapphire XML (MAC 800, 2000, VU360): root `sapphire`, values in `V` attributes, samples parted by blanks.

Source: no specification is public; the layout is that which five public readers agree on. `S` is the scale, `U` the unit,
`INV` the value that means no sample; a waveform has them itself or from the group around it.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from xml.etree.ElementTree import Element

import numpy as np

from ecgnet.language import say
from ecgnet.readers import _recorder
from ecgnet.readers._choice import Recording, choose
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
    positive,
    root_name,
    samples_in_text,
)
from ecgnet.record import Identity, Metadata, Record
from ecgnet.recorder import RecorderReport

NAME = "GE Sapphire XML"

_HERTZ = {"hz": 1.0, "khz": 1000.0}
# A fact is named so in `num` or in `medianTemplate/measurements/global`; the names of QTc are those that seem likely
_MEASUREMENTS = {
    "heart_rate": ("ventricularRate",),
    "p_duration": ("P_Duration",),
    "pr": ("PR_Interval",),
    "qrs": ("QRS_Duration",),
    "qt": ("QT_Interval",),
    "qtc": ("QTC_Interval", "QTC"),
    "qtc_bazett": ("QTC_Bazett",),
    "qtc_fridericia": ("QTC_Fridericia", "QTC_Fredericia"),
    "qtc_framingham": ("QTC_Framingham",),
    "qtc_hodges": ("QTC_Hodges",),
    "p_axis": ("P_Axis",),
    "axis": ("R_Axis",),
    "t_axis": ("T_Axis",),
}
_DATES = ("%Y-%m-%d", "%Y%m%d")


def sniff(data: bytes, name: str) -> bool:
    """Whether the root element is sapphire."""
    return root_name(head(data)) == "sapphire"


def read(data: bytes, name: str, companions: Mapping[str, bytes], options: ReadOptions) -> Record:
    """The 12-lead rhythm of a Sapphire file, signal (12, T) in mV; never its median template. Raises ReadError."""
    root, notes = parse(data, name)
    groups = [group for wav in root.iter("wav") for group in wav if group.tag == "ecgWaveformMXG"]
    if not groups:
        raise ReadError(
            say(
                "{name} holds no rhythm waveform, only measurements or medians: export the rhythm.",
                name=name,
            )
        )
    recordings = [Recording("rhythm", _channels(group, name), _rate(group)) for group in groups]
    chosen, note = choose(recordings, name, options, what=say("rhythm waveforms"))
    best = groups[chosen]
    notes = (*notes, *([note] if note else ()))
    channels = [_channel(child, best, name) for child in best if child.tag == "ecgWaveform"]
    known, who, patient_notes = _patient(root)
    recorder, recorder_notes = _recorder_report(root, who)
    notes = (*notes, *patient_notes, *recorder_notes)
    return assemble(channels, _rate(best), name, options, NAME, known, who, notes, recorder)


def _channels(group: Element, name: str) -> list[Channel]:
    """The leads of a group that can be read; the others are told when it is the one that is read."""
    found = []
    for child in group:
        if child.tag == "ecgWaveform":
            with suppress(ReadError):
                found.append(_channel(child, group, name))
    return found


def _rate(group: Element) -> float | None:
    rate = find(group, "sampleRate")
    value, unit = positive(attribute(rate, "V")), attribute(rate, "U").casefold()
    return value * _HERTZ[unit or "hz"] if value is not None and (unit or "hz") in _HERTZ else None


def _channel(element: Element, group: Element, name: str) -> Channel:
    label = attribute(element, "lead", "label")
    what = f"lead {label}" if label else say("a lead")
    stored = samples_in_text(attribute(element, "V"), name, what)
    check_count(len(stored), attribute(element, "asizeVT", "asizeBT"), name, what)
    nothing = number(attribute(element, "INV") or attribute(group, "INV"))
    if nothing is not None:
        stored = np.where(stored == nothing, np.nan, stored)
    gain = gain_of(positive(attribute(element, "S") or attribute(group, "S")), name, what)
    return Channel(label, stored, gain, attribute(element, "U") or attribute(group, "U"))


def _patient(root: Element) -> tuple[Metadata, Identity, tuple[str, ...]]:
    def said(path: str) -> str:
        return attribute(find(person, path), "V")

    person = next(root.iter("patientInfo"), None)
    birth = date_in(said("birthDateTime"), *_DATES)
    age, height, weight = find(person, "age"), find(person, "height"), find(person, "weight")
    known, notes = metadata(
        age=attribute(age, "V"),
        age_unit=attribute(age, "U") or say("not stated"),
        birth=birth,
        recorded=date_in(attribute(next(root.iter("acquisitionDateTime"), None), "V"), *_DATES),
        sex=said("gender"),
        height=(attribute(height, "V"), attribute(height, "U")),
        weight=(attribute(weight, "V"), attribute(weight, "U")),
    )
    names = (said("name/given"), said("name/family"))
    return known, identity(names, birth, said("identifier/id") or said("identifier")), notes


def _recorder_report(root: Element, who: Identity) -> tuple[RecorderReport | None, tuple[str, ...]]:
    """What the cart stated; a value that is the `INV` of its element was not measured."""
    ecg = next(root.iter("ecg"), root)
    places = (next(ecg.iter("global"), None), next(ecg.iter("num"), None))

    def measured(*tags: str) -> tuple[str, str]:
        found = (element for tag in tags for place in places if (element := find(place, tag)) is not None)
        element = next(found, None)
        value = attribute(element, "V")
        return ("" if value == attribute(element, "INV") else value), attribute(element, "U")

    device = next(root.iter("acquisitionDevice"), None)
    return _recorder.report(
        statements=[attribute(e, "V") for i in ecg.iter("interpretation") for e in i.iter("statement")],
        measurements={name: measured(*tags) for name, tags in _MEASUREMENTS.items()},
        recorded_at=_recorder.stamp(attribute(next(root.iter("acquisitionDateTime"), None), "V")),
        device=("GE", attribute(device, "V")),
        identity=who,
    )
