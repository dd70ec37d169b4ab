"""gzip and zip: what is inside, decompressed piece by piece under limits and never written to disk.

Sources: RFC 1952 (gzip), PKWARE APPNOTE 6.3.10 (zip). A zip is read where a member is asked for, so that a large
archive never lies decompressed in memory as a whole.
"""

from __future__ import annotations

import io
import math
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from typing import BinaryIO

from ecgnet.language import Words, say
from ecgnet.readers._core import MAX_FILE_BYTES, ReadError

MAX_DEPTH = 2
MAX_MEMBERS = 2000
MAX_TOTAL_BYTES = 500_000_000
MAX_RATIO = 200
"""Of decompressed to compressed bytes, beyond the first 10 MB: samples shrink by ten at most, bombs by a thousand."""
_FREE_BYTES = 10_000_000
_PIECE = 1 << 20
_LOCAL_HEADER, _LENGTHS = (
    30,
    26,
)  # bytes before a member's name, and where the lengths of name and extra field are

_OTHERS = Words(
    {
        b"7z\xbc\xaf\x27\x1c": "7z",
        b"Rar!\x1a\x07": "RAR",
        b"BZh": "bzip2",
        b"\xfd7zXZ\x00": "xz",
        b"\x28\xb5\x2f\xfd": "Zstandard",
        b"\x04\x22\x4d\x18": "LZ4",
    }
)
_METHODS = Words(
    {
        9: "Deflate64",
        12: "bzip2",
        14: "LZMA",
        93: "Zstandard",
        95: "xz",
        98: "PPMd",
        99: "AES encryption",
    }
)


def is_gzip(data: bytes) -> bool:
    """Whether the bytes begin as gzip with deflate, its only method."""
    return len(data) > 3 and data[:3] == b"\x1f\x8b\x08" and not data[3] & 0xE0


def is_zip(data: bytes) -> bool:
    """Whether the bytes begin as a zip, empty ones too."""
    return data[:4] in (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")


def refuse_others(data: bytes, name: str) -> None:
    """Raises ReadError for archives that are not opened here."""
    kind = next((kind for magic, kind in _OTHERS.items() if data.startswith(magic)), None)
    if data[257:262] == b"ustar":
        kind = "tar"
    # "BZh" and a digit may open a text; then six fixed bytes follow in bzip2 alone.
    if kind == "bzip2" and data[4:10] not in (b"1AY&SY", b"\x17\x72\x45\x38\x50\x90"):
        kind = None
    if kind:
        raise ReadError(
            say(
                "{name} is a {kind} archive, which is not opened here: unpack it, or pack its files as zip.",
                name=name,
                kind=kind,
            )
        )


def gunzip(data: bytes, name: str) -> bytes:
    """What a gzip file holds, all of its parts. Raises ReadError for a bomb and for damage."""
    pieces: list[bytes] = []
    total, rest = 0, data
    try:
        while rest.strip(b"\0"):  # parts may follow each other, zeros may fill the end
            part = zlib.decompressobj(wbits=31)
            while not part.eof:
                piece = part.decompress(rest, _PIECE)
                rest = part.unconsumed_tail
                total += len(piece)
                _check_bomb(total, len(data), name, MAX_FILE_BYTES)
                pieces.append(piece)
                if not piece and not rest and not part.eof:
                    raise ReadError(say("{name} is cut short: copy it again.", name=name))
            rest = part.unused_data
    except zlib.error as error:
        raise ReadError(say("{name} is a damaged gzip file: copy it again.", name=name)) from error
    return b"".join(pieces)


def _check_bomb(total: int, compressed: int, name: str, limit: float) -> None:
    if total > limit:
        raise ReadError(
            say(
                "{name} holds more than the {limit:.0f} MB that are decompressed here: unpack it and give a "
                "part.",
                name=name,
                limit=limit / 1000000.0,
            )
        )
    if total > max(_FREE_BYTES, compressed * MAX_RATIO):
        raise ReadError(
            say(
                "{name} grows more than {max_ratio}-fold when it is decompressed, as no ECG does: give the "
                "ECG file itself.",
                name=name,
                max_ratio=MAX_RATIO,
            )
        )


class Zip(Mapping[str, bytes]):
    """The files in a zip by their names inside it, folders, hidden files and `__MACOSX` left out.

    data: its bytes, or a stream of them, of any size, that is read where a member is asked for. Raises ReadError on
    construction for a zip that is damaged, encrypted, too large, or names files outside itself; on access for a member that
    cannot be had.
    """

    def __init__(self, data: bytes | BinaryIO, name: str) -> None:
        self._file = io.BytesIO(data) if isinstance(data, bytes) else data
        self._name, self._size, self._read = name, self._file.seek(0, io.SEEK_END), 0
        self._most = MAX_TOTAL_BYTES if isinstance(data, bytes) else math.inf
        try:
            self._zip = zipfile.ZipFile(self._file)
            members = self._zip.infolist()
        except (zipfile.BadZipFile, zipfile.LargeZipFile, ValueError, EOFError, NotImplementedError) as error:
            raise ReadError(
                say("{name} is a damaged zip, or cut short: copy it again.", name=name)
            ) from error
        if len(members) > MAX_MEMBERS:
            raise ReadError(
                say(
                    "{name} holds {n_members} files, more than the {max_members} that are read here: give it in "
                    "parts.",
                    name=name,
                    n_members=len(members),
                    max_members=MAX_MEMBERS,
                )
            )
        for member in members:
            self._check(member)
        named = [m for m in members if m.filename]  # `is_dir` of one without a name trips
        self._members = {m.filename: m for m in named if not m.is_dir() and not _hidden(m.filename)}
        _check_bomb(
            sum(m.file_size for m in self._members.values()), self._size, name, self._most
        )  # as announced; counted again when read

    def _check(self, member: zipfile.ZipInfo) -> None:
        # zipfile turns backslashes into slashes on Windows only, and cuts a name at a zero byte.
        inner = member.orig_filename.replace("\\", "/")
        if inner.startswith("/") or ".." in inner.split("/") or ":" in inner[:2] or "\0" in inner:
            raise ReadError(
                say(
                    "{name} holds a file named {inner!r}, which points outside of the archive: it is not opened, "
                    "pack the ECG files anew.",
                    name=self._name,
                    inner=inner[:80],
                )
            )
        if member.flag_bits & 0x1 or member.compress_type == 99:
            raise ReadError(
                say(
                    "{name} is encrypted: unpack it with its password and give the files in it.",
                    name=self._name,
                )
            )
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            method = _METHODS.get(member.compress_type, f"method {member.compress_type}")
            raise ReadError(
                say(
                    "{name} is compressed by {method}, which is not opened here: pack it as an ordinary zip "
                    "(Deflate).",
                    name=self._name,
                    method=method,
                )
            )

    def __iter__(self) -> Iterator[str]:
        return iter(self._members)

    def __len__(self) -> int:
        return len(self._members)

    def __contains__(self, inner: object) -> bool:
        return inner in self._members

    def size(self, inner: str) -> int:
        """Bytes of a member, as announced."""
        return self._members[inner].file_size

    def stream(self, inner: str) -> tuple[BinaryIO, int]:
        """A stream that stands where a member begins, and the place in it before which the member ends: of one that is
        not compressed the zip's own, so that any place of it is near. Raises ReadError."""
        member = self._members[inner]
        try:
            unpacked = self._zip.open(member)  # which compares the two headers
            if member.compress_type != zipfile.ZIP_STORED:
                return unpacked, member.file_size
            self._file.seek(member.header_offset + _LENGTHS)
            begins = member.header_offset + _LOCAL_HEADER + sum(struct.unpack("<HH", self._file.read(4)))
            self._file.seek(begins)
            return self._file, begins + member.file_size
        except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, struct.error) as error:
            if isinstance(error, ReadError):
                raise
            raise ReadError(
                say(
                    "{name}/{inner} is damaged inside its zip: copy or pack it again.",
                    name=self._name,
                    inner=inner,
                )
            ) from error

    def __getitem__(self, inner: str) -> bytes:
        pieces, size = [], 0
        label = f"{self._name}/{inner}"
        try:
            with self._zip.open(self._members[inner]) as stream:
                while piece := stream.read(_PIECE):
                    size += len(piece)
                    self._read += len(piece)
                    if size > MAX_FILE_BYTES:
                        raise ReadError(
                            say(
                                "{label} has more than the {max_file_bytes:.0f} MB that are read here.",
                                label=label,
                                max_file_bytes=MAX_FILE_BYTES / 1000000.0,
                            )
                        )
                    _check_bomb(self._read, self._size, self._name, self._most)
                    pieces.append(piece)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError) as error:
            if isinstance(error, ReadError):
                raise
            raise ReadError(
                say("{label} is damaged inside its zip: copy or pack it again.", label=label)
            ) from error
        return b"".join(pieces)


def opened(data: bytes, name: str) -> Zip | None:
    """The files in these bytes if they are an archive of files, None if they are a file themselves.

    `.npz`, a zip of arrays, is a file. Raises ReadError as `Zip` does, and for office documents, which are zips too.
    """
    if not is_zip(data):
        return None
    members = Zip(data, name)
    if members and all(inner.endswith(".npy") for inner in members):
        return None
    if "[Content_Types].xml" in members or "mimetype" in members:
        raise ReadError(
            say(
                "{name} is an office document: save its table as CSV, one column a lead.",
                name=name,
            ),
            no_ecg=True,
        )
    if not members:
        raise ReadError(say("{name} holds no files: pack the ECG files anew.", name=name))
    return members


def _hidden(inner: str) -> bool:
    steps = inner.replace("\\", "/").split("/")
    return any(step.startswith(".") or step == "__MACOSX" for step in steps)
