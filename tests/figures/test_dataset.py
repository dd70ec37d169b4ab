"""Figures of a data set and of a patient's ECGs over time."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecgnet.figures import DARK, LIGHT
from ecgnet.figures.dataset import age_pyramid, class_shares, co_occurrence, count_bars, share
from ecgnet.figures.timeline import ComparedLead, cut_beats, overlay, patient_timeline

NAMES = ("NORM", "MI", "CD")
LABELS = np.array([[1, 0, 0]] * 30 + [[0, 1, 1]] * 10 + [[0, 1, 0]] * 30)


def test_bars_tell_number_and_share():
    figure = count_bars({"NORM": 30, "MI": 40}, 70, theme=LIGHT, title="Superclasses")
    assert figure.layout.meta["alt"] == "Superclasses, of 70 records: NORM 30 (43 %), MI 40 (57 %)."
    assert list(figure.data[0].x) == [30, 40]


@pytest.mark.parametrize(
    ("n", "words"), [(0, "0 %"), (1, "< 0.1 %"), (20, "0.2 %"), (999, "10.0 %"), (5000, "50 %")]
)
def test_a_small_share_does_not_read_as_nothing(n: int, words: str):
    assert share(n, 10_000) == words


def test_classes_together_are_shares_of_the_row_and_the_diagonal_is_alone():
    heat = co_occurrence(LABELS, NAMES, theme=LIGHT).data[0]
    np.testing.assert_allclose(heat.z, [[100, 0, 0], [0, 75, 25], [0, 100, 0]])
    assert heat.customdata[1][2] == 10


def test_women_stand_left_and_men_right():
    figure = age_pyramid(np.array([41, 42, 43, np.nan]), ["female", "male", "male", "male"], theme=LIGHT)
    assert sum(figure.data[0].x) == -1
    assert sum(figure.data[1].x) == 2
    assert "unknown or over 89 in 1 record" in figure.layout.meta["alt"]


def test_shares_of_small_groups_are_left_out():
    groups = np.array([1] * 30 + [2] * 39 + [3])
    figure = class_shares(LABELS, groups, names=NAMES, theme=LIGHT, title="By fold", axis="Fold")
    assert list(figure.data[0].x) == [1, 2]
    np.testing.assert_allclose(figure.data[0].y, [100, 0])


def test_every_class_has_a_mark_of_its_own():
    figure = class_shares(LABELS, np.ones(70), names=NAMES, theme=DARK, title="By fold", axis="Fold")
    assert len({trace.marker.symbol for trace in figure.data}) == 3


def test_the_timeline_tells_each_ecg_and_which_is_on_screen():
    dates = np.array(["1990-01-01", "1991-06-01"], "datetime64[s]")
    figure = patient_timeline(
        dates,
        np.array([False, True]),
        names=["record 1", "record 2"],
        labels=["NORM", "MI"],
        shown=1,
        theme=LIGHT,
    )
    alt = figure.layout.meta["alt"]
    assert "record 1, 1990-01-01: NORM" in alt
    assert "record 2, about 1991: MI" in alt
    assert alt.endswith("On screen: record 2.")


def test_ecgs_of_one_day_have_a_timeline_too():
    dates = np.array(["1990-01-01"] * 2, "datetime64[s]")
    figure = patient_timeline(
        dates, np.zeros(2, bool), names=["1", "2"], labels=["", ""], shown=0, theme=LIGHT
    )
    assert figure.layout.xaxis.range[0] < figure.layout.xaxis.range[1]


@given(st.lists(st.integers(-50, 1100), max_size=12))
def test_only_whole_beats_are_cut_and_the_peak_is_at_zero(peaks: list[int]):
    values = np.arange(1000, dtype=np.float32)
    beats, times = cut_beats(values, np.array(peaks, int), fs=100)
    assert beats.shape[1] == len(times)
    inside = [p for p in peaks if p >= 35 and p + 55 < 1000]
    np.testing.assert_array_equal(beats[:, times == 0].ravel(), inside)


def strip(name: str, fs: float = 100, peaks: tuple[int, ...] = (100, 200, 300)) -> ComparedLead:
    values = np.zeros(int(fs * 10), np.float32)
    values[list(peaks)] = 1
    return ComparedLead(name, values, fs, np.array(peaks))


def test_aligned_beats_have_a_bold_median_for_each_ecg():
    figure = overlay(strip("one"), strip("two", 500, (600, 1100)), lead="II", theme=LIGHT, at_peaks=True)
    bold = [trace for trace in figure.data if trace.showlegend is not False]
    assert [trace.name for trace in bold] == ["one", "two"]
    for trace in bold:
        assert trace.x0 + trace.dx * int(np.argmax(trace.y)) == pytest.approx(0, abs=1e-6)
    assert "3 and 2 of them" in figure.layout.meta["alt"]


def test_an_ecg_without_beats_draws_none():
    figure = overlay(strip("one"), strip("two", peaks=()), lead="II", theme=LIGHT, at_peaks=True)
    assert {trace.name for trace in figure.data} == {"one"}


@pytest.mark.parametrize("at_peaks", [True, False])
def test_paper_is_in_proportion(at_peaks: bool):
    figure = overlay(strip("one"), strip("two"), lead="II", theme=DARK, at_peaks=at_peaks)
    assert figure.layout.yaxis.scaleratio == pytest.approx(0.4)
    assert figure.layout.yaxis.scaleanchor == "x"
