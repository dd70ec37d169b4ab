"""GE CardioSoft XML: `CardiologyXML`, samples as text; strips, full disclosure and median beats kept apart.

Source: files and public readers of CardioSoft V6 exports. `StripData` has one list of samples a lead;
`FullDisclosure` has one list for all, sample by sample across the leads of its `LeadOrder`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from xml.etree.ElementTree import Element

from ecgnet.language import say
from ecgnet.readers import _recorder
from ecgnet.readers._choice import Recording, choose
from ecgnet.readers._core import ReadError, ReadOptions
from ecgnet.readers._patient import identity, metadata
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
    samples_in_text,
    text_of,
)
from ecgnet.record import Identity, Metadata, Record
from ecgnet.recorder import RecorderReport

NAME = "GE CardioSoft XML"

_TITLES = {"StripData": "strip", "FullDisclosure": "full disclosure"}
_MEASUREMENTS = {
    "heart_rate": "VentricularRate",
    "p_duration": "PDuration",
    "pr": "PQInterval",
    "qrs": "QRSDuration",
    "qt": "QTInterval",
    "qtc": "QTCInterval",
    "p_axis": "PAxis",
    "axis": "RAxis",
    "t_axis": "TAxis",
}
_UNITS = {"uvperlsb": "uV", "mvperlsb": "mV", "nvperlsb": "nV"}


def sniff(data: bytes, name: str) -> bool:
    """Whether the root element is CardiologyXML."""
    return root_name(head(data)) == "CardiologyXML"


def read(data: bytes, name: str, companions: Mapping[str, bytes], options: ReadOptions) -> Record:
    """The 12-lead rhythm of a CardioSoft file, signal (12, T) in mV; never its median beat.

    Of strips and full disclosure, the one with most of the 12 leads is read, a sound one before one that contradicts
    itself, then the longest. Raises ReadError.
    """
    root, notes = parse(data, name)
    recordings = [child for child in root if child.tag in _TITLES]
    if not recordings:
        raise ReadError(
            say(
                "{name} holds neither a strip nor a full disclosure, only measurements or a median beat: "
                "export the ECG with its raw data.",
                name=name,
            )
        )
    best, channels, remarks = _chosen(recordings, name, options)
    notes = (*notes, *remarks)
    known, who, patient_notes = _patient(root)
    fs = _rate(best)
    recorder, recorder_notes = _recorder_report(root, who)
    notes = (*notes, *patient_notes, *recorder_notes)
    return assemble(channels, fs, name, options, NAME, known, who, notes, recorder)


def _chosen(
    recordings: list[Element], name: str, options: ReadOptions
) -> tuple[Element, list[Channel], tuple[str, ...]]:
    """The recording to read, its channels and what has to be noted; one that is damaged does not stop another."""
    readable: list[tuple[Element, Recording]] = []
    notes: list[str] = []
    for element in recordings:
        title = _TITLES[element.tag]
        try:
            channels = _strip(element, name) if element.tag == "StripData" else _disclosure(element, name)
            if len({len(channel.stored) for channel in channels}) > 1:
                raise ReadError(
                    say(
                        "{name}: the leads of its {title} have different lengths: export it again.",
                        name=name,
                        title=title,
                    )
                )
        except ReadError as error:
            if len(recordings) == 1:
                raise
            notes.append(
                say(
                    "The {title} cannot be read ({removeprefix})",
                    title=title,
                    removeprefix=str(error).removeprefix(f"{name}: "),
                )
            )
            if not readable and element is recordings[-1]:
                raise
        else:
            readable.append((element, Recording(title, channels, _rate(element))))
    best, note = choose([recording for _, recording in readable], name, options, what="recordings")
    element, recording = readable[best]
    return element, list(recording.channels), (*notes, *([note] if note else ()))


def _rate(recording: Element) -> float | None:
    """Hz, None where it is not stated in Hz."""
    rate = find(recording, "SampleRate")
    return positive(text_of(rate)) if attribute(rate, "units").casefold() in ("hz", "") else None


def _resolution(recording: Element, name: str) -> tuple[float, str]:
    """Gain and unit: `<Resolution units="uVperLsb">5</Resolution>`."""
    resolution = find(recording, "Resolution")
    gain = gain_of(positive(text_of(resolution)), name, f"its {_TITLES[recording.tag]}")
    stated = attribute(resolution, "units")
    return gain, _UNITS.get(stated.casefold(), stated)


def _strip(strip: Element, name: str) -> list[Channel]:
    gain, unit = _resolution(strip, name)
    channels = []
    for child in strip:
        if child.tag != "WaveformData":
            continue
        label = attribute(child, "lead")
        what = f"lead {label}" if label else say("a lead")
        stored = samples_in_text(payload(child), name, what)
        check_count(len(stored), text_of(strip, "ChannelSampleCountTotal"), name, what)
        channels.append(Channel(label, stored, gain, unit))
    stated = number(text_of(strip, "NumberOfLeads"))
    if stated is not None and stated != len(channels):
        raise ReadError(
            say(
                "{name} announces {stated:g} leads and holds {n_channels}: export or copy it again.",
                name=name,
                stated=stated,
                n_channels=len(channels),
            )
        )
    return channels


def _disclosure(disclosure: Element, name: str) -> list[Channel]:
    gain, unit = _resolution(disclosure, name)
    order = text_of(disclosure, "LeadOrder")
    stated = positive(text_of(disclosure, "NumberOfChannels"))
    labels = [label.strip() for label in order.split(",")] if order else [""] * int(min(stated or 0, 64))
    if not labels or (stated is not None and stated != len(labels)):
        raise ReadError(
            say(
                "{name}: its full disclosure announces {stated:g} channels and names {n_labels}: export it "
                "again.",
                name=name,
                stated=stated or 0,
                n_labels=len(labels),
            )
        )
    element = find(disclosure, "FullDisclosureData")
    values = samples_in_text(payload(element), name, say("the full disclosure"))
    total = text_of(element, "SampleCountTotal")
    if number(total) != len(values) / len(labels):  # some count all channels, some one
        check_count(len(values), total, name, say("the full disclosure"))
    if len(values) % len(labels):
        raise ReadError(
            say(
                "{name}: its full disclosure ends within a sample: it is cut short, export it again.",
                name=name,
            )
        )
    frames = values.reshape(-1, len(labels))
    return [Channel(label, frames[:, k], gain, unit) for k, label in enumerate(labels)]


def _date(element: Element | None) -> date | None:
    """Day, month and year in elements of their own."""
    parts = [number(text_of(element, part)) for part in ("Year", "Month", "Day")]
    try:
        return date(*(int(part) for part in parts if part is not None))
    except (TypeError, ValueError, OverflowError):
        return None


def _patient(root: Element) -> tuple[Metadata, Identity, tuple[str, ...]]:
    person = find(root, "PatientInfo")
    birth = _date(find(person, "BirthDateTime"))
    height, weight = find(person, "Height"), find(person, "Weight")
    known, notes = metadata(
        age=text_of(person, "Age"),
        age_unit=attribute(find(person, "Age"), "units") or say("not stated"),
        birth=birth,
        recorded=_date(find(root, "ObservationDateTime")),
        sex=text_of(person, "Gender"),
        height=(text_of(height), attribute(height, "units")),
        weight=(text_of(weight), attribute(weight, "units")),
    )
    names = (text_of(person, "Name/GivenName"), text_of(person, "Name/FamilyName"))
    return known, identity(names, birth, text_of(person, "PID")), notes


def _recorder_report(root: Element, who: Identity) -> tuple[RecorderReport | None, tuple[str, ...]]:
    """What the cart stated; a `Conclusion` is what a physician made of its `Diagnosis`."""
    observed, measured = find(root, "ObservationDateTime"), find(root, "RestingECGMeasurements")
    clock = [number(text_of(observed, part)) for part in ("Hour", "Minute", "Second")]
    time = ":".join(f"{part:02.0f}" for part in clock if part is not None)
    diagnosis = [text_of(e) for e in root.iter("DiagnosisText")]
    conclusion = [text for e in root.iter("ConclusionText") if (text := text_of(e))]
    table = find(measured, "MeasurementTable")
    j = find(table, "JAmplitude")
    leads, values = (text_of(e).split(",") for e in (find(table, "LeadOrder"), j))
    return _recorder.report(
        statements=conclusion or diagnosis,
        original=diagnosis,
        measurements={
            name: (text_of(element), attribute(element, "units"))
            for name, element in ((name, find(measured, tag)) for name, tag in _MEASUREMENTS.items())
        },
        st={lead: {"j": (v, attribute(j, "units"))} for lead, v in zip(leads, values, strict=False)},
        recorded_at=_recorder.moment(_date(observed), time),
        device=(
            "GE",
            text_of(root, "ClinicalInfo/DeviceInfo/Desc"),
            text_of(root, "ClinicalInfo/DeviceInfo/SoftwareVer"),
        ),
        identity=who,
    )
