"""Every model's logits on folds 9 and 10, kept beside the weights: operating points, curves and intervals without a signal.

`weights/fold_scores.npz` holds no ECG: record numbers, folds, labels, sex and age, and for each model its superclass logits
in half precision with a stamp of the weights that gave them. `ecgnet weights measure` writes it.
"""

from __future__ import annotations

import os
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from ecgnet import atomic, subgroups
from ecgnet.cards import ROOT, Card, Stamp, WeightsError, available, read_card
from ecgnet.language import mark, say
from ecgnet.models import REGISTRY, title_of
from ecgnet.ptbxl import SUPERCLASSES

FORMAT = 1
MEND = mark("run `ecgnet weights measure`")


@dataclass(frozen=True, eq=False)
class FoldScores:
    """ecg_ids (N,); folds (N,), 9 or 10; labels (N, 5) bool; female and male (N,) bool, both False where unknown; age (N,)
    years, NaN where unknown; logits: model → (N, 5) float16; stamps: model → the weights that gave them; left_out: model →
    a sentence on why its scores are not here."""

    ecg_ids: np.ndarray
    folds: np.ndarray
    labels: np.ndarray
    female: np.ndarray
    male: np.ndarray
    age: np.ndarray
    logits: Mapping[str, np.ndarray]
    stamps: Mapping[str, str]
    left_out: Mapping[str, str] = field(default_factory=dict)

    @property
    def models(self) -> tuple[str, ...]:
        """The models that have scores, in the registry's order."""
        return tuple(name for name in REGISTRY if name in self.logits)

    def __len__(self) -> int:
        return len(self.ecg_ids)

    def fold(self, fold: int) -> FoldScores:
        """The records of one fold that carry a superclass, as every metric here is measured."""
        return self.rows((self.folds == fold) & self.labels.any(1))

    def rows(self, rows: np.ndarray) -> FoldScores:
        """The same for some records: (N,) bool or row numbers."""
        parts = ("ecg_ids", "folds", "labels", "female", "male", "age")
        kept = {name: getattr(self, name)[rows] for name in parts}
        return replace(self, **kept, logits={name: values[rows] for name, values in self.logits.items()})

    def probabilities(self, model: str, card: Card) -> np.ndarray:
        """(N, 5), calibrated as the model's card says. Raises WeightsError for a model that has no scores here."""
        if model not in self.logits:
            raise WeightsError(
                self.left_out.get(model)
                or say("{title} has no scores here: {mend}.", title=title_of(model), mend=say(MEND))
            )
        return card.calibrate(self.logits[model].astype(np.float32))

    def groups(self) -> dict[str, np.ndarray]:
        """The records (N,) bool of each subgroup, as the cards have them."""
        return subgroups.members(self.female, self.male, age=self.age)


def file(root: Path = ROOT) -> Path:
    """Where the scores lie: `ECGNET_FOLD_SCORES` when set, else beside the weights."""
    return Path(os.environ.get("ECGNET_FOLD_SCORES") or root / "fold_scores.npz")


def save_fold_scores(scores: FoldScores, path: Path | None = None) -> Path:
    """Write the file; other models that it held, on the same records, stay in it. → its path."""
    path = path or file()
    logits, stamps = dict(scores.logits), dict(scores.stamps)
    try:
        kept = _read(path)
    except WeightsError:
        kept = None
    if kept is not None and np.array_equal(kept.ecg_ids, scores.ecg_ids):
        logits = {**kept.logits, **logits}
        stamps = {**kept.stamps, **stamps}
    names = [name for name in REGISTRY if name in logits]
    with atomic.replacing(path) as part:
        np.savez_compressed(
            part,
            format=np.array(FORMAT),
            ecg_ids=scores.ecg_ids.astype(np.int32),
            folds=scores.folds.astype(np.int8),
            labels=np.asarray(scores.labels, bool),
            sex=np.where(scores.female, 1, np.where(scores.male, -1, 0)).astype(np.int8),
            age=scores.age.astype(np.float32),
            models=np.array(names),
            stamps=np.array([stamps[name] for name in names]),
            logits=np.stack([np.asarray(logits[name], np.float16) for name in names]),
        )
    return path


def load_fold_scores(path: Path | None = None) -> FoldScores:
    """The scores of every model whose weights are those that gave them; the others are in `left_out`.

    Raises WeightsError when the file is missing or damaged.
    """
    found = _read(path or file())
    left_out = {}
    for name in available():
        if name not in found.logits:
            left_out[name] = say(
                "{title} has no scores on folds 9 and 10: {mend}.",
                title=title_of(name),
                mend=say(MEND),
            )
        elif read_card(name).stamp(Stamp.LOGITS) != found.stamps[name]:
            left_out[name] = say(
                "{title} has other weights than those that were scored: {mend}.",
                title=title_of(name),
                mend=say(MEND),
            )
    fit = {
        name: values for name, values in found.logits.items() if name in available() and name not in left_out
    }
    return replace(found, logits=fit, left_out=left_out)


def _read(path: Path) -> FoldScores:
    try:
        with np.load(path) as data:
            if int(data["format"]) != FORMAT:
                raise ValueError(f"format {int(data['format'])}")
            sex, names = data["sex"], [str(name) for name in data["models"]]
            found = FoldScores(
                data["ecg_ids"].astype(np.int64),
                data["folds"],
                data["labels"],
                sex > 0,
                sex < 0,
                data["age"].astype(np.float32),
                dict(zip(names, data["logits"], strict=True)),
                dict(zip(names, map(str, data["stamps"]), strict=True)),
            )
        shape = len(found.ecg_ids), len(SUPERCLASSES)
        if found.labels.shape != shape or any(v.shape != shape for v in found.logits.values()):
            raise ValueError(say("its parts do not fit one another"))
    except FileNotFoundError:
        raise WeightsError(
            say(
                "{name} is missing from {name_2}/, which holds every model's answers to folds 9 and 10: "
                "{mend}.",
                name=path.name,
                name_2=path.parent.name,
                mend=say(MEND),
            )
        ) from None
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise WeightsError(
            say(
                "{name} cannot be read ({error}): {mend}.",
                name=path.name,
                error=error,
                mend=say(MEND),
            )
        ) from error
    return found
