"""A reading as a FHIR transaction: what is in it, what it must keep, and how a server takes it."""

from __future__ import annotations

import base64
import copy
import json
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from ecgnet.interop import fhir
from ecgnet.interop.fhir import FaultyBundle
from ecgnet.judge import Reading
from ecgnet.signature import Signature

PDF = b"%PDF-1.7 a report"
MADE = datetime(2026, 1, 2, tzinfo=UTC)


def bundle(reading: Reading, **options):
    return fhir.bundle(reading, PDF, made=MADE, **options)


def only(made: dict, kind: str) -> dict:
    """The only resource of a kind."""
    (found,) = (e["resource"] for e in made["entry"] if e["resource"]["resourceType"] == kind)
    return found


def observations(made: dict) -> list[dict]:
    return [e["resource"] for e in made["entry"] if e["resource"]["resourceType"] == "Observation"]


def test_a_validator_of_fhir_takes_it(reading: Reading, signature: Signature):
    library = pytest.importorskip("fhir.resources.R4B.bundle")
    for made, count in (
        (bundle(reading), 6),
        (bundle(reading, signature=signature, identity=True), 7),
    ):
        fhir.check(made)
        read = library.Bundle.model_validate_json(json.dumps(made))
        assert len(read.entry) == count


def test_measurements_are_components_with_units_and_limits(reading: Reading):
    first, _ = observations(bundle(reading))
    qrs = next(c for c in first["component"] if c["code"]["coding"][0]["code"] == "8633-0")
    value = round(reading.ranges["qrs"].value)
    assert qrs["valueQuantity"] == {
        "value": value, "unit": "ms", "system": "http://unitsofmeasure.org", "code": "ms"
    }  # fmt: skip
    assert qrs["referenceRange"][0]["high"]["value"] == reading.ranges["qrs"].high


def test_what_a_network_says_is_marked_and_stands_apart(reading: Reading):
    measured, said = observations(bundle(reading))
    assert "meta" not in measured
    assert said["meta"]["security"][0]["code"] == "AIAST"
    chances = {c["code"]["coding"][0]["code"]: c["valueQuantity"]["value"] for c in said["component"]}
    assert chances["MI"] == pytest.approx(reading.prediction.probability("MI"), abs=1e-4)


def test_it_is_preliminary_until_it_is_signed(reading: Reading, signature: Signature):
    for who, state in ((None, "preliminary"), (signature, "final")):
        made = bundle(reading, signature=who)
        assert {found["status"] for found in observations(made)} == {state}
        assert only(made, "DiagnosticReport")["status"] == state
        assert only(made, "DocumentReference")["docStatus"] == state
    assert only(made, "Provenance")["agent"][1]["who"]["display"] == "Dr. Grace Hopper"
    assert "signed by nobody" in only(bundle(reading), "DiagnosticReport")["conclusion"]


def test_of_a_long_recording_each_resource_says_which_seconds_were_read(part_reading: Reading):
    made = bundle(part_reading)
    fhir.check(made)
    document = only(made, "DocumentReference")
    for words in (
        observations(made)[0]["note"][0]["text"],
        document["description"],
        document["content"][0]["attachment"]["title"],
        only(made, "Provenance")["entity"][0]["what"]["display"],
    ):
        assert "seconds 20 to 30 of 60" in words
    assert "0:00:20 to 0:00:30" in only(made, "DiagnosticReport")["conclusion"]


def test_what_was_signed_is_an_observation_by_the_reader(reading: Reading, signature: Signature):
    _, mine, networks = observations(bundle(reading, signature=signature))
    assert mine["performer"] == [{"display": "Dr. Grace Hopper"}]
    said = [c["code"]["coding"][0]["code"] for c in mine["component"]]
    assert said == ["MI", "CD", "IMI", "LAFB"]
    assert "As in <2024>." in mine["valueString"]
    assert ("meta" in mine, "meta" in networks) == (False, True)
    report = only(bundle(reading, signature=signature), "DiagnosticReport")
    assert "&lt;2024&gt;" in report["text"]["div"]
    assert report["conclusion"].startswith("Read and signed by Dr. Grace Hopper")
    assert "conclusionCode" not in report  # she corrected it


def test_sent_again_its_origin_is_put_where_it_was(reading: Reading):
    (first,), (again,) = (
        [e["request"] for e in bundle(reading)["entry"] if e["resource"]["resourceType"] == "Provenance"]
        for _ in range(2)
    )
    assert first == again
    assert first["method"] == "PUT"


def test_with_the_patients_number_it_is_another_result(reading: Reading):
    without, named = (only(bundle(reading, identity=told), "DiagnosticReport") for told in (False, True))
    assert without["identifier"] != named["identifier"]


def test_the_pdf_is_in_the_report_and_a_document(reading: Reading):
    made = bundle(reading)
    for attachment in (
        only(made, "DiagnosticReport")["presentedForm"][0],
        only(made, "DocumentReference")["content"][0]["attachment"],
    ):
        assert base64.b64decode(attachment["data"]) == PDF


def test_model_and_version_are_the_device(reading: Reading):
    found = only(bundle(reading), "Device")
    assert found["modelNumber"] == reading.prediction.weights_id
    assert found["version"][0]["value"]


def test_the_patient_is_named_only_when_asked_for(reading: Reading):
    assert "4711" not in json.dumps(bundle(reading))
    named = json.dumps(bundle(reading, identity=True))
    assert '"value": "4711"' in named
    assert "Löwe" not in named


def test_a_time_without_a_zone_is_sent_as_a_date(reading: Reading):
    assert only(bundle(reading), "DiagnosticReport")["effectiveDateTime"] == "2024-02-29"
    made = bundle(reading, timezone=ZoneInfo("Europe/Berlin"))
    assert only(made, "DiagnosticReport")["effectiveDateTime"] == "2024-02-29T08:30:00+01:00"


def test_the_same_reading_has_the_same_identifiers(reading: Reading, signature: Signature):
    asked = [entry["request"] for entry in bundle(reading)["entry"]]
    assert asked == [entry["request"] for entry in bundle(reading)["entry"]]
    assert asked != [entry["request"] for entry in bundle(reading, signature=signature)["entry"]]


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda r: r["DiagnosticReport"].update(status="sure"), "status is 'sure'"),
        (lambda r: r["DiagnosticReport"].update(status="final"), "parts preliminary"),
        (lambda r: r["DocumentReference"].update(docStatus="final"), "parts preliminary"),
        (lambda r: r["DiagnosticReport"]["code"]["coding"][0].update(code="1-8"), "which codes.json lacks"),
        (lambda r: r["DiagnosticReport"].update(issued="2026-01-02T00:00:00"), "no time zone"),
        (lambda r: r["DiagnosticReport"].update(conclusion="Normal"), "lacks the notice"),
        (lambda r: r["Observation"].pop("meta"), "without the mark"),
        (lambda r: r["Observation"]["device"].update(reference="urn:uuid:0"), "not in the bundle"),
    ],
)
def test_a_faulty_bundle_stays_here(reading: Reading, spoil, said: str):
    made = copy.deepcopy(bundle(reading))
    spoil({entry["resource"]["resourceType"]: entry["resource"] for entry in made["entry"]})
    with pytest.raises(FaultyBundle, match=said):
        fhir.check(made)
