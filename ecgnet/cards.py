"""Cards: what is written beside a model's weights, read as typed parts.

`weights/<model>.json` says what the weights are and what was measured of them. Every part is read when it is asked
for: a card of an older layout still answers where it can, and says in a sentence what to do where it cannot. Whoever
writes a card makes it by `Card.with_parts` and `save_card`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from enum import Enum
from pathlib import Path
from typing import Any, Self, TypeVar

import numpy as np
from scipy.special import expit

from ecgnet import atomic
from ecgnet.folders import RESTORE, WEIGHTS, WeightsError
from ecgnet.language import say
from ecgnet.modalities import Spec
from ecgnet.models import REGISTRY
from ecgnet.ptbxl import SUPERCLASSES
from ecgnet.states import StateLimits

FORMAT = 1
NEEDED = ("arguments", "preprocessing", "checksum", "calibration", "thresholds")
"""The parts without which a model cannot answer; a fusion of branches needs `branches` too."""
ROOT = WEIGHTS

P = TypeVar("P")


class Stamp(Enum):
    """What a stored result depends on; each covers the one before it."""

    LOGITS = ("checksum", "branches", "preprocessing")
    ANSWERS = (*LOGITS, "calibration")
    CALLS = (*ANSWERS, "thresholds")


@dataclass(frozen=True)
class Platt:
    """Platt scaling by label (Platt 1999): a calibrated probability is sigmoid(slope · logit + intercept)."""

    slope: Mapping[str, float]
    intercept: Mapping[str, float]

    @classmethod
    def from_dict(cls, content: Mapping[str, Any], labels: Sequence[str] | None = None) -> Platt:
        """Of these labels (None: of all), as the card has it. Raises KeyError for a label that it lacks."""
        slope, intercept = content["slope"], content["intercept"]
        labels = list(slope) if labels is None else labels
        return cls({k: slope[k] for k in labels}, {k: intercept[k] for k in labels})

    def apply(self, labels: Sequence[str], logits: np.ndarray) -> np.ndarray:
        """Logits (..., C) of these labels → calibrated probabilities (..., C)."""
        slope = np.array([self.slope[label] for label in labels])
        intercept = np.array([self.intercept[label] for label in labels])
        return expit(logits * slope + intercept)


@dataclass(frozen=True)
class Group:
    """A subgroup's number of records and macro AUC."""

    n: int
    macro_auc: float


@dataclass(frozen=True)
class Task:
    """One of the published benchmark's six tasks: records, classes with an AUC, macro AUC with its 95 % interval."""

    n: int
    classes: int
    macro_auc: float
    macro_auc_interval: tuple[float, float]


@dataclass(frozen=True)
class Metrics:
    """What `metrics.evaluate` found on a fold, by the weights of this checksum; on the test fold also by task and
    group."""

    fold: int
    checksum: str
    n: int
    macro_auc: float
    macro_auc_interval: tuple[float, float]
    auc: Mapping[str, float]
    auc_interval: Mapping[str, tuple[float, float]]
    macro_f1: float
    f1: Mapping[str, float]
    accuracy: Mapping[str, float]
    mean_accuracy: float
    expected_calibration_error: float
    pooled_calibration_error: float
    calibration_error: Mapping[str, float]
    tasks: Mapping[str, Task] = field(default_factory=dict)
    subgroups: Mapping[str, Group] = field(default_factory=dict)

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Metrics:
        """As the card has them."""
        return _taken(
            cls,
            content,
            macro_auc_interval=tuple(content["macro_auc_interval"]),
            auc_interval={label: tuple(ends) for label, ends in content["auc_interval"].items()},
            tasks={
                name: _taken(Task, task, macro_auc_interval=tuple(task["macro_auc_interval"]))
                for name, task in content.get("tasks", {}).items()
            },
            subgroups={name: _taken(Group, found) for name, found in content.get("subgroups", {}).items()},
        )


@dataclass(frozen=True)
class Training:
    """How the weights came about. seconds: of this round, earlier_seconds: of the rounds that it went on from; best:
    the epoch that was kept, or of a late fusion the penalty chosen, with the cross-validated macro AUC by penalty."""

    seconds: float
    recipe: Mapping[str, Any]
    best: Mapping[str, Any] = field(default_factory=dict)
    earlier_seconds: float = 0.0

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Training:
        """As the card has it."""
        return _taken(cls, content)

    @property
    def total_seconds(self) -> float:
        """All rounds together."""
        return self.seconds + self.earlier_seconds

    @property
    def cross_validated_macro_auc(self) -> float | None:
        """Within fold 9, at the chosen penalty: of a late fusion, which was fitted there; None for others."""
        by_penalty = self.best.get("cross_validated_macro_auc")
        return by_penalty[str(self.best["penalty"])] if by_penalty else None


@dataclass(frozen=True)
class MapScores:
    """What was measured of one explanation method on one modality.

    deletion, insertion: by how much of the curves' span the map beats random orders, with the ends of its 95 %
    interval; randomised: rank correlation of the maps under trained and random weights, None where it says nothing;
    n: records."""

    deletion: tuple[float, float, float]
    insertion: tuple[float, float, float]
    randomised: float | None
    n: int

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> MapScores:
        """As the card has them."""
        return _taken(
            cls, content, deletion=tuple(content["deletion"]), insertion=tuple(content["insertion"])
        )


@dataclass(frozen=True)
class LeadSetScores:
    """What a set of leads is worth to a model: its own calibration and thresholds by label, macro AUC on the test
    fold, the change against all leads, and `reliance` as `trust.reliance.Reliance.from_dict` reads it."""

    calibration: Platt
    thresholds: Mapping[str, float]
    macro_auc: float
    loss: float
    reliance: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> LeadSetScores:
        """As the card has them."""
        return _taken(cls, content, calibration=Platt.from_dict(content["calibration"]))


@dataclass(frozen=True)
class TrustScores:
    """What `ecgnet study trust` found. all_leads: as `trust.reliance.Reliance.from_dict` reads it; of the default
    model also what fewer leads are worth, and the leads' covariance (12, 12) in mV²."""

    stamp: str
    all_leads: Mapping[str, Any]
    lead_sets: Mapping[str, LeadSetScores] = field(default_factory=dict)
    lead_covariance: Sequence[Sequence[float]] = ()

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> TrustScores:
        """As the card has it."""
        sets = {name: LeadSetScores.from_dict(found) for name, found in content.get("lead_sets", {}).items()}
        return _taken(cls, content, lead_sets=sets)


@dataclass(frozen=True)
class Card:
    """What is written beside the weights. `content` is the JSON as it stands, for those who write cards; everyone
    else reads the parts, each of which raises WeightsError where the card is of an older layout."""

    content: dict[str, Any]

    @property
    def name(self) -> str:
        """The registered model's name."""
        return self.content["name"]

    @property
    def title(self) -> str:
        """For people."""
        return self._needed("title", str)

    @property
    def summary(self) -> str:
        """One sentence on what the model does."""
        return self._needed("summary", str)

    @property
    def checksum(self) -> str:
        """SHA-256 of the file beside the card, in hex."""
        return self.content["checksum"]

    @property
    def branches(self) -> Mapping[str, str]:
        """The checksum of each branch that a fusion was fitted to; empty for the others."""
        return self.content.get("branches", {})

    @property
    def weights_id(self) -> str:
        """Name and the first 12 digits of the checksum: labels every prediction."""
        return f"{self.name}@{self.checksum[:12]}"

    def stamp(self, of: Stamp) -> str:
        """What fixes the logits, the answers or the calls of a model, in 16 digits: whatever is computed from them
        and kept carries it, and is not used with weights that have another."""
        text = json.dumps([self.content.get(part) for part in of.value], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    @property
    def arguments(self) -> Mapping[str, Any]:
        """What the network is built with."""
        return self._needed("arguments", dict)

    @property
    def parameters(self) -> int:
        """How many the network has, those of a fusion's branches included."""
        return self._needed("parameters", int)

    @property
    def spec(self) -> Spec:
        """How the modalities are made for this model."""
        return self._needed("preprocessing", lambda content: Spec(**content))

    @property
    def labels(self) -> tuple[str, ...]:
        """Output names in order."""
        return tuple(self.content["labels"])

    @property
    def limits(self) -> tuple[str, ...]:
        """What the model cannot be used for, in sentences."""
        return self._needed("limits", tuple)

    @property
    def log(self) -> list[dict[str, float]]:
        """Of the training, one row an epoch; empty for a fusion that was fitted in one step."""
        return self.content.get("log", [])

    @property
    def training(self) -> Training:
        """How the weights came about."""
        return self._needed("training", Training.from_dict)

    @property
    def calibration(self) -> Platt:
        """Of the five classes, fitted on the validation fold."""
        return self._needed("calibration", lambda content: Platt.from_dict(content, self.labels))

    @property
    def thresholds(self) -> np.ndarray:
        """(5,) on calibrated probabilities, from the validation fold."""
        return self._needed(
            "thresholds", lambda content: np.array([content[label] for label in self.labels], float)
        )

    def calibrate(self, logits: np.ndarray) -> np.ndarray:
        """Logits (..., 5) → calibrated probabilities (..., 5)."""
        return self.calibration.apply(self.labels, logits)

    @property
    def statement_codes(self) -> tuple[str, ...]:
        """The codes of the second head, in order; empty for a model without one."""
        return tuple(self.content.get("statements", ()))

    @property
    def statement_thresholds(self) -> np.ndarray:
        """(71,) on calibrated probabilities, from the validation fold; above 1 where the card sets none."""
        thresholds = self.content.get("statement_thresholds", {})
        return np.array([thresholds.get(code, np.inf) for code in self.statement_codes])

    def calibrate_statements(self, logits: np.ndarray) -> np.ndarray:
        """Statement logits (..., 71) → calibrated probabilities (..., 71); as they are where the card says nothing."""
        codes = self.statement_codes
        found = self._part("statement_calibration", Platt.from_dict) or Platt({}, {})
        platt = Platt(dict.fromkeys(codes, 1.0) | found.slope, dict.fromkeys(codes, 0.0) | found.intercept)
        return platt.apply(codes, logits)

    @property
    def validation(self) -> Metrics | None:
        """Metrics on the validation fold; None where nothing was measured."""
        return self._part("validation", Metrics.from_dict, say("ecgnet weights measure"))

    @property
    def test(self) -> Metrics | None:
        """Metrics on the test fold; None where nothing was measured."""
        return self._part("test", Metrics.from_dict, say("ecgnet weights measure"))

    @property
    def explanations(self) -> Mapping[str, Mapping[str, MapScores]]:
        """Modality → method → what `ecgnet study explanations` found of its maps; empty where it has not run, or ran
        for other weights."""

        def read(content: Mapping[str, Any]) -> dict[str, dict[str, MapScores]]:
            if content["checksum"] != self.checksum:
                return {}
            return {
                modality: {method: MapScores.from_dict(row) for method, row in by_method.items()}
                for modality, by_method in content["modalities"].items()
            }

        return self._part("explanations", read, say("ecgnet study explanations")) or {}

    @property
    def trust(self) -> TrustScores | None:
        """What `ecgnet study trust` found of these answers; None where it has not run, or ran for other weights."""

        def read(content: Mapping[str, Any]) -> TrustScores | None:
            known = content.get("stamp") == self.stamp(Stamp.ANSWERS)
            return TrustScores.from_dict(content) if known else None

        return self._part("trust", read, say("ecgnet study trust"))

    @property
    def state_limits(self) -> StateLimits:
        """From which probabilities on a class is absent, open, possible or present (`ecgnet.states`). Where `ecgnet
        study trust` has not measured these weights the threshold that F1 chose serves as both limits, without a
        guarantee."""
        if (trust := self.trust) is None:
            return StateLimits(self.labels, self.thresholds, self.thresholds)
        return StateLimits.from_trust(trust.all_leads)

    @property
    def has_trust(self) -> bool:
        """Whether `ecgnet study trust` ran at all, be it for other weights."""
        return "trust" in self.content

    def with_parts(self, **parts: Any) -> Self:
        """A card with these parts of the JSON put in or replaced; the log, the longest part, stands last."""
        content = self.content | parts
        return type(self)(
            {part: content[part] for part in content if part != "log"} | {"log": content.get("log", [])}
        )

    def _needed(self, part: str, read: Callable[[Mapping[str, Any]], P]) -> P:
        found = self._part(part, read)
        if found is None:
            raise WeightsError(
                say(
                    "{name}.json lacks {part}; {restore}.",
                    name=self.name,
                    part=part,
                    restore=say(RESTORE),
                )
            )
        return found

    def _part(self, part: str, read: Callable[[Mapping[str, Any]], P], again: str = "") -> P | None:
        if part not in self.content:
            return None
        try:
            return read(self.content[part])
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            mend = f"run {again}" if again else say(RESTORE)
            raise WeightsError(
                say(
                    "{get}.json has its {part} in the layout of another version of ECGNet ({name}: {error}); "
                    "{mend}.",
                    get=self.content.get("name", say("a card")),
                    part=part,
                    name=type(error).__name__,
                    error=error,
                    mend=mend,
                )
            ) from error


def _taken(made: Callable[..., P], content: Mapping[str, Any], **read: Any) -> P:
    """The dataclass `made` from those of the content's keys that are its fields; `read` are fields in their own types.
    Raises TypeError naming a field that is missing."""
    known = {f.name for f in fields(made)}  # type: ignore[arg-type]
    return made(**{key: value for key, value in content.items() if key in known} | read)


def available(root: Path = ROOT) -> tuple[str, ...]:
    """Registered models that have a card, in the registry's order."""
    return tuple(name for name in REGISTRY if (root / f"{name}.json").is_file())


def read_card(name: str, root: Path = ROOT) -> Card:
    """The card of a model. Raises WeightsError when it is missing, unreadable or of another version."""
    if name not in REGISTRY:
        raise WeightsError(
            say(
                "There is no model named {name}; there are {registry}.",
                name=name,
                registry=", ".join(REGISTRY),
            )
        )
    path = root / f"{name}.json"
    try:
        content = json.loads(path.read_text())
    except FileNotFoundError:
        raise WeightsError(
            say(
                "{name} is missing from {name_2}/; {restore} or train it: ecgnet train {name_3}.",
                name=path.name,
                name_2=root.name,
                restore=say(RESTORE),
                name_3=name,
            )
        ) from None
    except (OSError, ValueError) as error:
        raise WeightsError(
            say(
                "{name} cannot be read ({error}); {restore}.",
                name=path.name,
                error=error,
                restore=say(RESTORE),
            )
        ) from error
    if not isinstance(content, dict):
        raise WeightsError(say("{name} is not a card; {restore}.", name=path.name, restore=say(RESTORE)))
    if content.get("format") != FORMAT:
        raise WeightsError(
            say(
                "{name} is of format {get}, this ECGNet reads format {format}; take weights and program from "
                "the same version.",
                name=path.name,
                get=content.get("format"),
                format=FORMAT,
            )
        )
    if tuple(content.get("labels", ())) != SUPERCLASSES or content.get("name") != name:
        raise WeightsError(
            say(
                "{name} describes another model or other labels; {restore}.",
                name=path.name,
                restore=say(RESTORE),
            )
        )
    needed = (*NEEDED, "branches") if REGISTRY[name].branches else NEEDED
    if lacking := [part for part in needed if part not in content]:
        raise WeightsError(
            say(
                "{name} lacks {lacking}; {restore}.",
                name=path.name,
                lacking=", ".join(lacking),
                restore=say(RESTORE),
            )
        )
    return Card(content)


def save_card(content: dict[str, Any], root: Path = ROOT) -> None:
    """Write `<name>.json`."""
    atomic.write(root / f"{content['name']}.json", json.dumps(content, indent=1) + "\n")
