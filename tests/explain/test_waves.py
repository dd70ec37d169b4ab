"""Sums by wave, from beats and values small enough to add up on paper."""

from __future__ import annotations

import numpy as np
import pytest

from ecgnet.explain import (
    WAVES,
    ExplanationError,
    average_beat,
    band_wave_sums,
    lead_wave_sums,
    wave_at,
    waves_in_words,
)
from ecgnet.explain.waves import regions
from ecgnet.measure import Beats

P, PQ, QRS, ST, T, REST = range(6)


def beats(*r: float, **missing: float) -> Beats:
    """Beats at r with P -0.2 to -0.1, QRS -0.05 to 0.05, T 0.2 to 0.4 s around it; `missing` boundaries are NaN."""
    offsets = {
        "p_onset": -0.2,
        "p_offset": -0.1,
        "qrs_onset": -0.05,
        "qrs_offset": 0.05,
        "t_onset": 0.2,
        "t_peak": 0.3,
        "t_offset": 0.4,
    } | missing
    at = np.array(r)
    return Beats(at, *(at + offsets[name] for name in Beats.__slots__[1:-1]), np.ones(len(r), bool))


def spans(waves: np.ndarray) -> list[tuple[str, int]]:
    """Waves in a row and how many samples each takes."""
    edges = np.flatnonzero(np.diff(waves)) + 1
    return [(WAVES[part[0]], len(part)) for part in np.split(waves, edges)]


def test_each_sample_belongs_to_one_wave():
    assert spans(wave_at(beats(0.5), 0.0, fs=100, samples=100)) == [
        ("between beats", 30),
        ("P", 10),
        ("PQ", 5),
        ("QRS", 10),
        ("ST", 15),
        ("T", 20),
        ("between beats", 10),
    ]


def test_the_models_window_begins_later_in_the_record():
    np.testing.assert_array_equal(
        wave_at(beats(2.5), 2.0, fs=100, samples=100), wave_at(beats(0.5), 0.0, fs=100, samples=100)
    )


def test_a_record_shorter_than_the_window_begins_after_it():
    waves = wave_at(beats(0.5), -1.0, fs=100, samples=200)
    assert (waves[:130] == REST).all()
    np.testing.assert_array_equal(waves[100:], wave_at(beats(0.5), 0.0, fs=100, samples=100))


def test_a_wave_that_was_not_found_is_not_there():
    found = spans(wave_at(beats(0.5, p_onset=np.nan, p_offset=np.nan), 0.0, fs=100, samples=100))
    assert [name for name, _ in found] == ["between beats", "QRS", "ST", "T", "between beats"]


def test_p_on_the_t_wave_before_it_counts_as_p():
    waves = wave_at(beats(0.5, 0.9), 0.0, fs=100, samples=150)
    assert waves[75] == P  # 0.75 s: T of the first beat until 0.9, P of the second from 0.7 to 0.8


def test_without_beats_it_is_said():
    with pytest.raises(ExplanationError, match=r"No beat with its waves was found"):
        wave_at(Beats.from_r(np.array([1.0, 2.0])), 0.0, fs=100, samples=1000)


def test_sums_by_lead_and_wave_add_up():
    waves = wave_at(beats(0.5), 0.0, fs=100, samples=100)
    values = np.zeros((12, 100))
    values[7, [46, 50]] = 2.0, 0.5  # V2: both in QRS
    values[1, [32, 70]] = -1.0, 3.0  # II: P and T
    sums = lead_wave_sums(values, waves)
    expected = np.zeros((12, 6))
    expected[7, QRS], expected[1, P], expected[1, T] = 2.5, -1.0, 3.0
    np.testing.assert_allclose(sums, expected)


def test_a_spectrograms_columns_belong_to_the_wave_at_their_middle():
    waves = np.full(1000, REST)
    waves[80:88] = QRS
    values = np.zeros((12, 33, 126))
    values[3, 5, 10] = 2.0  # 7.8 Hz at 0.8 s
    values[4, 5, 125] = 1.0  # the last column's middle lies at the very end
    sums = band_wave_sums(values, waves)
    assert sums[2, QRS] == pytest.approx(2.0)
    assert sums[2, REST] == pytest.approx(1.0)
    assert np.count_nonzero(sums) == 2


def test_the_strongest_places_are_named():
    sums = np.zeros((12, 6))
    sums[7, ST], sums[6, QRS], sums[1, T] = 3.0, 1.0, -0.5
    first, speaks_for, against = waves_in_words(sums, "MI")
    assert first == "The ST segment weighs most (67 % of what moved the answer)."
    assert speaks_for == "Most for MI: ST in V2 (+3.00), QRS in V1 (+1.00)."
    assert against == "Most against MI: T in II (−0.50)."


def test_nothing_moved_is_a_sentence():
    assert waves_in_words(np.zeros((12, 6)), "MI") == ("No wave moved the answer for MI.",)


def test_the_average_of_equal_beats_is_the_beat():
    """A beat every second, each 0.3 s ramp the same; attributions of the two beats are 1 and 3 at R."""
    signal = np.tile(np.sin(2 * np.pi * np.arange(400) / 100), (12, 1))
    values = np.zeros((12, 400))
    values[2, 100], values[2, 200] = 1.0, 3.0
    beat = average_beat(signal, values, beats=beats(1.0, 2.0), start=0.0, fs=100)
    assert beat.count == 2
    at_r = int(np.argmin(np.abs(beat.times)))
    np.testing.assert_allclose(beat.signal[0], np.sin(2 * np.pi * beat.times), atol=1e-4)
    assert beat.values[2, at_r] == pytest.approx(2.0)
    assert beat.marks["qrs_onset"] == pytest.approx(-0.05)


def test_no_whole_beat_is_a_sentence():
    with pytest.raises(ExplanationError, match=r"No beat lies whole"):
        average_beat(np.zeros((12, 50)), np.zeros((12, 50)), beats=beats(0.1), start=0.0, fs=100)


def test_regions_are_leads_by_waves_that_are_there():
    waves = np.array([QRS, QRS, REST, T])
    found = regions(waves, 4)
    assert found.shape == (12, 4)
    assert found[0].tolist() == [0, 0, 2, 1]
    assert found[11].tolist() == [33, 33, 35, 34]


def test_regions_without_waves_are_seconds():
    assert regions(None, 1000).max() == 12 * 10 - 1
