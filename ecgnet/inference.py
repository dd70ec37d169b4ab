"""Records in, predictions out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from ecgnet import weights
from ecgnet.device_faults import in_spite_of_faults
from ecgnet.engine import answered
from ecgnet.language import for_all, joined, say, say_n
from ecgnet.lazy import torch, without_gradients
from ecgnet.modalities import Modalities, Spec, encode_metadata
from ecgnet.notices import Notice, NoticeKind
from ecgnet.record import Record, RecordError
from ecgnet.remote import answers_there, at_service
from ecgnet.signal import bridge, fit_length, recorded, resample, steady
from ecgnet.site_profile import SiteProfile
from ecgnet.statements import STATEMENTS
from ecgnet.states import State, StateLimits
from ecgnet.weights import Model

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, eq=False)
class Prediction:
    """One model's answer for one record.

    logits, probabilities (calibrated) and thresholds, from which a class is present: (5,) as `labels`; limits: from which
    probabilities a class is absent, open, possible or present; statements: (71,) calibrated probabilities as
    `ecgnet.statements.STATEMENTS`, statement_thresholds (71,); weights_id names the parameters; milliseconds: from the
    record's samples to probabilities, a record's share of its batch; notices: what was done to the record to make it fit;
    features (D,): what the model's heads saw, for comparing records with one another; hidden (D',): of a fusion of branches
    what the branches' heads saw, one behind the other, of others the features again, for comparing with the training data;
    within_limits: whether all that was measured lies within its limits, as a reading finds it; without that nothing is
    called normal; profile: the site profile that these probabilities and limits are by.
    """

    model: str
    labels: tuple[str, ...]
    logits: np.ndarray
    probabilities: np.ndarray
    thresholds: np.ndarray
    statements: np.ndarray
    weights_id: str
    device: str
    milliseconds: float
    notices: tuple[Notice, ...] = ()
    limits: StateLimits | None = None
    statement_thresholds: np.ndarray = field(default_factory=lambda: np.full(len(STATEMENTS), np.inf))
    features: np.ndarray = field(default_factory=lambda: np.zeros(0, np.float32))
    hidden: np.ndarray = field(default_factory=lambda: np.zeros(0, np.float32))
    within_limits: bool = True
    profile: SiteProfile | None = None

    @property
    def stated(self) -> dict[str, float]:
        """The statements at or above their threshold → their probability, the most probable first."""
        found = {
            code: float(p)
            for code, p, t in zip(STATEMENTS, self.statements, self.statement_thresholds, strict=True)
            if p >= t
        }
        return dict(sorted(found.items(), key=lambda item: -item[1]))

    @property
    def states(self) -> dict[str, State]:
        """The state of each class."""
        limits = self.limits or StateLimits(self.labels, self.thresholds, self.thresholds)
        return limits.states(self.probabilities, self.within_limits)

    @property
    def called(self) -> tuple[str, ...]:
        """The classes that are present."""
        return tuple(label for label, state in self.states.items() if state == "present")

    def probability(self, label: str) -> float:
        """The calibrated probability of one label."""
        return float(self.probabilities[self.labels.index(label)])


def at_site(prediction: Prediction, profile: SiteProfile | None) -> Prediction:
    """The answer as a site profile adapts it: probabilities and limits are the site's, the logits stay. That of another
    model than the profile's, and any without a profile, is returned as it is."""
    if profile is None or profile.model != prediction.model:
        return prediction
    return replace(
        prediction,
        probabilities=profile.transform(prediction.probabilities, prediction.statements),
        thresholds=profile.limits.present_from,
        limits=profile.limits,
        weights_id=f"{prediction.weights_id}, {profile.name}",
        profile=profile,
    )


def model_input(record: Record, spec: Spec) -> tuple[np.ndarray, tuple[Notice, ...]]:
    """The record as the networks take it: (12, 1000) float32 mV at 100 Hz, and a notice of each change made for that; as
    `fitted`, and a wandering baseline is filtered away."""
    signal, notices = fitted(record, spec)
    (signal,), (restless,) = steady(signal[None], spec.fs)
    if restless:
        words = say(
            "The baseline wanders; for the model it was filtered away below 0.5 Hz, without phase shift."
        )
        notices = (*notices, Notice(NoticeKind.WANDER_FILTERED, words))
    return signal, notices


def fitted(record: Record, spec: Spec) -> tuple[np.ndarray, tuple[Notice, ...]]:
    """The record at the networks' rate and length, (12, 1000) float32 mV at 100 Hz, and a notice of each change made.

    Ends that hold no ECG are left out and short gaps bridged; of a long record the middle is taken, a short one is
    repeated. Raises RecordError for a record that lacks leads or more than short gaps.
    """
    if not record.complete:
        raise RecordError(
            say(
                "{id} is not judged: {lacking} not recorded.",
                id=record.id,
                lacking=_lacking(record),
            )
        )
    notices = []
    part = recorded(record.signal, record.fs)
    signal = record.signal[:, part]
    if empty := record.n_samples - signal.shape[1]:
        words = say(
            "{empty:.1f} s at the ends hold no ECG and are left out.",
            empty=empty / record.fs,
        )
        notices.append(Notice(NoticeKind.FILLING, words))
    if record.gaps:
        signal = bridge(signal)
        words = say(
            "Short gaps in {gaps} are bridged by straight lines for the model.",
            gaps=", ".join(record.gaps),
        )
        notices.append(Notice(NoticeKind.GAPS_BRIDGED, words))
    if record.fs != spec.fs:
        signal = resample(signal, record.fs, fs_to=spec.fs)
        words = say(
            "Resampled from {fs:g} to {fs_2} Hz for the model.",
            fs=record.fs,
            fs_2=spec.fs,
        )
        notices.append(Notice(NoticeKind.RESAMPLED, words))
    kind = NoticeKind.CUT if signal.shape[1] > spec.samples else NoticeKind.REPEATED
    signal, done = fit_length(signal, spec.samples)
    if done:
        notices.append(Notice(kind, done))
    return signal, tuple(notices)


def _lacking(record: Record) -> str:
    """ "lead V1 was", "leads V4, V5 and V6 were", "parts of leads I and II were"."""

    what = []
    if missing := record.missing:
        what.append(say_n("lead {leads}", "leads {leads}", n=len(missing), leads=_and(missing)))
    if gaps := list(record.gaps):
        what.append(say_n("part of lead {leads}", "parts of leads {leads}", n=len(gaps), leads=_and(gaps)))
    return say_n(
        "{what} was", "{what} were", n=len(record.missing) + len(record.gaps), what=joined(" and ", what)
    )


def _and(names: Sequence[str]) -> str:
    *others, last = names
    return say("{first} and {last}", first=", ".join(others), last=last) if others else last


def window_start(record: Record, spec: Spec) -> float:
    """Where in the record, in s, the networks' first sample lies; negative for a record shorter than the window."""
    part, length = _recorded(record, spec)
    spare = abs(length - spec.samples) // 2 / spec.fs
    return part.start / record.fs + (spare if length > spec.samples else -spare)


def own_part(record: Record, spec: Spec) -> slice:
    """Which samples of the networks' window are the record's own; around a short record the others repeat them."""
    _, length = _recorded(record, spec)
    before = max(0, spec.samples - length) // 2
    return slice(before, before + min(length, spec.samples))


def _recorded(record: Record, spec: Spec) -> tuple[slice, int]:
    """The part of the record that holds an ECG, at its rate, and its length at the networks'."""
    part = recorded(record.signal, record.fs)
    return part, max(1, round((part.stop - part.start) * spec.fs / record.fs))


def window_read(record: Record, spec: Spec) -> Record:
    """What the networks read of a record, at its own rate: of a long one 10 s, of others all."""
    first = max(0, round(window_start(record, spec) * record.fs))
    length = round(spec.samples * record.fs / spec.fs)
    if record.n_samples <= length:
        return record
    return record.cut(first, length)


def modalities_of(model: Model, records: Sequence[Record]) -> Modalities:
    """The records as the model sees them, on its device; each record is made fit by `model_input`."""
    return _transformed(model, records, [model_input(record, model.card.spec)[0] for record in records])


def _transformed(model: Model, records: Sequence[Record], waves: Sequence[np.ndarray]) -> Modalities:
    """The modalities of records whose waves (12, 1000) were made fit."""
    metadata = encode_metadata([record.metadata for record in records])
    return model.transform(torch.from_numpy(np.stack(waves)).to(model.device), metadata.to(model.device))


class Predictor:
    """One trained model that answers for records. Loads on construction, unless a service answers in its place (`remote`);
    raises WeightsError when it cannot.

    >>> from ecgnet.demo import draw
    >>> predictor = Predictor("waveform_cnn")
    >>> infarction, normal = predictor.predict([draw("imi", 1), draw("norm_female", 1)])
    >>> infarction.called, normal.called
    (('MI',), ('NORM',))
    >>> infarction.probability("MI") > 0.9
    True
    """

    def __init__(self, name: str, device: torch.device | None = None) -> None:
        self.model = weights.described(name) if answers_there() else weights.load(name, device)

    @property
    def name(self) -> str:
        """The model's name."""
        return self.model.name

    def modalities(self, records: Sequence[Record]) -> Modalities:
        """The records as the model sees them, on its device."""
        return modalities_of(self.model, records)

    def predict(self, records: Sequence[Record]) -> list[Prediction]:
        """One prediction a record, in order."""
        return predict_together([self], records)[self.name] if records else []


@at_service
@without_gradients
def predict_together(
    predictors: Sequence[Predictor], records: Sequence[Record]
) -> dict[str, list[Prediction]]:
    """Every model's predictions for the same records, by model name.

    The modalities are made once for models of one spec, and a branch runs once however many fusions use it; a
    fusion's milliseconds still count its branches, as if it had been asked alone.
    """
    models = {predictor.name: predictor.model for predictor in predictors}
    return in_spite_of_faults(_answers, models, ecgs=records)


@for_all
def _answers(models: Mapping[str, Model], records: Sequence[Record]) -> dict[str, list[Prediction]]:
    notices: dict[Spec, list[tuple[Notice, ...]]] = {}

    def see(model: Model) -> Modalities:
        waves, noted = zip(*(model_input(record, model.card.spec) for record in records), strict=True)
        notices[model.card.spec] = list(noted)
        return _transformed(model, records, waves)

    answers = {}
    for name, run in answered(see, models).items():
        model = models[name]
        share = run.milliseconds / len(records)
        parts = (run.output.logits, run.output.statements, run.output.features, run.hidden)
        rows = zip(*map(to_numpy, parts), notices[model.card.spec], strict=True)
        answers[name] = [_prediction(model, *row, share, noted) for *row, noted in rows]
    return answers


def _prediction(
    model: Model,
    logits: np.ndarray,
    statement_logits: np.ndarray,
    features: np.ndarray,
    hidden: np.ndarray,
    share: float,
    notices: tuple[Notice, ...],
) -> Prediction:
    """One record's logits (5,), statement logits (71,), features (D,) and hidden features (D',) with all that belongs to
    them."""
    card = model.card
    return Prediction(
        card.name,
        card.labels,
        logits,
        card.calibrate(logits),
        card.state_limits.present_from,
        card.calibrate_statements(statement_logits),
        card.weights_id,
        weights.describe_device(model.device),
        share,
        notices,
        card.state_limits,
        card.statement_thresholds,
        features,
        hidden,
    )


@at_service
def views(predictor: Predictor, record: Record) -> dict[str, np.ndarray]:
    """The record as the model sees it, by modality, without the batch axis: waveform (12, 1000) mV, spectrum (12, 501) dB,
    spectrogram (12, 33, 126) dB, metadata (4,)."""
    made = predictor.modalities([record])
    found = {name: to_numpy(getattr(made, name)[0]) for name in ("waveform", "spectrum", "metadata")}
    return found | {"spectrogram": to_numpy(made.decibel[0])}


def to_numpy(values: Tensor) -> np.ndarray:
    """A tensor on any device as a float32 array."""
    return values.detach().float().cpu().numpy()
