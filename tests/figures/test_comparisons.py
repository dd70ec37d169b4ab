"""The Compare page's figures: what stands where, in both themes."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from ecgnet.figures.calibration import confusion_figure, reliability_figure
from ecgnet.figures.curves import Look, decision_figure, precision_recall_figure, roc_figure
from ecgnet.figures.record_set import record_set_figure
from ecgnet.figures.strategies import contribution_bars, dumbbell, strategy_bars
from ecgnet.figures.theme import DARK, LIGHT
from ecgnet.figures.thresholds import predictive_figure, threshold_figure
from ecgnet.figures.trade_off import Point, trade_off_figure, undominated
from ecgnet.operating import Counts, net_benefit, precision_recall, reliability, roc

LABELS = ("NORM", "MI", "STTC", "CD", "HYP")
LOOKS = {"a": Look("Model A", 0), "b": Look("Model B", 1, dashed=True)}
RNG = np.random.default_rng(0)
TRUTH = RNG.random(300) < 0.3
P = {"a": np.clip(0.25 + 0.4 * TRUTH + RNG.normal(0, 0.2, 300), 0.01, 0.99), "b": RNG.random(300)}


@pytest.fixture(params=[LIGHT, DARK], ids=lambda theme: theme.name)
def theme(request):
    return request.param


def answer(*probabilities: float) -> SimpleNamespace:
    found, thresholds = np.array(probabilities), np.full(5, 0.4)
    called = tuple(n for n, p in zip(LABELS, found, strict=True) if p >= 0.4)
    return SimpleNamespace(
        model="a", labels=LABELS, probabilities=found, thresholds=thresholds, called=called
    )


def of_kind(figure, kind: str) -> list:
    return [trace for trace in figure.data if (trace.meta or {}).get("kind") == kind]


def test_a_strategy_s_bars_whiskers_and_thresholds(theme):
    ends = np.array([[0.05, 0.2], [0.6, 0.9], [np.nan, np.nan], [0, 0.1], [0, 0.1]])
    figure = strategy_bars(
        answer(0.1, 0.8, 0.1, 0.02, 0.03), theme, truth=("MI",), titles={"a": "A"}, intervals=ends
    )
    (bars,), (whiskers,), (strokes,) = (of_kind(figure, k) for k in ("probability", "interval", "threshold"))
    np.testing.assert_allclose(bars.x, [10, 80, 10, 2, 3])
    assert np.reshape(whiskers.x, (-1, 3))[1, :2] == pytest.approx([60, 90])
    assert len(whiskers.x) == 4 * 3  # none where it is not known
    assert set(np.reshape(strokes.x, (-1, 3))[:, 0]) == {40.0}
    assert figure.layout.yaxis.ticktext[1] == "● MI"
    assert "MI 80.0 %, present from 40.0 %; of similar records 60 to 90 %" in figure.layout.meta["alt"]


def test_columns_have_the_same_axes():
    one, two = (
        strategy_bars(answer(*p), LIGHT, truth=None, titles={})
        for p in ((0.1, 0.9, 0.2, 0.1, 0), (0.99, 0, 0, 0, 0))
    )
    assert one.layout.xaxis.range == two.layout.xaxis.range
    assert one.layout.height == two.layout.height


def test_contributions_for_and_against_and_what_is_not_read(theme):
    parts = {"Waveform": 1.2, "Spectrum": -0.4, "Age and sex": np.nan}
    figure = contribution_bars(parts, theme, title="Late fusion", axis="log-odds")
    assert list(figure.data[0].text) == ["+1.20", "−0.40", "not read"]
    assert list(figure.data[0].marker.color)[:2] == [theme.supports, theme.opposes]
    assert "Spectrum −0.40" in figure.layout.meta["alt"]


def test_a_dumbbell_joins_two_models_values(theme):
    first, second = np.array([10.0, 60.0]), np.array([30.0, 50.0])
    marks = (np.array([40.0, 40.0]), np.array([35.0, 45.0]))
    figure = dumbbell(
        first, second, rows=("MI", "CD"), names=("A", "B"), theme=theme, axis="Probability (%)", marks=marks
    )
    (gap,) = of_kind(figure, "gap")
    np.testing.assert_allclose(np.reshape(gap.x, (2, 3))[:, :2], [[10, 30], [60, 50]])
    assert [list(trace.x) for trace in of_kind(figure, "value")] == [[10, 60], [30, 50]]
    assert len(of_kind(figure, "threshold")) == 2


def test_roc_curves_with_areas_and_points(theme):
    curves = {name: roc(TRUTH, p) for name, p in P.items()}
    areas = {"a": (0.9, 0.85, 0.94), "b": (0.5, 0.42, 0.58)}
    figure = roc_figure(curves, LOOKS, theme=theme, label="MI", areas=areas, points={"a": (0.1, 0.8)})
    assert [t.name for t in of_kind(figure, "curve")] == [
        "Model A: 0.900 (0.850–0.940)",
        "Model B: 0.500 (0.420–0.580)",
    ]
    assert of_kind(figure, "curve")[1].line.dash == "dash"
    assert "Model A 0.900" in figure.layout.meta["alt"]
    assert of_kind(figure, "threshold")[0].x == (0.1,)


def test_precision_recall_has_the_prevalence_as_guessing(theme):
    curves = {"a": precision_recall(TRUTH, P["a"])}
    figure = precision_recall_figure(curves, LOOKS, theme=theme, label="MI", areas={"a": 0.8}, prevalence=0.3)
    assert list(of_kind(figure, "guessing")[0].y) == [0.3, 0.3]


def test_a_calibration_curve_shows_its_bins_and_their_sizes(theme):
    found = {name: reliability(TRUTH, p) for name, p in P.items()}
    figure = reliability_figure(found, LOOKS, theme=theme, label="MI")
    for curve, bars, bins in zip(
        of_kind(figure, "curve"), of_kind(figure, "counts"), found.values(), strict=True
    ):
        np.testing.assert_allclose(curve.y, bins.share)
        np.testing.assert_allclose(curve.error_y.array, bins.high - bins.share)
        assert sum(bars.y) == 300
    assert figure.layout.xaxis2.title.text == "Stated probability"


def test_a_decision_curve_has_treat_all_and_treat_none(theme):
    found = {"a": net_benefit(TRUTH, P["a"], thresholds=np.array([0.1, 0.3, 0.5]))}
    figure = decision_figure(found, LOOKS, theme=theme, label="MI")
    np.testing.assert_allclose(of_kind(figure, "curve")[0].x, [10, 30, 50])
    assert set(of_kind(figure, "treat none")[0].y) == {0}
    np.testing.assert_allclose(of_kind(figure, "treat all")[0].y, found["a"].everyone)


def test_the_four_cells_by_model(theme):
    figure = confusion_figure(
        {"a": Counts(8, 3, 2, 27), "b": Counts(0, 0, 0, 40)}, LOOKS, theme=theme, label="MI"
    )
    np.testing.assert_allclose(figure.data[0].z[0], [0.8, 0.2, 0.1, 0.9])
    words = [note.text for note in figure.layout.annotations]
    assert "<b>8</b> (80%)" in words
    assert words.count("none") == 2  # no record with the label


def test_a_threshold_s_line_stands_where_it_was_chosen(theme):
    grid = np.linspace(0, 1, 5)
    bands = np.stack([1 - grid, 0.9 - 0.9 * grid, 1 - grid], 1)
    figure = threshold_figure(
        grid, bands, specificity=bands[::-1], theme=theme, label="MI", chosen=0.25, card=0.4
    )
    assert {shape.name: shape.x0 for shape in figure.layout.shapes} == {"its own": 40, "chosen": 25}
    (line,) = [t for t in of_kind(figure, "value") if t.meta["of"] == "sensitivity"]
    np.testing.assert_allclose(line.y, 100 * (1 - grid))


def test_predictive_values_along_the_prevalence_leave_out_its_ends(theme):
    grid = np.linspace(0, 1, 3)
    values = np.array([[np.nan] * 3, [0.5, 0.4, 0.6], [np.nan] * 3])
    figure = predictive_figure(grid, values, npv=values, theme=theme, label="MI", chosen=0.5, fold=0.25)
    assert np.isnan(of_kind(figure, "value")[0].y[0])
    assert "they are about 50 % and 50 %" in figure.layout.meta["alt"]


POINTS = [
    Point(LOOKS["a"], 1.0, 0.90, 0.88, 0.92),
    Point(LOOKS["b"], 1.0, 0.89, np.nan, np.nan),
    Point(Look("C", 2), 5.0, 0.93, 0.92, 0.94),
    Point(Look("D", 3), 9.0, 0.92, 0.91, 0.93),
]


def test_no_other_model_is_cheaper_and_better_on_the_front(theme):
    assert undominated(POINTS) == [0, 2]
    figure = trade_off_figure(POINTS, theme, cost="Parameters (million)", quality="Macro AUC")
    assert list(of_kind(figure, "front")[0].x) == [1, 5]
    assert figure.layout.yaxis.title.text == "Macro AUC"


def test_rings_move_aside_and_an_unknown_interval_is_not_drawn(theme):
    first, ring, *_ = of_kind(trade_off_figure(POINTS, theme, cost="Cost", quality="AUC"), "model")
    assert first.x[0] == 1.0 < ring.x[0] < 1.05
    assert ring.customdata[0] == 1.0
    assert ring.error_y.array is None


def test_the_heat_map_marks_calls_and_labels_and_gaps(theme):
    probabilities = np.zeros((2, 2, 5)) + 0.1
    probabilities[0, 0, 1] = 0.9
    probabilities[1, 1] = np.nan
    truth = np.zeros((2, 5), bool)
    truth[0, 1] = True
    figure = record_set_figure(
        probabilities,
        probabilities > 0.5,
        records=["11", "12"],
        labels=LABELS,
        looks=list(LOOKS.values()),
        theme=theme,
        truth=truth,
    )
    text = np.array(figure.data[0].text)
    assert text[0, 2] == "●<b>90</b>"  # MI is the second class, the first model its first column
    assert text[0, 3] == "10"
    assert set(text[1, 1::2]) == {"–"}
    (points,) = of_kind(figure, "to click")
    assert len(points.x) == 2 * 10
    assert figure.layout.hoverdistance == -1  # a click anywhere on a cell is one on its point
    assert list(figure.layout.yaxis.ticktext) == ["11", "12"]
