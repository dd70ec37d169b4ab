"""Who may ask, how often, and how many at once; what is counted and logged of a request, and what becomes of a fault.

Nothing that a client wrote is logged: no address, no query, no header, no name of a file; of an error its kind and place."""

from __future__ import annotations

import asyncio
import hmac
import ipaddress
import logging
import math
import time
import traceback
from collections import OrderedDict
from collections.abc import Callable
from pathlib import PurePath

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ecgnet.reading import wording
from ecgnet.service.body import drain
from ecgnet.service.faults import Fault
from ecgnet.service.limits import ServiceLimits
from ecgnet.service.metrics import Metrics

LOG = logging.getLogger("ecgnet.service")
OPEN = ("/health",)
"""Paths that need no token."""
ANSWERED = ("/v1/read", "/v1/explain", "/v1/ask")
"""Paths of which so many at a time are answered."""
ADDRESSES = 10_000
"""Of clients whose rate is known; the one that was silent for longest is forgotten first."""


class Rate:
    """A bucket an address: `burst` requests at once, then `rate` a second (token bucket)."""

    def __init__(self, rate: float, burst: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._burst, self._clock = rate, burst, clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, address: str) -> float:
        """0 where the request may pass, else the seconds after which one may."""
        now = self._clock()
        left, before = self._left.pop(address, (float(self._burst), now))
        left = min(float(self._burst), left + (now - before) * self._rate)
        wait = 0.0 if left >= 1 else (1 - left) / self._rate
        self._left[address] = (left - 1 if left >= 1 else left, now)
        if len(self._left) > ADDRESSES:
            self._left.popitem(last=False)
        return wait


class Guard:
    """Stands before every path. token: that clients must show, None for none, where this machine alone may ask; paths: those
    that there are, for counting."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        token: str | None,
        limits: ServiceLimits,
        metrics: Metrics,
        paths: frozenset[str],
    ) -> None:
        self._app, self._token, self._limits, self._metrics, self._paths = app, token, limits, metrics, paths
        self._rate = Rate(limits.rate, limits.burst)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status, kind = time.perf_counter(), 0, ""

        async def watched(message: Message) -> None:
            nonlocal status, kind
            if message["type"] == "http.response.start":
                status = message["status"]
                kind = dict(message["headers"]).get(b"ecgnet-kind", b"").decode()
            async with asyncio.timeout(self._limits.whole):  # a client that does not read its answer
                await send(message)

        answered = scope["path"] in ANSWERED
        entered = False
        try:
            self._let_in(scope)
            if answered:
                self._enter()
                entered = True
            await self._app(scope, receive, watched)
        except Fault as fault:
            await self._refuse(fault, receive, watched)
        except Exception as error:
            LOG.error("failed: %s at %s", type(error).__name__, _place(error))
            if not status:
                fault = Fault("failed", "ECGNet failed on this request: please report it.")
                await self._refuse(fault, receive, watched)
        finally:
            if entered:
                self._metrics.at_once -= 1
            seconds = time.perf_counter() - began
            path = scope["path"] if scope["path"] in self._paths else "other"
            self._metrics.request(path, status=status, seconds=seconds)
            if kind:
                self._metrics.refused(kind)
            LOG.info("%s %s %d %s %.0f ms", _method(scope), path, status, kind or "-", 1000 * seconds)

    def _let_in(self, scope: Scope) -> None:
        headers = Headers(scope=scope)
        if self._token is None and not _is_local(headers.get("host", "")):
            # Another site's page may name this machine by a name of its own (DNS rebinding).
            raise Fault("host", "Without a token the service answers to localhost and 127.0.0.1 alone.")
        if scope["path"] in OPEN:
            return
        client = scope.get("client") or ("",)
        if wait := self._rate.take(client[0]):
            rate = self._limits.rate
            raise Fault(
                "too_many",
                f"More than {rate:g} requests a second: wait before you send the next.",
                wait=wait,
            )
        if self._token is not None:
            scheme, _, shown = headers.get("authorization", "").partition(" ")
            right = hmac.compare_digest(shown.strip().encode(), self._token.encode())
            if scheme.lower() != "bearer" or not right:
                raise Fault("unauthorized", "Show the service's token: Authorization: Bearer, and the token.")

    async def _refuse(self, fault: Fault, receive: Receive, send: Send) -> None:
        """The refusal at once, and its end when what the client is sending was read, or enough of it."""
        response = refusal(fault)
        await send(
            {"type": "http.response.start", "status": response.status_code, "headers": response.raw_headers}
        )
        await send({"type": "http.response.body", "body": response.body, "more_body": True})
        large = fault.kind == "too_large"
        await drain(
            receive,
            most=2 * self._limits.body if large else 1_000_000,
            seconds=self._limits.silence if large else 1,
        )
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    def _enter(self) -> None:
        if self._metrics.at_once >= self._limits.at_once:
            most = self._limits.at_once
            raise Fault(
                "busy",
                f"{most} requests are being answered, as many as there may be: try again.",
                wait=1,
            )
        self._metrics.at_once += 1


def refusal(fault: Fault) -> JSONResponse:
    """The answer to a request that is refused; its connection is closed, as its body was not read."""
    headers = {"ecgnet-kind": fault.kind, "connection": "close"}
    if fault.wait is not None:
        headers["retry-after"] = str(math.ceil(fault.wait))
    if fault.status == 401:
        headers["www-authenticate"] = "Bearer"
    content = {"error": {"kind": fault.kind, "message": fault.message}, "notice": wording.NOTICE}
    return JSONResponse(content, fault.status, headers)


def _is_local(host: str) -> bool:
    name = host.rsplit(":", 1)[0] if host.rpartition(":")[2].isdigit() else host
    try:
        return ipaddress.ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return name.lower() == "localhost"


def _method(scope: Scope) -> str:
    return scope["method"] if scope["method"] in ("GET", "HEAD", "POST") else "other"


def _place(error: BaseException) -> str:
    """Where an error arose, without its message, which may quote a file."""
    frames = traceback.extract_tb(error.__traceback__)[-3:]
    return " < ".join(f"{PurePath(f.filename).name}:{f.lineno}" for f in reversed(frames))
