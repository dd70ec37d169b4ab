"""What a study found, for programs: `docs/results/NAME.json`, whose `values` the app reads; the tables beside them are the
page's, for people."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ecgnet.folders import RESTORE, RESULTS
from ecgnet.language import say


class StudyError(ValueError):
    """A study's results that are damaged or of an older layout; the message names the file and the way to mend it."""


@dataclass(frozen=True)
class StudyValue:
    """One number with the ends of its 95 % interval, None where the study has none."""

    value: float
    low: float | None = None
    high: float | None = None

    @classmethod
    def of(cls, ends: Sequence[float], digits: int = 4) -> StudyValue:
        """(value, low, high), rounded."""
        value, low, high = (round(float(end), digits) for end in ends)
        return cls(value, low, high)

    def to_dict(self) -> dict[str, float]:
        """As the file has it: without ends that are not known."""
        return {name: end for name, end in vars(self).items() if end is not None}


Values = Mapping[str, Mapping[str, StudyValue]]
"""Model → measure → value. A measure taken under several conditions names its own after a colon, "macro_auc: hidden"."""


@dataclass(frozen=True)
class Study:
    """A study's results. weights: model → checksum of the weights that were there; values: see `Values`; findings: sentences
    made from them."""

    name: str
    weights: Mapping[str, str]
    values: Values
    findings: tuple[str, ...]

    def of(self, measure: str) -> dict[str, StudyValue]:
        """Model → its value of a measure, of the models that have one."""
        return {model: found[measure] for model, found in self.values.items() if measure in found}

    def outdated(self, checksums: Mapping[str, str]) -> list[str]:
        """The models, of those in `checksums` (model → checksum now), that had other weights when the study ran."""
        return [model for model, now in checksums.items() if self.weights.get(model, now) != now]


def by_class(auc: Mapping[str, float]) -> dict[str, StudyValue]:
    """AUC by class as measures "auc_NORM", "auc_MI", …"""
    return {f"auc_{label}": StudyValue(area) for label, area in auc.items()}


def to_json(values: Values) -> dict[str, dict[str, dict[str, float]]]:
    """The `values` of the file."""
    return {
        model: {measure: found.to_dict() for measure, found in by_measure.items()}
        for model, by_measure in values.items()
    }


def read_study(name: str, folder: Path | None = None) -> Study | None:
    """A study's results as `ecgnet study NAME` wrote them, None where it has not run. Raises StudyError."""
    path = (folder or RESULTS) / f"{name}.json"
    mend = say("run ecgnet study {name}, or {restore}", name=name, restore=say(RESTORE))
    try:
        content: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise StudyError(
            say(
                "{name} cannot be read ({error}); {mend}.",
                name=path.name,
                error=error,
                mend=mend,
            )
        ) from error
    try:
        values = {
            model: {measure: StudyValue(**found) for measure, found in by_measure.items()}
            for model, by_measure in content["values"].items()
        }
        return Study(content["study"], dict(content["weights"]), values, tuple(content["findings"]))
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise StudyError(
            say(
                "{name} is in the layout of another version of ECGNet ({name_2}: {error}); {mend}.",
                name=path.name,
                name_2=type(error).__name__,
                error=error,
                mend=mend,
            )
        ) from error
