"""Who reads: a person by the name that the hospital's login gives, or the one person at a machine of their own."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from ecgnet.language import say
from ecgnet.recorder import cleaned

VARIABLE = "ECGNET_READER"
"""The name of the one who reads at 127.0.0.1, where there is no login: `ECGNET_READER="Dr. Grace Hopper"`."""


@dataclass(frozen=True, slots=True)
class Reader:
    """A person. subject: who it is, the same for good: issuer and subject of the login, or "local: " and the name; name: as
    it stands below what was signed, "" is nobody named; email: "" is not known.

    Raises ValueError for a subject that is empty, or a text that is not one line of plain text."""

    subject: str
    name: str
    email: str = ""

    def __post_init__(self) -> None:
        if not self.subject:
            raise ValueError(say("a reader has a subject"))
        for text in (self.subject, self.name, self.email):
            if text != cleaned(text):
                raise ValueError(say("a reader's subject, name and email are one line of plain text each"))

    @property
    def named(self) -> bool:
        """Whether this one may sign."""
        return bool(self.name)


def local_reader(environment: Mapping[str, str] = os.environ) -> Reader:
    """The one at this machine, without a name where `ECGNET_READER` is not set.

    >>> local_reader({"ECGNET_READER": "Dr. Grace Hopper"})
    Reader(subject='local: Dr. Grace Hopper', name='Dr. Grace Hopper', email='')
    """
    name = cleaned(environment.get(VARIABLE, ""))
    return Reader(f"local: {name}".strip(), name)


def reader_of_login(claims: Mapping[str, object]) -> Reader | None:
    """The reader whom the claims of an identity token name, None where they do not say who it is (OpenID Connect Core 2,
    5.1: `iss` and `sub` together are one person for good; names may change and be shared).

    >>> reader_of_login({"iss": "https://login.example", "sub": "7", "name": "Grace Hopper"}).name
    'Grace Hopper'
    """
    issuer, subject = (str(claims.get(claim) or "") for claim in ("iss", "sub"))
    name, username, email = (
        cleaned(str(claims.get(claim) or "")) for claim in ("name", "preferred_username", "email")
    )
    known = f"{issuer} {subject}"
    if not issuer or not subject or known != cleaned(known):  # cut short it might be another person
        return None
    return Reader(known, name or username or email, email)
