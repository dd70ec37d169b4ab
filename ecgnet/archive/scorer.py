"""One part answered for: a thread reads and looks at the quality, while this one asks the networks and judges.

Every engine runs this same code with one thread a process, in the same batches, so that their answers are equal to the bit
on one kind of device.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pyarrow as pa

from ecgnet.archive.ahead import ahead
from ecgnet.archive.columns import columns_of, schema_of
from ecgnet.archive.parts import ArchivePart
from ecgnet.archive.refusals import SCHEMA, kind_of, refusal
from ecgnet.archive.sources import FoundEcg, Source, StatedFacts
from ecgnet.inference import Prediction, Predictor, predict_together
from ecgnet.judge import Reading, Window, assemble, choose_window
from ecgnet.lazy import torch
from ecgnet.record import Record, RecordError, signal_hash
from ecgnet.trust import Trust, judge_trust
from ecgnet.weights import choose_device

BATCH, BATCH_GPU = 8, 64
"""ECGs that the networks see at once: on a processor core more of them cost memory and save no time."""
ARMS = "RA/LA"
"""The exchange that the rule for the arms finds, where the network for electrodes cannot look."""
ROWS = 256
"""Rows that are kept as Python's objects before they become a table."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of every ECG. models: by name, the first or the default one leads; told: what files leave out;
    anyway: ask the models even of what cannot be read; threads: of the networks in one process."""

    models: tuple[str, ...]
    told: StatedFacts = field(default_factory=StatedFacts)
    anyway: bool = False
    threads: int = 1


@dataclass(frozen=True, slots=True)
class ScoredPart:
    """A part's tables: ecgs with the columns of `columns_of`, refusals as `refusals.SCHEMA`; of the models in this order."""

    place: str
    state: str
    sources: int
    models: tuple[str, ...]
    ecgs: pa.Table
    refusals: pa.Table


@dataclass(frozen=True, eq=False)
class Scored:
    """One ECG that was answered for, as the columns take their values from it."""

    source: Source
    file: str
    exam: str | None
    format: str | None
    sha256: str
    window: Window
    reading: Reading
    trusts: Mapping[str, Trust]
    read_warnings: Sequence[str]
    milliseconds: float
    predictions: Mapping[str, Prediction] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "predictions", {p.model: p for p in self.reading.predictions})

    @property
    def exchanged(self) -> str | None:
        """Which electrodes seem exchanged: a key of `ecgnet.leads.SWAPS`. What the network did not find, the rule did."""
        finding = self.window.exchanged
        if finding is not None and finding.swap is not None:
            return finding.swap
        return ARMS if self.reading.quality.reversal is not None else None

    @property
    def warnings(self) -> tuple[str, ...]:
        """The reading's, then the reader's that it does not repeat."""
        return tuple(dict.fromkeys((*self.reading.warnings, *self.read_warnings)))

    def statements(self, model: str) -> list[dict[str, Any]] | None:
        """What a model states, the most probable first."""
        if model not in self.predictions or not self.reading.relied_on:
            return None
        weighed = {s.code: s.set_aside for s in self.reading.statements}
        leads = self.reading.prediction.model == model
        return [
            {"code": code, "probability": p, "set_aside": weighed.get(code) if leads else None}
            for code, p in self.predictions[model].stated.items()
        ]


@dataclass(frozen=True, eq=False)
class _Seen:
    """What the reading thread hands over: the window in place of the record, which may be long."""

    found: FoundEcg
    sha256: str = ""
    window: Window | None = None
    fault: str = ""
    seconds: float = 0.0


class Scorer:
    """The models and what is asked of them, ready for one part after the other. Raises WeightsError."""

    def __init__(self, asked: Asked, device: torch.device | None = None) -> None:
        device = device or choose_device()
        self.asked = asked
        self.predictors = [Predictor(name, device) for name in asked.models]
        self.cards = {predictor.name: predictor.model.card for predictor in self.predictors}
        self.columns = columns_of(asked.models)
        self.schema = schema_of(self.columns)
        self.batch = BATCH if device.type == "cpu" else BATCH_GPU

    def part(self, part: ArchivePart, tick: Callable[[], None] = lambda: None) -> ScoredPart:
        """The tables of a part. tick: called for each source that is read. Never raises for what is in a file."""
        ecgs, refused = _Rows(self.schema), _Rows(SCHEMA)
        with _threads(self.asked.threads):
            for some in _batches(ahead(lambda: self._seen(part, tick), 2 * self.batch), self.batch):
                for row in self._answered(some):
                    (ecgs if isinstance(row, Scored) else refused).add(
                        {c.name: c.value(row) for c in self.columns} if isinstance(row, Scored) else row
                    )
        tables = ecgs.table(), refused.table()
        return ScoredPart(part.place, part.state, len(part.sources), self.asked.models, *tables)

    def _seen(self, part: ArchivePart, tick: Callable[[], None]) -> Iterator[_Seen]:
        """Every ECG of the part with the window that is read, every refusal without."""
        last = None
        for found in part.root.read(part.sources, self.asked.told):
            if found.source is not last:
                last = found.source
                tick()
            yield _looked_at(found)

    def _answered(self, some: Sequence[_Seen]) -> Iterator[Scored | dict[str, object]]:
        """Some ECGs answered for together."""
        began = time.perf_counter()
        asked = [seen for seen in some if seen.window is not None and self._ask(seen.window)]
        answers = self._predictions([seen.window.record for seen in asked])
        predictions = dict(zip(map(id, asked), answers, strict=True))
        share = (time.perf_counter() - began) / max(1, len(asked))
        for seen in some:
            if seen.window is None:
                kind, reason = kind_of(seen.found.answer), seen.found.answer.error
                yield refusal(seen.found, "failed" if seen.fault else kind, reason=seen.fault or str(reason))
                continue
            try:
                yield self._judged(seen, predictions.get(id(seen), ()), share)
            except Exception as error:  # one ECG must not stop a million others for good
                yield refusal(seen.found, "failed", reason=_fault(error))

    def _ask(self, window: Window) -> bool:
        return window.record.complete and (window.unreadable is None or self.asked.anyway)

    def _predictions(self, records: Sequence[Record]) -> list[Sequence[Prediction]]:
        """Every model's answer for each record; none where the networks refuse one."""
        if not records:
            return []
        try:
            return list(zip(*predict_together(self.predictors, records).values(), strict=True))
        except RecordError:
            if len(records) == 1:
                return [()]
            return [answer for record in records for answer in self._predictions([record])]

    def _judged(self, seen: _Seen, predictions: Sequence[Prediction], share: float) -> Scored:
        began = time.perf_counter()
        window, answer = seen.window, seen.found.answer
        reading = assemble(window, predictions, cards=self.cards)
        trusts = {p.model: self._trust(p, reading) for p in reading.predictions if reading.relied_on}
        spent = seen.seconds + (share if predictions else 0.0) + time.perf_counter() - began
        return Scored(
            seen.found.source,
            answer.file,
            seen.found.exam,
            answer.format,
            seen.sha256,
            window,
            reading,
            trusts,
            answer.warnings,
            1000 * spent,
        )

    def _trust(self, prediction: Prediction, reading: Reading) -> Trust:
        leads = prediction.model == reading.prediction.model
        if leads and reading.trust is not None:
            return reading.trust
        return judge_trust(prediction, reading.record, card=self.cards[prediction.model])


def _looked_at(found: FoundEcg) -> _Seen:
    record = found.answer.record
    if record is None:
        return _Seen(found)
    began = time.perf_counter()
    light = FoundEcg(found.source, replace(found.answer, record=None), found.exam)
    try:
        window = choose_window(record)
        return _Seen(light, signal_hash(record), window, "", time.perf_counter() - began)
    except Exception as error:  # as in `_answered`
        return _Seen(light, fault=_fault(error))


def _fault(error: Exception) -> str:
    return f"ECGNet failed on this ECG ({type(error).__name__}): please report it."


def _batches(seen: Iterable[_Seen], size: int) -> Iterator[list[_Seen]]:
    """Lists with `size` ECGs each, and the refusals between them."""
    some: list[_Seen] = []
    windows = 0
    for one in seen:
        some.append(one)
        windows += one.window is not None
        if windows == size or len(some) == ROWS:
            yield some
            some, windows = [], 0
    if some:
        yield some


@contextmanager
def _threads(number: int) -> Iterator[None]:
    """So many threads of the networks within the block: more than one cost more than they give beside other processes, and
    their number changes the last bit."""
    before = torch.get_num_threads()
    torch.set_num_threads(number)
    try:
        yield
    finally:
        torch.set_num_threads(before)


class _Rows:
    """Rows on their way into a table."""

    def __init__(self, schema: pa.Schema) -> None:
        self._schema, self._rows, self._tables = schema, [], []

    def add(self, row: Mapping[str, object]) -> None:
        self._rows.append({name: _storable(value) for name, value in row.items()})
        if len(self._rows) >= ROWS:
            self._flush()

    def table(self) -> pa.Table:
        self._flush()
        return pa.concat_tables(self._tables) if self._tables else self._schema.empty_table()

    def _flush(self) -> None:
        if self._rows:
            self._tables.append(pa.Table.from_pylist(self._rows, self._schema))
            self._rows = []


def _storable(value: object) -> object:
    """As it is; bytes of a file's name that are no UTF-8, which Parquet does not store, spelled out."""
    return value.encode("utf-8", "backslashreplace").decode() if isinstance(value, str) else value
