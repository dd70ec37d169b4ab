"""The algebra of the leads against the physics: potentials at nine electrodes, and leads taken between them."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from ecgnet.leads import (
    ELECTRODES,
    FROM_ELECTRODES,
    INDEPENDENT,
    INDEPENDENT_PLACES,
    LIMB,
    SWAPS,
    exchange,
    exchange_matrices,
    exchange_matrix,
    i_and_ii,
    limb_lead,
    residual,
    twelve_from_eight,
)
from ecgnet.record import LEADS

POTENTIALS = dict(zip(ELECTRODES, np.random.default_rng(0).normal(size=(9, 50)), strict=True))
"""mV at each electrode, against the ground."""


def leads_of(at: dict[str, np.ndarray]) -> np.ndarray:
    """(12, T) from potentials (Einthoven 1908, Wilson 1934, Goldberger 1942)."""
    ra, la, ll = (at[name] for name in ("RA", "LA", "LL"))
    limb = [la - ra, ll - ra, ll - la, ra - (la + ll) / 2, la - (ra + ll) / 2, ll - (ra + la) / 2]
    return np.stack([*limb, *(at[f"V{k}"] - (ra + la + ll) / 3 for k in range(1, 7))])


SIGNAL = leads_of(POTENTIALS)


def test_the_matrix_takes_the_leads_from_the_electrodes():
    assert np.stack(list(POTENTIALS.values())).shape == (len(ELECTRODES), 50)
    assert FROM_ELECTRODES @ np.stack(list(POTENTIALS.values())) == pytest.approx(SIGNAL)


def test_eight_leads_are_twelve():
    assert twelve_from_eight(SIGNAL[list(INDEPENDENT_PLACES)]) == pytest.approx(SIGNAL)


@pytest.mark.parametrize("pair", list(itertools.combinations(LIMB, 2)), ids=" and ".join)
def test_two_limb_leads_determine_the_others(pair: tuple[str, str]):
    one, two = i_and_ii(SIGNAL[[LEADS.index(lead) for lead in pair]], pair)
    assert [limb_lead(lead, one, two=two) for lead in LIMB] == pytest.approx(SIGNAL[:6])


def test_one_limb_lead_determines_nothing():
    with pytest.raises(ValueError, match="two limb leads"):
        i_and_ii(SIGNAL[:1], ["I"])


def test_a_gap_in_one_lead_leaves_the_other_whole():
    gap = np.full(3, np.nan)
    assert limb_lead("I", np.ones(3), two=gap).tolist() == [1, 1, 1]
    assert np.isnan(limb_lead("III", np.ones(3), two=gap)).all()


@pytest.mark.parametrize("lead", LIMB[2:])
def test_leads_taken_together_have_no_residual_and_a_lead_turned_over_has(lead: str):
    assert np.abs(residual(SIGNAL, lead)).max() < 1e-12
    turned = SIGNAL.copy()
    turned[LEADS.index(lead)] *= -1
    assert residual(turned, lead) == pytest.approx(-2 * SIGNAL[LEADS.index(lead)])


@pytest.mark.parametrize("swap", SWAPS)
def test_exchanged_electrodes_give_the_leads_that_physics_gives(swap: str):
    one, two = swap.split("/")
    exchanged = leads_of(POTENTIALS | {one: POTENTIALS[two], two: POTENTIALS[one]})
    assert exchange(SIGNAL, swap) == pytest.approx(exchanged)
    assert exchange_matrix((one, two)) @ SIGNAL == pytest.approx(exchanged)


def test_an_arm_and_a_chest_electrode_exchanged_change_every_lead_as_physics_has_it():
    exchanged = leads_of(POTENTIALS | {"RA": POTENTIALS["V1"], "V1": POTENTIALS["RA"]})
    assert exchange_matrix(("RA", "V1")) @ SIGNAL == pytest.approx(exchanged)


@pytest.mark.parametrize("swap", SWAPS)
def test_the_matrices_do_to_independent_leads_what_exchange_does(swap: str):
    rows = list(INDEPENDENT_PLACES)
    matrix = exchange_matrices()[1 + list(SWAPS).index(swap)]
    assert matrix.shape == (len(INDEPENDENT), len(INDEPENDENT))
    assert matrix @ SIGNAL[rows] == pytest.approx(exchange(SIGNAL, swap)[rows])
