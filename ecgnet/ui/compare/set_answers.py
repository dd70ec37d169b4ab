"""Answers to a chosen set of records: taken from what is stored where that is current, computed for the rest."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import streamlit as st

from ecgnet.inference import Predictor, model_input, predict_together
from ecgnet.language import mark, say
from ecgnet.models import REGISTRY
from ecgnet.ptbxl import SUPERCLASSES
from ecgnet.quality import assess, unreadable
from ecgnet.record import RecordError
from ecgnet.states import STATES, StateLimits
from ecgnet.ui import library, predictors, scores
from ecgnet.ui.library import Shown
from ecgnet.ui.memory import record_key, results
from ecgnet.ui.waiting import with_progress
from ecgnet.weights import WeightsError, read_card

MOST_COMPUTED = 60
"""Records that are judged anew for one set, some seconds' work; what is stored is not counted."""
BATCH = 6
RANGE = re.compile(r"(\d+)[-–](\d+)")

Key = tuple[str, str]
"""A record's source and its key there."""
Rows = dict[Key, dict[str, np.ndarray]]
"""Record → model → probabilities (5,)."""


@dataclass(frozen=True)
class ChosenRecords:
    """Which records; what was asked for and is none, with the reason; how they were chosen, in words."""

    records: tuple[Key, ...] = ()
    refused: Mapping[str, str] = field(default_factory=dict)
    words: str = ""


@dataclass(frozen=True, eq=False)
class SetAnswers:
    """What M models said of N records: probabilities (N, M, 5), NaN where one did not answer; limits of the states, M of
    them; truth
    (N, 5) bool, or None where no label is known; refused: record → why it is not among them."""

    records: tuple[Key, ...]
    titles: tuple[str, ...]
    models: tuple[str, ...]
    probabilities: np.ndarray
    limits: tuple[StateLimits, ...]
    truth: np.ndarray | None
    refused: Mapping[str, str]
    words: str

    @property
    def distance(self) -> np.ndarray:
        """(N,) how far the models that answered are from one another: the widest span over the classes, 0 to 1."""
        low, high = np.nan_to_num(self.probabilities, nan=2), np.nan_to_num(self.probabilities, nan=-1)
        return np.maximum(high.max(1) - low.min(1), 0).max(1)

    @property
    def answered(self) -> np.ndarray:
        """(N, M) bool: which model answered for which record."""
        return ~np.isnan(self.probabilities).any(2)

    @property
    def calls(self) -> np.ndarray:
        """(N, M, 5) bool, False where a model did not answer."""
        states = [limits.codes(self.probabilities[:, m]) for m, limits in enumerate(self.limits)]
        return np.stack(states, 1).reshape(self.probabilities.shape) == STATES.index("present")

    @property
    def disputed(self) -> np.ndarray:
        """(N,) bool: whether the models that answered call different classes."""
        by_all = (self.calls | ~self.answered[..., None]).all(1)
        return (self.calls.any(1) & ~by_all).any(1)

    @property
    def distance_gaps(self) -> int:
        """Records that not every model answered."""
        return int((~self.answered.all(1)).sum())

    def table(self, order: np.ndarray) -> pd.DataFrame:
        """The same as rows: record, label, span, and each model's calls."""
        labels = self.truth if self.truth is not None else np.zeros((len(self.records), 5), bool)
        return pd.DataFrame(
            {
                mark("Record"): [self.titles[k] for k in order],
                mark("Label"): [_classes(labels[k]) for k in order],
                mark("Widest span (points of %)"): (100 * self.distance[order]).round().astype(int),
                **{
                    REGISTRY[name].title: [
                        (_classes(self.calls[k, m]) or say("none")) if self.answered[k, m] else "–"
                        for k in order
                    ]
                    for m, name in enumerate(self.models)
                },
            }
        )


def _classes(row: np.ndarray) -> str:
    return " ".join(name for name, there in zip(SUPERCLASSES, row, strict=True) if there)


def parse(text: str, sources: Mapping[str, pd.Index], *, most: int) -> ChosenRecords:
    """Numbers, ranges and names, as people paste them → records. sources: what is open here → its keys.

    What stands for no record is refused with the reason; a range is cut at `most` records, and so is the whole.
    """
    known = {name: {str(key) for key in keys} for name, keys in sources.items()}
    found: dict[Key, None] = {}
    refused: dict[str, str] = {}
    for word in filter(None, re.split(r"[\s,;]+", text)):
        bare = re.sub(r"^(ptbxl|demo)/", "", word.casefold())
        named = [
            (source, key)
            for key in _spread(bare, most + 1)
            if (source := next((name for name, keys in known.items() if key in keys), None)) is not None
        ]
        found |= dict.fromkeys(named)
        if not named:  # within a range, numbers that PTB-XL skips are no mistake
            refused[word] = _why_unknown(bare, known)
    records = tuple(found)[:most]
    words = say("{n_records} records.", n_records=len(records))
    if len(found) > most:
        words = say(
            "The first {most} of the records named are shown; a longer list is better read in parts.",
            most=most,
        )
    return ChosenRecords(records, refused, words)


def _spread(word: str, most: int) -> Iterator[str]:
    """ "13-20" → its numbers, so many that `most` of them may be found; anything else as it is."""
    ends = RANGE.fullmatch(word)
    if ends is None:
        yield word
        return
    low, high = sorted(map(int, ends.groups()))
    yield from map(str, range(low, min(high, low + 40 * most) + 1))


def _why_unknown(key: str, known: Mapping[str, set[str]]) -> str:
    if key.isdigit() or RANGE.fullmatch(key):
        return (
            say("PTB-XL has no record {key}.", key=key)
            if library.PTBXL in known
            else say("PTB-XL is not open here, so numbers name nothing.")
        )
    return say("neither a number of PTB-XL nor the name of a demo record")


def answer(chosen: ChosenRecords, names: tuple[str, ...]) -> SetAnswers:
    """The models' answers to a set: stored ones first, then those computed in this visit, then up to 60 computed now."""
    rows: Rows = {record: {} for record in chosen.records}
    refused = dict(chosen.refused)
    for source in (_remembered, _stored, _scored):
        source(rows, names)
    todo = [record for record, found in rows.items() if any(name not in found for name in names)]
    for record in todo[MOST_COMPUTED:]:
        if not rows[record]:  # what is known of the others stays
            refused[_name(record)] = say(
                "not judged yet: at most {most_computed} records are judged for one set. Choose fewer, or "
                "let `ecgnet prepare` judge the whole data set once.",
                most_computed=MOST_COMPUTED,
            )
    if todo[:MOST_COMPUTED]:
        refused |= _compute(rows, todo[:MOST_COMPUTED], names)
    records = tuple(record for record in chosen.records if rows.get(record))
    nothing = np.full(len(SUPERCLASSES), np.nan)
    probabilities = [[rows[record].get(name, nothing) for name in names] for record in records]
    return SetAnswers(
        records,
        tuple(_name(record) for record in records),
        names,
        np.array(probabilities, float).reshape(len(records), len(names), len(SUPERCLASSES)),
        tuple(read_card(name).state_limits for name in names),
        _truth(records),
        refused,
        chosen.words,
    )


def _memory() -> dict[tuple, np.ndarray]:
    """What was computed in this visit: (record, model) → probabilities; forgotten with the uploads."""
    return results("set_answers")


def _identity(record: Key) -> tuple:
    """What identifies a record: an upload by its samples too, which may be another window by now."""
    source, key = record
    return (record, record_key(library.uploads()[key])) if source == library.UPLOADS else (record, None)


def _remembered(rows: Rows, names: tuple[str, ...]) -> None:
    memory = _memory()
    for record, found in rows.items():
        identity = _identity(record)
        found |= {name: memory[identity, name] for name in names if (identity, name) in memory}


def _stored(rows: Rows, names: tuple[str, ...]) -> None:
    """From `ecgnet prepare`, where the weights are those in use."""
    wanted = [record for record in rows if record[0] == library.PTBXL]
    stored = library.stored_answers_in_use() if wanted else None
    if stored is None:
        return
    for record in wanted:
        row = stored.row(int(record[1]))
        if row is not None:
            rows[record] |= {
                name: stored.probabilities[row, m]
                for m, name in enumerate(stored.models)
                if name in names and name not in rows[record]
            }


def _scored(rows: Rows, names: tuple[str, ...]) -> None:
    """From the scores on folds 9 and 10."""
    wanted = {
        int(record[1]): record
        for record, found in rows.items()
        if record[0] == library.PTBXL and any(name not in found for name in names)
    }
    if not wanted:
        return
    try:
        found = scores.fold_scores_in_use()
    except WeightsError:  # they only save time here
        return
    found = found.rows(np.isin(found.ecg_ids, list(wanted)))
    for name in found.models:
        if name in names:
            for ecg_id, values in zip(found.ecg_ids, found.probabilities(name, read_card(name)), strict=True):
                rows[wanted[int(ecg_id)]].setdefault(name, values)


def _compute(rows: Rows, todo: list[Key], names: tuple[str, ...]) -> dict[str, str]:
    """Let the models that lack answers read these records; one that cannot be read loses what is known of it.
    → record → why it cannot be read or judged."""
    wanted = [name for name in names if any(name not in rows[record] for record in todo)]
    networks = []
    for name in wanted:
        try:
            networks.append(predictors.predictor(name))
        except WeightsError as error:
            st.warning(str(error), icon=":material/warning:")
    if not networks:
        return {}

    def work(progress: Callable[[float], None]) -> dict[str, str]:
        refused: dict[str, str] = {}
        for k in range(0, len(todo), BATCH):
            progress(k / len(todo))
            ready: dict[Key, Shown] = {}
            for record in todo[k : k + BATCH]:
                try:
                    shown = library.open_shown(*record)
                    model_input(shown.record, networks[0].model.card.spec)
                except (RecordError, KeyError, OSError) as error:
                    refused[_name(record)] = (
                        str(error) if not isinstance(error, KeyError) else say("is not there any more")
                    )
                    continue
                if why := unreadable(shown.record, assess(shown.record)):
                    refused[_name(record)] = str(why)
                    rows[record].clear()  # what was stored of it is not worth more
                else:
                    ready[record] = shown
            _judge(rows, ready, networks)
        return refused

    return with_progress(say("{n_todo} records are read and judged…", n_todo=len(todo)), work)


def _judge(rows: Rows, ready: Mapping[Key, Shown], networks: list[Predictor]) -> None:
    if not ready:
        return
    memory = _memory()
    for name, found in predict_together(networks, [shown.record for shown in ready.values()]).items():
        for record, prediction in zip(ready, found, strict=True):
            rows[record][name] = memory[_identity(record), name] = prediction.probabilities


def _name(record: Key) -> str:
    source, key = record
    if source == library.PTBXL:
        return key
    return library.uploads()[key].title if source == library.UPLOADS else key


def _truth(records: tuple[Key, ...]) -> np.ndarray | None:
    """(N, 5) bool, False where no label is known; None where no record's is."""
    tables = {source: library.table(source)["labels"] for source in {source for source, _ in records}}
    labels = [tables[s].get(int(key) if s == library.PTBXL else key, ()) for s, key in records]
    found = np.array([[name in row for name in SUPERCLASSES] for row in labels], bool).reshape(
        -1, len(SUPERCLASSES)
    )
    return found if found.any() else None
