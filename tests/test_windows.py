"""A long recording is looked over as a whole, and read in windows of 10 s."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecgnet.measure import measure
from ecgnet.record import LEADS, Metadata, Record, RecordError
from ecgnet.recorder import RecorderReport
from ecgnet.windows import POINTS, clock, envelope, suggestions, survey, thinned, window, window_starts

FS = 250


def recording(*parts: tuple[float, float], fs: float = FS, noise: float = 0.005, sway: float = 0.0) -> Record:
    """Parts of (seconds, beats a minute) one after the other: a QRS complex of 1 mV a beat in every lead.

    `sway` is the share by which the RR intervals scatter.
    """
    rng = np.random.default_rng(0)
    beats, begin = [], 0.0
    for seconds, rate in parts:
        intervals = 60 / rate * (1 + sway * rng.uniform(-1, 1, int(seconds * rate / 60)))
        beats.append(begin + np.cumsum(intervals) - intervals[0] / 2)
        begin += seconds
    times = np.arange(round(begin * fs)) / fs
    trace = np.zeros(len(times))
    for beat in np.concatenate(beats):
        near = slice(max(0, int((beat - 0.2) * fs)), int((beat + 0.2) * fs))
        trace[near] += np.exp(-(((times[near] - beat) / 0.015) ** 2))
    gains = np.linspace(0.5, 1.5, 12)[:, None]
    return Record(
        gains * trace + noise * rng.standard_normal((12, len(times))),
        fs,
        "long",
        "test",
        Metadata(60, "male"),
    )


def with_noise(record: Record, first: float, last: float, size: float) -> Record:
    signal = record.signal.copy()
    part = slice(round(first * record.fs), round(last * record.fs))
    signal[:, part] += size * np.random.default_rng(1).standard_normal(signal[:, part].shape)
    return Record(signal, record.fs, record.id, record.source)


def without(record: Record, first: float, last: float) -> Record:
    signal = record.signal.copy()
    signal[:, round(first * record.fs) : round(last * record.fs)] = np.nan
    return Record(signal, record.fs, record.id, record.source)


@pytest.mark.parametrize("fs", [100, 250, 1000])
@pytest.mark.parametrize("rate", [40, 75, 130])
def test_the_heart_rate_of_every_window_is_that_of_its_beats(fs: float, rate: float) -> None:
    found = survey(recording((60, rate), fs=fs))
    np.testing.assert_allclose(found.rates, rate, rtol=0.02)
    assert abs(len(found.beats) - rate) <= 1
    assert (found.variation < 0.03).all()


def test_the_trend_follows_the_rate() -> None:
    found = survey(recording((60, 60), (60, 120)))
    early, late = found.trend_times < 50, found.trend_times > 70
    np.testing.assert_allclose(found.trend_mean[early], 60, rtol=0.02)
    np.testing.assert_allclose(found.trend_mean[late], 120, rtol=0.02)


def test_suggestions_point_at_the_part_they_name() -> None:
    record = with_noise(recording((100, 60), (100, 120), (100, 45)), 20, 35, 0.4)
    said = {found.name: found for found in suggestions(survey(record), record)}
    assert 100 <= said["Fastest"].start <= 190 and said["Fastest"].short == "120/min"
    assert 200 <= said["Slowest"].start <= 290 and said["Slowest"].short == "45/min"
    assert 10 <= said["Noisiest"].start <= 35


def test_a_rate_that_is_said_of_a_window_is_measured_there() -> None:
    record = with_noise(recording((40, 60), (40, 118), (40, 45)), 0, 100, 0.03)
    for found in suggestions(survey(record), record):
        if found.short:
            assert f"{measure(window(record, found.start)).heart_rate.value:.0f}/min" == found.short


def test_the_most_regular_window_is_not_in_the_irregular_part() -> None:
    one, two = recording((60, 80), sway=0.3), recording((60, 80))
    record = Record(np.concatenate([one.signal, two.signal], 1), FS, "long", "test")
    regular = next(found for found in suggestions(survey(record), record) if found.name == "Most regular")
    assert regular.start >= 60


def test_an_even_recording_has_no_noisiest_window() -> None:
    record = recording((60, 70))
    assert "Noisiest" not in {found.name for found in suggestions(survey(record), record)}


def test_nothing_is_said_of_what_was_not_recorded() -> None:
    record = without(recording((120, 70)), 40, 80)
    found = survey(record)
    inside = (found.starts > 30) & (found.starts < 80)
    assert np.isnan(found.rates[inside]).all()
    assert np.isfinite(found.rates[~inside]).all()
    assert not ((found.beats > 40) & (found.beats < 80)).any()
    assert all(not 30 < said.start < 80 for said in suggestions(found, record))


def test_a_flat_recording_has_no_rate_and_no_fastest_window() -> None:
    record = Record(np.zeros((12, 30 * FS)), FS, "flat", "test")
    found = survey(record)
    assert np.isnan(found.trend_mean).all()
    assert "Fastest" not in {said.name for said in suggestions(found, record)}


def test_a_missing_lead_is_replaced_by_another_in_the_overview() -> None:
    record = recording((30, 70))
    signal = record.signal.copy()
    signal[LEADS.index("II")] = np.nan
    assert survey(Record(signal, FS, "long", "test")).lead == "V5"


def test_a_recording_of_hours_becomes_a_few_hundred_points_and_is_not_copied() -> None:
    signal = np.tile(recording((60, 70), fs=500).signal, (1, 60))
    record = Record(signal, 500, "an hour", "test")
    tracemalloc.start()
    found = survey(record)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < record.signal.nbytes / 3
    assert max(len(found.trend_mean), len(found.low), len(found.edges) - 1) <= POINTS


def test_a_short_record_needs_no_survey() -> None:
    with pytest.raises(ValueError, match="needs 20 s"):
        survey(recording((15, 70)))


@given(st.integers(1, 3000), st.integers(1, 50))
def test_the_envelope_encloses_every_sample(samples: int, points: int) -> None:
    values = np.random.default_rng(samples).standard_normal(samples).astype(np.float32)
    edges, low, high = envelope(values, 100, points=points)
    assert len(low) == len(high) == len(edges) - 1 <= points
    assert (edges[0], edges[-1]) == (0, samples / 100)
    stretch = np.searchsorted(edges, (np.arange(samples) + 0.5) / 100) - 1
    assert (low[stretch] <= values).all() and (values <= high[stretch]).all()


def test_thinning_keeps_the_mean_and_tells_a_gap() -> None:
    values = np.arange(10, dtype=np.float32)
    values[5] = np.nan
    np.testing.assert_array_equal(thinned(values, 3), [1, np.nan, 7])


def test_a_window_holds_its_seconds_and_says_which() -> None:
    record = recording((60, 70))
    part = window(record, 20)
    np.testing.assert_array_equal(part.signal, record.signal[:, 20 * FS : 30 * FS])
    assert part.metadata == record.metadata
    assert "0:00:20 to 0:00:30" in part.notes[-1] and "0:01:00" in part.notes[-1]


def test_a_window_keeps_what_the_recorder_stated() -> None:
    stated = RecorderReport(("Sinus rhythm",))
    assert window(replace(recording((60, 70)), recorder=stated), 20).recorder == stated


@given(st.floats(-100, 200))
def test_a_window_is_always_10_s_long(start: float) -> None:
    assert window(Record(np.ones((12, 6000)), 100, "long", "test"), start).n_samples == 1000


def test_a_window_without_a_sample_says_so() -> None:
    with pytest.raises(RecordError, match=r"Nothing was recorded from 0:00:20 to 0:00:30"):
        window(without(recording((60, 70)), 15, 40), 20)


@given(st.floats(10, 100_000), st.integers(2, 400))
def test_windows_to_score_lie_inside_and_are_never_too_many(duration: float, most: int) -> None:
    starts = window_starts(duration, most)
    assert 1 <= len(starts) <= most
    assert starts[0] == 0 and starts[-1] + 10 <= duration + 1
    assert len(starts) == most or np.allclose(np.diff(starts), 10)


@pytest.mark.parametrize(
    ("seconds", "said"), [(7, "0:00:07"), (5025, "1:23:45"), (12.3, "0:00:12.3"), (59.99, "0:01:00")]
)
def test_times_are_said_as_on_a_clock(seconds: float, said: str) -> None:
    assert clock(seconds) == said
