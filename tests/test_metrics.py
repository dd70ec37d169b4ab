"""Metrics against examples worked by hand and against slow, plain counts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecgnet import metrics
from ecgnet.statements import STATEMENTS


def column(*values: float) -> np.ndarray:
    return np.array(values, float).reshape(-1, 1)


# Few distinct scores, so that ties are common.
CASES = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 6)), min_size=2, max_size=30)


def split(case: list[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    labels, scores = zip(*case, strict=True)
    return column(*labels), column(*scores) / 6


@pytest.mark.parametrize(
    ("labels", "scores", "expected"),
    [
        ((0, 0, 1, 1), (0.1, 0.2, 0.3, 0.4), 1.0),
        ((1, 1, 0, 0), (0.1, 0.2, 0.3, 0.4), 0.0),
        ((0, 0, 1, 1), (0.1, 0.4, 0.35, 0.8), 0.75),
        ((0, 1), (0.5, 0.5), 0.5),
        ((0, 0, 1), (0.5, 0.1, 0.5), 0.75),
    ],
)
def test_auroc_by_hand(labels: tuple, scores: tuple, expected: float):
    assert metrics.auroc(column(*labels), column(*scores)) == pytest.approx(expected)


@given(CASES)
@settings(max_examples=100, deadline=None)
def test_auroc_is_the_share_of_pairs_in_order(case: list[tuple[int, int]]):
    labels, scores = split(case)
    positive, negative = scores[labels == 1], scores[labels == 0]
    pairs = [(p > n) + (p == n) / 2 for p in positive for n in negative]
    expected = np.mean(pairs) if pairs else np.nan
    assert metrics.auroc(labels, scores)[0] == pytest.approx(expected, nan_ok=True)


@given(CASES, st.integers(0, 1000))
@settings(max_examples=30, deadline=None)
def test_auroc_of_drawn_rows_is_that_of_their_labels_and_scores(case: list[tuple[int, int]], seed: int):
    labels, scores = (np.repeat(part, 2, axis=1) for part in split(case))
    scores[:, 1] = 1 - scores[:, 1]
    rows = np.random.default_rng(seed).integers(0, len(case), len(case))
    plain = metrics.auroc(labels[rows], scores[rows])
    np.testing.assert_array_equal(metrics.auroc_of_rows(labels, scores)(rows), plain)


def test_class_without_positives_has_no_auroc():
    labels = np.array([[0, 1], [0, 0], [0, 1]])
    scores = np.array([[0.1, 0.9], [0.2, 0.1], [0.3, 0.8]])
    assert np.isnan(metrics.auroc(labels, scores)[0])
    assert metrics.macro_auroc(labels, scores) == 1.0


def test_f1_by_hand():
    labels = np.array([[1, 0], [1, 0], [0, 0], [0, 0]])
    called = np.array([[1, 0], [0, 0], [1, 0], [0, 0]])
    assert metrics.f1(labels, called).tolist() == [0.5, 0.0]  # 2 * 1 / (2 + 2); nothing to find


def test_accuracy_by_hand():
    labels = np.array([[1, 0], [1, 0], [0, 1], [0, 0]])
    called = np.array([[1, 0], [0, 0], [1, 1], [0, 0]])
    assert metrics.accuracy(labels, called).tolist() == [0.5, 1.0]


def test_calibration_error_by_hand():
    # Two bins: three records at 0.2, one of them positive; one at 0.9, positive.
    labels, probabilities = column(1, 0, 0, 1), column(0.2, 0.2, 0.2, 0.9)
    expected = 3 / 4 * abs(1 / 3 - 0.2) + 1 / 4 * abs(1 - 0.9)
    assert metrics.calibration_error(labels, probabilities, bins=2) == pytest.approx(expected)


def test_certainty_that_is_right_is_calibrated():
    assert metrics.calibration_error(column(0, 1), column(0, 1)) == 0


def reachable_f1(labels: np.ndarray, probabilities: np.ndarray) -> float:
    """The best F1 of any threshold."""
    return max(float(metrics.f1(labels, probabilities >= t)[0]) for t in np.unique(probabilities))


@given(st.lists(st.integers(0, 1), min_size=2, max_size=30), st.randoms(use_true_random=False))
@settings(max_examples=50, deadline=None)
def test_best_threshold_maximises_f1(labels: list[int], random):
    values = column(*labels)
    probabilities = column(*random.sample(range(100), len(labels))) / 100
    called = probabilities >= metrics.best_thresholds(values, probabilities)
    assert metrics.f1(values, called)[0] == pytest.approx(reachable_f1(values, probabilities))


@given(CASES)
@settings(max_examples=100, deadline=None)
def test_best_threshold_maximises_f1_among_ties(case: list[tuple[int, int]]):
    labels, probabilities = split(case)
    called = probabilities >= metrics.best_thresholds(labels, probabilities)
    assert metrics.f1(labels, called)[0] == pytest.approx(reachable_f1(labels, probabilities))


@pytest.fixture
def cohort() -> tuple[np.ndarray, np.ndarray]:
    """Labels (200, 5) and probabilities that lean towards them."""
    rng = np.random.default_rng(0)
    labels = (rng.random((200, 5)) < 0.3).astype(float)
    return labels, np.clip(0.3 + 0.3 * labels + rng.normal(0, 0.2, labels.shape), 0, 1)


def test_bootstrap_interval_holds_the_estimate(cohort: tuple[np.ndarray, np.ndarray]):
    labels, probabilities = cohort
    low, high = metrics.bootstrap(
        lambda rows: metrics.auroc(labels[rows], probabilities[rows]), len(labels), samples=200
    )
    area = metrics.auroc(labels, probabilities)
    assert (low < area).all()
    assert (area < high).all()


def test_bootstrap_interval_narrows_with_more_records():
    values = np.random.default_rng(0).random(10_000)

    def width(n: int) -> float:
        low, high = metrics.bootstrap(lambda rows: values[rows].mean(), n, samples=200)
        return high - low

    assert width(10_000) < width(100) / 5


def test_one_seed_draws_the_same_rows():
    seen: list[np.ndarray] = []
    for _ in range(2):
        metrics.bootstrap(lambda rows: seen.append(rows) or rows.mean(), 50, samples=3, seed=4)
    np.testing.assert_array_equal(seen[:3], seen[3:])


def test_another_seed_draws_others():
    one, other = (metrics.bootstrap(lambda rows: rows.mean(), 50, samples=3, seed=s) for s in (1, 2))
    assert (one != other).any()


def test_evaluate_reports_every_class(cohort: tuple[np.ndarray, np.ndarray]):
    names = ("A", "B", "C", "D", "E")
    report = metrics.evaluate(*cohort, thresholds=np.full(5, 0.5), names=names, samples=50)
    assert report["n"] == 200
    for part in ("auc", "auc_interval", "f1", "accuracy", "calibration_error"):
        assert tuple(report[part]) == names
    low, high = report["macro_auc_interval"]
    assert low < report["macro_auc"] < high


@pytest.mark.filterwarnings("error")
def test_evaluate_survives_a_class_without_positives(cohort: tuple[np.ndarray, np.ndarray]):
    labels, probabilities = cohort
    labels = labels * [0, 1, 1, 1, 1]
    report = metrics.evaluate(
        labels, probabilities, thresholds=np.full(5, 0.5), names=("A", "B", "C", "D", "E"), samples=20
    )
    assert np.isnan(report["auc"]["A"])
    assert report["macro_auc"] == pytest.approx(metrics.auroc(labels, probabilities)[1:].mean(), abs=1e-4)


def scored(n: int = 400, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    labels = rng.random((n, 3)) < [0.5, 0.2, 0.1]
    return labels, labels + rng.normal(0, 0.9, (n, 3))


def test_delong_s_intervals_are_those_of_the_bootstrap():
    labels, scores = scored()
    low, high = metrics.bootstrap(
        lambda rows: metrics.auroc(labels[rows], scores[rows]), len(labels), samples=500
    )
    found = metrics.auroc_intervals(labels, scores)
    np.testing.assert_allclose(found[0, :3], metrics.auroc(labels, scores))
    np.testing.assert_allclose(found[1:, :3], [low, high], atol=0.012)


def test_the_interval_of_the_mean_is_that_of_the_bootstrap():
    labels, scores = scored()
    low, high = metrics.bootstrap(
        lambda rows: np.array(metrics.macro_auroc(labels[rows], scores[rows])), len(labels), samples=500
    )
    np.testing.assert_allclose(metrics.auroc_intervals(labels, scores)[1:, 3], [low, high], atol=0.012)


def test_a_model_gains_nothing_over_itself_and_surely_over_noise():
    labels, scores = scored()
    np.testing.assert_allclose(metrics.auroc_gains(labels, scores, second=scores), 0, atol=1e-12)
    noise = np.random.default_rng(1).normal(size=scores.shape)
    assert (metrics.auroc_gains(labels, noise, second=scores)[1] > 0).all()


def test_a_class_without_both_kinds_has_no_interval_and_the_mean_does_without_it():
    labels, scores = scored()
    labels[:, 2] = False
    found = metrics.auroc_intervals(labels, scores)
    assert np.isnan(found[:, 2]).all()
    assert found[0, 3] == pytest.approx(found[0, :2].mean())


def test_a_task_is_judged_on_the_records_that_carry_one_of_its_statements():
    labels, chances = np.zeros((4, len(STATEMENTS))), np.full((4, len(STATEMENTS)), 0.01)
    fibrillation, sinus = (list(STATEMENTS).index(code) for code in ("AFIB", "SR"))
    labels[[0, 1], fibrillation] = labels[[2], sinus] = 1
    chances[:, fibrillation], chances[:, sinus] = (0.9, 0.2, 0.1, 0.95), (0.1, 0.6, 0.5, 0.9)
    rhythm = metrics.evaluate_tasks(labels.repeat(20, 0), chances.repeat(20, 0), samples=4)["rhythm"]
    # The fourth record carries no rhythm, so that its high chance of fibrillation is not held against it.
    assert (rhythm["n"], rhythm["classes"], rhythm["macro_auc"]) == (60, 2, 0.75)
    # Beside it the wider reading, where it is.
    assert (rhythm["n_every"], rhythm["macro_auc_every"]) == (80, round((1 / 2 + 1 / 3) / 2, 4))


def test_form_is_ranked_by_its_share_among_the_statements_of_form():
    labels, chances = np.zeros((2, len(STATEMENTS))), np.zeros((2, len(STATEMENTS)))
    premature, inverted = (list(STATEMENTS).index(code) for code in ("PVC", "INVT"))
    labels[0, premature] = labels[1, inverted] = 1
    # Any statement of form is unlikely in the first record, but if there is one, then premature beats.
    chances[0, [premature, inverted]], chances[1, [premature, inverted]] = (0.2, 0.01), (0.3, 0.9)
    form = metrics.evaluate_tasks(labels.repeat(20, 0), chances.repeat(20, 0), samples=4)["form"]
    assert form["macro_auc"] == 1.0


def test_an_offset_of_one_fold_changes_no_area_within_folds():
    rng = np.random.default_rng(0)
    labels, scores, fold = rng.random((200, 2)) < 0.4, rng.normal(size=(200, 2)), np.arange(200) % 5
    moved = scores + 3.0 * (fold == 2)[:, None]
    within = metrics.auroc_within(labels, scores, strata=fold)
    np.testing.assert_allclose(metrics.auroc_within(labels, moved, strata=fold), within)
    by_fold = [(fold == k) for k in range(5)]
    pairs = np.array([labels[rows].sum(0) * (~labels[rows]).sum(0) for rows in by_fold])
    areas = np.array([metrics.auroc(labels[rows], scores[rows]) for rows in by_fold])
    np.testing.assert_allclose(within, (areas * pairs).sum(0) / pairs.sum(0))
    assert metrics.paired_gain(labels, scores, second=moved, samples=20, strata=fold) == pytest.approx(
        (0, 0, 0)
    )
