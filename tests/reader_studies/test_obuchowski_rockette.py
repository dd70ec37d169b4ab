"""Multi-reader multi-case analysis against the published analysis of the Van Dyke study (5 readers, cine against spin-echo
MRI, 114 patients, 45 with a dissection of the aorta).

Published: Smith, Hillis and Pesce, MRMCaov (docs/jss/MRMCaov.pdf of github.com/brian-j-smith/MRMCaov, version 0.3.0),
sections "Covariance Estimation Methods" and "Fixed Factors". The ratings themselves are not here: with ECGNET_VAN_DYKE
set to their CSV (reader, treatment, case, truth, rating, as that package's data set VanDyke has them) the whole way from
ratings is checked as well.
"""

from __future__ import annotations

import csv
import os

import numpy as np
import pytest

from ecgnet.metrics import auroc
from ecgnet.reader_studies.statistics.obuchowski_rockette import (
    AnalysisError,
    Components,
    analyse,
    from_merits,
    merits_and_covariance,
)

AUC = np.array(
    [
        [0.9196457, 0.8587762, 0.9038647, 0.9731079, 0.8297907],
        [0.9478261, 0.9053140, 0.9217391, 0.9993559, 0.9299517],
    ]
)
DELONG = Components(0.0007921325, 0.0003420090, 0.0003395265, 0.0002358497)
JACKKNIFE = Components(0.0008022883, 0.0003466137, 0.0003440748, 0.0002390284)


def drawn(tests: int, readers: int, cases: int) -> tuple[np.ndarray, np.ndarray]:
    """Ratings 1 to 5 (tests, readers, cases) that know something of the truth, which is every third case."""
    rng = np.random.default_rng(5)
    truth = np.arange(cases) % 3 == 0
    return np.clip(np.round(2.2 + truth + rng.normal(0, 1, (tests, readers, cases))), 1, 5), truth


def test_the_published_analysis_of_the_van_dyke_study():
    found = from_merits(AUC, DELONG)
    assert (found.ms_test, found.ms_interaction) == pytest.approx((0.004796171, 0.0005510306), rel=1e-5)
    assert (found.var_reader, found.var_interaction) == pytest.approx((0.0015364254, 0.0002045840), rel=1e-4)
    assert (found.denominator, found.f) == pytest.approx((0.001069415, 4.484854), rel=1e-5)
    assert (found.df1, found.df2, found.p) == pytest.approx((1, 15.06611, 0.05123303), rel=1e-5)
    (between,) = found.differences
    assert between.value == pytest.approx((0.04380032, -0.0002665519, 0.0878671960), rel=1e-3)
    assert (between.error, between.p) == pytest.approx((0.0206825, 0.05123303), rel=1e-5)


def van_dyke() -> tuple[np.ndarray, np.ndarray]:
    path = os.environ.get("ECGNET_VAN_DYKE")
    if not path:
        pytest.skip("ECGNET_VAN_DYKE does not name the ratings of the Van Dyke study")
    ratings, truth = np.full((2, 5, 114), np.nan), np.zeros(114, bool)
    with open(path, encoding="utf-8") as file:
        for row in csv.DictReader(file):
            test, reader, case = (int(row[name]) - 1 for name in ("treatment", "reader", "case"))
            ratings[test, reader, case], truth[case] = float(row["rating"]), row["truth"] == "1"
    return ratings, truth


def test_the_van_dyke_study_from_its_ratings():
    ratings, truth = van_dyke()
    for method, published in (("DeLong", DELONG), ("jackknife", JACKKNIFE)):
        found = analyse(ratings, truth, covariance=method)
        assert found.merits == pytest.approx(AUC, abs=1e-7)
        for name in Components.__slots__:
            assert getattr(found.components, name) == pytest.approx(getattr(published, name), abs=1e-9)
    found = analyse(ratings, truth, covariance="DeLong")
    assert found.tests[0] == pytest.approx((0.8970370, 0.8253461, 0.9687280), abs=1e-6)
    assert found.tests[1] == pytest.approx((0.9408374, 0.8942155, 0.9874592), abs=1e-6)
    named = analyse(ratings >= 3, truth, merit="sensitivity")  # section "Performance Metrics"
    assert (named.f, named.df2, named.p) == pytest.approx((6.689493, 15.71732, 0.02008822), rel=1e-5)


def test_the_jackknife_is_leaving_out_one_case_after_another():
    ratings, truth = drawn(2, 2, 24)
    _, covariances = merits_and_covariance(ratings, truth)
    each = np.array(
        [
            auroc(np.tile(truth[keep], (4, 1)).T, ratings.reshape(4, -1)[:, keep].T)
            for keep in (np.arange(24) != k for k in range(24))
        ]
    )
    apart = each - each.mean(0)
    assert covariances.reshape(4, 4) == pytest.approx(23 / 24 * apart.T @ apart)


def test_a_test_against_itself_shows_no_difference():
    ratings, truth = drawn(1, 3, 30)
    found = analyse(np.repeat(ratings, 2, axis=0), truth)
    assert found.ms_test == 0
    assert found.differences[0].value.value == 0


def test_a_difference_of_all_readers_is_found():
    ratings, truth = drawn(2, 4, 90)
    ratings[1] += 2 * truth
    (between,) = analyse(ratings, truth, covariance="DeLong").differences
    assert between.value.low > 0
    assert between.p < 0.01


@pytest.mark.parametrize(
    ("tests", "readers", "cases", "why"), [(2, 1, 9, "2 readers"), (1, 2, 9, "2 ways"), (2, 2, 3, "cases")]
)
def test_too_little_is_said(tests: int, readers: int, cases: int, why: str):
    with pytest.raises(AnalysisError, match=why):
        analyse(*drawn(tests, readers, cases))
