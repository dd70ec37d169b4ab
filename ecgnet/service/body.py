"""What a request sends, within limits: files and options, as a form or as one file."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request
from starlette.types import Receive

from ecgnet.service.faults import Fault
from ecgnet.service.limits import ServiceLimits

LONGEST_NAME = 200


@dataclass(frozen=True, eq=False)
class Sent:
    """files: content by plain name, none twice; options: as they were written, of the query and of the form."""

    files: dict[str, bytes]
    options: dict[str, str]


@dataclass(eq=False)
class Room:
    """Bytes of all bodies that are held at once; one event loop's."""

    most: int
    held: int = 0

    def take(self, size: int) -> None:
        """Raises Fault where there is no room for so many more."""
        if self.held + size > self.most:
            raise Fault("busy", "The service holds as many files as it has memory for: try again.", wait=2)
        self.held += size

    def give(self, size: int) -> None:
        """They are let go of."""
        self.held -= size


@dataclass(eq=False)
class Body:
    """One request's body as it comes in; `size` bytes so far, which take their place in `room` until `free`."""

    request: Request
    limits: ServiceLimits
    room: Room
    size: int = field(default=0, init=False)

    async def sent(self) -> Sent:
        """All of it. Raises Fault for a body that is too large, too slow, broken off, or no form though it says so."""
        self._announced()
        kind = self.request.headers.get("content-type", "").partition(";")[0].strip().lower()
        try:
            if kind == "multipart/form-data":
                return await self._form()
            data = await self.data()
        except ClientDisconnect:
            raise _broken_off() from None
        options = dict(self.request.query_params)
        name = options.pop("name", "") or ("signal.json" if kind == "application/json" else "ecg")
        return Sent({_plain(name): data} if data else {}, options)

    async def data(self) -> bytes:
        """All of it as it is. Raises as `sent`."""
        try:
            return b"".join([chunk async for chunk in self._chunks()])
        except ClientDisconnect:
            raise _broken_off() from None

    def free(self) -> None:
        """Give its place back."""
        self.room.give(self.size)
        self.size = 0

    def _announced(self) -> None:
        length = self.request.headers.get("content-length", "")
        if length.isdigit() and int(length) > self.limits.body:
            raise self._too_large()

    def _too_large(self) -> Fault:
        most = self.limits.body / 1e6
        return Fault(
            "too_large", f"A request may have {most:.0f} MB: cut out the part you need, or send less."
        )

    async def _chunks(self) -> AsyncIterator[bytes]:
        stream, until = self.request.stream(), time.monotonic() + self.limits.whole
        while True:
            patience = min(self.limits.silence, until - time.monotonic())
            try:
                async with asyncio.timeout(patience):
                    chunk = await anext(stream)
            except StopAsyncIteration:
                return
            except TimeoutError:
                raise Fault(
                    "slow", "The body did not come in time: send it again over a faster line."
                ) from None
            if self.size + len(chunk) > self.limits.body:
                raise self._too_large()
            self.room.take(len(chunk))
            self.size += len(chunk)
            yield chunk

    async def _form(self) -> Sent:
        parser = MultiPartParser(
            self.request.headers,
            self._chunks(),
            max_files=self.limits.files,
            max_fields=self.limits.files,
            max_part_size=10_000,
        )
        parser.spool_max_size = self.limits.body + 1  # in memory: no patient's data on the disk
        try:
            form = await parser.parse()
        except MultiPartException as error:
            raise Fault("incomplete", f"The form cannot be read: {error.message}") from None
        options, files, seen = dict(self.request.query_params), {}, Counter()
        for key, value in form.multi_items():
            if isinstance(value, UploadFile):
                name = _plain(value.filename or "ecg")
                seen[name] += 1
                files[name if seen[name] == 1 else f"{seen[name]}/{name}"] = value.file.read()
                value.file.close()
            else:
                options[key] = value
        return Sent(files, options)


async def drain(receive: Receive, *, most: int, seconds: float) -> None:
    """Read on and forget, so many bytes and seconds: a client that is cut off while it sends does not see the answer."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            size = 0
            while size < most:
                message = await receive()
                size += len(message.get("body", b""))
                if message["type"] != "http.request" or not message.get("more_body"):
                    return


def _broken_off() -> Fault:
    return Fault("incomplete", "The body ended before it was whole: send it again.")


def _plain(name: str) -> str:
    """A file's own name, without folders and what cannot be printed."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(c for c in last if c.isprintable())[-LONGEST_NAME:] or "ecg"
