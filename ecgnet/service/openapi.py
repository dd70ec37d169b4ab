"""The description of the service for programs: OpenAPI 3.1, whose schemas are the models of `schema`."""

from __future__ import annotations

from functools import cache
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from ecgnet import __version__
from ecgnet.demo import draw
from ecgnet.reading import wording
from ecgnet.record import LEADS
from ecgnet.service.faults import KINDS, Kind
from ecgnet.service.schema import (
    ExplainAnswer,
    ExplainOptions,
    FaultAnswer,
    HealthAnswer,
    ModelsAnswer,
    ReadAnswer,
    ReadOptions,
    Signal,
)
from ecgnet.service.streamed import CONTENT_TYPE as STREAMED

ANSWERS = (ReadAnswer, ExplainAnswer, ModelsAnswer, HealthAnswer, FaultAnswer, Signal)
REFUSED: dict[Kind, str] = {
    "no_file": "Nothing was sent: an ECG's file, as a form or as it is, or a signal as JSON.",
    "unauthorized": "Show the service's token: Authorization: Bearer, and the token.",
    "slow": "The body did not come in time: send it again over a faster line.",
    "too_large": "A request may have 50 MB: cut out the part you need, or send less.",
    "too_many": "More than 50 requests a second: wait before you send the next.",
    "busy": "64 requests are being answered, as many as there may be: try again.",
}


@cache
def openapi() -> dict[str, Any]:
    """The document."""
    _, schemas = models_json_schema(
        [(model, "serialization") for model in ANSWERS], ref_template="#/components/schemas/{model}"
    )
    kinds = "\n".join(f"- `{kind}` ({status}): {words}" for kind, (status, words) in KINDS.items())
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "ECGNet",
            "version": __version__,
            "description": f"12-lead ECGs read, judged and explained. {wording.NOTICE}\n\nKinds of errors:\n\n{kinds}",
        },
        "security": [{"token": []}, {}],
        "paths": {
            "/v1/read": {
                "post": _asked(
                    "read", "The reading of every ECG in what is sent", ReadOptions, answer=ReadAnswer
                )
            },
            "/v1/explain": {
                "post": _asked(
                    "explain", "Why a model answers as it does", ExplainOptions, answer=ExplainAnswer
                )
            },
            "/v1/ask": {
                "post": {
                    "operationId": "ask",
                    "summary": "What a dashboard on another machine asks (ECGNET_SERVICE); no interface for others",
                    "requestBody": {"required": True, "content": {"application/octet-stream": {}}},
                    "responses": {
                        "200": {
                            "description": "An answer; with its progress before it where that was asked for",
                            "content": {"application/octet-stream": {}, STREAMED: {}},
                        },
                        "409": _said(KINDS["version"][1], FaultAnswer),
                    },
                }
            },
            "/v1/models": {"get": _got("models", "The models that are there", ModelsAnswer)},
            "/health": {"get": _got("health", "Whether the service answers; needs no token", HealthAnswer)},
            "/metrics": {
                "get": {
                    "operationId": "metrics",
                    "summary": "Counters for Prometheus",
                    "responses": {"200": {"description": "Counters", "content": {"text/plain": {}}}},
                }
            },
        },
        "components": {
            "schemas": schemas["$defs"],
            "examples": {"infarction": {"summary": "A made-up infarction", "value": example_signal()}},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def example_signal() -> dict[str, Any]:
    """A made-up infarction, two seconds of it, as a `Signal`."""
    record = draw("imi", 1, fs=100)
    some = record.signal[:, :200].round(3).astype(float)
    return {"fs": 100, "unit": "mV", "leads": list(LEADS), "signal": some.tolist()}


def _asked(name: str, summary: str, options: type[BaseModel], *, answer: type[BaseModel]) -> dict[str, Any]:
    """A path that takes an ECG."""
    told = options.model_json_schema()["properties"]
    parameters = [
        {
            "name": key,
            "in": "query",
            "description": f"{value.get('description', '')} (also a field of the form)",
            "schema": _without_lists(value),
        }
        for key, value in told.items()
    ]
    file = {"type": "string", "format": "binary"}
    form = {
        "type": "object",
        "properties": {
            "file": {
                "type": "array",
                "items": file,
                "description": "the ECG, or the files that make it up (a WFDB header and its samples)",
            },
            **{key: _without_lists(value) for key, value in told.items()},
        },
        "required": ["file"],
    }
    called = {
        "name": "name",
        "in": "query",
        "description": "how a file that is sent as it is shall be called in the answer",
        "schema": {"type": "string"},
    }
    return {
        "operationId": name,
        "summary": summary,
        "parameters": [*parameters, called],
        "requestBody": {
            "required": True,
            "content": {
                "multipart/form-data": {"schema": form},
                "application/octet-stream": {"schema": file},
                "application/json": {
                    "schema": _ref(Signal),
                    "examples": {"infarction": {"$ref": "#/components/examples/infarction"}},
                },
            },
        },
        "responses": {
            "200": _said("Answers, of which one at least is well", answer),
            "422": {
                "description": "No ECG could be read (rows as with 200), or an option has no sense",
                "content": {"application/json": {"schema": {"anyOf": [_ref(answer), _ref(FaultAnswer)]}}},
            },
            **{str(KINDS[kind][0]): _refused(kind, message) for kind, message in REFUSED.items()},
        },
    }


def _got(name: str, summary: str, answer: type[BaseModel]) -> dict[str, Any]:
    """A path that is only looked at."""
    return {"operationId": name, "summary": summary, "responses": {"200": _said("The answer", answer)}}


def _said(words: str, answer: type[BaseModel]) -> dict[str, Any]:
    return {"description": words, "content": {"application/json": {"schema": _ref(answer)}}}


def _refused(kind: Kind, message: str) -> dict[str, Any]:
    example = {"error": {"kind": kind, "message": message}, "notice": wording.NOTICE}
    return _said(KINDS[kind][1], FaultAnswer) | {
        "content": {"application/json": {"schema": _ref(FaultAnswer), "example": example}}
    }


def _ref(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{model.__name__}"}


def _without_lists(schema: dict[str, Any]) -> dict[str, Any]:
    """Of lists of names, which are written with commas between them, the text that they are."""
    text = str(schema)
    if "'array'" in text:
        return {"type": "string"}
    return {key: value for key, value in schema.items() if key not in ("title", "description")}
