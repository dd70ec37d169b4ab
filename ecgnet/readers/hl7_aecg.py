"""HL7 annotated ECG (FDA): `AnnotatedECG`, one list of digits a lead, value = origin + scale × digit.

Source: HL7 aECG Implementation Guide, final, 21 March 2005; ANSI/HL7 V3 ECG, R1-2004. Lead codes are those of
IEEE 11073-10101 (`MDC_ECG_LEAD_V1`) or of a maker (`NOM_ECG_LEAD_V1`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from xml.etree.ElementTree import Element

import numpy as np

from ecgnet.language import say
from ecgnet.readers import _recorder
from ecgnet.readers._choice import Recording, choose
from ecgnet.readers._core import ReadError, ReadOptions
from ecgnet.readers._leads import millivolts_per
from ecgnet.readers._patient import date_in, identity, metadata
from ecgnet.readers._stated import Channel, assemble, check_samples, gain_of
from ecgnet.readers._xml import (
    attribute,
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

NAME = "HL7 aECG"

_SECONDS = {"s": 1.0, "ms": 1e-3, "us": 1e-6}
_TIME = re.compile(r"(\d{14})(?:\.(\d+))?")
_SUBJECT = "componentOf/timepointEvent/componentOf/subjectAssignment/subject/trialSubject"
_MEASUREMENTS = {
    "MDC_ECG_HEART_RATE": "heart_rate",
    "MDC_ECG_TIME_PD_P": "p_duration",
    "MDC_ECG_TIME_PD_PR": "pr",
    "MDC_ECG_TIME_PD_QRS": "qrs",
    "MDC_ECG_TIME_PD_QT": "qt",
    "MDC_ECG_TIME_PD_QTC": "qtc",
    "MDC_ECG_TIME_PD_QTCB": "qtc_bazett",
    "MDC_ECG_TIME_PD_QTCF": "qtc_fridericia",
    "MDC_ECG_ANGLE_P_FRONT": "p_axis",
    "MDC_ECG_ANGLE_QRS_FRONT": "axis",
    "MDC_ECG_ANGLE_T_FRONT": "t_axis",
}
_AGE, _HEIGHT, _WEIGHT = {"21612-7", "30525-0"}, {"8302-2", "3137-7"}, {"3141-9", "29463-7"}  # LOINC


def sniff(data: bytes, name: str) -> bool:
    """Whether the root element is AnnotatedECG, in whatever namespace."""
    return root_name(head(data)) == "AnnotatedECG"


def read(data: bytes, name: str, companions: Mapping[str, bytes], options: ReadOptions) -> Record:
    """The 12-lead rhythm of an aECG, signal (12, T) in mV; never a representative beat.

    Sequence sets recorded one after the other (3 leads each) are laid side by side in time. Raises ReadError.
    """
    root, notes = parse(data, name)
    series, chosen = _rhythm(root, name, options)
    sets = _below(series, "component", "sequenceSet")
    fs, channels, joined = _channels(sets, name)
    known, who, patient_notes = _patient(root, series)
    recorder, recorder_notes = _recorder_report(root, series, who)
    notes = (*notes, *chosen, *joined, *patient_notes, *recorder_notes)
    return assemble(channels, fs, name, options, NAME, known, who, notes, recorder)


def _below(element: Element | None, *tags: str) -> list[Element]:
    """All elements at a path of tags."""
    found = [element] if element is not None else []
    for tag in tags:
        found = [child for parent in found for child in parent if child.tag == tag]
    return found


def _code(element: Element) -> str:
    return attribute(find(element, "code"), "code", "displayName")


def _lead(sequence: Element) -> str:
    """The lead's name without the nomenclature it is coded in."""
    return re.split(r"_ECG_LEAD_", _code(sequence), maxsplit=1, flags=re.IGNORECASE)[-1]


def _sequences(sequence_set: Element) -> tuple[list[Element], list[Element]]:
    """The time sequences and the others of a set."""
    sequences = _below(sequence_set, "component", "sequence")
    times = [s for s in sequences if _code(s).upper().startswith("TIME_")]
    return times, [s for s in sequences if s not in times]


def _rhythm(root: Element, name: str, options: ReadOptions) -> tuple[Element, tuple[str, ...]]:
    """The series to read: with most of the 12 leads, then the longest; representative beats do not count."""
    given = _below(root, "component", "series")
    rhythms = [series for series in given if _code(series).upper() != "REPRESENTATIVE_BEAT"]
    if not rhythms:
        what = say("only representative beats") if given else say("no waveform")
        raise ReadError(
            say(
                "{name} holds {what}: export the ECG with its rhythm.",
                name=name,
                what=what,
            )
        )
    if len(rhythms) == 1:
        return rhythms[0], ()
    recordings = []
    for series in rhythms:
        try:
            fs, channels, _ = _channels(_below(series, "component", "sequenceSet"), name)
        except ReadError:  # told when it is the one that is read
            fs, channels = None, []
        recordings.append(Recording(_code(series).lower(), channels, fs))
    best, note = choose(recordings, name, options, what=say("rhythm series"))
    return rhythms[best], (note,)


def _channels(sets: list[Element], name: str) -> tuple[float | None, list[Channel], tuple[str, ...]]:
    """Rate and channels of the sequence sets; several sets are joined by the times at which they start."""
    rates, starts, groups = [], [], []
    for sequence_set in sets:
        times, leads = _sequences(sequence_set)
        channels = [
            _channel(sequence, name) for sequence in leads if find(sequence, "value/digits") is not None
        ]
        if channels:
            rates.append(_rate(times, name))
            starts.append(_start(times))
            groups.append(channels)
    if len(groups) < 2:
        return (rates or [None])[0], (groups or [[]])[0], ()
    if None in starts or None in rates or len(set(rates)) > 1:
        raise ReadError(
            say(
                "{name} holds {n_groups} sequence sets and does not state when each begins, or their rates "
                "differ: export them as files of their own.",
                name=name,
                n_groups=len(groups),
            )
        )
    fs = rates[0]
    offsets = [round((start - min(starts)) * fs) for start in starts]
    length = max(offset + len(c.stored) for offset, group in zip(offsets, groups, strict=True) for c in group)
    check_samples(length * sum(map(len, groups)), name)
    joined: dict[str, Channel] = {}
    for offset, group in zip(offsets, groups, strict=True):
        for channel in group:
            joined[channel.label] = _placed(channel, offset, length, joined.get(channel.label), name)
    note = say(
        "{n_groups} sequence sets, recorded one after the other, are laid side by side in time.",
        n_groups=len(groups),
    )
    return fs, list(joined.values()), (note,)


def _placed(channel: Channel, offset: int, length: int, earlier: Channel | None, name: str) -> Channel:
    """A channel on the time axis of all sets, in mV where its unit is known; NaN where it was not recorded."""
    factor = millivolts_per(channel.unit)
    unit, values = ("mV", channel.values * factor) if factor else (channel.unit, channel.values)
    stored = np.full(length, np.nan) if earlier is None else earlier.stored.copy()
    place = slice(offset, offset + len(values))
    if not np.isnan(stored[place]).all() or (earlier is not None and earlier.unit != unit):
        raise ReadError(
            say(
                "{name}: lead {label} is there twice for the same time: keep one of them.",
                name=name,
                label=channel.label,
            )
        )
    stored[place] = values
    return Channel(channel.label, stored, 1.0, unit)


def _rate(times: list[Element], name: str) -> float | None:
    """Hz, from the increment of the time sequence; None where none is stated."""
    increment = find(times[0], "value/increment") if times else None
    step, unit = positive(attribute(increment, "value")), attribute(increment, "unit").replace("\u00b5", "u")
    if step is None:
        return None
    if unit not in _SECONDS:
        raise ReadError(
            say(
                "{name}: its samples step by {step:g} {unit}, not by s, ms or us: correct it.",
                name=name,
                step=step,
                unit=unit or say("(no unit)"),
            )
        )
    fs = 1 / (step * _SECONDS[unit])
    return float(round(fs)) if abs(fs - round(fs)) < 1e-6 * fs else fs


def _start(times: list[Element]) -> float | None:
    """When a set begins, in seconds on the clock of the file; None where it is not stated."""
    start = find(times[0], "value/head") if times else None
    text, unit = attribute(start, "value"), attribute(start, "unit")
    if times and _code(times[0]).upper() == "TIME_RELATIVE":
        value = number(text)
        return value * _SECONDS[unit] if value is not None and unit in _SECONDS else None
    match = _TIME.match(text)
    if match is None:
        return None
    try:
        seconds = (datetime.strptime(match[1], "%Y%m%d%H%M%S") - datetime(1970, 1, 1)).total_seconds()
    except ValueError:
        return None
    return seconds + float(f"0.{match[2] or 0}")


def _channel(sequence: Element, name: str) -> Channel:
    value = find(sequence, "value")
    label = _lead(sequence)
    what = f"lead {label}" if label else say("a lead")
    origin, scale = find(value, "origin"), find(value, "scale")
    stored = samples_in_text(payload(find(value, "digits")), name, what)
    unit = attribute(scale, "unit")
    gain = gain_of(number(attribute(scale, "value")), name, what)
    offset = number(attribute(origin, "value")) or 0.0
    if offset and attribute(origin, "unit") not in ("", unit):
        ours, theirs = millivolts_per(unit), millivolts_per(attribute(origin, "unit"))
        if not ours or not theirs:
            raise ReadError(
                say(
                    "{name}: the origin of {what} is in no unit of voltage: export it again.",
                    name=name,
                    what=what,
                )
            )
        offset *= theirs / ours
    return Channel(label, stored, gain, unit, offset)


def _patient(root: Element, series: Element) -> tuple[Metadata, Identity, tuple[str, ...]]:
    subject = find(root, _SUBJECT)
    person = find(subject, "subjectDemographicPerson")
    observed: dict[str, tuple[str, str]] = {}
    for observation in _below(root, "controlVariable", "relatedObservation"):
        value = find(observation, "value")
        for key, codes in (("age", _AGE), ("height", _HEIGHT), ("weight", _WEIGHT)):
            if attribute(find(observation, "code"), "code") in codes:
                observed[key] = attribute(value, "value"), attribute(value, "unit")
    age, age_unit = observed.get("age", ("", ""))
    birth = date_in(attribute(find(person, "birthTime"), "value"), "%Y%m%d")
    taken = _recorded_at(root, series)
    known, notes = metadata(
        age=age,
        age_unit=age_unit or say("not stated"),
        birth=birth,
        recorded=taken.date() if isinstance(taken, datetime) else taken,
        sex=attribute(find(person, "administrativeGenderCode"), "code"),
        height=observed.get("height", ("", "")),
        weight=observed.get("weight", ("", "")),
    )
    name = text_of(person, "name")
    return known, identity((name,), birth, attribute(find(subject, "id"), "extension")), notes


def _recorded_at(root: Element, series: Element) -> datetime | date | None:
    """When the recording began: as the series says, else the document."""
    for element in (series, root):
        for path in ("effectiveTime/low", "effectiveTime/center"):
            if moment := _recorder.stamp(attribute(find(element, path), "value")):
                return moment
    return None


def _recorder_report(
    root: Element, series: Element, who: Identity
) -> tuple[RecorderReport | None, tuple[str, ...]]:
    """What the recorder stated in the annotations of a series and of its representative beat.

    A measurement is that of the representative beat, else that of the series, else the median of those of its beats.
    Lines that a person wrote stand before those of the device, which then are the original ones.
    """
    derived = _below(series, "derivation", "derivedSeries")
    beat: dict[str, list[tuple[str, str]]] = {}
    whole: dict[str, list[tuple[str, str]]] = {}
    lines: dict[bool, list[str]] = {True: [], False: []}
    for one, is_derived in [(series, False), *((element, True) for element in derived)]:
        for annotation_set in _below(one, "subjectOf", "annotationSet"):
            by_person = next(annotation_set.iter("assignedPerson"), None) is not None
            for element in _annotations(annotation_set):
                code, value = attribute(find(element, "code"), "code").upper(), find(element, "value")
                if code == "MDC_ECG_RHY" or code.startswith("MDC_ECG_INTERPRETATION"):
                    text = text_of(value) or attribute(value, "displayName", "code")
                    lines[by_person] += [text] if text not in lines[by_person] else []
                name = _MEASUREMENTS.get(code.removesuffix("_GL"))
                if name and attribute(value, "value"):
                    stated = attribute(value, "value"), attribute(value, "unit")
                    (beat if is_derived else whole).setdefault(name, []).append(stated)
    author = next(series.iter("manufacturedSeriesDevice"), None)
    maker = next(series.iter("manufacturerOrganization"), None)
    return _recorder.report(
        statements=lines[True] or lines[False],
        original=lines[False],
        measurements={name: _middle(stated) for name, stated in (whole | beat).items()},
        recorded_at=_recorded_at(root, series),
        device=(text_of(maker, "name"), text_of(author, "manufacturerModelName")),
        identity=who,
    )


def _annotations(element: Element) -> Iterator[Element]:
    """The annotations of a set or within one, in order; not those of single leads."""
    for annotation in _below(element, "component", "annotation"):
        bounds = _below(annotation, "support", "supportingROI", "component", "boundary")
        if not any("_ECG_LEAD_" in _code(bound).upper() for bound in bounds):
            yield annotation
            yield from _annotations(annotation)


def _middle(stated: list[tuple[str, str]]) -> tuple[str, str]:
    """The median of values that may be numbers, with its unit; the lower of two."""
    numbers = sorted(
        (pair for pair in stated if number(pair[0]) is not None), key=lambda pair: number(pair[0])
    )
    return numbers[(len(numbers) - 1) // 2] if numbers else ("", "")
