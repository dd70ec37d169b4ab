"""What models answered is drawn as they answered it."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from ecgnet.figures import DARK, LIGHT, comparison_heatmap, probability_bars

LABELS = ("NORM", "MI", "STTC", "CD", "HYP")
TITLES = {"NORM": "Normal ECG", "MI": "Myocardial infarction", "model 0": "The first model"}


def make_predictions(count: int) -> list[SimpleNamespace]:
    rng = np.random.default_rng(count)
    thresholds = np.array([0.5, 0.4, 0.3, 0.4, 0.2])
    rows = rng.uniform(0.01, 0.99, (count, 5))
    rows[0, 1] = thresholds[1]  # at the threshold counts as present
    rows[0, 2] = 0.001
    return [made_up(f"model {k}", row, thresholds) for k, row in enumerate(rows)]


def made_up(model: str, probabilities: np.ndarray, thresholds: np.ndarray) -> SimpleNamespace:
    """An answer in which a class is present from its threshold on, and possible in the tenth below it."""
    states = {
        name: "present" if p >= t else "possible" if p >= t - 0.1 else "absent"
        for name, p, t in zip(LABELS, probabilities, thresholds, strict=True)
    }
    return SimpleNamespace(
        model=model,
        labels=LABELS,
        probabilities=probabilities,
        thresholds=thresholds,
        states=states,
        called=tuple(name for name, state in states.items() if state == "present"),
    )


def of_kind(figure, kind):
    return [trace for trace in figure.data if (trace.meta or {}).get("kind") == kind]


@pytest.mark.parametrize("count", [1, 7])
@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_bars_and_strokes_stand_at_probability_and_threshold(count, theme):
    predictions = make_predictions(count)
    figure = probability_bars(predictions, theme, truth=("MI",), titles=TITLES)
    bars, strokes = of_kind(figure, "probability"), of_kind(figure, "threshold")
    assert len(bars) == len(strokes) == count
    for prediction, bar, stroke in zip(predictions, bars, strokes, strict=True):
        np.testing.assert_allclose(bar.x, 100 * prediction.probabilities)
        x, y = np.reshape(stroke.x, (5, 3)), np.reshape(stroke.y, (5, 3))
        np.testing.assert_allclose(x[:, 0], 100 * prediction.thresholds)
        np.testing.assert_allclose(y[:, :2].mean(1), bar.y)
    heights = np.concatenate([bar.y for bar in bars])
    assert len(set(heights.round(6))) == 5 * count
    assert all(f"model {k} finds" in figure.layout.meta["alt"] for k in range(1, count))


def test_labels_of_cardiologists_are_marked_and_only_those():
    ticks = probability_bars(make_predictions(2), LIGHT, truth=("MI",), titles=TITLES).layout.yaxis.ticktext
    assert [text.startswith("●") for text in ticks] == [False, True, False, False, False]
    figure = probability_bars(make_predictions(2), LIGHT, truth=None, titles=TITLES)
    assert not any("●" in text for text in figure.layout.yaxis.ticktext)
    assert not of_kind(figure, "truth")


def test_a_small_probability_is_never_printed_as_nothing():
    (numbers,) = of_kind(probability_bars(make_predictions(1), LIGHT, truth=None, titles=TITLES), "number")
    assert numbers.text[2] == "&lt;1 %"
    assert numbers.text[1] == "<b>40 %</b>"


def test_the_heatmap_frames_what_was_called():
    predictions = make_predictions(4)
    figure = comparison_heatmap(predictions, DARK, titles=TITLES, truth=("NORM",))
    np.testing.assert_allclose(figure.data[0].z, [100 * p.probabilities for p in predictions])
    framed = {
        (round((shape.y0 + shape.y1) / 2), round((shape.x0 + shape.x1) / 2)) for shape in figure.layout.shapes
    }
    assert framed == {(row, LABELS.index(label)) for row, p in enumerate(predictions) for label in p.called}
    bold = {(note.y, note.x) for note in figure.layout.annotations if note.text.startswith("<b>")}
    assert bold == framed
    assert figure.layout.xaxis.ticktext[0].startswith("●")
    assert figure.layout.yaxis.ticktext[0] == "The first model"
