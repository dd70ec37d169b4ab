"""Networks on another machine: where `ECGNET_SERVICE` names one that runs `ecgnet serve`, what needs a network is asked
there, and this process loads neither weights nor torch.

    ECGNET_SERVICE=https://gpu.hospital.example:8601 ECGNET_TOKEN=… ecgnet run

A function marked `at_service` runs there, with its arguments sent as `ecgnet.wire` packs them; everything else, reading of
files, quality, measurements, the reading, figures and print, runs here. No name, birth date or number of a patient is sent,
nor the name of a file."""

from __future__ import annotations

import inspect
import json
import os
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, wraps
from typing import Any, ParamSpec, TypeVar, cast
from urllib.parse import urlsplit

import requests

from ecgnet import __version__, wire
from ecgnet.cards import Stamp
from ecgnet.folders import WeightsError
from ecgnet.language import say
from ecgnet.record import RecordError

SERVICE, TOKEN = "ECGNET_SERVICE", "ECGNET_TOKEN"
"""Variables of the environment: the service that is asked, and the token that it asks for."""
AUTHORITY = "ECGNET_SERVICE_CA"
"""A PEM file, where the hospital signs its own certificates."""
PATH = "/v1/ask"
VERSION_HEADER, PROGRESS_HEADER = "Ecgnet-Version", "Ecgnet-Progress"
"""Whose version asks; set where it wants to be told how far the answer is (`ecgnet.service.streamed`)."""
TIMEOUT = (3.0, 120.0)
"""Seconds to connect, and without a byte: an explanation takes some."""
REST = 5.0
"""Seconds for which a service that was not there is not asked again: a page has many questions."""
HERE_ONLY = ("progress", "answers")
"""Arguments that are not sent: a bar on the page, and answers that are kept for the next question."""
P = ParamSpec("P")
R = TypeVar("R")


class ServiceError(WeightsError):
    """A service that is not there, does not let us in or answers for other weights; the message is a sentence for people."""


_ERRORS: dict[str, Callable[[str], Exception]] = {"no_answer": RecordError, "no_model": WeightsError}
"""The kinds of errors that a service answers as a function here would raise them; `raised_for` adds others."""


def raised_for(kind: str, error: Callable[[str], Exception]) -> None:
    """Which error a kind stands for, told by the module that defines it."""
    _ERRORS[kind] = error


def answers_there() -> bool:
    """Whether a service answers in place of this process."""
    return bool(os.environ.get(SERVICE))


def answer_here() -> None:
    """Let this process and those that it starts ask networks of their own, whatever the environment says."""
    os.environ.pop(SERVICE, None)


def service() -> RemoteService:
    """The service that the environment names. Raises ServiceError for an address that is none."""
    return _service(os.environ.get(SERVICE, "").strip().rstrip("/"), os.environ.get(TOKEN))


@cache
def _service(url: str, token: str | None) -> RemoteService:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ServiceError(
            say(
                "{service} must be an address such as https://machine:8601.",
                service=SERVICE,
            )
        )
    return RemoteService(url, token)


def at_service(work: Callable[P, R]) -> Callable[P, R]:
    """A function that runs at the service where there is one. Its first argument may be a predictor or several, of which the
    service is told the names and the stamps of their cards; what it returns must be something that `wire` packs."""
    signature = inspect.signature(work)

    @wraps(work)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if not answers_there():
            return work(*args, **kwargs)
        told = dict(signature.bind(*args, **kwargs).arguments)
        models: dict[str, str] = {}
        for name in ("predictor", "predictors"):
            if name in told:
                some = told.pop(name)
                several = some if name == "predictors" else [some]
                models = {p.name: p.model.card.stamp(Stamp.CALLS) for p in several}
        progress = told.get("progress")
        try:
            sent = {name: value for name, value in told.items() if name not in HERE_ONLY}
            found = service().ask(work.__name__, models, arguments=sent, progress=progress)
        except RecordError as error:
            records = told.get("records", [told.get("record")])
            if len(records) != 1:
                raise
            raise RecordError(str(error).replace(wire.NAMELESS, records[0].id)) from None
        if progress is not None:
            progress(1.0)
        return cast(R, found)

    return run


@dataclass(eq=False)
class RemoteService:
    """One service. url: without a slash at its end; the token is never shown."""

    url: str
    token: str | None = field(default=None, repr=False)
    _gone: tuple[float, str] = (0.0, "")
    _local: threading.local = field(default_factory=threading.local, repr=False)

    @property
    def host(self) -> str:
        """What people call it."""
        return urlsplit(self.url).netloc

    def ask(
        self,
        call: str,
        models: Mapping[str, str],
        *,
        arguments: Mapping[str, Any],
        progress: Callable[[float], None] | None = None,
    ) -> Any:
        """What the function of this name returns there, for models whose cards have these stamps. progress: told some times
        a second how much is done; what it raises ends the work there too. Raises ServiceError, and what the function
        raises."""
        until, said = self._gone
        if time.monotonic() < until:
            raise ServiceError(said)
        message = wire.pack({"call": call, "models": dict(models), "arguments": dict(arguments)})
        headers = {"Content-Type": "application/octet-stream", VERSION_HEADER: __version__}
        if progress is not None:
            headers[PROGRESS_HEADER] = "1"
        try:
            with self._session().post(
                self.url + PATH,
                data=message,
                headers=headers,
                timeout=TIMEOUT,
                allow_redirects=False,
                stream=True,
            ) as answer:  # left before its end, the connection is closed, which the service notices
                if answer.status_code != 200:
                    raise self._refused(answer)
                content = answer.content if progress is None else self._awaited(answer, progress)
        except requests.exceptions.SSLError:
            why = say(
                "shows a certificate that is not known here: name its authority's PEM file in {authority}",
                authority=AUTHORITY,
            )
            raise self._is_gone(why) from None
        except requests.exceptions.Timeout:
            raise self._is_gone(say("did not answer in time")) from None
        except (requests.exceptions.RequestException, OSError):
            raise self._is_gone(say("cannot be reached")) from None
        try:
            return wire.unpack(content)
        except wire.WireError:
            raise self._is_gone(say("answers in another way than this version expects")) from None

    def _awaited(self, answer: requests.Response, progress: Callable[[float], None]) -> bytes:
        """The bytes behind the lines that say how far they are, which an empty line ends."""
        rest, chunks = b"", answer.iter_content(None)
        for chunk in chunks:
            rest += chunk
            while b"\n" in rest:
                line, rest = rest.split(b"\n", 1)
                if not line:
                    return b"".join([rest, *chunks])
                progress(self._share(line))
        return b""

    def _share(self, line: bytes) -> float:
        """How much is done. Raises what the line says in place of it."""
        try:
            said = json.loads(line)
            if "error" not in said:
                return float(said["share"])
            error = self._error(said["error"])
        except (ValueError, KeyError, TypeError):
            error = self._is_gone(say("answers in another way than this version expects"))
        raise error

    def _refused(self, answer: requests.Response) -> Exception:
        try:
            return self._error(answer.json()["error"])
        except (ValueError, KeyError, TypeError):
            return self._is_gone(
                say(
                    "is none of ECGNet's (status {status_code})",
                    status_code=answer.status_code,
                )
            )

    def _error(self, error: Mapping[str, Any]) -> Exception:
        kind, message = str(error["kind"]), str(error["message"])
        if kind in _ERRORS:
            return _ERRORS[kind](message)
        if kind == "unauthorized":
            return self._is_gone(say("does not let this dashboard in: set {token} to its token", token=TOKEN))
        if kind == "version":
            return ServiceError(
                say(
                    "The service at {host} cannot be used: {the_message}",
                    host=self.host,
                    the_message=message,
                )
            )
        return ServiceError(
            say(
                "The service at {host} did not answer: {the_message}",
                host=self.host,
                the_message=message,
            )
        )

    def _is_gone(self, why: str) -> ServiceError:
        said = say(
            "The service at {host} {why}. ECGs and measurements are there without it; answers come back "
            "with it.",
            host=self.host,
            why=why,
        )
        self._gone = time.monotonic() + REST, said
        return ServiceError(said)

    def _session(self) -> requests.Session:
        """One a thread, which takes nothing from .netrc."""
        if not hasattr(self._local, "session"):
            session = requests.Session()
            session.trust_env = False
            session.verify = os.environ.get(AUTHORITY) or True
            if self.token:
                session.headers["Authorization"] = f"Bearer {self.token}"
            self._local.session = session
        return self._local.session
