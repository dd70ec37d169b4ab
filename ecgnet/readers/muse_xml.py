"""GE MUSE XML: `RestingECG`, samples as base64, 8 leads stored and the others derived.

Source: GE's restecg.dtd and restecg.xsd as public readers and files show them. Of the undocumented fields,
`FirstSampleBaseline` is added by one public reader and subtracted by another: it is not applied, and noted.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from contextlib import suppress
from xml.etree.ElementTree import Element

from ecgnet.language import say
from ecgnet.readers import _recorder
from ecgnet.readers._choice import Recording, choose
from ecgnet.readers._core import ReadError, ReadOptions
from ecgnet.readers._patient import date_in, identity, metadata
from ecgnet.readers._stated import Channel, assemble, check_samples, gain_of
from ecgnet.readers._xml import (
    bytes_in_base64,
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

NAME = "GE MUSE XML"

_SAMPLE_TYPES = {1: "i1", 2: "<i2", 4: "<i4"}
_DATES = ("%m-%d-%Y", "%m/%d/%Y", "%Y-%m-%d", "%d-%b-%Y")
_MEASUREMENTS = {
    "heart_rate": "VentricularRate",
    "pr": "PRInterval",
    "qrs": "QRSDuration",
    "qt": "QTInterval",
    "qtc": "QTCorrected",
    "qtc_fridericia": "QTcFrederica",
    "p_axis": "PAxis",
    "axis": "RAxis",
    "t_axis": "TAxis",
}
_OFFSETS = ("FirstSampleBaseline", "LeadOffsetFirstSample", "LeadTimeOffset")


def sniff(data: bytes, name: str) -> bool:
    """Whether the root element is RestingECG."""
    return root_name(head(data)) == "RestingECG"


def read(data: bytes, name: str, companions: Mapping[str, bytes], options: ReadOptions) -> Record:
    """The 12-lead rhythm of a MUSE file, signal (12, T) in mV; never its median beat. Raises ReadError."""
    root, notes = parse(data, name)
    waveform, chosen = _rhythm(root, name, options)
    leads = [child for child in waveform if child.tag == "LeadData"]
    stated = number(text_of(waveform, "NumberofLeads"))
    if stated is not None and stated != len(leads):
        raise ReadError(
            say(
                "{name} announces {stated:g} leads and holds {n_leads}: export or copy it again.",
                name=name,
                stated=stated,
                n_leads=len(leads),
            )
        )
    check_samples(sum(len(payload(find(lead, "WaveFormData"))) for lead in leads) * 3 // 8, name)
    channels = [_channel(lead, name) for lead in leads]
    known, who, patient_notes = _patient(root)
    recorder, recorder_notes = _recorder_report(root, who)
    notes = (*notes, *chosen, *_lead_notes(leads, name), *patient_notes, *recorder_notes)
    return assemble(channels, _rate(waveform), name, options, NAME, known, who, notes, recorder)


def _rhythm(root: Element, name: str, options: ReadOptions) -> tuple[Element, tuple[str, ...]]:
    """The waveform to read: of the rhythms the one with most of the 12 leads, then the longest."""
    waveforms = [child for child in root if child.tag == "Waveform"]
    kinds = [text_of(waveform, "WaveformType").casefold() for waveform in waveforms]
    rhythms = [w for w, kind in zip(waveforms, kinds, strict=True) if kind == "rhythm"]
    notes: tuple[str, ...] = ()
    if not rhythms and kinds.count("") == 1:
        rhythms = [waveforms[kinds.index("")]]
        notes = (
            say(
                "The file does not say whether its waveform is the rhythm or a median beat; read as the rhythm."
            ),
        )
    if not rhythms:
        what = say("only median beats") if kinds else say("no waveform")
        raise ReadError(
            say(
                "{name} holds {what}: export the ECG with its rhythm waveform.",
                name=name,
                what=what,
            )
        )
    if len(rhythms) == 1:
        return rhythms[0], notes
    recordings = [Recording("rhythm", _channels(waveform, name), _rate(waveform)) for waveform in rhythms]
    best, note = choose(recordings, name, options, what=say("rhythm waveforms"))
    return rhythms[best], (note,)


def _channels(waveform: Element, name: str) -> list[Channel]:
    """The leads of a waveform that can be read; the others are told when it is read."""
    found = []
    for child in waveform:
        if child.tag == "LeadData":
            with suppress(ReadError):
                found.append(_channel(child, name))
    return found


def _rate(waveform: Element) -> float | None:
    """SampleBase × 10 ^ SampleExponent, in Hz."""
    base, exponent = positive(text_of(waveform, "SampleBase")), number(text_of(waveform, "SampleExponent"))
    return base * 10 ** (exponent or 0) if base is not None and abs(exponent or 0) <= 6 else None


def _channel(lead: Element, name: str) -> Channel:
    label = text_of(lead, "LeadID")
    what = f"lead {label}" if label else say("a lead")
    size = number(text_of(lead, "LeadSampleSize")) or _size_by_count(lead, name, what)
    if size not in _SAMPLE_TYPES:
        stated = say("not stated") if size is None else f"{size:g} bytes"
        raise ReadError(
            say(
                "{name}: the size of the samples of {what} is {stated}, not 1, 2 or 4 bytes: export it again.",
                name=name,
                what=what,
                stated=stated,
            )
        )
    stored = samples_in_base64(payload(find(lead, "WaveFormData")), _SAMPLE_TYPES[int(size)], name, what)
    check_count(len(stored), text_of(lead, "LeadSampleCountTotal"), name, what)
    check_count(
        stored.nbytes, text_of(lead, "LeadByteCountTotal"), name, say("{what} (counted in bytes)", what=what)
    )
    gain = gain_of(positive(text_of(lead, "LeadAmplitudeUnitsPerBit")), name, what)
    return Channel(label, stored, gain, text_of(lead, "LeadAmplitudeUnits"))


def _size_by_count(lead: Element, name: str, what: str) -> float | None:
    """Bytes a sample where the file does not state them, from the samples it counts and the bytes it holds."""
    count = positive(text_of(lead, "LeadSampleCountTotal"))
    held = len(bytes_in_base64(payload(find(lead, "WaveFormData")), name, what)) if count else 0
    return held / count if count and held % count == 0 else None


def _lead_notes(leads: list[Element], name: str) -> list[str]:
    """Checksums that do not fit, electrodes that were off, and offsets that are not applied."""
    damaged, off, shifts = [], [], {}
    for lead in leads:
        label = text_of(lead, "LeadID")
        checksum = text_of(lead, "LeadDataCRC32")
        if checksum.isdigit() and zlib.crc32(
            bytes_in_base64(payload(find(lead, "WaveFormData")), name, f"lead {label}")
        ) != int(checksum):
            damaged.append(label)
        if text_of(lead, "LeadOff").casefold() == "true":
            off.append(label)
        for field in _OFFSETS:
            shifts.setdefault(field, {})[label] = number(text_of(lead, field)) or 0.0
    notes = []
    if damaged:
        notes.append(
            say(
                "The samples of lead {damaged} do not match their checksum (CRC-32): compare them.",
                damaged=", ".join(damaged),
            )
        )
    if off:
        notes.append(say("The device reports an electrode off for lead {off}.", off=", ".join(off)))
    for field, values in shifts.items():
        if field != "FirstSampleBaseline" and len(set(values.values())) > 1:
            raise ReadError(
                say(
                    "{name}: its leads do not start at the same time ({field}): export them together.",
                    name=name,
                    field=field,
                )
            )
        if any(values.values()):
            notes.append(
                say(
                    "{field} is not 0; what it means is not documented, and it was not applied.",
                    field=field,
                )
            )
    return notes


def _patient(root: Element) -> tuple[Metadata, Identity, tuple[str, ...]]:
    person = find(root, "PatientDemographics")
    birth = date_in(text_of(person, "DateofBirth"), *_DATES)
    height, weight = text_of(person, "HeightCM"), text_of(person, "WeightKG")
    known, notes = metadata(
        age=text_of(person, "PatientAge"),
        age_unit=text_of(person, "AgeUnits") or say("not stated"),
        birth=birth,
        recorded=date_in(text_of(root, "TestDemographics/AcquisitionDate"), *_DATES),
        sex=text_of(person, "Gender"),
        height=(height, "cm") if height else (text_of(person, "HeightIN"), "in"),
        weight=(weight, "kg") if weight else (text_of(person, "WeightLBS"), "lb"),
    )
    names = (text_of(person, "PatientFirstName"), text_of(person, "PatientLastName"))
    return known, identity(names, birth, text_of(person, "PatientID")), notes


def _recorder_report(root: Element, who: Identity) -> tuple[RecorderReport | None, tuple[str, ...]]:
    """What the cart stated; `Diagnosis` is what an editor made of its `OriginalDiagnosis`."""
    test, measured = find(root, "TestDemographics"), find(root, "RestingECGMeasurements")
    day = date_in(text_of(test, "AcquisitionDate"), *_DATES)
    original = _lines(find(root, "OriginalDiagnosis"))
    return _recorder.report(
        statements=_lines(find(root, "Diagnosis")) or original,
        original=original,
        measurements={name: text_of(measured, tag) for name, tag in _MEASUREMENTS.items()},
        recorded_at=_recorder.moment(day, text_of(test, "AcquisitionTime")),
        confirmed=_recorder.confirmed_in(text_of(test, "Status")),
        device=("GE", text_of(test, "AcquisitionDevice")),
        identity=who,
    )


def _lines(diagnosis: Element | None) -> list[str]:
    """The statements of a diagnosis; those that share a line, up to the flag ENDSLINE, are one."""
    lines: list[str] = []
    ended = True
    for statement in diagnosis if diagnosis is not None else ():
        if statement.tag != "DiagnosisStatement":
            continue
        text = text_of(statement, "StmtText")
        lines = [*lines, text] if ended else [*lines[:-1], f"{lines[-1]} {text}"]
        flags = [(child.text or "").strip().upper() for child in statement if child.tag == "StmtFlag"]
        ended = not flags or "ENDSLINE" in flags
    return lines
