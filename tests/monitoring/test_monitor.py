"""What moved beyond chance is told in words, and nothing else is."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from ecgnet.__main__ import main
from ecgnet.archive.errors import ArchiveError
from ecgnet.monitoring import as_json, in_words, monitor
from ecgnet.monitoring.periods import spans
from ecgnet.monitoring.result import FORMAT, AlarmKind
from ecgnet.monitoring.stability import stability
from ecgnet.reading.wording import NOTICE
from tests.monitoring.conftest import scored
from tests.validation.conftest import labels_of


def kinds(found) -> set[AlarmKind]:
    return {alarm.kind for alarm in found.alarms}


def files(periods: int, each: int = 210) -> list[str]:
    return [f"{k}-{n}" for k in range(periods) for n in range(each)]


def test_the_index_of_one_distribution_is_chance_and_of_a_moved_one_is_not():
    rng = np.random.default_rng(0)
    one, same, moved = rng.normal(0, 1, 400), rng.normal(0, 1, 400), rng.normal(0.8, 1, 400)
    assert not stability(one, same).much
    assert stability(one, moved).much


def test_chance_stays_below_its_limit_in_about_99_of_100():
    rng = np.random.default_rng(1)
    beyond = [s.value > s.chance for s in (stability(*rng.normal(size=(2, 300))) for _ in range(400))]
    assert 0 < np.mean(beyond) < 0.03


def test_a_period_is_four_weeks_of_days():
    days = np.datetime64("2026-01-05") + np.array([0, 27, 28, 84])
    found, undated = spans(np.append(days, np.datetime64("NaT")))
    assert [(span.begin, span.end, len(span.rows)) for span in found] == [
        ("2026-01-05", "2026-02-01", 2),
        ("2026-02-02", "2026-03-01", 1),
        ("2026-03-30", "2026-04-26", 1),
    ]
    assert undated == 1


def test_nothing_moved_raises_no_alarm(steady: Path):
    found = monitor(steady)
    assert not found.alarms and len(found.periods) == 3
    assert found.reference.name == "2026-01-05 to 2026-02-01" and len(found.compared) == 2


def test_other_answers_are_a_reason_to_look_and_no_verdict(tmp_path: Path):
    scored(tmp_path, [{}, {}, {"ill": 1.5}])
    found = monitor(tmp_path)
    assert kinds(found) == {AlarmKind.ANSWERS}
    assert {alarm.period for alarm in found.alarms} == {found.periods[-1].name}
    assert all(alarm.text.startswith("Look:") for alarm in found.alarms)
    assert "labels alone can tell" in found.notes[0]


def test_noise_and_strange_ecgs_are_told(tmp_path: Path):
    scored(tmp_path, [{}, {"noisy": 0.5, "strange": 0.3}])
    assert kinds(monitor(tmp_path)) == {AlarmKind.QUALITY, AlarmKind.UNFAMILIAR}


def test_labels_tell_answers_that_do_not_hold_from_other_patients(tmp_path: Path):
    truth = scored(tmp_path / "higher", [{}, {"higher": 1.2}])
    found = monitor(tmp_path / "higher", labels=labels_of(truth, files(2)))
    assert AlarmKind.CALIBRATION in kinds(found) and "stated too often" in str(found.alarms)
    truth = scored(tmp_path / "ill", [{}, {"ill": 1.2}])
    assert AlarmKind.CALIBRATION not in kinds(monitor(tmp_path / "ill", labels=labels_of(truth, files(2))))


def test_what_physicians_confirmed_on_carts_are_labels(tmp_path: Path):
    scored(tmp_path, [{}, {"confirmed": 1}])
    assert [period.labelled for period in monitor(tmp_path, labels="confirmed").periods] == [0, 210]


def test_where_nobody_confirmed_anything_there_are_no_labels(steady: Path):
    assert monitor(steady, labels="confirmed").labels is None


def test_without_days_a_period_is_two_hundred_ecgs(tmp_path: Path):
    scored(tmp_path, [{}, {}], dated=False)
    found = monitor(tmp_path)
    assert [period.n for period in found.periods] == [200, 200, 20]
    assert "Too few files state a day" in " ".join(found.notes)


def test_a_short_time_is_compared_with_ptbxl_and_not_with_itself(tmp_path: Path):
    scored(tmp_path, [{}], each=60)
    assert monitor(tmp_path).reference.name == "PTB-XL, fold 9"
    with pytest.raises(ArchiveError, match="wait"):
        monitor(tmp_path, reference="first")


def test_text_and_json_carry_the_notice(steady: Path, capsys: pytest.CaptureFixture):
    found = monitor(steady)
    content = json.loads(json.dumps(as_json(found), allow_nan=False))
    assert (content["format"], content["notice"]) == (FORMAT, NOTICE)
    assert in_words(found).count(NOTICE) == 2 and "Nothing moved" in in_words(found)
    assert main(["monitor", str(steady), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["alarms"] == []


def test_a_folder_of_something_else_is_told(tmp_path: Path, capsys: pytest.CaptureFixture):
    assert main(["monitor", str(tmp_path)]) == 1
    assert "holds no answers of ecgnet score" in capsys.readouterr().err
