"""The overview shows a recording of any length in a few hundred points, each of which can be clicked on."""

from __future__ import annotations

import numpy as np
import pytest

from ecgnet.figures import DARK, LIGHT
from ecgnet.figures.overview import WindowScores, overview_figure
from ecgnet.record import Identity, Record
from ecgnet.windows import Survey, survey

LABELS = ("NORM", "MI", "STTC", "CD", "HYP")


def looked_over(seconds: float, fs: float = 100) -> Survey:
    """A beat a second in every lead."""
    trace = np.tile(np.exp(-(((np.arange(fs) / fs - 0.5) / 0.02) ** 2)), round(seconds))
    return survey(
        Record(np.tile(trace, (12, 1)), fs, "made up", "test", identity=Identity("Jane Doe", "1950-01-01"))
    )


def scores(seconds: float) -> WindowScores:
    starts = np.arange(0, seconds - 9, 10.0)
    probabilities = np.linspace(0, 1, len(starts))[:, None] * np.ones(5)
    probabilities[1] = np.nan
    return WindowScores(LABELS, starts, probabilities)


def to_click(figure):
    return [trace for trace in figure.data if (trace.meta or {}).get("kind") == "to click"]


@pytest.mark.parametrize("seconds", [20, 60, 7200])
def test_no_curve_has_more_than_2000_points(seconds):
    figure = overview_figure(looked_over(seconds), LIGHT, start=0, scores=scores(seconds))
    assert max(len(trace.x) for trace in figure.data) <= 2000


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_the_window_on_screen_is_marked(theme):
    figure = overview_figure(looked_over(60), theme, start=25)
    (marked,) = figure.layout.shapes
    assert (marked.x0, marked.x1) == (25, 35)
    assert "0:00:25 to 0:00:35" in figure.layout.meta["alt"]


@pytest.mark.parametrize("given", [None, scores(60)], ids=["alone", "scored"])
def test_every_panel_can_be_clicked_on_and_nothing_of_it_shows(given):
    figure = overview_figure(looked_over(60), LIGHT, start=0, scores=given)
    felt = to_click(figure)
    assert len({trace.yaxis for trace in felt}) == (3 if given else 2)
    for trace in felt:
        assert trace.mode == "markers" and trace.marker.opacity == 0
        assert trace.selected.marker.opacity == trace.unselected.marker.opacity == 0
        assert min(trace.x) >= 0 and max(trace.x) <= 60


def test_the_heart_rate_is_drawn_and_said():
    figure = overview_figure(looked_over(60), LIGHT, start=0)
    (rate,) = [trace for trace in figure.data if trace.name == "heart rate"]
    np.testing.assert_allclose(rate.y, 60, rtol=0.02)
    assert "60 and 60 beats a minute" in figure.layout.meta["alt"]


def test_probabilities_are_drawn_in_percent_with_a_gap_where_nothing_was_scored():
    figure = overview_figure(looked_over(60), LIGHT, start=0, scores=scores(60))
    curves = {trace.name: trace for trace in figure.data if trace.name in LABELS}
    assert tuple(curves) == LABELS
    np.testing.assert_allclose(curves["MI"].y, [0, np.nan, 40, 60, 80, 100])
    np.testing.assert_allclose(curves["MI"].x, [5, 15, 25, 35, 45, 55])
    texts = to_click(figure)[0].text
    assert "not scored" in texts[1] and "MI 40 %" in texts[2]


def test_the_patient_is_not_named():
    assert "Doe" not in overview_figure(looked_over(60), LIGHT, start=0).to_json()


@pytest.mark.parametrize(("seconds", "last"), [(60, "60"), (600, "10:00"), (7200, "2:00")])
def test_times_are_counted_in_the_unit_that_fits(seconds, last):
    assert overview_figure(looked_over(seconds), LIGHT, start=0).layout.xaxis.ticktext[-1] == last
