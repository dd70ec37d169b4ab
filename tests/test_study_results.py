"""Studies' results as programs read them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ecgnet.models import REGISTRY
from ecgnet.study_results import RESULTS, StudyError, StudyValue, read_study, to_json


def test_what_is_written_is_read(tmp_path: Path):
    values = {"late_fusion": {"macro_auc": StudyValue(0.93, 0.92, 0.94), "milliseconds": StudyValue(31.8)}}
    content = {
        "study": "fusion",
        "weights": {"late_fusion": "a"},
        "values": to_json(values),
        "findings": ["Yes."],
    }
    (tmp_path / "fusion.json").write_text(json.dumps(content))
    found = read_study("fusion", tmp_path)
    assert found is not None
    assert found.values == values
    assert found.of("milliseconds") == {"late_fusion": StudyValue(31.8)}
    assert found.outdated({"late_fusion": "b"}) == ["late_fusion"]


def test_a_study_that_has_not_run_is_none(tmp_path: Path):
    assert read_study("fusion", tmp_path) is None


@pytest.mark.parametrize("text", ["{", "[]", '{"study": "fusion", "tables": []}', '{"values": {"a": 0.9}}'])
def test_a_damaged_or_older_page_says_what_to_do(tmp_path: Path, text: str):
    (tmp_path / "fusion.json").write_text(text)
    with pytest.raises(StudyError, match=r"^fusion.json .*; run ecgnet study fusion, or restore it with git"):
        read_study("fusion", tmp_path)


@pytest.mark.parametrize("name", sorted(path.stem for path in RESULTS.glob("*.json")))
def test_shipped_studies_have_values_of_registered_models_within_their_intervals(name: str):
    found = read_study(name)
    assert found is not None
    assert found.values
    assert set(found.values) <= set(REGISTRY)
    for value in (v for by_measure in found.values.values() for v in by_measure.values()):
        assert value.low is None or value.low <= value.value <= value.high


def test_the_app_s_measures_are_there():
    assert set(read_study("fusion").of("milliseconds")) == set(REGISTRY)
    assert set(read_study("explanations").of("deletion_gain")) >= {"early_fusion", "late_fusion"}
