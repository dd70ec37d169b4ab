"""Starting the service: where it listens, and to whom."""

from __future__ import annotations

import ipaddress
import logging
import os
import sys
from collections.abc import Mapping
from pathlib import Path

import uvicorn

from ecgnet.remote import TOKEN, answer_here
from ecgnet.service.answering import Answering
from ecgnet.service.app import application
from ecgnet.service.connections import patient
from ecgnet.service.limits import ServiceLimits
from ecgnet.site_profile import SiteProfile

LOCAL = "127.0.0.1"
SWITCH = 0.0005
"""Seconds for which a thread keeps Python's lock from others; Python's own 0.005 hold up the networks, which ask for it
between any two layers while other requests are judged."""


class ServeError(ValueError):
    """A service that is not to be started so; the message is a sentence for people."""


def token_of(environment: Mapping[str, str] = os.environ) -> str | None:
    """The token, None where none is set. Raises ServiceError for one that no client could send."""
    token = environment.get(TOKEN)
    if token is None:
        return None
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise ServeError(f"{TOKEN} must be one word of ASCII letters, digits and signs; unset it for none.")
    return token


def serve(
    *,
    address: str = LOCAL,
    port: int = 8601,
    token: str | None = None,
    profile: SiteProfile | None = None,
    limits: ServiceLimits | None = None,
    certificate: Path | None = None,
    key: Path | None = None,
) -> None:
    """Answer until it is ended. Raises ServiceError for an address beyond this machine without a token, WeightsError without
    the default model."""
    answer_here()
    if not is_local(address):
        if token is None:
            raise ServeError(
                f"{address} is reached by others: set {TOKEN} to a secret that they must show, or leave --address out."
            )
        if certificate is None:
            print(
                f"ecgnet: the service listens on {address} unencrypted: give --certificate and --key, or put a proxy in "
                "front of it.",
                file=sys.stderr,
            )
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(message)s", stream=sys.stderr)
    logging.getLogger("ecgnet.service").setLevel(logging.INFO)
    sys.setswitchinterval(SWITCH)
    answering = Answering(profile=profile, limits=limits)
    answering.warm()
    print(
        f"ecgnet: the service answers at {address}, port {port}; Ctrl+C ends it.", file=sys.stderr, flush=True
    )
    server(answering, address=address, port=port, token=token, certificate=certificate, key=key).run()


def server(
    answering: Answering,
    *,
    address: str = LOCAL,
    port: int,
    token: str | None,
    certificate: Path | None = None,
    key: Path | None = None,
) -> uvicorn.Server:
    """The server, not yet running."""
    limits = answering.limits
    config = uvicorn.Config(
        application(answering, token=token),
        host=address,
        port=port,
        http=patient(limits.silence),
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        limit_concurrency=limits.connections,
        ssl_certfile=certificate,
        ssl_keyfile=key,
    )
    return uvicorn.Server(config)


def is_local(address: str) -> bool:
    """Whether only this machine reaches the address."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return address == "localhost"
