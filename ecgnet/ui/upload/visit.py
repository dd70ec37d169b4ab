"""One visitor's uploads: files in memory, in this visit alone, gone when it ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

import streamlit as st

from ecgnet.language import again, say
from ecgnet.readers import Answer, ReadError, formats, read_apart
from ecgnet.record import RecordError
from ecgnet.ui import library, selection
from ecgnet.ui.memory import forget_results
from ecgnet.ui.upload.upload import WORDS, Upload

MOST_BYTES = 500_000_000
"""What one visit may hold; every visitor's files share the server's memory."""


@dataclass(eq=False)
class Visit:
    """The uploads of one visit, by name and in the order of arrival.

    remembered: by kind of question, what was answered and for which file; chosen: the upload to read; seen: the one that
    the other pages show; turn: how often the list was made anew.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    uploads: dict[str, Upload] = field(default_factory=dict)
    remembered: dict[str, tuple[dict[str, Any], str]] = field(default_factory=dict)
    chosen: str | None = None
    seen: str | None = None
    turn: int = 0
    counted: int = 0
    folders: int = 0

    def add(self, drop: Sequence[tuple[str, bytes]]) -> None:
        """Read the files of one drop, each on its own; headers find their samples among all files of the visit."""
        new = self._keep(drop)
        if not new:
            self.chosen = next((name for name, _ in drop if name in self.uploads), self.chosen)
            self.turn += 1
            return
        busy = {
            self._source(u.name) for u in self.uploads.values() if not u.refused and not _is_header(u.name)
        }
        batch = {name: data for name, data in self.files.items() if name in new or name not in busy}
        answers = {a.file: a for a in _read(batch, {})}
        for name in [u.name for u in self.uploads.values() if u.refused and self._source(u.name) in batch]:
            if name not in answers:
                del self.uploads[name]  # now part of another record
        fresh = []
        for name, answer in answers.items():
            known = self.uploads.get(name)
            if known is not None and not known.refused:
                continue
            if known is None:
                self.counted += 1
                known = self.uploads[name] = Upload(self.counted, name, self._label(name), answer)
            known.take(answer)
            self._take_over(known)
            fresh.append(known)
        ranked = sorted((u for u in fresh if not u.refused), key=lambda u: u.asks)
        if ranked:
            self.chosen = ranked[0].name
        self.turn += 1

    @property
    def listed(self) -> list[Upload]:
        """What was read or waits for an answer."""
        return [upload for upload in self.uploads.values() if not upload.refused]

    def step(self, by: int) -> None:
        """Choose the next (1) or the previous (-1) one of the list; at its ends nothing changes."""
        names = [upload.name for upload in self.listed]
        place = names.index(self.chosen) + by if self.chosen in names else 0
        if 0 <= place < len(names):
            self.chosen = names[place]
            self.turn += 1

    def answer(self, upload: Upload, given: Mapping[str, Any]) -> list[Upload]:
        """Read a file again with what its owner says of it, and those that wait for the same. → these others.

        Raises ReadError for answers that the file contradicts; then nothing changes.
        """
        given = upload.given | dict(given)
        answer = self._read_again(upload, given)
        if answer.record is None and (parts := self._parts(upload, given)):
            return self._opened(upload, parts, given)
        if answer.record is None and answer.question is None:
            raise ReadError(again(answer.error or ""))
        upload.kinds = (*upload.kinds, upload.question.kind)
        upload.given, upload.taken_from = given, None
        upload.take(answer)
        if upload.record is None:
            return []
        said = {
            key: value for key, value in given.items() if key in WORDS
        }  # not which recording of this file
        self.remembered |= {kind: (said, upload.label) for kind in upload.kinds if kind}
        return [other for other in self.uploads.values() if other is not upload and self._take_over(other)]

    def choose_recording(self, upload: Upload, number: int) -> None:
        """Read another of the recordings in an upload's file, counted from 1. Raises ReadError; then nothing changes."""
        given = upload.given | {"recording": number}
        answer = self._read_again(upload, given)
        if answer.record is None:
            raise ReadError(again(answer.error or ""))
        upload.given = given
        upload.take(answer)

    def _parts(self, upload: Upload, given: Mapping[str, Any]) -> list[Answer]:
        """The ECGs of a file that holds many, once what it leaves out is answered; none of another file."""
        source = self._source(upload.name)
        found = _read({source: self.files[source]}, given) if source else []
        return [answer for answer in found if answer.file.startswith(f"{upload.name}#")]

    def _opened(self, upload: Upload, parts: list[Answer], given: Mapping[str, Any]) -> list[Upload]:
        """Put the ECGs of a file that holds many in its place, the first of them chosen. → them."""
        del self.uploads[upload.name]
        for answer in parts:
            self.counted += 1
            one = Upload(self.counted, answer.file, self._label(answer.file), answer)
            one.given, one.question = dict(given), upload.question
            one.take(answer)
            self.uploads[answer.file] = one
        self.chosen = next((a.file for a in parts if a.record is not None), parts[0].file)
        self.turn += 1
        return [self.uploads[answer.file] for answer in parts if answer.record is not None]

    def remove(self, upload: Upload) -> None:
        """Forget one record and the file it came in, once nothing else of that file is here."""
        self.uploads.pop(upload.name, None)
        upload.unscore()
        source = self._source(upload.name)
        if source is not None and not any(self._source(name) == source for name in self.uploads):
            self.files.pop(source, None)
            stem = str(PurePosixPath(source).with_suffix(""))
            if _is_header(source):
                for name in [n for n in self.files if str(PurePosixPath(n).with_suffix("")) == stem]:
                    self.files.pop(name)
        self.chosen = next((u.name for u in self.uploads.values() if not u.refused), None)

    def dismiss(self) -> None:
        """Forget the files that could not be read; what is on screen stays."""
        chosen = self.chosen
        for upload in [upload for upload in self.uploads.values() if upload.refused]:
            self.remove(upload)
        self.chosen = chosen

    def publish(self) -> None:
        """Put what is readable where every page finds it."""
        kept = library.uploads()
        for name in [name for name in kept if name not in self.uploads]:
            del kept[name]
        for upload in self.uploads.values():
            if upload.record is not None:
                with suppress(RecordError):  # an empty window: the page says so, the others keep the last one
                    kept[upload.name] = upload.shown()

    def _keep(self, drop: Sequence[tuple[str, bytes]]) -> set[str]:
        """Store the files of a drop. → their names; a file that is here already is none of them."""
        drop = [(name, data) for name, data in drop if self.files.get(name) != data]
        names = [name for name, _ in drop]
        taken = {self._source(u.name) for u in self.uploads.values() if not u.refused}
        folder = ""
        if len(set(names)) < len(names) or taken & set(names):
            self.folders += 1
            folder = f"{self.folders + 1}/"
        new: set[str] = set()
        for name, data in drop:
            if sum(map(len, self.files.values())) + len(data) > MOST_BYTES:
                self._refuse(name, len(data))
                continue
            if folder + name in new:  # twice in one drop
                self.folders += 1
                folder = f"{self.folders + 1}/"
            self.files[folder + name] = data
            new.add(folder + name)
        return new

    def _refuse(self, name: str, size: int) -> None:
        self.counted += 1
        error = say(
            "{name} has {size:.0f} MB, and a visit holds {most_bytes:.0f} MB: forget other uploads, then "
            "drop it again.",
            name=name,
            size=size / 1000000.0,
            most_bytes=MOST_BYTES / 1000000.0,
        )
        self.uploads[name] = Upload(self.counted, name, name, Answer(name, error=error))

    def _take_over(self, upload: Upload) -> bool:
        """Read a file that waits with what was answered for one of its kind, where that was and it fits."""
        if not upload.asks or upload.question.kind not in self.remembered:
            return False
        given, label = self.remembered[upload.question.kind]
        answer = self._read_again(upload, given)
        if answer.record is not None:
            upload.given, upload.taken_from = given, label
            upload.take(answer)
        return answer.record is not None

    def _read_again(self, upload: Upload, given: Mapping[str, Any]) -> Answer:
        source = self._source(upload.name)
        parts = {name: data for name, data in self.files.items() if self._is_part(name)}
        found = _read(parts | {source: self.files[source]}, given)
        lost = Answer(
            upload.name, error=say("{label} could not be read again: drop it once more.", label=upload.label)
        )
        return next((answer for answer in found if answer.file == upload.name), lost)

    def _is_part(self, name: str) -> bool:
        """Whether a file has no answer of its own: samples that a header leads."""
        return all(self._source(known) != name for known in self.uploads)

    def _source(self, name: str) -> str | None:
        """The file that an answer is about: itself, or the archive around it."""
        if name in self.files:
            return name
        return next((file for file in self.files if name.startswith((f"{file}/", f"{file}#"))), None)

    def _label(self, name: str) -> str:
        """The name without the folder that keeps namesakes apart, with a number instead."""
        folder, _, rest = name.partition("/")
        if folder.isdigit() and f"{folder}/" in {f"{n}/" for n in range(2, self.folders + 2)}:
            return f"{rest} ({folder})"
        return name


def _read(files: Mapping[str, bytes], given: Mapping[str, Any]) -> list[Answer]:
    """Read files with what was answered; missing leads and gaps are left open."""
    return read_apart(
        files,
        fs=given.get("fs"),
        unit=given.get("unit"),
        leads=given.get("leads"),
        recording=given.get("recording"),
        partial=True,
    )


def _is_header(name: str) -> bool:
    return any(name.lower().endswith(m.HEADER) for m in formats() if hasattr(m, "HEADER"))


def visit() -> Visit:
    """This visit's uploads."""
    return st.session_state.setdefault("visit", Visit())


def forget() -> None:
    """Drop everything that was uploaded in this visit, and what was computed from it."""
    for upload in visit().uploads.values():
        upload.unscore()
    library.uploads().clear()
    forget_results()
    st.session_state.pop("visit", None)
    st.session_state.pop("uploads", None)
    selection.select(*selection.current())  # another one, where an upload was on screen
    fresh_uploader()


def uploader_key() -> str:
    """The uploader's key at present."""
    return f"files-{st.session_state.get('upload_turn', 0)}"


def fresh_uploader() -> None:
    """Empty the uploader: Streamlit keeps its files until it gets another key."""
    st.session_state["upload_turn"] = st.session_state.get("upload_turn", 0) + 1
