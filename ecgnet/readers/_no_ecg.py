"""What lies beside ECGs and is none that can be read, named for what it is, with what to do."""

from __future__ import annotations

import re
from pathlib import PurePath

from ecgnet.language import mark, say

_PICTURE = mark(
    "is a picture: its lines are not read. Export the ECG as data, such as DICOM, SCP-ECG or XML."
)
_OPENINGS: tuple[tuple[bytes, str], ...] = (
    (
        b"ANN  1.0",
        mark(
            "is an ISHNE annotation file: beats without a signal. Give the ECG file itself, which begins with ISHNE1.0."
        ),
    ),
    (
        b"%PDF",
        mark(
            "is a PDF, a printed ECG: its lines are not read. Export the ECG as data, such as DICOM, SCP-ECG or XML."
        ),
    ),
    (
        b"%!PS",
        mark(
            "is PostScript, a printed ECG: its lines are not read. Export the ECG as data, such as DICOM or XML."
        ),
    ),
    (b"\x89PNG", _PICTURE),
    (b"\xff\xd8\xff", _PICTURE),
    (b"GIF8", _PICTURE),
    (b"BM", _PICTURE),
    (b"II*\0", _PICTURE),
    (b"MM\0*", _PICTURE),
    (b"RIFF", mark("is a sound or a picture, no ECG. Give the ECG file itself.")),
    (b"\xd0\xcf\x11\xe0", mark("is an old office document. Save its table as CSV, one column a lead.")),
    (
        b"{\\rtf",
        mark(
            "is a text document (RTF). Export the ECG as data, or save its table as CSV, one column a lead."
        ),
    ),
    (b"SQLite format 3", mark("is a database. Export the ECG from it.")),
    (b"PAR1", mark("is a Parquet table. Save it as CSV or HDF5, one column a lead.")),
    (b"MZ", mark("is a program, no ECG. Give the ECG file itself.")),
    (b"\x7fELF", mark("is a program, no ECG. Give the ECG file itself.")),
    (b"ALIVE", mark("is a Kardia (AliveCor) file of one lead, and 12 are needed. Give a 12-lead ECG.")),
    (
        b"version https://git-lfs",
        mark("is a pointer of Git LFS in place of the file itself. Fetch the file (git lfs pull)."),
    ),
)
"""What a file begins with, what it is then, and what to do."""
_PICKLE = re.compile(rb"\x80[\x04\x05]\x95|\x80[\x02\x03].*\.\Z", re.DOTALL)
_ANNOTATIONS = (".atr", ".qrs", ".ann", ".ecg", ".pu", ".wqrs")
_PATH = re.compile(r"[\w.-]+(?:/[\w.-]+)*/?")
_MOST_FACTS = 20  # lines
_WATCH_RATE = re.compile(r'[^,]+,"?\d+(?:[.,]\d+)? ?(?:hertz|hz)"?', re.IGNORECASE)


def what_it_is(data: bytes, name: str) -> str | None:
    """The rest of a sentence that begins with the file's name; None for what is not known."""
    for opening, what in _OPENINGS:
        if data.startswith(opening) and (opening != b"BM" or data[6:10] == b"\0\0\0\0"):
            return say(what)
    if data[4:8] == b"ftyp":
        return (
            say(_PICTURE) if data[8:12] in (b"heic", b"heix", b"mif1", b"avif") else say("is a film, no ECG.")
        )
    if _PICKLE.match(data):
        return say(
            "is a pickle of Python, which is not opened, as it may run programs: save plain arrays (NumPy, HDF5)."
        )
    beginning = data[:2000].lstrip().lower()
    if b"<svg" in beginning:
        return say(_PICTURE)
    if beginning.startswith((b"<!doctype html", b"<html")):
        return say("is a web page, such as a download that asks for a login. Download the ECG file itself.")
    if data[-2:] == b"\0\0" and name.lower().endswith(_ANNOTATIONS):
        return say(
            "is an annotation file of WFDB: beats without a signal. Give the header, a .hea file, and the signal files "
            "it names."
        )
    return _lines(data, name) or watch(data)


def _lines(data: bytes, name: str) -> str | None:
    lines = [line.strip() for line in data[:20000].decode("utf-8", "replace").splitlines()]
    lines = [line for line in lines if line and not line.startswith("#")]
    paths = bool(lines) and all(map(_PATH.fullmatch, lines))
    if paths and (PurePath(name).name.upper().startswith("RECORDS") or all("/" in line for line in lines)):
        return say(
            "is a list of records, such as PhysioNet has beside its records: give it where the records lie, or the "
            "folder that holds them."
        )
    column = lines[1:] if lines and not _number(lines[0]) else lines
    if len(column) > 1 and all(map(_number, column)):
        return say(
            "holds one column of {n_column} numbers: that is one lead at most, and 12 are needed. Export "
            "all leads, a column each.",
            n_column=len(column),
        )
    return None


def watch(data: bytes) -> str | None:
    """As `what_it_is`, of the one lead that Apple's Health app exports: facts a line, among them the rate, then a column of
    microvolts with the decimal sign of the telephone's language."""
    lines = [line.strip() for line in data[:20000].decode("utf-8", "replace").splitlines() if line.strip()]
    begins = next((k for k, line in enumerate(lines) if _number(line)), len(lines))
    column = lines[begins:-1]  # the last line may be cut
    stated = any(map(_WATCH_RATE.fullmatch, lines[:begins]))
    if stated and begins <= _MOST_FACTS and len(column) > 100 and all(map(_number, column)):
        return say(
            "is the ECG of an Apple Watch: one lead, similar to I, and 12 are needed. Give a 12-lead ECG."
        )
    return None


def _number(text: str) -> bool:
    try:
        float(text.replace(",", "."))
    except ValueError:
        return False
    return True
