"""PTB-XL from PhysioNet, a file at a time: a folder in its layout that fills with what is asked for.

Nothing is fetched on import or by looking; `fetch_catalogue` and `RemoteCatalogue.record` ask the network, and only for
what the folder lacks. The data set: Wagner et al. 2020, Sci Data 7:154, CC BY 4.0, doi 10.13026/kfzx-aw45.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from http.client import HTTPException
from pathlib import Path
from typing import IO
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from ecgnet import atomic
from ecgnet.folders import cache_folder
from ecgnet.language import mark, say
from ecgnet.ptbxl import Catalogue, CatalogueError
from ecgnet.record import Record

OFFICIAL = "https://physionet.org/files/ptb-xl/1.0.3/"
SOURCE = mark("PTB-XL on PhysioNet")
TABLES = ("ptbxl_database.csv", "scp_statements.csv")
SUMS = "SHA256SUMS.txt"
CATALOGUE_MEGABYTES = 14  # the two tables and the checksums of 87,000 files
NAMES = re.compile(
    r"(records(100|500)/\d{5}/\d{5}_(lr|hr)\.(hea|dat)|[a-z_]+\.csv|SHA256SUMS\.txt)", re.ASCII
)
LIMITS = {".csv": 30_000_000, ".txt": 30_000_000, ".hea": 20_000, ".dat": 500_000}
"""Bytes; several times what PTB-XL 1.0.3 has, so that only a wrong answer is longer."""

ANSWER_TIMEOUT, WHOLE_TIMEOUT = 15.0, 300.0  # s without a byte, s for one file
CHUNK = 1 << 16
SPARE = 20_000_000  # bytes that stay free on the disk
FULL = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))  # Windows has no EDQUOT

Progress = Callable[[str, int, int | None], None]
"""Called with a file's name, the bytes so far, and how many there will be (None: the server does not say)."""


class PhysioNetError(CatalogueError):
    """Something could not be fetched; the message says what and what to do."""


class WrongContentError(PhysioNetError):
    """What the server sent is not the file."""


class NotThereError(PhysioNetError):
    """The server has no such file."""


@dataclass(frozen=True, slots=True)
class Remote:
    """PTB-XL at an address, and the folder that fills with its files.

    Raises PhysioNetError for an address that is not http or https.
    """

    address: str
    folder: Path

    def __post_init__(self) -> None:
        parts = urlsplit(self.address)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise PhysioNetError(
                say(
                    "ECGNET_PHYSIONET names {address}, which is no http or https address; leave it out for "
                    "{official}.",
                    address=self.address,
                    official=OFFICIAL,
                )
            )

    @classmethod
    def default(cls) -> Remote:
        """PhysioNet, or the mirror that `ECGNET_PHYSIONET` names; each address has a folder of its own."""
        address = (os.environ.get("ECGNET_PHYSIONET") or OFFICIAL).rstrip("/") + "/"
        apart = "" if address == OFFICIAL else "-" + hashlib.sha256(address.encode()).hexdigest()[:8]
        return cls(address, cache_folder() / f"ptb-xl-1.0.3{apart}")

    @property
    def host(self) -> str:
        """The server's name, as people know it."""
        return urlsplit(self.address).hostname or self.address

    @property
    def ready(self) -> bool:
        """Whether the catalogue is in the folder, so that it opens without the network."""
        return all((self.folder / name).is_file() for name in TABLES)

    def fetch_catalogue(self, progress: Progress | None = None) -> None:
        """Fetch the checksums, where the server has them, and the tables. Raises PhysioNetError."""
        if not (self.folder / SUMS).is_file():
            try:
                self.fetch(SUMS, progress)
            except NotThereError:
                with suppress(OSError):
                    (self.folder / SUMS).touch()
        try:
            for name in TABLES:
                self.fetch(name, progress)
            Catalogue(self.folder)
        except WrongContentError:
            (self.folder / SUMS).unlink(missing_ok=True)  # it may be the checksums that are wrong
            raise
        except PhysioNetError:
            raise
        except CatalogueError as error:
            for name in (*TABLES, SUMS):
                (self.folder / name).unlink(missing_ok=True)
            raise PhysioNetError(
                say(
                    "{host} answered, but not with PTB-XL's tables ({error}). Is a sign-in page in between?",
                    host=self.host,
                    error=error,
                )
            ) from error

    def fetch(self, name: str, progress: Progress | None = None) -> Path:
        """A file of the data set, fetched unless the folder has it. → its path.

        Raises PhysioNetError when the network, the server or the disk does not let it; a file that is not whole never
        gets its name.
        """
        if not NAMES.fullmatch(name):
            raise PhysioNetError(say("{name} is no file of PTB-XL and is not fetched.", name=name))
        target = self.folder / name
        if target.is_file():
            return target
        try:
            with atomic.replacing(target) as part:
                with part.open("wb") as file:
                    digest = self._download(name, file, progress)
                self._verify(name, part, digest)
        except OSError as error:
            raise self._disk_error(name, error) from error
        return target

    def _download(self, name: str, file: IO[bytes], progress: Progress | None) -> str:
        """Write one answer of the server into a file. → its SHA-256."""
        limit, digest, done = LIMITS[Path(name).suffix], hashlib.sha256(), 0
        request = Request(
            self.address + name, headers={"User-Agent": "ECGNet", "Accept-Encoding": "identity"}
        )
        latest = time.monotonic() + WHOLE_TIMEOUT
        try:
            with urlopen(request, timeout=ANSWER_TIMEOUT) as answer:
                if self.address.startswith("https:") and not answer.geturl().startswith("https:"):
                    raise PhysioNetError(
                        say(
                            "{host} leads {name} to an address without encryption.",
                            host=self.host,
                            name=name,
                        )
                    )
                told = answer.headers.get("Content-Length", "")
                total = int(told) if told.isdigit() else None
                if (total or 0) > limit:
                    raise self._wrong(
                        name, say("{total:,} bytes instead of at most {limit:,}", total=total, limit=limit)
                    )
                if shutil.disk_usage(self.folder).free < (total or limit) + SPARE:
                    raise OSError(errno.ENOSPC, say("no space"))
                while chunk := _read(answer, self, name):
                    done += len(chunk)
                    if done > limit:
                        raise self._wrong(name, say("more than {limit:,} bytes", limit=limit))
                    if time.monotonic() > latest:
                        raise PhysioNetError(
                            say(
                                "{host} is too slow: {name} took over {whole_timeout:.0f} s. Try again later.",
                                host=self.host,
                                name=name,
                                whole_timeout=WHOLE_TIMEOUT,
                            )
                        )
                    digest.update(chunk)
                    file.write(chunk)
                    if progress is not None:
                        progress(name, done, total)
        except HTTPError as error:
            if error.code == 404:
                raise NotThereError(
                    say(
                        "{address}{name} is not there (404). Is the address right, and is the record in PTB-XL 1.0.3?",
                        address=self.address,
                        name=name,
                    )
                ) from error
            raise PhysioNetError(
                say(
                    "{host} did not give {name} ({code} {reason}). Try again later.",
                    host=self.host,
                    name=name,
                    code=error.code,
                    reason=error.reason,
                )
            ) from error
        except URLError as error:
            raise self._unreachable(error.reason) from error
        except (TimeoutError, ConnectionError) as error:
            raise self._unreachable(error) from error
        except HTTPException as error:
            raise self._broken_off(name, done) from error
        if total is not None and done != total:
            raise self._broken_off(name, done)
        return digest.hexdigest()

    def _verify(self, name: str, part: Path, digest: str) -> None:
        """Refuse what is not the file: by its checksum where one is known, by its first bytes anyway."""
        with part.open("rb") as file:
            beginning = file.read(64)
        if not beginning or beginning.lstrip().startswith(b"<"):
            raise self._wrong(name, say("a web page") if beginning else "nothing")
        expected = self._checksum(name)
        if expected is not None and expected != digest:
            raise self._wrong(name, say("bytes that do not fit its checksum"))

    def _checksum(self, name: str) -> str | None:
        """The file's line in SHA256SUMS.txt, None where there is none."""
        sums = self.folder / SUMS
        if name == SUMS or not sums.is_file():
            return None
        with sums.open(encoding="ascii", errors="replace") as lines:
            for line in lines:
                digest, _, listed = line.strip().partition(" ")
                if listed.strip().lstrip("*") == name:
                    return digest.lower()
        return None

    def _wrong(self, name: str, what: str) -> WrongContentError:
        return WrongContentError(
            say(
                "{host} sent {what} for {name}, so it was not kept. Is a proxy or a sign-in page in between?",
                host=self.host,
                what=what,
                name=name,
            )
        )

    def _unreachable(self, reason: object) -> PhysioNetError:
        late = isinstance(reason, TimeoutError)
        why = (
            say(
                "it did not answer within {answer_timeout:.0f} s",
                answer_timeout=ANSWER_TIMEOUT,
            )
            if late
            else str(reason) or say("no connection")
        )
        return PhysioNetError(
            say(
                "{host} cannot be reached ({why}). Check the connection; the demo library works without one.",
                host=self.host,
                why=why,
            )
        )

    def _broken_off(self, name: str, done: int) -> PhysioNetError:
        return PhysioNetError(
            say(
                "{name} broke off after {done:,} bytes. Check the connection to {host} and try again.",
                name=name,
                done=done,
                host=self.host,
            )
        )

    def _disk_error(self, name: str, error: OSError) -> PhysioNetError:
        why = say("no space is left") if error.errno in FULL else error.strerror or str(error)
        return PhysioNetError(
            say(
                "{name} cannot be kept in {folder} ({why}). Free some space or name another folder in "
                "ECGNET_CACHE.",
                name=name,
                folder=self.folder,
                why=why,
            )
        )


def _read(answer: IO[bytes], remote: Remote, name: str) -> bytes:
    """The next bytes; a connection that fails here is the network's fault, not the disk's."""
    try:
        return answer.read(CHUNK)
    except OSError as error:
        raise remote._unreachable(error) from error


class RemoteCatalogue(Catalogue):
    """PTB-XL's catalogue over a folder that fills: a record is fetched when it is asked for the first time.

    Raises CatalogueError where `Remote.fetch_catalogue` has not run.
    """

    def __init__(self, remote: Remote) -> None:
        self.remote = remote
        super().__init__(remote.folder)

    def has_signal(self, ecg_id: int, fs: int = 100) -> bool:
        """Whether the record can be had, here or from the server: every record that the table names at that rate."""
        return bool(NAMES.fullmatch(self._name(ecg_id, fs, ".dat")))

    def record(self, ecg_id: int, fs: int = 100) -> Record:
        """The record at 100 or 500 Hz, in mV. Raises PhysioNetError when it cannot be fetched, CatalogueError when it is
        damaged; a damaged one is forgotten, so that it is fetched anew."""
        files = [self.remote.fetch(self._name(ecg_id, fs, ending)) for ending in (".hea", ".dat")]
        try:
            return replace(super().record(ecg_id, fs), source=say(SOURCE))
        except CatalogueError:
            for file in files:
                file.unlink(missing_ok=True)
            raise

    def _name(self, ecg_id: int, fs: int, ending: str) -> str:
        return self.path(ecg_id, fs).relative_to(self.folder.resolve()).as_posix() + ending
