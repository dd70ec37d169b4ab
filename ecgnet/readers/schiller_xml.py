"""Schiller XML (SEMA, `SchillerEDI`): `eventdata/event/wavedata`, one list of numbers a channel.

Source: no specification is public; the layout is that which three public readers agree on. The sampling rate has an
`exponent` whose meaning none of them knows: only 1, which all exports known have, is read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from xml.etree.ElementTree import Element

from ecgnet.language import say
from ecgnet.readers import _recorder
from ecgnet.readers._choice import Recording, choose
from ecgnet.readers._core import ReadError, ReadOptions
from ecgnet.readers._patient import date_in, identity, metadata
from ecgnet.readers._stated import Channel, assemble, gain_of
from ecgnet.readers._xml import (
    check_count,
    find,
    head,
    number,
    parse,
    payload,
    positive,
    root_name,
    samples_in_text,
    text_of,
)
from ecgnet.record import Identity, Metadata, Record
from ecgnet.recorder import RecorderReport

NAME = "Schiller XML"

# The names of `annotation_global` that public readers know; the axes of P and T by likeness
_MEASUREMENTS = {
    "heart_rate": "HR",
    "p_duration": "P",
    "pr": "PQ",
    "qrs": "QRS",
    "qt": "QT",
    "qtc": "QTC",
    "p_axis": "AXIS_P",
    "axis": "AXIS_QRS",
    "t_axis": "AXIS_T",
}
_DATES = ("%Y-%m-%d", "%Y%m%d", "%d.%m.%Y")


def sniff(data: bytes, name: str) -> bool:
    """Whether the root element ends in SchillerEDI, or the beginning has Schiller's elements for patient and exam."""
    start = head(data)
    return root_name(start).endswith("SchillerEDI") or ("<patdata" in start and "<examdescript" in start)


def read(data: bytes, name: str, companions: Mapping[str, bytes], options: ReadOptions) -> Record:
    """The 12-lead rhythm of a Schiller file, signal (12, T) in mV; never its averages. Raises ReadError."""
    root, notes = parse(data, name)
    waves = [wave for event in root.iter("event") for wave in event if wave.tag == "wavedata"]
    rhythms = [wave for wave in waves if text_of(wave, "type").casefold() in ("ecg_rhythms", "ecg_rhythm")]
    if not rhythms:
        what = say("only averaged beats") if waves else say("no waveform")
        raise ReadError(
            say(
                "{name} holds {what}: export the ECG with its rhythm.",
                name=name,
                what=what,
            )
        )
    chosen, note = choose(_recordings(rhythms, name), name, options, what=say("rhythm recordings"))
    best = rhythms[chosen]
    notes = (*notes, *([note] if note else ()))
    resolution = find(best, "resolution")
    channels = _channels(best, name)
    known, who, patient_notes = _patient(root)
    fs = _rate(find(resolution, "samplerate"), name)
    recorder, recorder_notes = _recorder_report(root, who)
    notes = (*notes, *patient_notes, *recorder_notes)
    return assemble(channels, fs, name, options, NAME, known, who, notes, recorder)


def _recordings(rhythms: Sequence[Element], name: str) -> list[Recording]:
    """All of them; one that is damaged has no leads, and is told when it is the one that is read."""
    found = []
    for wave in rhythms:
        try:
            channels, fs = _channels(wave, name), _rate(find(wave, "resolution/samplerate"), name)
        except ReadError:
            channels, fs = [], None
        found.append(Recording("rhythm", channels, fs))
    return found


def _channels(wave: Element, name: str) -> list[Channel]:
    resolution = find(wave, "resolution")
    gain = gain_of(positive(text_of(resolution, "yres/unitperbit")), name, say("its leads"))
    unit = text_of(resolution, "yres/units")
    return [_channel(child, gain, unit, name) for child in wave if child.tag == "channel"]


def _rate(element: Element | None, name: str) -> float | None:
    exponent = number(text_of(element, "exponent"))
    if exponent not in (None, 1):
        raise ReadError(
            say(
                "{name}: its sampling rate has the exponent {exponent:g}, and what that means is not "
                "documented: export the ECG in another format, such as DICOM or SCP-ECG.",
                name=name,
                exponent=exponent,
            )
        )
    return positive(text_of(element, "value"))


def _channel(element: Element, gain: float, unit: str, name: str) -> Channel:
    label = text_of(element, "name")
    what = f"lead {label}" if label else say("a lead")
    kind = text_of(element, "datastype").casefold()
    if kind not in ("", "commaseparate"):
        raise ReadError(
            say(
                "{name}: the samples of {what} are written as {kind!r}, which is not read here.",
                name=name,
                what=what,
                kind=kind,
            )
        )
    stored = samples_in_text(payload(find(element, "data")), name, what)
    check_count(len(stored), text_of(element, "samplecount"), name, what)
    return Channel(label, stored, gain, unit)


def _patient(root: Element) -> tuple[Metadata, Identity, tuple[str, ...]]:
    person = find(root, "patdata")
    birth = date_in(text_of(person, "birthdate"), *_DATES)
    known, notes = metadata(
        birth=birth,
        recorded=date_in(text_of(root, "examdescript/startdatetime/date"), *_DATES),
        sex=text_of(person, "gender"),
        height=(text_of(person, "height/value"), text_of(person, "height/unit")),
        weight=(text_of(person, "weight/value"), text_of(person, "weight/unit")),
    )
    names = (text_of(person, "firstname"), text_of(person, "lastname"))
    return known, identity(names, birth, text_of(person, "id")), notes


def _recorder_report(root: Element, who: Identity) -> tuple[RecorderReport | None, tuple[str, ...]]:
    """What the cart stated. Of the texts only those count whose type says that they interpret."""
    named = _pairs(root, "annotation_global")
    start = find(root, "examdescript/startdatetime")
    hardware = next(root.iter("hardware"), None)
    texts = [
        text_of(element, "textdata")
        for event in root.iter("event")
        for element in event
        if element.tag == "textdata"
        and re.search("interpret|diagnos|statement", text_of(element, "type"), re.I)
    ]
    averages = [w for w in root.iter("wavedata") if text_of(w, "type").casefold() == "ecg_averages"]
    return _recorder.report(
        statements=[line for text in texts for line in re.split(r"[;|]", text)],
        measurements={name: named.get(key, "") for name, key in _MEASUREMENTS.items()},
        st={
            text_of(channel, "name"): {"j": (value, "uV")}
            for wave in averages
            for channel in wave
            if channel.tag == "channel" and (value := _pairs(channel, "annotation_lead").get("J_AMPL"))
        },
        recorded_at=_recorder.moment(date_in(text_of(start, "date"), *_DATES), text_of(start, "time")),
        device=(text_of(hardware, "vendor"), text_of(hardware, "model")),
        identity=who,
    )


def _pairs(element: Element, tag: str) -> dict[str, str]:
    """Name → value of the elements below one that are called so; some hold one pair, some all of them in turn."""
    return {
        text_of(name).upper(): text_of(value)
        for pairs in element.iter(tag)
        for name, value in zip(
            [e for e in pairs if e.tag == "name"], [e for e in pairs if e.tag == "value"], strict=False
        )
    }
