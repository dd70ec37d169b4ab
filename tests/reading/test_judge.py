"""One reading: what it says of good, of odd and of bad records, and that its parts agree."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from ecgnet.demo import draw
from ecgnet.judge import Reading, choose_window, judge
from ecgnet.measure import Value
from ecgnet.reading.contradictions import contradictions
from ecgnet.record import Metadata, Record
from ecgnet.recorder import RecorderReport, RecorderValue


def noise(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 0.3, (12, 2500)).astype(np.float32)


def beats(seconds: float = 10.0, leads: int = 12, fs: float = 250) -> np.ndarray:
    t = np.arange(round(seconds * fs)) / fs
    signal = np.tile(np.exp(-((((t % 1) - 0.4) / 0.02) ** 2)), (12, 1)).astype(np.float32)
    signal[leads:] = np.nan
    return signal


@pytest.fixture(scope="module")
def normal() -> Record:
    return draw("norm_male", 1, fs=100)


@pytest.fixture(scope="module")
def infarction() -> Record:
    return draw("imi", 1, fs=100)


@pytest.mark.parametrize(
    "record",
    [
        Record(0.02 * noise(1) / 0.3, 250, "no beat", "test"),
        Record(beats(leads=1), 250, "one lead", "test"),
        Record(beats(1.0), 250, "1 s", "test"),
        Record(np.zeros((12, 2500), np.float32), 250, "asystole", "test"),
        Record(noise(), 250, "noise", "test"),
        Record(beats(), 250, "child", "test", Metadata(7, "male")),
        Record(beats(), 250, "unknown sex", "test", Metadata(50)),
    ],
    ids=lambda record: record.id,
)
def test_a_reading_says_what_it_can_and_names_what_it_cannot(record: Record):
    reading = judge(record)
    assert contradictions(reading) == ()
    assert reading.conclusion.text
    assert all(value.reason for value in reading.ranges.values() if value.value is None)
    assert (reading.conclusion.grade == "not diagnostic") == (not reading.predictions)


def test_what_cannot_be_read_is_judged_on_request_only():
    record = Record(noise(), 250, "noise", "test")
    assert judge(record).predictions == ()
    asked = judge(record, anyway=True)
    assert asked.requested
    assert asked.predictions
    assert asked.warnings[0].startswith("Not to be relied on")
    assert asked.conclusion.grade == "not diagnostic"


def test_a_prediction_of_a_reading_calls_nothing_normal_that_was_measured_otherwise(normal: Record):
    slow = replace(normal, fs=normal.fs / 1.9)  # 36 beats a minute
    reading = judge(slow)
    assert reading.critical
    assert reading.prediction.states["NORM"] != "present"
    assert reading.prediction.states == reading.states


def test_a_statement_of_the_cart_stands_as_it_is_in_any_script(normal: Record):
    stated = "洞調律、正常範囲"
    record = replace(normal, recorder=RecorderReport(statements=(stated,)))
    assert [line.text for line in judge(record, []).lines if line.topic == "recorder"] == [stated]


def test_a_cart_and_a_header_that_contradict_each_other_are_told_of(normal: Record):
    mine = judge(normal, [])
    named = {name: mine.ranges[name].value for name in ("heart_rate", "qrs", "qt")}
    cart = {
        "heart_rate": Value(named["heart_rate"], "/min"),
        **{name: Value(named[name], "ms") for name in ("qrs", "qt")},
    }
    twice = replace(normal, fs=2 * normal.fs, recorder=RecorderReport(measurements=cart))
    said = [warning for warning in judge(twice, []).warnings if "sampling rate" in warning]
    assert len(said) == 1
    assert "100 Hz would make them agree" in said[0]
    honest = replace(normal, recorder=RecorderReport(measurements=cart))
    assert not any("sampling rate" in warning for warning in judge(honest, []).warnings)


def test_an_earlier_ecg_is_compared_line_by_line(normal: Record, infarction: Record):
    before = judge(normal)
    reading = judge(infarction, earlier=before)
    lines = [str(line) for line in reading.lines if line.topic == "comparison"]
    assert lines[0] == f"beside the earlier ECG {normal.id}"
    assert any(
        line.startswith("myocardial infarction: present, before absent".capitalize()) for line in lines
    )
    same = judge(normal, earlier=before)
    assert "no change beyond" in [line.text for line in same.lines if line.topic == "comparison"][1]


def test_the_window_with_exchanged_electrodes_says_which(normal: Record):
    found = choose_window(normal)
    assert found.record is normal
    assert found.exchanged is None or found.exchanged.swap is None


@pytest.mark.parametrize("name", ["norm_male", "norm_female"])
def test_a_normal_ecg_has_no_prolonged_p_wave(name: str):
    reading = judge(draw(name, 1))
    assert reading.measurements.pr.measurable
    assert not [line for line in reading.lines if line.topic == "atria"]


def test_bazett_alone_takes_normal_from_no_ecg(normal: Record):
    reading: Reading = judge(normal)
    assert reading.states["NORM"] == "present"
    high = replace(reading.ranges["qtc_bazett"], value=470.0, high=450.0, flag="high")
    from ecgnet.reading.conclusion import within_limits

    ranges = {**reading.ranges, "qtc_bazett": high}
    assert within_limits(ranges, (), rhythm=reading.rhythm)
    wide = replace(reading.ranges["qrs"], value=121.0, high=110.0, flag="high")
    assert not within_limits({**ranges, "qrs": wide}, (), rhythm=reading.rhythm)
    slightly = replace(wide, value=114.0)
    assert within_limits({**ranges, "qrs": slightly}, (), rhythm=reading.rhythm)


def test_a_pacemaker_that_the_recorder_states_is_told_of_where_none_is_seen(normal: Record):
    cart = replace(normal, recorder=RecorderReport(statements=("pacemaker ekg",)))
    reading = judge(cart)
    assert not reading.paced
    assert [w for w in reading.warnings if "secondary to pacing" in w] == [reading.pacing.text]
    assert [line.source for line in reading.lines if line.topic == "pacing"] == ["recorder"]
    assert contradictions(reading) == ()
    assert judge(normal).pacing is None


def test_the_headline_of_a_paced_ecg_begins_with_that(infarction: Record, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("ecgnet.judge.is_paced", lambda prediction, measured: True)
    text = judge(infarction).conclusion.text
    assert text.startswith("Paced rhythm. Myocardial infarction")
    assert "not to be relied on in a paced ECG" in text


@pytest.mark.parametrize("kind", ["lafb", "imi", "clbbb", "sttc_afib"])
def test_a_reading_has_minus_signs_and_no_full_stop_within(kind: str):
    text = judge(draw(kind, 1, fs=100)).text()
    assert not re.search(r"(?<![\w])-\d|\.[;)]|;;|\.\.", text)
    assert kind != "lafb" or "°" in text


def test_a_heart_rate_is_as_grave_in_its_line_as_above_the_ecg(normal: Record):
    reading = judge(replace(normal, fs=normal.fs * 2.2), [])
    (line,) = [line.text for line in reading.lines if line.topic == "rate"]
    assert [value.level for value in reading.critical] == ["urgent"]
    assert ", urgent (60 to 100)" in line


def test_an_unsure_answer_of_normal_is_no_headline_of_a_normal_ecg(
    normal: Record, monkeypatch: pytest.MonkeyPatch
):
    sure = judge(normal)
    assert sure.conclusion.grade in ("normal", "otherwise normal")
    monkeypatch.setattr("ecgnet.judge.judge_trust", lambda *about, card: replace(sure.trust, abstain=True))
    reading = judge(normal)
    assert reading.conclusion.grade == "borderline"
    assert reading.conclusion.text.startswith("Normal ECG by the networks, not certain")
    assert contradictions(reading) == ()


@pytest.mark.parametrize(("age", "told"), [(7, True), (15.9, True), (16, False), (None, False)])
def test_a_reading_of_a_child_says_what_does_not_hold_for_it(normal: Record, age: float | None, told: bool):
    reading = judge(replace(normal, metadata=Metadata(age, "male")), [])
    assert reading.of_a_child is told
    assert any("Under 16 years" in warning for warning in reading.warnings) is told


def test_a_measurement_of_the_recorder_stands_in_small_letters_within_its_line(normal: Record):
    cart = replace(normal, recorder=RecorderReport(measurements={"heart_rate": RecorderValue(150, "/min")}))
    (line,) = [line.text for line in judge(cart, []).lines if line.topic == "recorder"]
    assert line.startswith("the recorder: heart rate 150/min, here ")
