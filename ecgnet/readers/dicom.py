"""DICOM waveform objects: 12-lead, General and Ambulatory ECG, and the ECG of hemodynamic ones.

Source: DICOM PS3.3 A.34 and C.10.9 (waveforms), PS3.5 6.2 (age strings) and A.5 (deflated), PS3.10 7.1 (files).
"""

from __future__ import annotations

import io
import re
import struct
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ecgnet.language import say
from ecgnet.readers import _dicom_report, _dicom_waveform, _patient
from ecgnet.readers._choice import Recording, choose
from ecgnet.readers._core import MAX_FILE_BYTES, MAX_SAMPLES, MissingFacts, ReadError, ReadOptions, check_size
from ecgnet.readers._leads import standard_lead
from ecgnet.readers._stated import Channel, assemble
from ecgnet.record import LEADS, Identity, LeftOut, Metadata, Record, SourceStudy

NAME = "DICOM"

_DEFLATED = b"1.2.840.10008.1.2.1.99"
_PREFIX = 132  # bytes of the preamble and of the letters DICM
_CHEST = {f"V{k}" for k in range(1, 7)}
_AGE_UNITS = {"Y": "y", "M": "mo", "W": "w", "D": "d"}


def sniff(data: bytes, name: str) -> bool:
    """Whether the bytes carry the prefix of a DICOM file, PS3.10 7.1, or begin with its first elements without it."""
    return data[128:132] == b"DICM" or _dicom_waveform.begins_bare(_without_zeros(data))


def _without_zeros(data: bytes) -> bytes:
    """A file without its preamble of zeros where the letters behind it are not there."""
    return data[_PREFIX - 4 :] if data[:128] == bytes(128) and data[128:132] != b"DICM" else data


def read(data: bytes, name: str, companions: Mapping[str, bytes], options: ReadOptions) -> Record:
    """The 12-lead rhythm of a DICOM file, signal (12, T) in mV.

    Of several waveforms the original with all leads is taken, never a derived one such as a median beat. Leads that are
    spread over several are put on one axis of time, NaN where they were not recorded. The options serve where
    the file leaves out rate, unit or names. Raises ReadError.
    """
    import pydicom  # slow to import: only those who read DICOM wait

    data = _without_zeros(data)
    _check_deflated(data, name)
    bare = data[128:132] != b"DICM"
    dataset = pydicom.dcmread(io.BytesIO(data), force=bare)
    groups = list(dataset.get("WaveformSequence") or ())
    if not groups:
        raise ReadError(
            say(
                "{name} holds no waveform: give the DICOM file of the ECG itself, not an image or PDF of it.",
                name=name,
            )
        )
    for group in groups:  # the derived ones too: a file that is cut short is not to be trusted
        _dicom_waveform.check(group, name)
    originals = [g for g in groups if g.get("WaveformOriginality") != "DERIVED"]
    if not originals:
        raise ReadError(
            say(
                "{name} holds only derived waveforms, such as a median beat: export the rhythm.",
                name=name,
            )
        )

    order = "<" if dataset.original_encoding[1] is not False else ">"
    notes: list[str] = [say("The file lacks the preamble of a DICOM file; read without it.")] if bare else []
    chosen = _choose(originals, order, name, options, notes)
    read_out = [_dicom_waveform.signals(group, order, name, options, notes) for group in chosen]
    fs = _dicom_waveform.rate(chosen[0])
    channels = (
        read_out[0] if len(chosen) == 1 else _joined(chosen, read_out, fs or options.fs, name, options, notes)
    )
    metadata, identity = _who(dataset, notes)
    recorder, remarks = _dicom_report.report(dataset, identity)
    return assemble(channels, fs, name, options, NAME, metadata, identity, (*notes, *remarks), recorder)


def _check_deflated(data: bytes, name: str) -> None:
    """Refuses a deflated file that is cut short, or that is too large when inflated."""
    if _DEFLATED not in data[:1024]:
        return
    # (0002,0000) comes first and holds the length of the group that names the encoding
    prefix = _PREFIX if data[128:132] == b"DICM" else 0
    start = prefix + 12 + struct.unpack_from("<I", data, prefix + 8)[0]
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    size = len(inflater.decompress(data[start:], MAX_FILE_BYTES + 1))
    check_size(size, name)
    if not inflater.eof:
        raise ReadError(
            say(
                "{name} is deflated and ends too early: it is cut short, copy it again.",
                name=name,
            )
        )


def _choose(
    originals: Sequence[Any], order: str, name: str, options: ReadOptions, notes: list[str]
) -> list[Any]:
    """The group that holds the 12 leads, or from which they follow, or that is asked for; else all that hold some, of one
    rate."""
    held = [_dicom_waveform.leads(group, name) for group in originals]
    whole = any(leads >= _CHEST and len(leads & {"I", "II", "III"}) >= 2 for leads in held)
    with_leads = [group for group, leads in zip(originals, held, strict=True) if leads]
    spread = not whole and len(with_leads) > 1
    strips = spread and len({group.get("MultiplexGroupTimeOffset") for group in with_leads}) > 1
    if not spread or strips or options.recording is not None:
        recordings = [_recording(*pair, order, name, options) for pair in zip(originals, held, strict=True)]
        together = say("all of them, each at its time") if strips else ""
        best, note = choose(recordings, name, options, what=say("original waveforms"), together=together)
        notes += [note] if note else []
        if best < len(originals):
            return [originals[best]]
    fs = Counter(_dicom_waveform.rate(group) for group in with_leads).most_common(1)[0][0]
    chosen = [group for group in with_leads if _dicom_waveform.rate(group) == fs]
    if len(chosen) < len(with_leads):
        notes.append(
            LeftOut(
                say(
                    "Left out, as sampled at other rates than most: {n_with_leads} waveforms.",
                    n_with_leads=len(with_leads) - len(chosen),
                )
            )
        )
    return chosen


def _recording(group: Any, leads: set[str], order: str, name: str, options: ReadOptions) -> Recording:
    """A group as it is chosen from, called by its label, else by its leads."""
    label = str(group.get("MultiplexGroupLabel") or "").strip()
    try:
        channels = _dicom_waveform.signals(group, order, name, options, [])
    except ReadError:  # told when it is the one that is read
        channels = []
    title = label or ", ".join(lead for lead in LEADS if lead in leads)
    return Recording(title, channels, _dicom_waveform.rate(group))


def _joined(
    groups: Sequence[Any],
    read_out: Sequence[list[Channel]],
    fs: float | None,
    name: str,
    options: ReadOptions,
    notes: list[str],
) -> list[Channel]:
    """The leads of several groups on one axis of time, each where its group says that it was recorded."""
    offsets = [group.get("MultiplexGroupTimeOffset") for group in groups]
    if fs is None:
        raise ReadError(
            say(
                "{name} holds its leads in {n_groups} groups and states no sampling rate: state it (--fs), "
                "or export the 12 leads together.",
                name=name,
                n_groups=len(groups),
            ),
            MissingFacts(("fs",), columns=sum(map(len, read_out)), kind="DICOM groups without fs"),
        )
    if len(groups) > 1 and any(offset is None for offset in offsets):
        raise ReadError(
            say(
                "{name} holds its leads in {n_groups} groups and does not say when each was recorded: export "
                "the 12 leads together, or read one group (--recording).",
                name=name,
                n_groups=len(groups),
            )
        )
    exact = [float(offset) / 1000 * fs for offset in offsets]  # ms
    starts = [round(place - min(exact)) for place in exact]
    lengths = [int(group.NumberOfWaveformSamples) for group in groups]
    total = max(start + length for start, length in zip(starts, lengths, strict=True))
    if total * sum(map(len, read_out)) > MAX_SAMPLES:
        raise ReadError(
            say(
                "{name} spans {total} samples, too many to read: cut out a part.",
                name=name,
                total=total,
            )
        )
    if min(lengths) < total and not options.partial:
        raise ReadError(
            say(
                "{name} holds its leads in strips of {lengths:g} s, recorded one after the other: a record "
                "needs all 12 leads at the same time. Export them together.",
                name=name,
                lengths=min(lengths) / fs,
            )
        )
    found: dict[str, Channel] = {}
    for start, channels in sorted(
        zip(starts, read_out, strict=True), key=lambda pair: -len(pair[1][0].stored)
    ):
        before = set(found)
        for channel in channels:
            lead = standard_lead(channel.label) or channel.label
            if lead in LEADS and lead in found and lead not in before:
                raise ReadError(
                    say(
                        "{name}: lead {lead} is there twice at the same time: keep one of them, or read one group "
                        "(--recording).",
                        name=name,
                        lead=lead,
                    )
                )
            if lead in found:
                notes.append(say("Lead {lead} is there twice; the longer recording is read.", lead=lead))
                continue
            row = np.full(total, np.nan)
            row[start : start + len(channel.stored)] = channel.stored
            found[lead] = replace(channel, stored=row)
    when = say("at the same time") if len(set(starts)) == 1 else say("at times of their own")
    notes.append(
        say(
            "The leads come from {n_groups} waveforms, recorded {when}.",
            n_groups=len(groups),
            when=when,
        )
    )
    return list(found.values())


def _who(dataset: Any, notes: list[str]) -> tuple[Metadata, Identity]:
    """Patient data. Age counts as stated, else from the dates of birth and of the recording."""
    age = re.fullmatch(r"(\d{1,3})([YMWD])", _text(dataset, "PatientAge"))
    birth = _patient.date_in(_text(dataset, "PatientBirthDate"), "%Y%m%d")
    taken = _text(dataset, "AcquisitionDateTime") or _text(dataset, "StudyDate")
    metadata, remarks = _patient.metadata(
        age=age[1] if age else "",
        age_unit=_AGE_UNITS[age[2]] if age else "",
        birth=birth,
        recorded=_patient.date_in(taken[:8], "%Y%m%d"),
        sex=_text(dataset, "PatientSex"),
        height=(_text(dataset, "PatientSize"), "m"),
        weight=(_text(dataset, "PatientWeight"), "kg"),
    )
    notes.extend(remarks)
    family, _, given = _text(dataset, "PatientName").partition("=")[0].partition("^")
    names = (given.replace("^", " "), family)
    who = _patient.identity(names, birth, _text(dataset, "PatientID"))
    return metadata, replace(who, study=_study(dataset))


def _study(dataset: Any) -> SourceStudy | None:
    """Where the object belongs in an archive; None where it does not say so, or not as the standard has it."""
    keywords = (
        "StudyInstanceUID",
        "SeriesInstanceUID",
        "SOPInstanceUID",
        "SOPClassUID",
        "PatientName",
        "PatientSex",
    )
    more = ("IssuerOfPatientID", "StudyDate", "StudyTime", "StudyID", "AccessionNumber")
    try:
        return SourceStudy(*(_text(dataset, keyword) for keyword in (*keywords, *more)))
    except ValueError:
        return None


def _text(dataset: Any, keyword: str) -> str:
    value = dataset.get(keyword)
    return "" if value is None else str(value).strip()
