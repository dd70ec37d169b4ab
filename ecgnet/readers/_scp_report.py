"""What the recorder stated in an SCP-ECG record: sections 7 (measurements), 8 and 11 (interpretation), 10 (leads).

Source: EN 1064:2005 (ISO 11073-91064), 5.10 (global measurements), 5.11 and 5.14 (interpretation), 5.13 (measurements of
the leads).
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from datetime import date, datetime, time

from ecgnet.language import say
from ecgnet.readers import _recorder, _scp_sections
from ecgnet.readers._names import LEADS_BY_CODE
from ecgnet.record import Identity
from ecgnet.recorder import RecorderReport

_NOTHING = (19999, 29998, 29999, 65535)  # no such wave, not found, not measured
_BEAT = struct.Struct("<5H3h")  # P onset, P offset, QRS onset, QRS offset, T offset in ms, axes of P, QRS, T
_QTC = {1: "qtc_bazett", 2: "qtc_hodges", 3: "qtc_fridericia", 4: "qtc_framingham"}
_ST = {
    "j": 14,
    "j20": 26,
    "j60": 27,
    "j80": 28,
}  # places of the 16-bit values of a lead in section 10, in microvolts
_TEXT_SECTIONS = {8: 0, 11: 1}  # section → bytes before the text of a statement
_CONFIRMED = 1  # 0: not read over, 2: read over, not confirmed


def report(bodies: Mapping[int, bytes], identity: Identity) -> tuple[RecorderReport | None, tuple[str, ...]]:
    """What the recorder stated, and notes; a section that is damaged is left out with a note, not the ECG with it."""
    tags = _scp_sections.tags(bodies.get(1, b"")) or {}
    device = tags.get(14, b"")
    parts: dict[str, object] = {}
    notes = []
    for number, read in ((7, _measurements), (10, _st), (8, _statements), (11, _statements)):
        if number not in bodies or (number == 11 and parts.get("statements")):
            continue
        try:
            parts |= read(bodies[number], number, _scp_sections.codec(tags))
        except (struct.error, IndexError):
            notes.append(
                say(
                    "What the recorder stated in section {number} cannot be read: it is damaged.",
                    number=number,
                )
            )
    found, remarks = _recorder.report(
        recorded_at=_moment(tags),
        device=[device[8:14].split(b"\0")[0].decode("latin-1")],
        identity=identity,
        **parts,
    )
    return found, (*notes, *remarks)


def _moment(tags: Mapping[int, bytes]) -> datetime | date | None:
    """Tags 25 and 26: day and time of the recording."""
    day, clock = _scp_sections.day(tags.get(25, b"")), tags.get(26, b"")
    if day is None or len(clock) < 3:
        return day
    try:
        return datetime.combine(day, time(*clock[:3]))
    except ValueError:
        return day


def _measurements(body: bytes, number: int, codec: str) -> dict[str, object]:
    """Of the first beat measured, which is the reference beat; the heart rate as stated, else that of the mean RR."""
    beats, spikes, rr = struct.unpack_from("<BBH", body)
    values: dict[str, float] = {}
    if rr and rr not in _NOTHING:
        values["heart_rate"] = 60_000 / rr
    if beats:
        p_on, p_off, qrs_on, qrs_off, t_off, p_axis, axis, t_axis = _BEAT.unpack_from(body, 6)
        values |= {"p_axis": p_axis, "axis": axis, "t_axis": t_axis}
        for name, start, end in (
            ("p_duration", p_on, p_off),
            ("pr", p_on, qrs_on),
            ("qrs", qrs_on, qrs_off),
            ("qt", qrs_on, t_off),
        ):
            if start not in _NOTHING and end not in _NOTHING:
                values[name] = end - start
    at = 6 + _BEAT.size * beats + 10 * spikes
    at += 2 + (struct.unpack_from("<H", body, at)[0] if at + 2 <= len(body) else 0)  # a byte for each QRS
    if at + 7 <= len(body):  # the section may end before
        rate, _, qtc, formula = struct.unpack_from("<3HB", body, at)
        if rate and rate not in _NOTHING:
            values["heart_rate"] = rate
        values[_QTC.get(formula, "qtc")] = qtc
    return {"measurements": values}


def _st(body: bytes, number: int, codec: str) -> dict[str, object]:
    found: dict[str, dict[str, tuple[float, str]]] = {}
    at = 4
    for _ in range(struct.unpack_from("<H", body)[0]):
        code, length = struct.unpack_from("<HH", body, at)
        values = struct.unpack_from(f"<{length // 2}h", body, at + 4)
        if code in LEADS_BY_CODE:
            found[LEADS_BY_CODE[code]] = {
                point: (values[place], "uV")
                for point, place in _ST.items()
                if place < len(values) and values[place] not in _NOTHING
            }
        at += 4 + length
    return {"st": found}


def _statements(body: bytes, number: int, codec: str) -> dict[str, object]:
    """Section 8: texts; section 11: a byte for the kind, then codes or texts, parted by zeros."""
    lines = []
    at = 9
    for _ in range(body[8]):
        length = struct.unpack_from("<xH", body, at)[0]
        text = body[at + 3 + _TEXT_SECTIONS[number] : at + 3 + length]
        if at + 3 + length > len(body):
            raise IndexError("a statement reaches beyond its section")
        lines.append(" ".join(text.decode(codec, errors="replace").split("\0")))
        at += 3 + length
    return {"statements": lines, "confirmed": body[0] == _CONFIRMED} if lines else {}
