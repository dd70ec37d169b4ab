"""Median beats of two ECGs: cut from the records, laid over each other, subtracted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ecgnet import demo
from ecgnet.figures import DARK, LIGHT
from ecgnet.figures.compared_beats import difference_beats, overlaid_beats
from ecgnet.measure import BEAT_TIMES, median_beats
from ecgnet.measure import measure as measured
from ecgnet.record import LEADS, Record

NAMES = "1 (about 1990)", "2 (1991-03-08)"


@pytest.fixture(scope="module")
def record() -> Record:
    return demo.demo_library()[0].record


@pytest.fixture(scope="module")
def beats(record: Record) -> np.ndarray:
    found = median_beats(record, measured(record).beats)
    assert found is not None
    return found


def test_a_median_beat_begins_at_the_level_of_qrs_onset_and_its_r_stands_at_0(
    record: Record, beats: np.ndarray
) -> None:
    assert beats.shape == (12, len(BEAT_TIMES))
    lead = beats[LEADS.index("II")]
    assert abs(BEAT_TIMES[np.nanargmax(lead)]) < 0.04
    assert abs(np.nanmean(lead[BEAT_TIMES < -0.25])) < 0.15


def test_twice_the_voltage_is_a_difference_of_one_beat_in_that_lead_alone(
    record: Record, beats: np.ndarray
) -> None:
    signal = record.signal.copy()
    signal[LEADS.index("V2")] *= 2
    more = median_beats(replace(record, signal=signal), measured(record).beats)
    change = more - beats
    np.testing.assert_allclose(change[LEADS.index("V2")], beats[LEADS.index("V2")], atol=1e-3)
    assert np.nanmax(np.abs(np.delete(change, LEADS.index("V2"), 0))) < 1e-6
    figure = difference_beats(BEAT_TIMES, beats, newer=more, names=NAMES, theme=LIGHT)
    assert figure.layout.meta["alt"].endswith("in V2.")


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_both_ecgs_are_named_and_in_proportion_also_where_a_lead_is_missing(theme, beats: np.ndarray) -> None:
    older = beats.copy()
    older[LEADS.index("V6")] = np.nan
    figure = overlaid_beats(BEAT_TIMES, older, newer=beats, names=NAMES, theme=theme)
    assert [trace.name for trace in figure.data] == list(NAMES)
    assert figure.layout.yaxis.scaleratio == pytest.approx(0.4)


def test_the_neighbouring_beats_of_a_quick_rhythm_are_left_out(record: Record) -> None:
    quick = replace(record, fs=2 * record.fs)  # twice the rate
    found = median_beats(quick, measured(quick).beats)
    lasts = BEAT_TIMES[np.isfinite(found[0])]
    rr = np.median(np.diff(measured(quick).beats.r))
    assert lasts[-1] - lasts[0] <= rr


def test_without_a_whole_beat_there_is_none(record: Record) -> None:
    short = replace(record, signal=record.signal[:, : int(0.5 * record.fs)])
    assert median_beats(short, measured(short).beats) is None
