"""Pointing, on maps whose shares can be counted."""

from __future__ import annotations

import numpy as np
import pytest

from ecgnet.explain import WAVES, ExplanationError
from ecgnet.record import LEADS
from ecgnet.training.pointing import CRITERIA, Criterion, points

INFERIOR = Criterion("inferior", ("IMI",), leads=("II", "III", "aVF"))


def test_a_map_that_is_the_same_everywhere_points_as_chance_does():
    share, chance = points(np.ones((12, 100)), INFERIOR, waves=None)
    assert share == chance == 0.25


def test_only_what_speaks_for_the_finding_counts():
    values = np.zeros((12, 100))
    values[LEADS.index("III"), 5], values[LEADS.index("V1"), 5], values[LEADS.index("V2"), 5] = 3, 1, -9
    assert points(values, INFERIOR, waves=None)[0] == 0.75


def test_waves_and_leads_together():
    waves = np.full(100, WAVES.index("between beats"))
    waves[40:50] = WAVES.index("QRS")
    values = np.ones((12, 100))
    values[:, 40:50] = 9
    share, chance = points(values, Criterion("QRS", ("CLBBB",), waves=("QRS",)), waves=waves)
    assert share == pytest.approx(90 / 180)
    assert chance == pytest.approx(0.1)


def test_a_band_of_the_spectrum_holds_both_its_ends():
    values = np.zeros((12, 501))
    values[:, [40, 90, 91]] = 1  # 4, 9 and 9.1 Hz
    share, chance = points(values, Criterion("flutter", ("AFLT",), "spectrum", band=(4.0, 9.0)), waves=None)
    assert share == pytest.approx(2 / 3)
    assert chance == pytest.approx(51 / 501)


def test_what_cannot_be_pointed_at_is_said():
    with pytest.raises(ExplanationError, match="No PQ was found"):
        points(np.ones((12, 10)), Criterion("AV block", ("1AVB",), waves=("PQ",)), waves=None)
    with pytest.raises(ExplanationError, match="Nothing in this map"):
        points(-np.ones((12, 10)), INFERIOR, waves=None)


def test_the_textbooks_leads_and_waves_exist():
    for criterion in CRITERIA:
        assert set(criterion.leads) <= set(LEADS)
        assert set(criterion.waves) <= set(WAVES)
        assert criterion.codes
