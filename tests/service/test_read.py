"""What is answered for an ECG, whichever way it is sent."""

from __future__ import annotations

import json
import logging
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from ecgnet.__main__ import main
from ecgnet.demo import draw
from ecgnet.record import LEADS
from ecgnet.service.schema import ExplainAnswer, FaultAnswer, ModelsAnswer, ReadAnswer
from tests.readers.writers import _wfdb, dicom
from tests.service.conftest import Service

ONE = "waveform_cnn"


def row_of(answer: requests.Response) -> dict:
    """The one row of an answer that is as its schema says."""
    assert answer.status_code == 200, answer.text
    assert ReadAnswer.model_validate(answer.json()).notice == "Research use only, not a diagnosis."
    (row,) = answer.json()["answers"]
    return row


def test_the_reading_is_that_of_the_command_line(service: Service, infarction: bytes, tmp_path: Path, capsys):
    file = tmp_path / "ecg.csv"
    file.write_bytes(infarction)
    assert main(["read", str(file), "--model", ONE, "--json"]) == 0
    (expected,) = json.loads(capsys.readouterr().out)
    row = row_of(service.post(f"/v1/read?models={ONE}", files={"file": ("ecg.csv", infarction)}))
    assert {key: row[key] for key in expected} == expected | {"file": "ecg.csv"}
    assert row["predictions"][0]["probabilities"]["MI"] == row["classes"]["MI"]["probability"] > 0.9


def test_a_file_as_it_is_and_in_a_form_are_answered_alike(service: Service, infarction: bytes):
    ways = (
        service.post(f"/v1/read?models={ONE}&name=ecg.csv", infarction),
        service.post("/v1/read", {"models": ONE}, files={"file": ("../../ecg.csv", infarction)}),
    )
    first, second = (row_of(way) for way in ways)
    assert first["file"] == second["file"] == "ecg.csv"
    assert first["classes"] == second["classes"]


def test_a_signal_is_json(service: Service):
    record = draw("imi", 1, fs=100)
    signal = {"fs": 100, "unit": "mV", "leads": list(LEADS), "signal": record.signal.tolist(), "age": 61}
    row = row_of(service.post(f"/v1/read?models={ONE}", json=signal | {"signal": record.signal.tolist()}))
    assert row["classes"]["MI"]["state"] == "present"


def test_files_that_belong_together_are_sent_together(service: Service):
    record = draw("imi", 1, fs=100)
    parts = _wfdb.write(record.signal, 100)
    files = [("file", (name, data)) for name, data in parts.items()]
    assert row_of(service.post(f"/v1/read?models={ONE}", files=files))["readable"] is True


def test_what_a_file_leaves_out_is_asked_for_and_told(service: Service, infarction: bytes):
    bare = b"\n".join(line for line in infarction.splitlines() if not line.startswith(b"#"))
    asked = service.post(f"/v1/read?models={ONE}", bare)
    assert asked.status_code == 422
    assert asked.json()["error"]["kind"] == "left_out"
    (row,) = asked.json()["answers"]
    assert row["asks"] and row["error"] == asked.json()["error"]["message"]
    told = service.post(f"/v1/read?models={ONE}&fs=100&unit=mV&leads={','.join(LEADS)}", bare)
    assert row_of(told)["classes"]["MI"]["state"] == "present"


def test_no_one_is_named_neither_in_the_answer_nor_in_the_log(service: Service, caplog):
    caplog.set_level("INFO")
    file = dicom.write(
        draw("imi", 1, fs=100).signal, 100, name="Miller", birth_date="1970-05-06", patient_id="4711"
    )
    logging.getLogger("uvicorn.access").propagate = True  # as another server in the same process may leave it
    answer = service.post(f"/v1/read?models={ONE}&name=Miller.dcm", file)
    said = json.dumps(row_of(answer) | {"file": ""})
    logged = "\n".join(m.getMessage() for m in caplog.records if m.name.startswith(("ecgnet", "uvicorn")))
    assert "/v1/read 200" in logged
    assert not any(secret in said + logged for secret in ("4711", "1970", "Miller"))


def test_many_at_once_are_answered_as_one_by_one(service: Service, infarction: bytes):
    normal = _wfdb.write(draw("norm_female", 2, fs=100).signal, 100)
    files = [[("file", ("e.csv", infarction))], [("file", pair) for pair in normal.items()]] * 3

    def states(some: list) -> dict:
        return {
            k: v["state"]
            for k, v in row_of(service.post("/v1/read", {"models": ONE}, files=some))["classes"].items()
        }

    with ThreadPoolExecutor(6) as clients:
        together = list(clients.map(states, files))
    assert together[:2] * 3 == together
    assert together[0]["MI"] == "present" and together[1]["MI"] == "absent"


def test_an_answer_is_explained(service: Service, infarction: bytes):
    answer = service.post(
        f"/v1/explain?model={ONE}&target=MI&method=input_x_gradient&values=true", infarction
    )
    (row,) = ExplainAnswer.model_validate(answer.json()).answers
    found = row.explanation
    (one,) = found.maps
    assert found.probability > 0.9 and found.against == "normal"
    assert one.shape == [12, 1000] and len(one.values) == 12
    assert sum(one.lead_shares.values()) == pytest.approx(1)


def test_what_cannot_be_explained_says_why(service: Service, infarction: bytes):
    answer = service.post(f"/v1/explain?model={ONE}&target=XYZ", infarction)
    assert answer.status_code == 422
    assert answer.json()["error"]["kind"] == "no_explanation"
    assert "does not answer for XYZ" in answer.json()["error"]["message"]


def test_the_models_are_listed(service: Service):
    found = ModelsAnswer.model_validate(service.get("/v1/models").json())
    (default,) = [model for model in found.models if model.default]
    assert default.name == "late_fusion" and default.test_macro_auc > 0.9
    assert "integrated_gradients" in found.methods


@pytest.mark.parametrize(
    ("query", "kind", "said"),
    [
        ("models=nobody", "no_model", "No model has the name given"),
        ("fs=-1", "options", "Fs: input should be greater than 0."),
        ("leads_in_order=I", "options", "An option is not known"),
    ],
)
def test_options_without_sense_are_sentences(service: Service, infarction: bytes, query, kind, said):
    answer = service.post(f"/v1/read?{query}", infarction)
    assert answer.status_code == 422
    error = FaultAnswer.model_validate(answer.json()).error
    assert error.kind == kind and error.message.startswith(said)
