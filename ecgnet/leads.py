"""The algebra of the 12 leads: which follow from which, by how much they contradict each other, and what exchanged
electrodes make of them. numpy only; names and order of the leads are `ecgnet.record.LEADS`.

Each lead is a difference of potentials at nine electrodes (the right leg is the ground). The limb leads are those between
two limbs (Einthoven 1908, Archives internationales de physiologie 4:132), the augmented ones those between a limb and the
mean of the other two (Goldberger 1942, American Heart Journal 23:483), the chest leads those between a place on the chest
and the mean of the three limbs (Wilson, Johnston, Macleod and Barker 1934, American Heart Journal 9:447). So two limb
leads determine all six, and eight leads all twelve.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ecgnet.language import say
from ecgnet.record import LEADS

LIMB, CHEST = LEADS[:6], LEADS[6:]
INDEPENDENT: tuple[str, ...] = ("I", "II", *CHEST)
"""The eight leads that a device measures; the other limb leads follow from I and II."""
INDEPENDENT_PLACES: tuple[int, ...] = tuple(LEADS.index(lead) for lead in INDEPENDENT)
"""Of `INDEPENDENT` in `LEADS`."""
FROM_I_AND_II = np.array([[1, 0], [0, 1], [-1, 1], [-0.5, -0.5], [1, -0.5], [-0.5, 1]])
"""(6, 2): the limb leads by I and II (Einthoven, Goldberger); III = II - I, aVR = -(I + II)/2, and so on."""
ELECTRODES: tuple[str, ...] = ("RA", "LA", "LL", *CHEST)
"""Right arm, left arm, left leg, and the six on the chest."""
FROM_ELECTRODES = np.block(
    [
        [FROM_I_AND_II @ np.array([[-1, 1, 0], [-1, 0, 1]]), np.zeros((6, 6))],
        [np.full((6, 3), -1 / 3), np.eye(6)],
    ]
)
"""(12, 9): the leads by the potentials at `ELECTRODES`; I = LA - RA, II = LL - RA (Einthoven), V1 to V6 against the mean
of the limbs (Wilson)."""

SWAPS: dict[str, dict[str, str]] = {
    "RA/LA": {"I": "-I", "II": "III", "III": "II", "aVR": "aVL", "aVL": "aVR"},
    "RA/LL": {"I": "-III", "II": "-II", "III": "-I", "aVR": "aVF", "aVF": "aVR"},
    "LA/LL": {"I": "II", "II": "I", "III": "-III", "aVL": "aVF", "aVF": "aVL"},
    "V1/V2": {"V1": "V2", "V2": "V1"},
    "V5/V6": {"V5": "V6", "V6": "V5"},
}
"""Two electrodes exchanged → what stands in each lead that changes. Limb electrodes turn each limb lead into another one
or its negative and leave the chest leads, since Wilson's terminal is the mean of the three (Batchvarov, Malik and Camm
2007, Europace 9:1081). Each exchange is its own inverse."""
LIMB_SWAPS: tuple[str, ...] = ("RA/LA", "RA/LL", "LA/LL")


def limb_lead(lead: str, one: np.ndarray, *, two: np.ndarray) -> np.ndarray:
    """One of the limb leads, of the shape of I and II, from which it follows. Raises ValueError for another lead."""
    if lead in ("I", "II"):  # no product with 0, which would let gaps of the other lead in
        return one if lead == "I" else two
    by_one, by_two = FROM_I_AND_II[LIMB.index(lead)].tolist()
    return by_one * one + by_two * two


def twelve_from_eight(eight: np.ndarray) -> np.ndarray:
    """The `INDEPENDENT` leads (..., 8, T) → all twelve (..., 12, T), exactly."""
    one, two = eight[..., 0, :], eight[..., 1, :]
    limb = np.stack([limb_lead(lead, one, two=two) for lead in LIMB], axis=-2)
    return np.concatenate([limb, eight[..., 2:, :]], axis=-2)


def i_and_ii(limb: np.ndarray, names: Sequence[str]) -> np.ndarray:
    """I and II (2, T) from two or more limb leads (n, T) of these names, by least squares where there are more than two.

    Raises ValueError for fewer than two, or a name that is not a limb lead's.
    """
    if len(names) < 2:
        raise ValueError(
            say(
                "I and II follow from two limb leads, not from {names}",
                names=", ".join(names) or "none",
            )
        )
    known = FROM_I_AND_II[[LIMB.index(name) for name in names]]
    return (np.linalg.inv(known) if len(names) == 2 else np.linalg.pinv(known)) @ limb


def residual(signal: np.ndarray, lead: str) -> np.ndarray:
    """A limb lead as recorded less what I and II make of it: (..., 6 or 12, T) → (..., T) float64 in the signal's unit.

    0 but for rounding in every ECG whose leads were taken together from ten electrodes; NaN where one of the three was not
    recorded. III: Einthoven's law, III - (II - I); aVR, aVL, aVF: Goldberger's.
    """
    one, two, trace = (signal[..., LIMB.index(name), :].astype(np.float64) for name in ("I", "II", lead))
    return trace - limb_lead(lead, one, two=two)


def exchange(signal: np.ndarray, swap: str) -> np.ndarray:
    """(..., 12, T) as it would have been recorded with these electrodes exchanged; exact, NaN moves along.

    Raises KeyError for an exchange that is not in `SWAPS`.
    """
    changed = signal.copy()
    for lead, source in SWAPS[swap].items():
        sign, name = (-1, source[1:]) if source.startswith("-") else (1, source)
        changed[..., LEADS.index(lead), :] = sign * signal[..., LEADS.index(name), :]
    return changed


def exchange_matrices() -> np.ndarray:
    """(1 + len(SWAPS), 8, 8) float32: nothing, then each exchange of `SWAPS`, as it acts on the `INDEPENDENT` leads."""
    twelve, rows = twelve_from_eight(np.eye(len(INDEPENDENT))), list(INDEPENDENT_PLACES)
    return np.stack([twelve[rows], *(exchange(twelve, swap)[rows] for swap in SWAPS)]).astype(np.float32)


def exchange_matrix(*pairs: tuple[str, str]) -> np.ndarray:
    """(12, 12): what exchanges of any `ELECTRODES`, one after the other, make of the leads.

    Leads fix the electrodes up to a common potential, which no lead sees. Raises ValueError for another electrode.
    """
    exchanged = FROM_ELECTRODES.copy()
    for pair in pairs:
        places = [ELECTRODES.index(electrode) for electrode in pair]
        exchanged[:, places] = exchanged[:, places[::-1]]
    return exchanged @ np.linalg.pinv(FROM_ELECTRODES)
