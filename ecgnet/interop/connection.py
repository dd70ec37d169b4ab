"""How a server of the hospital is reached: its address and credentials, from the environment and nowhere else.

    ECGNET_FHIR            https://fhir.hospital.example/r4
    ECGNET_FHIR_TOKEN      for bearer authentication, or
    ECGNET_FHIR_USER       and ECGNET_FHIR_PASSWORD for basic authentication
    ECGNET_FHIR_CA         a PEM file, where the hospital signs its own certificates
    ECGNET_FHIR_PLAIN=1    allows http:// beyond this machine; patients' data then travel in clear

and the same with ECGNET_DICOMWEB. Addresses in a server's answers are never followed, redirects neither."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import requests

from ecgnet.language import say, worded

TIMEOUT = (5.0, 30.0)
"""Seconds to connect, and without a byte."""
T = TypeVar("T")
_HERE = {"localhost", "127.0.0.1", "::1"}


class ConnectionFault(OSError):
    """A server that is not set up, not reached, or that refused; the message is a sentence for people without any
    credentials and without patients' data."""


@worded("name")
@dataclass(frozen=True, slots=True)
class Connection:
    """One server. name: how people call it; url: without a slash at its end; the credentials are never shown."""

    name: str
    url: str
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    token: str | None = field(default=None, repr=False)
    ca: str | None = None
    timeout: tuple[float, float] = TIMEOUT

    def session(self) -> requests.Session:
        """An HTTP session with these credentials, which takes nothing from .netrc and follows no redirect."""
        session = _Session()
        session.trust_env = False
        session.max_redirects = 0
        session.verify = self.ca or True
        if self.token is not None:
            session.headers["Authorization"] = f"Bearer {self.token}"
        elif self.user is not None:
            session.auth = (self.user, self.password or "")
        return session


class _Session(requests.Session):
    """Leaves in a query what RFC 3986 3.4 lets stand there: Orthanc's DICOMweb 1.7 does not decode the rest, and finds
    no one under "Smith%2A"."""

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        """As requests does it."""
        address, mark, query = (request.url or "").partition("?")
        for sign in "*/:@!$'(),;":
            query = query.replace(f"%{ord(sign):02X}", sign)
        request.url = address + mark + query
        return super().send(request, **options)


def connection(variable: str, name: str, *, environment: Mapping[str, str] = os.environ) -> Connection | None:
    """The server that an environment variable names, None where it is not set. Raises ConnectionFault for settings that
    cannot be used.

    >>> connection("ECGNET_FHIR", "FHIR server", environment={"ECGNET_FHIR": "https://fhir.example/r4/"}).url
    'https://fhir.example/r4'
    """
    url = environment.get(variable, "").strip().rstrip("/")
    if not url:
        return None
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConnectionFault(
            say(
                "{variable} is no address of a {name}: it begins with https:// and names a host.",
                variable=variable,
                name=say(name),
            )
        )
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ConnectionFault(
            say(
                "{variable} holds more than an address: put the credentials into {variable}_TOKEN, or into "
                "{variable}_USER and {variable}_PASSWORD.",
                variable=variable,
            )
        )
    if parts.scheme == "http" and parts.hostname not in _HERE and environment.get(f"{variable}_PLAIN") != "1":
        raise ConnectionFault(
            say(
                "{variable} is http://, on which patients' data travel in clear: use https://, or set {variable}_PLAIN=1 "
                "where the network itself is trusted.",
                variable=variable,
            )
        )
    ca = environment.get(f"{variable}_CA")
    if ca and not Path(ca).is_file():
        raise ConnectionFault(
            say(
                "{variable}_CA names no file: it is the PEM file of the authority that is trusted.",
                variable=variable,
            )
        )
    return Connection(
        name,
        url,
        environment.get(f"{variable}_USER") or None,
        environment.get(f"{variable}_PASSWORD"),
        environment.get(f"{variable}_TOKEN") or None,
        ca or None,
    )


def asked(server: Connection, ask: Callable[[], T]) -> T:
    """What `ask` gives. Raises ConnectionFault, which says in a sentence what to do, where the server does not answer or
    refuses."""
    try:
        return ask()
    except requests.exceptions.HTTPError as error:
        refuse(server, error.response.status_code if error.response is not None else 500)
        raise ConnectionFault(
            say(
                "The {name} answered, and yet refused: its log says why.",
                name=server.name,
            )
        ) from None
    except requests.exceptions.SSLError:
        raise ConnectionFault(
            say(
                "The certificate of the {name} is not trusted: name the file of its authority in the setting "
                "with _CA.",
                name=server.name,
            )
        ) from None
    except requests.exceptions.Timeout:
        raise ConnectionFault(
            say(
                "The {name} did not answer within {timeout:.0f} s: try again later.",
                name=server.name,
                timeout=sum(server.timeout),
            )
        ) from None
    except requests.exceptions.TooManyRedirects:
        raise ConnectionFault(
            say(
                "The {name} sends elsewhere, which is not followed: set its final address.",
                name=server.name,
            )
        ) from None
    except requests.exceptions.JSONDecodeError:
        raise ConnectionFault(
            say(
                "What the {name} answered is not what was asked: check its address.",
                name=server.name,
            )
        ) from None
    except requests.exceptions.RequestException as error:
        raise ConnectionFault(
            say(
                "The {name} cannot be reached or broke off ({name_2}): is it running at this address?",
                name=server.name,
                name_2=type(error).__name__,
            )
        ) from None


def refuse(server: Connection, status: int) -> None:
    """Raises ConnectionFault for an HTTP status that is no success."""
    if 300 <= status < 400:
        raise ConnectionFault(
            say(
                "The {name} sends elsewhere, which is not followed: set its final address.",
                name=server.name,
            )
        )
    if status in (401, 403):
        raise ConnectionFault(
            say(
                "The {name} refuses these credentials (HTTP {status}): check user and password, or get a new "
                "token.",
                name=server.name,
                status=status,
            )
        )
    if status == 404:
        raise ConnectionFault(
            say(
                "The {name} has nothing there (HTTP 404): check the address.",
                name=server.name,
            )
        )
    if not 200 <= status < 300:
        raise ConnectionFault(
            say(
                "The {name} refused (HTTP {status}): its log says why.",
                name=server.name,
                status=status,
            )
        )
