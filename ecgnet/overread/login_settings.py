"""Whether people must log in, and at which provider of OpenID Connect: a file that `ECGNET_LOGIN` names.

    [auth]
    redirect_uri = "https://ecg.hospital.example/oauth2callback"
    cookie_secret = "at least 32 letters that nobody guesses"
    client_id = "ecgnet"
    client_secret = "…"
    server_metadata_url = "https://login.hospital.example/.well-known/openid-configuration"

It is Streamlit's own form of `secrets.toml`; everything beside the five stays Streamlit's (docs/hospital.md)."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

VARIABLE = "ECGNET_LOGIN"
NEEDED = ("redirect_uri", "cookie_secret", "client_id", "client_secret", "server_metadata_url")
SHORTEST = 32
"""Letters of a cookie's secret: whoever guesses it is whoever they like."""
_HERE = {"localhost", "127.0.0.1", "::1"}


class LoginError(ValueError):
    """Settings of the login that cannot be used, or that are missing where they are demanded; a sentence for people, without
    any secret."""


@dataclass(frozen=True, slots=True)
class LoginSettings:
    """file: what `ECGNET_LOGIN` names; host: under which name browsers reach the app."""

    file: Path
    host: str


def login_settings(environment: Mapping[str, str] = os.environ) -> LoginSettings | None:
    """What is set, None where nobody has to log in. Raises LoginError."""
    named = environment.get(VARIABLE, "").strip()
    if not named:
        return None
    file = Path(named).expanduser().resolve()
    try:
        auth = tomllib.loads(file.read_text(encoding="utf-8")).get("auth")
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is no TOML"
        raise LoginError(f"{VARIABLE} names {file}, which cannot be used: {why}.") from None
    if not isinstance(auth, dict) or (lacking := [key for key in NEEDED if not _text(auth, key)]):
        raise LoginError(f"{file} lacks {', '.join(lacking if isinstance(auth, dict) else ['[auth]'])}.")
    if len(auth["cookie_secret"]) < SHORTEST:
        raise LoginError(f"{file}: cookie_secret has fewer than {SHORTEST} letters.")
    for key in ("redirect_uri", "server_metadata_url"):
        parts = urlsplit(auth[key])
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _HERE):
            raise LoginError(f"{file}: {key} begins with https://, as logins would travel in clear.")
    if not auth["redirect_uri"].endswith("/oauth2callback"):
        raise LoginError(f"{file}: redirect_uri ends in /oauth2callback.")
    return LoginSettings(file, str(urlsplit(auth["redirect_uri"]).hostname))


def _text(auth: Mapping[str, object], key: str) -> bool:
    return isinstance(auth.get(key), str) and bool(auth[key])
