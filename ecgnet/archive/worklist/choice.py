"""Which ECGs of a work list are wanted, and in which order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ecgnet.archive.index import LEVELS
from ecgnet.archive.worklist.listing import Listing, Order
from ecgnet.language import Words
from ecgnet.reading.wording import GRADES
from ecgnet.states import FOUND, STATES, State

Quality = Literal["fine", "faults", "unreadable"]
QUALITIES: dict[Quality, str] = Words(
    {
        "fine": "nothing wrong with any lead",
        "faults": "readable, with faults",
        "unreadable": "not readable",
    }
)
Doubt = Literal["disagree", "abstain", "unfamiliar"]
DOUBTS: dict[Doubt, str] = Words(
    {
        "disagree": "models disagree",
        "abstain": "better left to a reader",
        "unfamiliar": "unfamiliar",
    }
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Filters, of which each that is given must hold, and the order.

    levels: of critical values, any of these; grades: any of these; label: a class that is in any of `states`; quality:
    any of these; doubts: any of these.
    """

    levels: tuple[str, ...] = ()
    grades: tuple[str, ...] = ()
    label: str | None = None
    states: tuple[State, ...] = FOUND
    quality: tuple[Quality, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    order: Order = "urgency"


def choose(listing: Listing, wanted: Wanted) -> np.ndarray:
    """The row numbers of the ECGs that are wanted, in the order wanted."""
    order = listing.orders[wanted.order]
    conditions = list(_conditions(wanted))
    if not conditions:
        return order
    names, fits = zip(*conditions, strict=True)
    index = listing.index.select(sorted(set().union(*names)))
    index = index.append_column("row", pa.array(np.arange(len(index), dtype=np.int32)))
    found = np.zeros(len(index), bool)
    found[index.filter(reduce(and_, fits))["row"].to_numpy()] = True
    return order[found[order]]


def _conditions(wanted: Wanted) -> Iterator[tuple[set[str], pc.Expression]]:
    """The columns of the index that are looked at, and what must hold."""
    for name, values, among in (
        ("level", wanted.levels, LEVELS),
        ("grade", wanted.grades, tuple(GRADES)),
        (f"state_{wanted.label}", wanted.states if wanted.label else (), STATES),
    ):
        if values:
            places = pa.array([among.index(value) for value in values], pa.int8())
            yield {name}, pc.field(name).isin(places)
    if wanted.quality:
        readable, fine = pc.field("readable"), pc.field("fine")
        kinds = {"fine": readable & fine, "faults": readable & ~fine, "unreadable": ~readable}
        yield {"readable", "fine"}, reduce(or_, (kinds[kind] for kind in wanted.quality))
    if wanted.doubts:
        yield set(wanted.doubts), reduce(or_, (pc.field(doubt) for doubt in wanted.doubts))
