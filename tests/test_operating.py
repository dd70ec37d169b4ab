"""Operating points: examples worked by hand, and what must hold for any records."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ecgnet.metrics import auroc
from ecgnet.operating import (
    Counts,
    average_precision,
    brier,
    count,
    net_benefit,
    observed,
    precision_recall,
    predictive_values,
    reliability,
    roc,
    threshold_for,
    wilson,
)

LABELS = np.array([1, 1, 0, 1, 0, 0, 0, 0])
PROBABILITIES = np.array([0.9, 0.8, 0.7, 0.6, 0.4, 0.3, 0.2, 0.1])


@st.composite
def records(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    """Labels of both kinds with probabilities, ties included."""
    n = draw(st.integers(4, 60))
    labels = draw(arrays(bool, n))
    labels[:2] = True, False
    steps = draw(arrays(np.int64, n, elements=st.integers(0, 20)))
    return labels, steps / 20


def test_calls_are_counted_at_or_above_the_threshold():
    counts = count(LABELS, PROBABILITIES, threshold=0.6)
    assert counts == Counts(3, 1, 0, 4)
    assert (counts.sensitivity.value, counts.specificity.value) == (1.0, 0.8)
    assert counts.prevalence == 3 / 8


def test_wilson_as_in_newcombe_1998():
    """81 of 263, table I there: 0.2553 to 0.3662."""
    share, low, high = wilson(81, 263)
    assert (share, low, high) == pytest.approx((0.3080, 0.2553, 0.3662), abs=5e-5)


@given(st.integers(1, 500), st.floats(0, 1))
def test_wilson_holds_the_share_and_stays_within_0_and_1(n: int, part: float):
    share, low, high = wilson(round(part * n), n)
    assert 0 <= low <= share <= high <= 1
    assert high - low > 0


def test_nothing_counted_is_unknown():
    assert all(math.isnan(v) for v in wilson(0, 0))
    assert math.isnan(count(np.zeros(3), np.ones(3), threshold=0.5).sensitivity.value)


def test_predictive_values_follow_bayes():
    """Sensitivity and specificity 0.9 at 1 %: of 10,000 people 90 are found and 990 called wrongly."""
    ppv, npv = predictive_values(Counts(90, 10, 10, 90), 0.01)
    assert ppv.value == pytest.approx(90 / (90 + 990))
    assert npv.value == pytest.approx(8910 / (8910 + 10))
    assert ppv.low < ppv.value < ppv.high < 0.2


def test_the_interval_of_a_ppv_by_the_delta_method():
    """logit 90/990 → −2.3979, variance 0.1/(0.9·100) + 0.9/(0.1·100)."""
    ppv, _ = predictive_values(Counts(90, 10, 10, 90), 0.01)
    reach = 1.959964 * math.sqrt(0.1 / 90 + 0.9 / 10)
    low, high = (1 / (1 + math.exp(2.397895 - sign * reach)) for sign in (-1, 1))
    assert (ppv.low, ppv.high) == pytest.approx((low, high), abs=1e-5)


@given(records(), st.floats(0, 1), st.floats(0.001, 0.999))
def test_predictive_values_lie_in_their_intervals(found, threshold: float, prevalence: float):
    for value in predictive_values(count(*found, threshold=threshold), prevalence):
        assert math.isnan(value.value) or 0 <= value.low <= value.value <= value.high <= 1


def test_at_the_fold_s_own_prevalence_the_ppv_is_the_share_of_the_calls():
    counts = count(LABELS, PROBABILITIES, threshold=0.5)
    ppv, npv = predictive_values(counts, counts.prevalence)
    assert (ppv.value, npv.value) == pytest.approx((3 / 4, 4 / 4))


@pytest.mark.parametrize("prevalence", [0, 1])
def test_there_is_nothing_to_predict_where_nobody_or_everybody_has_it(prevalence: int):
    assert all(math.isnan(v.value) for v in predictive_values(Counts(9, 1, 1, 9), prevalence))


def test_a_prevalence_of_percent_is_refused():
    with pytest.raises(ValueError, match="between 0 and 1"):
        predictive_values(Counts(9, 1, 1, 9), 20)


def test_thresholds_that_were_asked_for():
    assert threshold_for(LABELS, PROBABILITIES, sensitivity=0.6) == pytest.approx(0.75)
    assert threshold_for(LABELS, PROBABILITIES, sensitivity=1) == pytest.approx(0.5)
    assert threshold_for(LABELS, PROBABILITIES, specificity=1) == pytest.approx(0.75)
    assert threshold_for(LABELS, PROBABILITIES, specificity=0.8) == pytest.approx(0.5)


@given(records(), st.floats(0, 1))
def test_a_threshold_reaches_what_was_asked_for_and_no_higher_one_does(found, wanted: float):
    labels, p = found
    at = threshold_for(labels, p, sensitivity=wanted)
    assert count(labels, p, threshold=at).sensitivity.value >= wanted - 1e-9
    higher = p[p > at]
    if wanted > 0 and len(higher):
        assert count(labels, p, threshold=np.nextafter(higher.min(), 2)).sensitivity.value < wanted
    assert (
        count(labels, p, threshold=threshold_for(labels, p, specificity=wanted)).specificity.value
        >= wanted - 1e-9
    )


@pytest.mark.parametrize(("labels", "asked"), [([0, 0], "sensitivity"), ([1, 1], "specificity")])
def test_a_class_that_is_missing_has_no_such_threshold(labels: list[int], asked: str):
    with pytest.raises(ValueError, match="no threshold has"):
        threshold_for(np.array(labels), np.array([0.2, 0.4]), **{asked: 0.9})


@given(records())
def test_the_area_under_the_roc_curve_is_the_auroc(found):
    labels, p = found
    curve = roc(labels, p)
    area = np.trapezoid(curve.y, curve.x)
    assert area == pytest.approx(auroc(labels[:, None], p[:, None])[0])
    assert (curve.x[0], curve.y[0], curve.x[-1], curve.y[-1]) == (0, 0, 1, 1)


def test_precision_and_recall_by_hand():
    curve = precision_recall(LABELS, PROBABILITIES)
    np.testing.assert_allclose(curve.x[:4], [1 / 3, 2 / 3, 2 / 3, 1])
    np.testing.assert_allclose(curve.y[:4], [1, 1, 2 / 3, 3 / 4])
    assert average_precision(curve) == pytest.approx((1 + 1 + 3 / 4) / 3)


def test_curves_need_both_kinds():
    with pytest.raises(ValueError, match="with the label and records without"):
        roc(np.ones(3), np.array([0.1, 0.2, 0.3]))
    with pytest.raises(ValueError, match="records with the label"):
        precision_recall(np.zeros(3), np.array([0.1, 0.2, 0.3]))


def test_reliability_counts_its_bins():
    found = reliability(np.array([0, 1, 1, 1]), np.array([0.12, 0.18, 0.95, 1.0]))
    assert found.counts.tolist() == [2, 2]
    np.testing.assert_allclose(found.stated, [0.15, 0.975])
    np.testing.assert_allclose(found.share, [0.5, 1])
    assert found.low[1] == pytest.approx(wilson(2, 2).low)


@given(records())
def test_no_record_is_lost_among_the_bins(found):
    labels, p = found
    bins = reliability(labels, p)
    assert bins.counts.sum() == len(p)
    assert (bins.share * bins.counts).sum() == pytest.approx(labels.sum())


def test_net_benefit_by_hand():
    """At 0.5 a false call costs as much as a hit is worth: (3 − 1) / 8; treating all: 3/8 − 5/8."""
    found = net_benefit(LABELS, PROBABILITIES, thresholds=np.array([0.2, 0.5]))
    assert found.model[1] == pytest.approx(2 / 8)
    assert found.everyone[1] == pytest.approx(-2 / 8)
    assert found.model[0] == pytest.approx((3 - 4 * 0.25) / 8)


@given(records(), st.floats(0.01, 0.99))
def test_net_benefit_is_that_of_the_counts(found, threshold: float):
    labels, p = found
    counts = count(labels, p, threshold=threshold)
    by_counts = (counts.true_positive - counts.false_positive * threshold / (1 - threshold)) / counts.n
    assert net_benefit(labels, p, thresholds=np.array([threshold])).model[0] == pytest.approx(by_counts)


def test_a_threshold_of_certainty_has_no_net_benefit():
    with pytest.raises(ValueError, match="between 0 and 1"):
        net_benefit(LABELS, PROBABILITIES, thresholds=np.array([1.0]))


def test_what_became_of_similar_records():
    p = np.linspace(0, 1, 101)
    found = observed(p >= 0.5, p, at=0.75, n=20)
    assert found.n == 20
    assert found.share.value == 1
    assert found.nearest == pytest.approx((0.65, 0.85), abs=0.011)


def test_a_handful_of_records_makes_no_share():
    assert math.isnan(observed(np.ones(5), np.ones(5), at=0.5).share.value)


def test_brier_by_hand():
    assert brier(np.array([1, 0]), np.array([0.8, 0.4])) == pytest.approx((0.04 + 0.16) / 2)
