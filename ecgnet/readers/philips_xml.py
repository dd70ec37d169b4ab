"""Philips XML: `restingecgdata` (SierraECG 1.03, PhilipsECG 1.04), plain, base64 or XLI-compressed.

Source: the format notes of sierra-ecg-tools (C. Watford); the codec is ecgdatakit's. A count is `resolution` microvolts.
With XLI, leads III, aVR, aVL and aVF are stored as what is left when they are computed from I and II.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from xml.etree.ElementTree import Element

import numpy as np

from ecgnet.language import say
from ecgnet.readers import _recorder
from ecgnet.readers._core import ReadError, ReadOptions
from ecgnet.readers._patient import date_in, identity, metadata
from ecgnet.readers._stated import Channel, assemble, check_samples, gain_of
from ecgnet.readers._xml import (
    attribute,
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
    samples_in_text,
    text_of,
)
from ecgnet.record import LEADS, Identity, Metadata, Record
from ecgnet.recorder import RecorderReport

NAME = "Philips XML"

_TWELVE = {"STD-12", "10-WIRE"}
_UNSTATED = 600_000  # samples of a lead that are unpacked where none are announced
_NO = {"false", "no", "f", "0"}
# Where an interpretation and the measurements around it have a value; 1.03 calls the mean of all beats "mean…"
_MEASUREMENTS = {
    "heart_rate": ("heartrate", "meanventrate"),
    "p_duration": ("pdur",),
    "pr": ("print", "meanprint"),
    "qrs": ("qrsdur", "meanqrsdur"),
    "qt": ("qtint", "meanqtint"),
    "qtc": ("meanqtc",),
    "qtc_bazett": ("qtcb",),
    "qtc_fridericia": ("qtcf",),
    "qtc_framingham": ("qtcfm",),
    "qtc_hodges": ("qtch",),
    "p_axis": ("pfrontaxis",),
    "axis": ("qrsfrontaxis",),
    "t_axis": ("tfrontaxis",),
}
_ST = {"j": "ston", "j80": "st80"}  # microvolts
_CALIBRATION = 1.0  # mV
_SHORTEST_PULSE, _LATEST_PULSE = 0.05, 1.5  # s; a pulse is looked for in the last part of the recording


def sniff(data: bytes, name: str) -> bool:
    """Whether the root element is restingecgdata."""
    return root_name(head(data)) == "restingecgdata"


def read(data: bytes, name: str, companions: Mapping[str, bytes], options: ReadOptions) -> Record:
    """The 12-lead rhythm of a Philips file, signal (12, T) in mV, without the calibration pulse. Raises ReadError."""
    root, notes = parse(data, name)
    signals = find(root, "dataacquisition/signalcharacteristics")
    waves = next(root.iter("parsedwaveforms"), None)
    if waves is None:
        raise ReadError(say("{name} holds no waveforms: export the ECG with them.", name=name))

    def stated(of_waves: str, *of_signals: str) -> str:
        values = (attribute(waves, of_waves), *(text_of(signals, tag) for tag in of_signals))
        return next(filter(None, values), "")

    labels = _labels(waves, signals, name)
    fs = positive(stated("samplespersecond", "samplingrate"))
    announced = _announced(waves, fs or options.fs, len(labels), name)
    given = options.leads if options.leads and not any(labels) else labels
    order = list(
        given if len(given) == len(labels) else labels
    )  # XLI keeps less of III and the augmented leads
    counts, found = _counts(waves, order, announced, stated("signalsigned", "signalsigned"), name)
    if found > len(labels):
        notes = (
            *notes,
            say(
                "{found} further signals, which the file does not name, are left out.",
                found=found - len(labels),
            ),
        )
    gain = gain_of(positive(stated("resolution", "resolution", "signalresolution")), name, say("its leads"))
    zero = number(stated("signaloffset", "signaloffset")) or 0.0
    rate = fs or options.fs or 0.0
    end = calibration_start((np.stack(counts) - zero) * gain / 1000, rate, step=gain / 1000) if rate else None
    if end is not None:
        notes = (
            *notes,
            say(
                "A calibration pulse of {calibration:g} mV at the end, no ECG, is cut off at {end:g} s.",
                calibration=_CALIBRATION,
                end=end / rate,
            ),
        )
    channels = [
        Channel(label, values[:end], gain, "uV", -zero * gain)
        for label, values in zip(labels, counts, strict=True)
    ]
    known, who, patient_notes = _patient(root)
    recorder, recorder_notes = _recorder_report(root, who)
    notes = (*notes, *patient_notes, *recorder_notes)
    return assemble(channels, fs, name, options, NAME, known, who, notes, recorder)


def calibration_start(signal: np.ndarray, fs: float, *, step: float) -> int | None:
    """Where the flat line before a calibration pulse begins, in samples; None without such a pulse.

    signal: (leads, T) in mV, in steps of `step`. No heart drives all leads to exactly 1 mV at once from a line without
    any change, not aVR and not III = II - I; so a pulse is a run of 1 mV in all leads behind a flat line, near the end.
    """
    still = (np.abs(np.diff(signal, axis=1)) == 0).all(0)
    high = (np.abs(signal - _CALIBRATION) <= 0.51 * step).all(0)
    high[: max(0, signal.shape[1] - round(_LATEST_PULSE * fs))] = False
    if signal.shape[0] < 2 or high.sum() < _SHORTEST_PULSE * fs:
        return None
    rise = int(np.argmax(high))
    moving = np.flatnonzero(~still[: max(0, rise - 1)])
    start = int(moving[-1]) + 1 if moving.size else 0
    flat_before, steady = rise - start, high[rise : rise + int(high.sum())].all()
    return start if start and steady and flat_before >= _SHORTEST_PULSE * fs else None


def _labels(waves: Element, signals: Element | None, name: str) -> list[str]:
    """The leads' names; "" for those that are not stated."""
    labels = attribute(waves, "leadlabels").split()
    counts = (
        attribute(waves, "numberofleads"),
        *(text_of(signals, f"numberchannels{k}") for k in ("allocated", "valid")),
    )
    n = next((int(value) for value in map(positive, counts) if value and value <= 64), None)
    if labels:
        if n is not None and n > len(labels):
            raise ReadError(
                say(
                    "{name} announces {n} leads and names {n_labels}: export or copy it again.",
                    name=name,
                    n=n,
                    n_labels=len(labels),
                )
            )
        return labels[:n]
    if n is None:
        raise ReadError(
            say(
                "{name} does not state how many leads it holds: export or copy it again.",
                name=name,
            )
        )
    sets = {text_of(signals, tag) for tag in ("acquisitiontype", "leadset")}
    return list(LEADS) if n == len(LEADS) and sets & _TWELVE else [""] * n


def _announced(waves: Element, fs: float | None, leads: int, name: str) -> int | None:
    """Samples per lead by duration (ms) and rate, None where one of them is not stated."""
    duration = positive(attribute(waves, "durationperchannel"))
    if duration is None or fs is None:
        return None
    samples = max(1, round(duration * fs / 1000))
    check_samples(samples * leads, name)
    return samples


def _counts(
    waves: Element, labels: list[str], announced: int | None, signed: str, name: str
) -> tuple[list[np.ndarray], int]:
    """Each lead as stored, (T,), and how many there are. Raises ReadError when that is not what was announced."""
    encoding = attribute(waves, "dataencoding").casefold()
    method = attribute(waves, "compression", "compressmethod").casefold()
    if attribute(waves, "compressflag").casefold() in _NO or method in ("uncompressed", "none"):
        method = ""
    if method not in ("", "xli") or encoding not in ("base64", "plain") or (method and encoding == "plain"):
        raise ReadError(
            say(
                "{name} has its samples as {encoding} {method}, which is not read here: export it otherwise.",
                name=name,
                encoding=encoding,
                method=method,
            )
        )
    if method:
        leads, found = _decompressed(
            bytes_in_base64(payload(waves), name, say("the leads")), len(labels), announced, name
        )
        if [label.casefold() for label in labels[:6]] == [lead.casefold() for lead in LEADS[:6]]:
            _restore_limb_leads(leads)
        return leads, found
    if encoding == "base64":
        kind = "<u2" if signed.casefold() in _NO else "<i2"
        values = samples_in_base64(payload(waves), kind, name, say("the leads"))
    else:
        values = samples_in_text(payload(waves), name, say("the leads"))
    each = len(values) // len(labels) if announced is None else announced
    check_count(len(values), str(each * len(labels)), name, say("all leads"))
    return list(values.reshape(len(labels), -1).astype(np.float64)), len(labels)


def _decompressed(data: bytes, n: int, announced: int | None, name: str) -> tuple[list[np.ndarray], int]:
    """The first n leads out of XLI, and how many there are. A lead is 8 bytes (size, 1, first delta) and LZW of 10 bits."""
    from ecgdatakit.parsing.codecs.lzw import LzwDecoder
    from ecgdatakit.parsing.codecs.xli import xli_decode_deltas

    leads: list[np.ndarray] = []
    found = at = 0
    while at < len(data):
        size, first = int.from_bytes(data[at : at + 4], "little"), data[at + 6 : at + 8]
        chunk = data[at + 8 : at + 8 + size]
        if not size or len(chunk) < size:
            raise ReadError(
                say(
                    "{name}: the compressed samples of lead {found} are cut short: copy it again.",
                    name=name,
                    found=found + 1,
                )
            )
        if found < n:
            unpacked = _unpacked(LzwDecoder(chunk, bits=10), announced or _UNSTATED, name)
            leads.append(
                xli_decode_deltas(unpacked, int.from_bytes(first, "little", signed=True)).astype(np.int64)
            )
        found += 1
        at += 8 + size
    if found < n:
        raise ReadError(
            say(
                "{name} announces {n} leads and holds {found}: it is cut short, export or copy it again.",
                name=name,
                n=n,
                found=found,
            )
        )
    for lead in leads:
        check_count(len(lead), str(announced or len(leads[0])), name, say("a lead"))
    return leads, found


def _unpacked(decoder: Any, samples: int, name: str) -> bytes:
    """All bytes of a lead, two a sample. Raises ReadError beyond what was announced, before memory is spent on it."""
    unpacked = bytearray()
    while (byte := decoder.read()) >= 0:
        unpacked.append(byte)
        if len(unpacked) > 2 * samples:
            raise ReadError(
                say(
                    "{name} holds more than the {samples} samples a lead that it announces: it is damaged.",
                    name=name,
                    samples=samples,
                )
            )
    if len(unpacked) < 4:
        raise ReadError(say("{name} holds a lead without samples: export or copy it again.", name=name))
    return bytes(unpacked)


def _restore_limb_leads(leads: list[np.ndarray]) -> None:
    """III, aVR, aVL and aVF from I, II and what is stored of them, in place; halves are rounded down."""
    one, two, three, right, left, foot = leads[:6]
    leads[2] = three = two - one - three
    leads[3] = -right - (one + two) // 2
    leads[4] = (one - three) // 2 - left
    leads[5] = (two + three) // 2 - foot


def _patient(root: Element) -> tuple[Metadata, Identity, tuple[str, ...]]:
    def said(*paths: str) -> str:
        """The first of some texts that is no row of dashes, as Philips writes for nothing."""
        texts = (text_of(person, path) for path in paths)
        return next((text for text in texts if text.strip("- ")), "")

    person = find(root, "patient/generalpatientdata")
    birth = date_in(said("age/dateofbirth", "dateofbirth"), "%Y-%m-%d", "%m/%d/%Y")
    height, weight = said("height/cm"), said("weight/kg")
    known, notes = metadata(
        age=said("age/years"),
        birth=birth,
        recorded=date_in(attribute(find(root, "dataacquisition"), "date"), "%Y-%m-%d"),
        sex=said("sex"),
        height=(height, "cm") if height else (said("height/inch"), "in"),
        weight=(weight, "kg") if weight else (said("weight/lb"), "lb"),
    )
    names = (said("name/firstname", "firstname"), said("name/lastname", "lastname"))
    return known, identity(names, birth, said("patientid", "MRN")), notes


def _recorder_report(root: Element, who: Identity) -> tuple[RecorderReport | None, tuple[str, ...]]:
    """What the cart stated. Of several interpretations the last counts, and the first is what it was made of."""
    listed = find(root, "interpretations")
    given = [child for child in (listed if listed is not None else ()) if child.tag == "interpretation"]
    given.sort(key=lambda one: attribute(one, "date") + attribute(one, "time"))
    last = given[-1] if given else None
    inner, outer = find(root, "internalmeasurements"), find(root, "measurements")
    places = (
        find(last, "globalmeasurements"),
        find(last, "interpretationmeasurements"),
        find(inner, "crossleadmeasurements"),
        find(outer, "crossleadmeasurements"),
        find(outer, "globalmeasurements"),
    )
    acquired = find(root, "dataacquisition")
    machine = find(acquired, "machine")
    words = (attribute(root, "status"), text_of(last, "mdsignatureline"))
    confirmed = next((c for c in map(_recorder.confirmed_in, words) if c is not None), None)
    if confirmed is None and text_of(last, "confirmingclinician"):
        confirmed = True
    return _recorder.report(
        statements=_lines(last),
        original=_lines(given[0]) if given else (),
        measurements={
            name: next((text for place in places for tag in tags if (text := text_of(place, tag))), "")
            for name, tags in _MEASUREMENTS.items()
        },
        st={
            attribute(lead, "leadname"): {p: (text_of(lead, tag), "uV") for p, tag in _ST.items()}
            for lead in root.iter("leadmeasurement")
            if attribute(lead, "stmeasflag").casefold() not in _NO
        },
        recorded_at=_recorder.moment(
            date_in(attribute(acquired, "date"), "%Y-%m-%d"), attribute(acquired, "time")
        ),
        confirmed=confirmed,
        device=("Philips", attribute(machine, "detaildescription") or text_of(machine)),
        identity=who,
    )


def _lines(interpretation: Element | None) -> list[str]:
    """Statements, each with its reason, and the class of the whole as the last line."""
    lines = []
    for statement in interpretation if interpretation is not None else ():
        if statement.tag == "statement":
            left, right = text_of(statement, "leftstatement"), text_of(statement, "rightstatement")
            lines.append(f"{left} ({right})" if left and right else left or right)
    severity = text_of(interpretation, "severity").strip("- ")
    return [*lines, severity] if severity else lines
