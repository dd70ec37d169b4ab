"""The columns of an answered ECG: name, type, unit, meaning, and where the value comes from.

Units stand in the names and in the fields' metadata. A column that is added or changes its meaning makes a new `VERSION`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from ecgnet import __version__
from ecgnet.ptbxl import SUPERCLASSES
from ecgnet.record import LEADS

if TYPE_CHECKING:  # who reads the tables needs no torch
    from ecgnet.archive.scorer import Scored
    from ecgnet.inference import Prediction

VERSION = 3
"""Of the schema."""
MEASURES = {
    "heart_rate": ("heart_rate_per_min", "1/min", "heart rate"),
    "pr": ("pr_ms", "ms", "PR interval"),
    "qrs": ("qrs_ms", "ms", "QRS duration"),
    "qt": ("qt_ms", "ms", "QT interval"),
    "qtc_bazett": ("qtc_bazett_ms", "ms", "QT corrected by Bazett"),
    "qtc_fridericia": ("qtc_fridericia_ms", "ms", "QT corrected by Fridericia"),
    "axis": ("axis_deg", "°", "frontal axis of the QRS complex"),
}
"""Measurement of a reading → column, unit, meaning."""

_TEXT, _YES, _REAL = pa.string(), pa.bool_(), pa.float32()
_TEXTS = pa.list_(_TEXT)
_QUALITY = pa.struct([(lead, _TEXTS) for lead in LEADS])
_STATEMENTS = pa.list_(pa.struct([("code", _TEXT), ("probability", _REAL), ("set_aside", _TEXT)]))


@dataclass(frozen=True, slots=True)
class Column:
    """One column: value: taken from an ECG that was answered for, None where there is nothing to say."""

    name: str
    type: pa.DataType
    about: str
    value: Callable[[Scored], Any]
    unit: str = ""


def columns_of(models: Sequence[str]) -> tuple[Column, ...]:
    """All columns where these models are asked."""
    return (*_ECG, *_MEASURED, *_CONCLUDED, *(c for model in models for c in _answers(model)), *_MADE)


def schema_of(columns: Sequence[Column]) -> pa.Schema:
    """Units and meanings in the fields' metadata, the version in the schema's."""
    fields = [
        pa.field(
            c.name, c.type, metadata={"unit": c.unit, "about": c.about} if c.unit else {"about": c.about}
        )
        for c in columns
    ]
    return pa.schema(fields, metadata={"ecgnet.schema": str(VERSION)})


def column(model: str, what: str) -> str:
    """What a column of one model is called: `column("late_fusion", "p_MI")`."""
    return f"{model}_{what}"


def _flags(scored: Scored) -> Mapping[str, list[str]]:
    return {lead.lead: list(lead.flags) for lead in scored.reading.quality.leads}


def _recorded(name: str) -> Callable[[Scored], Any]:
    return lambda scored: getattr(scored.reading.record.metadata, name)


def _of_recorder(name: str) -> Callable[[Scored], Any]:
    def found(scored: Scored) -> Any:
        recorder = scored.reading.record.recorder
        return None if recorder is None else getattr(recorder, name)

    return found


def _recorded_on(scored: Scored) -> date | None:
    at = _of_recorder("recorded_at")(scored)
    return at.date() if isinstance(at, datetime) else at


_ECG = (
    Column("file", _TEXT, "the file as it was listed, with the way inside it", lambda s: s.file),
    Column("exam", _TEXT, "the ECG's name in a file of several; PTB-XL's ecg_id", lambda s: s.exam),
    Column("format", _TEXT, "the file's format", lambda s: s.format),
    Column("signal_sha256", _TEXT, "SHA-256 of rate and samples: `signal_hash`", lambda s: s.sha256),
    Column("fs_hz", _REAL, "sampling rate of the recording", lambda s: s.reading.record.fs, "Hz"),
    Column("duration_s", pa.float64(), "of the whole recording", lambda s: s.reading.duration, "s"),
    Column(
        "window_start_s",
        pa.float64(),
        "where the part that was read begins",
        lambda s: s.reading.window[0],
        "s",
    ),
    Column("window_end_s", pa.float64(), "where it ends", lambda s: s.reading.window[1], "s"),
    Column("age_years", _REAL, "as the file states it", _recorded("age"), "years"),
    Column("sex", _TEXT, "female or male, as the file states it", _recorded("sex")),
    Column(
        "device", _TEXT, "maker and model of the recorder, as the file states them", _of_recorder("device")
    ),
    Column("recorded_on", pa.date32(), "day of the recording, as the file states it", _recorded_on),
    Column(
        "recorder_statements",
        _TEXTS,
        "what the recorder itself stated",
        lambda s: list(_of_recorder("statements")(s) or ()),
    ),
    Column(
        "recorder_confirmed",
        _YES,
        "whether a physician confirmed that; null where the file does not say",
        _of_recorder("confirmed"),
    ),
    Column("readable", _YES, "whether anybody should judge the ECG", lambda s: s.reading.relied_on),
    Column("unreadable_reason", _TEXT, "why not", lambda s: s.reading.unreadable),
    Column("quality", _QUALITY, "what is wrong with each lead: keys of ecgnet.quality.FLAGS", _flags),
    Column("quality_fine", _YES, "whether nothing is wrong with any lead", lambda s: s.reading.quality.fine),
    Column(
        "limb_leads_contradict",
        _YES,
        "whether Einthoven's or Goldberger's equations do not hold",
        lambda s: s.reading.quality.limb_leads is not None,
    ),
    Column(
        "electrodes_exchanged",
        _TEXT,
        "which seem exchanged: a key of ecgnet.leads.SWAPS",
        lambda s: s.exchanged,
    ),
)
_MEASURED = tuple(
    column
    for name, (title, unit, about) in MEASURES.items()
    for column in (
        Column(
            title,
            _REAL,
            f"{about}; null where it cannot be measured",
            lambda s, n=name: s.reading.ranges[n].value,
            unit,
        ),
        Column(f"{name}_flag", _TEXT, "low, high or critical", lambda s, n=name: s.reading.ranges[n].flag),
    )
)
_CONCLUDED = (
    Column("rhythm", _TEXT, "in words", lambda s: s.reading.rhythm.text or None),
    Column("rhythm_code", _TEXT, "SCP-ECG code", lambda s: s.reading.rhythm.code),
    Column(
        "critical",
        _TEXTS,
        "critical values and findings, in words",
        lambda s: [c.text for c in s.reading.critical],
    ),
    Column(
        "critical_level",
        _TEXT,
        "critical or urgent, the graver of them",
        lambda s: s.reading.critical[0].level if s.reading.critical else None,
    ),
    Column("conclusion", _TEXT, "the headline of the reading", lambda s: s.reading.conclusion.text),
    Column("grade", _TEXT, "the class of the ECG", lambda s: s.reading.conclusion.grade),
    Column(
        "within_limits",
        _YES,
        "whether all that was measured lies within its limits, without which no ECG is called normal",
        lambda s: s.reading.prediction.within_limits if s.reading.prediction else None,
    ),
    Column("warnings", _TEXTS, "what was done, assumed or is doubtful", lambda s: list(s.warnings)),
)
_MADE = (
    Column(
        "milliseconds",
        _REAL,
        "of computing, reading left out; differs from run to run",
        lambda s: s.milliseconds,
        "ms",
    ),
    Column("ecgnet_version", _TEXT, "that answered", lambda s: __version__),
    Column("source", _TEXT, "the file or URL that was listed", lambda s: s.source.name),
    Column(
        "source_bytes", pa.int64(), "its size, with the files that belong to it", lambda s: s.source.size, "B"
    ),
    Column("source_version", _TEXT, "what changes when it is replaced", lambda s: s.source.version),
)


def _answers(model: str) -> tuple[Column, ...]:
    """What one model answers; null where it was not asked, states and trust also where the ECG cannot be read."""

    def of(value: Callable[[Prediction], Any]) -> Callable[[Scored], Any]:
        def found(scored: Scored) -> Any:
            prediction = scored.predictions.get(model)
            return None if prediction is None else value(prediction)

        return found

    def state(label: str) -> Callable[[Scored], Any]:
        return lambda s: s.reading.states_by_model[model][label] if _judged(s, model) else None

    def trust(name: str) -> Callable[[Scored], Any]:
        return lambda s: getattr(s.trusts[model], name) if model in s.trusts else None

    return (
        *(
            Column(
                column(model, f"p_{label}"),
                _REAL,
                f"calibrated probability of {label}",
                of(lambda p, n=label: p.probability(n)),
            )
            for label in SUPERCLASSES
        ),
        *(
            Column(column(model, f"state_{label}"), _TEXT, "present, possible, open or absent", state(label))
            for label in SUPERCLASSES
        ),
        Column(
            column(model, "statements"),
            _STATEMENTS,
            "SCP-ECG statements at or above their threshold; of the leading model also why one does not stand",
            lambda s: s.statements(model),
        ),
        Column(
            column(model, "p_statements"),
            pa.list_(_REAL),
            "calibrated probabilities of all statements, in the order of ecgnet.statements.STATEMENTS",
            of(lambda p: p.statements.tolist()),
        ),
        Column(
            column(model, "abstain"), _YES, "whether the answer is better left to a reader", trust("abstain")
        ),
        Column(
            column(model, "confidence"),
            _REAL,
            "share of PTB-XL's answers less sure than this",
            trust("confidence"),
        ),
        Column(
            column(model, "familiar"), _YES, "whether the ECG is like those learnt from", trust("familiar")
        ),
        Column(column(model, "unfamiliarity"), _REAL, "distance from those, 1 is the limit", trust("score")),
        Column(
            column(model, "weights"), _TEXT, "name and checksum of the weights", of(lambda p: p.weights_id)
        ),
        Column(
            column(model, "milliseconds"),
            _REAL,
            "a share of its batch, as if the model had been asked alone; differs from run to run",
            of(lambda p: p.milliseconds),
            "ms",
        ),
    )


def _judged(scored: Scored, model: str) -> bool:
    return scored.reading.relied_on and model in scored.predictions
