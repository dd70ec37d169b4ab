"""The paths of the service, as an ASGI application on Starlette."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeVar

from anyio import CapacityLimiter, to_thread
from pydantic import BaseModel, ValidationError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from ecgnet import __version__
from ecgnet.reading import wording
from ecgnet.remote import PATH, PROGRESS_HEADER, VERSION_HEADER
from ecgnet.service.answering import Answering
from ecgnet.service.asking import ServiceCall
from ecgnet.service.body import Body, Room, Sent
from ecgnet.service.faults import Fault, Kind
from ecgnet.service.guard import Guard, refusal
from ecgnet.service.metrics import CONTENT_TYPE
from ecgnet.service.openapi import openapi
from ecgnet.service.schema import ExplainOptions, ReadOptions
from ecgnet.service.streamed import CONTENT_TYPE as STREAMED
from ecgnet.service.streamed import streamed

THREADS = 16
"""That read and judge, so that the networks are asked for several requests at once."""
M = TypeVar("M", bound=BaseModel)


def application(answering: Answering, *, token: str | None) -> Starlette:
    """The service. token: that clients must show; None: this machine alone may ask."""
    paths = _Paths(answering)
    routes = [
        Route("/v1/read", paths.read, methods=["POST"]),
        Route("/v1/explain", paths.explain, methods=["POST"]),
        Route(PATH, paths.ask, methods=["POST"]),
        Route("/v1/models", paths.models),
        Route("/health", paths.health),
        Route("/metrics", paths.metrics),
        Route("/openapi.json", paths.openapi),
    ]
    guard = Middleware(
        Guard,
        token=token,
        limits=answering.limits,
        metrics=answering.metrics,
        paths=frozenset(route.path for route in routes),
    )
    return Starlette(routes=routes, middleware=[guard], exception_handlers={HTTPException: _refuse_http})


class _Paths:
    """The handlers."""

    def __init__(self, answering: Answering) -> None:
        self._answering = answering
        self._limits = answering.limits
        self._room = Room(answering.limits.bodies)
        self._threads = CapacityLimiter(THREADS)
        self._explaining = CapacityLimiter(1)  # one explanation at a time uses every core

    async def read(self, request: Request) -> Response:
        """POST /v1/read."""
        return await self._answered(request, ReadOptions, self._answering.read, self._threads)

    async def explain(self, request: Request) -> Response:
        """POST /v1/explain."""
        return await self._answered(request, ExplainOptions, self._answering.explain, self._line())

    async def ask(self, request: Request) -> Response:
        """POST /v1/ask: what a dashboard on another machine asks."""
        body = Body(request, self._limits, self._room)
        try:
            data = await body.data()
            question = ServiceCall(data, request.headers.get(VERSION_HEADER, ""))
            limiter = self._line() if question.slow else self._threads
            if request.headers.get(PROGRESS_HEADER):
                answer = streamed(
                    lambda progress: question.answer(self._answering, progress),
                    limiter=limiter,
                    refused=self._answering.metrics.refused,
                )
                return StreamingResponse(answer, media_type=STREAMED)
            found = await to_thread.run_sync(lambda: question.answer(self._answering), limiter=limiter)
        finally:
            body.free()
        return Response(found, media_type="application/octet-stream")

    async def models(self, request: Request) -> Response:
        """GET /v1/models."""
        return JSONResponse(await to_thread.run_sync(self._answering.models, limiter=self._threads))

    async def health(self, request: Request) -> Response:
        """GET /health."""
        return JSONResponse({"ok": True, "version": __version__, "notice": wording.NOTICE})

    async def metrics(self, request: Request) -> Response:
        """GET /metrics."""
        return PlainTextResponse(self._answering.metrics.text(), media_type=CONTENT_TYPE)

    async def openapi(self, request: Request) -> Response:
        """GET /openapi.json."""
        return JSONResponse(openapi())

    def _line(self) -> CapacityLimiter:
        """Where explanations wait for one another. Raises Fault where enough do."""
        if self._explaining.statistics().tasks_waiting >= self._limits.explained:
            raise Fault("busy", "Other explanations are waiting: try again.", wait=5)
        return self._explaining

    async def _answered(
        self,
        request: Request,
        options: type[M],
        answer: Callable[[dict[str, bytes], M], dict[str, Any]],
        limiter: CapacityLimiter,
    ) -> Response:
        body = Body(request, self._limits, self._room)
        try:
            sent = await body.sent()
            told = _told(sent, options)
            found = await to_thread.run_sync(lambda: _json(answer(sent.files, told)), limiter=limiter)
        finally:
            body.free()
        status, kind, content = found
        return Response(content, status, {"ecgnet-kind": kind} if kind else {}, "application/json")


def _json(found: dict[str, Any]) -> tuple[int, str, bytes]:
    """Status, kind of error and body of an answer; made in the thread that answers, not in the one that serves."""
    error = found["error"]
    content = json.dumps(found, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    return (422, error["kind"], content) if error else (200, "", content)


def _told(sent: Sent, model: type[M]) -> M:
    """The options, typed. Raises Fault with a sentence that names the option and does not quote what was written."""
    try:
        return model.model_validate(sent.options)
    except ValidationError as error:
        known = ", ".join(model.model_fields)
        said = []
        for fault in error.errors(include_input=False, include_url=False):
            name = str(fault["loc"][0]) if fault["loc"] else ""
            if name in model.model_fields:
                said.append(f"{name}: {fault['msg'][0].lower()}{fault['msg'][1:]}")
            else:
                said.append(f"an option is not known; there are {known}")
        sentence = "; ".join(dict.fromkeys(said))
        raise Fault("options", f"{sentence[0].upper()}{sentence[1:]}.") from None


async def _refuse_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    kind: Kind = "method" if error.status_code == 405 else "no_path"
    said = {
        "method": "This path takes another method; /openapi.json lists what there is.",
        "no_path": "There is nothing at this path; /openapi.json lists what there is.",
    }[kind]
    return refusal(Fault(kind, said))
