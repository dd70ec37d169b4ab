"""What the service answers, without HTTP: files in, rows out, by the code of the command line and the app."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ecgnet import __version__
from ecgnet.archive.refusals import kind_of
from ecgnet.cards import available, read_card
from ecgnet.demo import draw
from ecgnet.explain import (
    METHODS,
    Explanation,
    ExplanationError,
    band_shares,
    best_method,
    explain,
    field_shares,
    lead_shares,
    lead_sums,
    summarise,
)
from ecgnet.explain.question import calibrated, target_index
from ecgnet.file_answers import predictions, reading_row
from ecgnet.folders import WeightsError
from ecgnet.inference import Predictor
from ecgnet.judge import Reading, judge
from ecgnet.models import DEFAULT, REGISTRY
from ecgnet.readers import Answer, ReadError, read_apart, warm_up
from ecgnet.reading import wording
from ecgnet.record import Record, RecordError
from ecgnet.service.batching import Batches
from ecgnet.service.faults import Fault
from ecgnet.service.limits import ServiceLimits
from ecgnet.service.metrics import Metrics
from ecgnet.service.schema import ExplainOptions, FileOptions, ReadOptions
from ecgnet.site_profile import SiteProfile
from ecgnet.weights import choose_device, describe_device

BATCH, BATCH_GPU = 8, 64
"""ECGs that the networks see at once; more of them on a processor cost memory and save no time."""
Row = dict[str, Any]


class Answering:
    """The models, what they are asked, and one thread that asks them. profile: of the site, for the answers of its model.
    Threads may call every method at once."""

    def __init__(
        self,
        *,
        profile: SiteProfile | None = None,
        limits: ServiceLimits | None = None,
        metrics: Metrics | None = None,
    ) -> None:
        self.profile, self.limits, self.metrics = profile, limits or ServiceLimits(), metrics or Metrics()
        self.device = choose_device()
        self.batches = Batches(BATCH if self.device.type == "cpu" else BATCH_GPU, told=self.metrics.batch)
        self._predictors: dict[str, Predictor] = {}
        self._loading = threading.Lock()

    def warm(self) -> None:
        """Load what the first client would wait for. Raises WeightsError without the default model."""
        warm_up()
        judge(draw("norm_male", 1, fs=500), [self.predictor(self.default)], ask=self.batches.ask)

    @property
    def default(self) -> str:
        """The model that answers where none is named. Raises WeightsError without any."""
        there = available()
        if not there:
            raise WeightsError("weights/ holds no model.")
        return DEFAULT if DEFAULT in there else there[0]

    def predictor(self, name: str) -> Predictor:
        """A model, loaded once. Raises Fault for one that is not there or whose weights do not fit."""
        if name not in REGISTRY:
            raise Fault("no_model", f"No model has the name given; there are {', '.join(available())}.")
        with self._loading:
            if name not in self._predictors:
                try:
                    self._predictors[name] = Predictor(name, self.device)
                except WeightsError as error:
                    raise Fault("no_model", str(error)) from None
            return self._predictors[name]

    def read(self, files: Mapping[str, bytes], options: ReadOptions) -> Row:
        """The reading of every ECG in some files. Raises Fault."""
        names = tuple(dict.fromkeys(options.models or (self.default,)))
        predictors = [self.predictor(name) for name in names]
        cards = {predictor.name: predictor.model.card for predictor in predictors}
        rows = []
        for answer in self._answers(files, options):
            reading = None
            if answer.record is not None:
                reading = judge(
                    _of_patient(answer.record, options),
                    predictors,
                    anyway=options.anyway,
                    profile=self.profile,
                    ask=self.batches.ask,
                )
            said = predictions(reading, models=names, cards=cards) if reading else []
            rows.append(reading_row(answer, reading) | _why_not(answer) | {"predictions": said})
        return _whole(rows)

    def explain(self, files: Mapping[str, bytes], options: ExplainOptions) -> Row:
        """Why a model answers as it does for the one ECG in some files. Raises Fault."""
        predictor = self.predictor(options.model or self.default)
        if options.method is not None and options.method not in METHODS:
            raise Fault("options", f"There is no method of that name; there are {', '.join(METHODS)}.")
        answers = self._answers(files, options)
        if sum(answer.ok for answer in answers) > 1:
            raise Fault("options", "One ECG is explained at a time; these files hold several.")
        rows = []
        for answer in answers:
            row = answer.values() | _why_not(answer) | {"explanation": None}
            if answer.record is not None:
                try:
                    row["explanation"] = self._explained(
                        predictor, _of_patient(answer.record, options), options
                    )
                except (ExplanationError, RecordError) as error:
                    row |= {"ok": False, "error": str(error), "kind": "no_explanation"}
            rows.append(row)
        return _whole(rows)

    def models(self) -> Row:
        """What is there to be asked."""
        rows = []
        for name in available():
            card = read_card(name)
            rows.append(
                {
                    "name": name,
                    "title": card.title,
                    "summary": card.summary,
                    "labels": list(card.labels),
                    "statements": list(card.statement_codes),
                    "weights": card.weights_id,
                    "checksum": card.checksum,
                    "parameters": card.parameters,
                    "reads_metadata": REGISTRY[name].metadata,
                    "default": name == self.default,
                    "test_macro_auc": card.test.macro_auc if card.test else None,
                }
            )
        return {
            "models": rows,
            "methods": {name: method.tooltip for name, method in METHODS.items()},
            "device": describe_device(self.device),
            "profile": self.profile and self.profile.sentence,
            "version": __version__,
            "notice": wording.NOTICE,
        }

    def _answers(self, files: Mapping[str, bytes], options: FileOptions) -> list[Answer]:
        """The ECGs in some files, read in the limited process as the app reads them."""
        if not files:
            raise Fault(
                "no_file", "Nothing was sent: an ECG's file, as a form or as it is, or a signal as JSON."
            )
        try:
            answers = read_apart(
                files,
                fs=options.fs,
                unit=options.unit,
                leads=options.leads,
                recording=options.recording,
                partial=True,
            )
        except ReadError as error:
            raise Fault("options", str(error)) from None
        for answer in answers:
            self.metrics.file("read" if answer.ok else kind_of(answer))
        if len(answers) > self.limits.records:
            raise Fault(
                "too_large",
                f"These files hold {len(answers)} ECGs, and a request may hold {self.limits.records}: send them in "
                "parts, or use ecgnet score.",
            )
        return answers

    def _explained(self, predictor: Predictor, record: Record, options: ExplainOptions) -> Row:
        reading = judge(record, [predictor], anyway=options.anyway, ask=self.batches.ask)
        if reading.prediction is None:
            raise ExplanationError(_not_judged(reading))
        card, first = predictor.model.card, reading.prediction
        target = options.target or first.labels[int(first.probabilities.argmax())]
        place = target_index(predictor, target)
        carried = options.on_trace and bool({"spectrum", "spectrogram"} & set(predictor.model.network.needs))
        view = "waveform" if options.on_trace else predictor.model.network.needs[0]
        method = options.method or best_method(card, view, carried=carried)[0]
        beats = reading.measurements.beats
        against = options.against or ("normal" if len(beats) >= 2 else "zero")
        if METHODS[method].sensitivity:
            against = "zero"
        maps = explain(
            predictor,
            reading.record,
            target=target,
            method=method,
            on_trace=options.on_trace,
            against=against,
            beats=beats,
        )
        one = next(iter(maps.values()))
        chance = calibrated(predictor, np.array([one.logit]), place=place)
        return {
            "model": predictor.name,
            "weights": card.weights_id,
            "target": target,
            "probability": round(float(chance[0]), 6),
            "logit": one.logit,
            "baseline_logit": one.baseline_logit,
            "baseline": one.baseline,
            "method": method,
            "against": against,
            "on_trace": one.on_trace,
            "completeness_error": one.completeness_error,
            "window": [round(v, 3) for v in reading.window],
            "maps": [_summed(found, options.values) for found in maps.values()],
        }


def _not_judged(reading: Reading) -> str:
    if reading.unreadable:
        return f"Not judged, so there is nothing to explain: {reading.unreadable}"
    return next((note for note in reading.warnings if "is not judged" in note), "Not judged.")


def _summed(found: Explanation, values: bool) -> Row:
    leads = found.modality != "metadata"
    return {
        "modality": found.modality,
        "lead_sums": lead_sums(found) if leads else None,
        "lead_shares": lead_shares(found) if leads else None,
        "band_shares": band_shares(found) if found.modality in ("spectrum", "spectrogram") else None,
        "field_shares": None if leads else field_shares(found),
        "sentences": list(summarise(found)),
        "shape": list(found.values.shape),
        "values": found.values.round(6).tolist() if values else None,
    }


def _of_patient(record: Record, options: FileOptions) -> Record:
    """The record with the age and sex that were told."""
    told = {key: value for key in ("age", "sex") if (value := getattr(options, key)) is not None}
    return record.with_metadata(replace(record.metadata, **told))


def _why_not(answer: Answer) -> Row:
    question = answer.question
    return {
        "kind": None if answer.ok else kind_of(answer),
        "asks": list(question.asks) if question is not None else [],
    }


def _whole(rows: Sequence[Row]) -> Row:
    """The rows with the error of the first, where none is well."""
    failed = None if any(row["ok"] for row in rows) else next(iter(rows), None)
    error = failed and {"kind": failed["kind"], "message": failed["error"]}
    return {
        "answers": list(rows),
        "error": error,
        "version": __version__,
        "notice": wording.NOTICE,
    }
