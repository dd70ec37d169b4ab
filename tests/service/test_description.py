"""What the service says of itself: OpenAPI, metrics, health."""

from __future__ import annotations

import re

from openapi_spec_validator import validate

from ecgnet.service.openapi import example_signal, openapi
from ecgnet.service.schema import FaultAnswer, HealthAnswer, Signal
from tests.service.conftest import Service


def test_the_description_is_openapi(service: Service):
    found = service.get("/openapi.json").json()
    validate(found)
    assert found == openapi()


def test_its_examples_are_as_its_schemas_say():
    Signal.model_validate(example_signal())
    for status, answer in openapi()["paths"]["/v1/read"]["post"]["responses"].items():
        if status not in ("200", "422"):
            FaultAnswer.model_validate(answer["content"]["application/json"]["example"])


def test_its_example_is_answered(service: Service):
    answer = service.post("/v1/read?models=waveform_cnn", json=example_signal())
    assert answer.json()["answers"][0]["ok"]


def test_the_service_is_well(service: Service):
    assert HealthAnswer.model_validate(service.get("/health").json()).ok


def test_what_is_counted_is_read_by_prometheus(service: Service):
    service.post("/v1/read", b"%PDF-1.4")
    lines = service.get("/metrics").text.splitlines()
    sample = re.compile(r'[a-z_]+(\{[a-z_]+="[^"]*"(,[a-z_]+="[^"]*")*\})? [0-9.]+')
    assert all(line.startswith("# ") or sample.fullmatch(line) for line in lines)
    assert any(re.fullmatch(r'ecgnet_files_total\{kind="no_ecg"\} [1-9]\d*', line) for line in lines)
