"""A validation as one object, and as JSON."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from ecgnet import __version__
from ecgnet.estimate import Estimate
from ecgnet.language import say
from ecgnet.reading import wording
from ecgnet.validation.by_class import Area, ClassFigures
from ecgnet.validation.case_mix import CaseMix
from ecgnet.validation.doubts import GRAVE, Doubted
from ecgnet.validation.matching import EcgFlow

FORMAT = "ecgnet.validation/2"
"""Of the JSON; a field that changes its meaning makes another number."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """An answer that contradicts its label, and how sure it was: file as the folder has it, the class, what the label says,
    the stated probability."""

    file: str
    label: str
    labelled: bool
    probability: float


@dataclass(frozen=True)
class Subgroup:
    """Some of the ECGs: what they have in common, macro AUC, observed over expected of all classes together."""

    group: str
    value: str
    area: Area
    observed_to_expected: float
    events: int


@dataclass(frozen=True)
class Validation:
    """made: when; model, weights; profile: name of the site profile that was on, None for the networks as shipped; labels:
    how they came, None without; flow; case_mix and that of PTB-XL's test fold; classes, macro: the figures, empty and None
    without labels; subgroups; mistakes: the most confident first; doubts: on the labels; sentences: what follows."""

    made: datetime
    model: str
    weights: str
    profile: str | None
    folder: str
    labels: str | None
    flow: EcgFlow
    case_mix: CaseMix
    ptbxl: CaseMix | None
    classes: tuple[ClassFigures, ...] = ()
    macro: Area | None = None
    subgroups: tuple[Subgroup, ...] = ()
    mistakes: tuple[Mistake, ...] = ()
    doubts: tuple[Doubted, ...] = ()
    sentences: tuple[str, ...] = ()
    version: str = field(default=__version__)

    @property
    def relied_on(self) -> bool:
        """Whether labels and ECGs belong together and are enough for figures to mean anything."""
        return not any(doubt.kind in GRAVE for doubt in self.doubts)


def as_json(validation: Validation) -> dict[str, Any]:
    """The whole report in numbers, texts, lists and dicts, with its format and the notice; NaN is null."""
    content = asdict(validation) | {"made": validation.made.isoformat(timespec="seconds")}
    return plain({"format": FORMAT, "notice": say(wording.NOTICE), **content})


def plain(value: Any) -> Any:
    """A value as JSON has it: estimates as dicts, NaN as null, six digits."""
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, Estimate):
        return {"value": plain(value.value), "low": plain(value.low), "high": plain(value.high)}
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    if isinstance(value, float):
        return round(value, 6) if math.isfinite(value) else None
    return value
