"""Intervals agree with the truth; what cannot be measured says why; no record is refused."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecgnet.measure import Beats, Measurements, Value, measure
from ecgnet.record import LEADS, Record
from tests.measure.synthetic import CASES, NORMAL, Recipe, draw

VALUES = ("heart_rate", "pr", "qrs", "qt", "qtc_bazett", "qtc_fridericia", "axis")
WITH_P = [name for name in CASES if name != "atrial fibrillation"]


def test_a_value_reads_as_it_is_said():
    assert str(Value(162.4, "ms")) == "162 ms"
    assert str(Value(-31.2, "°")) == "−31°"
    assert str(Value(-0.3, "°")) == "0°"
    assert str(Value(71.0, "/min")) == "71/min"
    assert str(Value(None, "ms", "No beat was found.")) == "not measurable"


@pytest.mark.parametrize("fs", [100, 500])
@pytest.mark.parametrize("name", CASES)
def test_qrs_and_qt_agree_with_the_truth(name, fs):
    drawn = draw(CASES[name], 5, fs)
    m, true = measure(drawn.record), drawn.intervals
    # the eye sees a QRS complex begin, it and T end some ms outside of their lobes, and so does `measure`
    assert m.qrs.value == pytest.approx(true["qrs"], abs=20)
    assert m.qt.value == pytest.approx(true["qt"], abs=30)


@pytest.mark.parametrize("fs", [100, 500])
@pytest.mark.parametrize("name", WITH_P)
def test_pr_agrees_with_the_truth(name, fs):
    drawn = draw(CASES[name], 5, fs)
    assert measure(drawn.record).pr.value == pytest.approx(drawn.intervals["pr"], abs=12)


def test_rate_is_of_the_mean_rr_interval():
    drawn = draw(replace(NORMAL, rate=63), 2)
    m = measure(drawn.record)
    assert m.heart_rate.value == pytest.approx(60 / m.rr.mean())
    assert m.heart_rate.value == pytest.approx(63, abs=1.5)


def test_qtc_after_bazett_and_fridericia():
    m = measure(draw(CASES["fast, 120/min"], 1).record)
    rr = m.rr.mean()
    assert m.qtc_bazett.value == pytest.approx(m.qt.value / rr**0.5)
    assert m.qtc_fridericia.value == pytest.approx(m.qt.value / rr ** (1 / 3))


def only_in(**amplitudes: float) -> Record:
    """Beats that show in the named leads only, upright or inverted."""
    beat = draw(NORMAL, 1).record.lead("II")
    signal = np.stack([amplitudes.get(lead, 0.0) * beat for lead in LEADS])
    return Record(signal, 500, "made", "test")


@pytest.mark.parametrize(
    ("one", "avf", "degrees"), [(1, 0, 0), (0, 1, 90), (1, np.sqrt(3) / 2, 45), (-1, 0, 180), (0, -1, -90)]
)
def test_axis_from_leads_made_for_it(one, avf, degrees):
    two = one / 2 + avf
    leads = {"I": one, "II": two, "III": two - one, "aVF": avf, "aVR": -(one + two) / 2, "aVL": one - two / 2}
    axis = measure(only_in(**leads, V3=1)).axis.value
    assert (axis - degrees + 180) % 360 - 180 == pytest.approx(0, abs=0.5)


def test_axis_without_deflection_or_leads_says_so():
    assert measure(only_in(V2=1)).axis.reason == "The QRS complex has no net deflection in the limb leads."
    signal = draw(NORMAL, 1).record.signal.copy()
    signal[1:6] = np.nan
    assert "two limb leads" in measure(Record(signal, 500, "one limb lead", "test")).axis.reason


def test_atrial_fibrillation_has_no_pr_and_is_irregularly_irregular():
    m = measure(draw(CASES["atrial fibrillation"], 1).record)
    assert m.pr.value is None and "P wave" in m.pr.reason
    assert m.rhythm.startswith("irregularly irregular")
    assert np.isnan(m.beats.p_onset).all()


@pytest.mark.parametrize("fs", [100, 500])
@pytest.mark.parametrize("conducted", [2, 4])
def test_flutter_waves_are_no_p_waves(conducted, fs):
    rate = 300 / conducted
    drawn = draw(
        replace(NORMAL, rate=rate, rate_sd=0, p_amplitude=0, qt=280 if conducted == 2 else 380), 1, fs
    )
    turn = 2 * np.pi * 5 * np.arange(drawn.record.n_samples) / fs
    wave = 0.15 * (np.sin(turn) + 0.3 * np.sin(2 * turn + 1))
    upwards = {"II": -1.0, "III": -1.0, "aVF": -1.0, "aVR": 0.5, "aVL": 0.5, "V1": 0.4}
    signal = drawn.record.signal + np.stack([upwards.get(lead, 0.0) * wave for lead in LEADS])
    m = measure(Record(signal, fs, "flutter", "test"))
    assert m.pr.value is None and m.pr.reason


def test_ectopic_beats_are_told_apart_and_counted():
    m = measure(draw(CASES["ectopic beats"], 1).record)
    assert m.rhythm == f"regular apart from {(~m.beats.dominant).sum()} beats of another shape"
    wide = m.beats.qrs_offset - m.beats.qrs_onset
    assert wide[~m.beats.dominant].min() > wide[m.beats.dominant].max() + 0.03


def trigeminy() -> Record:
    """Each third beat early, of the same shape, its P wave hidden in the T wave before it."""
    calm = Recipe(rate=60, rate_sd=0, noise=0, wander=0, pr=160)
    signal = np.random.default_rng(0).normal(0, 0.01, (12, 5000))
    place = 0.5
    for n in range(15):
        early = n % 3 == 2
        drawn = draw(replace(calm, p_amplitude=0 if early else calm.p_amplitude), 1)
        at = round(float(drawn.truth["qrs_onset"][2]) * 500)
        first = round(place * 500) - 125
        piece = drawn.record.signal[:, at - 125 : at + 225][:, : 5000 - first]
        signal[:, first : first + piece.shape[1]] += piece
        place += (0.72, 0.47, 0.89)[n % 3]
    return Record(signal, 500, "trigeminy", "test")


def test_premature_beats_do_not_hide_the_p_waves_of_the_others():
    found = measure(trigeminy())
    assert found.pr.value == pytest.approx(160, abs=12)
    assert found.rr[1] < 0.5


def test_single_beats_lie_where_they_were_drawn():
    drawn = draw(replace(NORMAL, rate_sd=0.1), 3)
    beats = measure(drawn.record).beats
    inner = [int(np.abs(beats.r - onset - 0.04).argmin()) for onset in drawn.truth["qrs_onset"]]
    for point, tolerance in (
        ("p_onset", 0.012),
        ("qrs_onset", 0.01),
        ("qrs_offset", 0.012),
        ("t_offset", 0.02),
    ):
        np.testing.assert_allclose(getattr(beats, point)[inner], drawn.truth[point], atol=tolerance)


def test_the_order_of_a_beats_waves():
    b = measure(draw(NORMAL, 1).record).beats
    order = np.stack([b.p_onset, b.p_offset, b.qrs_onset, b.r, b.qrs_offset, b.t_onset, b.t_peak, b.t_offset])
    steps = np.diff(order, axis=0)
    assert (steps[np.isfinite(steps)] > 0).all()


def test_pacing_spikes_do_not_stretch_the_qrs_complex():
    drawn = draw(CASES["left bundle branch block"], 1)
    signal = drawn.record.signal.copy()
    signal[:, ((drawn.truth["qrs_onset"] - 0.03) * 500).astype(int)] += 4
    paced = measure(Record(signal, 500, "paced", "test"))
    assert paced.qrs.value == pytest.approx(measure(drawn.record).qrs.value, abs=6)


def test_the_decay_of_a_pacing_spike_belongs_to_no_wave():
    drawn = draw(CASES["left bundle branch block"], 1)
    signal = drawn.record.signal.copy()
    decay = 0.4 * np.exp(-np.arange(10) / 2.5)
    for onset in drawn.truth["qrs_onset"]:
        first = round((onset - 0.036) * 500)
        signal[:, first] += 1.1
        signal[:, first + 1 : first + 11] -= decay
    m, without = measure(Record(signal, 500, "paced", "test")), measure(drawn.record)
    assert m.qrs.value == pytest.approx(without.qrs.value, abs=6)
    assert m.pr.value == pytest.approx(without.pr.value, abs=6)
    assert m.qt.value == pytest.approx(without.qt.value, abs=6)
    assert m.led_by_spikes >= len(m.beats) - 1  # the last beat is half outside
    assert without.led_by_spikes == 0


PLACES = {
    "all leads": np.array([1, 1, 0, -1, 0.5, 0.5, 1.1, 1.1, 1.1, 1.1, 1.1, 1.1]),
    "I, aVL and V6": np.array([1, 0, 0, 0, 0.6, 0, 0, 0, 0, 0, 0, 1]),
    "V1 alone": np.eye(12)[6],
}


@pytest.mark.parametrize("fs", [500, 1000])
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    ("height", "width", "after", "ms"),
    [(1.1, 2, 0.07, 4), (-1.5, 1, 0.3, 10), (4.0, 2, 0.15, 20), (0.5, 2, 0.5, 6), (-2.0, 4, 0.0, 1)],
)
def test_what_follows_a_pacing_spike_belongs_to_no_wave(fs, place, height, width, after, ms):
    """A pulse of so many mV and ms, then the electrode's discharge: a share of the height, with a time constant in ms."""
    drawn = draw(CASES["left bundle branch block"], 1, fs)
    signal = drawn.record.signal.copy()
    n, tail = max(1, round(width * fs / 1000)), round(0.1 * fs)
    spike = np.append(np.full(n, height), -after * height * np.exp(-np.arange(tail) / (ms * fs / 1000)))
    for onset in drawn.truth["qrs_onset"]:
        first = round((onset - 0.03) * fs)
        signal[:, first : first + len(spike)] += np.outer(PLACES[place], spike)
    m, without = measure(Record(signal, fs, "paced", "test")), measure(drawn.record)
    assert m.led_by_spikes >= len(m.beats) - 1
    for interval in ("pr", "qrs", "qt"):
        assert getattr(m, interval).value == pytest.approx(getattr(without, interval).value, abs=10)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("fs", [250, 500, 1000])
def test_no_wave_is_taken_for_a_spike(case, fs):
    assert measure(draw(CASES[case], 3, fs).record).led_by_spikes == 0


@pytest.mark.parametrize("rate", [150, 180, 200])
def test_the_beat_before_is_no_p_wave_of_a_tachycardia_without_p(rate):
    m = measure(draw(replace(NORMAL, rate=rate, p_amplitude=0, rate_sd=0.003), 0).record)
    assert m.pr.value is None and "T wave before" in m.pr.reason


@pytest.mark.parametrize("fs", [100, 500])
def test_a_p_wave_on_the_t_wave_is_not_measured_as_a_long_pr(fs):
    m = measure(draw(replace(NORMAL, rate=170, pr=120, qt=292, rate_sd=0.01), 0, fs).record)
    assert m.pr.value is None and "T wave before" in m.pr.reason


def test_a_spike_of_20_mv_is_no_beat():
    record = draw(NORMAL, 1).record
    signal = record.signal.copy()
    signal[:, [1300, 3333]] = 20
    np.testing.assert_allclose(
        measure(Record(signal, 500, "spikes", "test")).rr, measure(record).rr, atol=0.01
    )


def test_three_leads_are_enough_and_noted():
    drawn = draw(NORMAL, 1)
    signal = np.full_like(drawn.record.signal, np.nan)
    signal[:3] = drawn.record.signal[:3]
    m = measure(Record(signal, 500, "three leads", "test"))
    assert m.pr.value == pytest.approx(160, abs=20)
    assert any("missing" in note for note in m.notes)


def test_a_gap_breaks_the_rr_interval():
    signal = draw(NORMAL, 1).record.signal.copy()
    signal[:, 2400:2600] = np.nan
    m = measure(Record(signal, 500, "gap", "test"))
    assert np.isnan(m.rr).sum() == 1
    assert m.heart_rate.value == pytest.approx(70, abs=3)


def test_too_few_beats_say_so():
    m = measure(draw(replace(NORMAL, seconds=2, rate=50), 1).record)
    assert m.pr.value is None and m.pr.reason
    assert m.heart_rate.value is None and "Fewer than 3" in m.heart_rate.reason


def test_a_long_record_is_measured_in_a_window_and_says_so():
    ten = draw(NORMAL, 1).record.signal
    long = np.tile(ten, (1, 60))
    long[:, : 70 * 500] = np.nan
    m = measure(Record(long, 500, "long", "test"))
    assert m.window == (120.0, 180.0)
    assert "60 s from second 120" in m.notes[0]
    assert ((m.beats.r >= 120) & (m.beats.r < 180)).all()


def test_ten_seconds_take_less_than_a_tenth_of_a_second():
    record = draw(NORMAL, 1).record
    measure(record)
    spent = []
    for _ in range(5):
        started = time.process_time()
        measure(record)
        spent.append(time.process_time() - started)
    assert min(spent) < 0.1


def consistent(m: Measurements) -> bool:
    """A number or a reason, never both; as many RR intervals as there are between beats."""
    values = [getattr(m, name) for name in VALUES]
    return (
        all((v.value is None) == bool(v.reason) for v in values)
        and all(v.value is None or np.isfinite(v.value) for v in values)
        and bool(m.rhythm) != bool(m.rhythm_reason)
        and len(m.rr) == max(0, len(m.beats) - 1)
    )


@pytest.mark.parametrize("seconds", [0.02, 0.5, 1.0, 1.5, 3.0])
@pytest.mark.parametrize("fs", [20, 100, 257, 1000])
def test_short_records_of_any_rate(seconds, fs):
    n = max(2, round(seconds * fs))
    assert consistent(measure(Record(draw(NORMAL, 1, 1000).record.signal[:, :n], fs, "short", "test")))


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_no_record_is_refused(data):
    """Spikes, zeros, NaN, steps and missing leads in any mixture."""
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    fs = data.draw(st.sampled_from([100, 250, 500]))
    signal = draw(replace(NORMAL, rate=data.draw(st.floats(25, 240))), 1, fs).record.signal.copy()
    for _ in range(data.draw(st.integers(0, 6))):
        leads, a = rng.random(12) < 0.5, int(rng.integers(0, signal.shape[1]))
        b = a + int(rng.integers(1, signal.shape[1]))
        what = data.draw(st.sampled_from(["nan", "zero", "spike", "step", "noise"]))
        piece = signal[leads, a:b]
        match what:
            case "nan":
                piece[:] = np.nan
            case "zero":
                piece[:] = 0
            case "spike":
                piece[:, :1] = 20
            case "step":
                piece += 5
            case "noise":
                piece += rng.normal(0, 3, piece.shape).astype(np.float32)
        signal[leads, a:b] = piece
    if np.isnan(signal).all():
        signal[0, 0] = 0
    assert consistent(measure(Record(signal, fs, "any", "test")))


def test_beats_refuse_columns_of_another_length():
    columns = {name: np.zeros(2) for name in Beats.__dataclass_fields__}
    with pytest.raises(ValueError, match="t_peak"):
        Beats(**(columns | {"t_peak": np.zeros(3)}))
