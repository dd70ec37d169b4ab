"""What the models would answer without a lead, a view or the patient data, or for another patient.

A lead that is left out is a flat line at 0 mV, as in training, where whole leads were dropped at random; a view that
is left out is that of a flat line; patient data that are left out are unknown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ecgnet.engine import Engine
from ecgnet.explain.error import ExplanationError
from ecgnet.explain.question import Progress, enough_memory, silent
from ecgnet.inference import Predictor, modalities_of, to_numpy
from ecgnet.language import mark, say, worded
from ecgnet.lazy import torch, without_gradients
from ecgnet.modalities import Modalities, encode_metadata
from ecgnet.record import LEADS, Metadata, Record
from ecgnet.remote import at_service
from ecgnet.weights import Model

SAME = 0.015
"""A smaller change of a probability is none worth telling."""


@worded("title")
@dataclass(frozen=True)
class Left:
    """What is left out: some leads, or one modality; title: in words, as they go after "without"."""

    title: str
    leads: tuple[str, ...] = ()
    modality: str = ""


TERRITORIES = (
    Left(mark("II, III and aVF (inferior)"), ("II", "III", "aVF")),
    Left(mark("V1 to V4 (anteroseptal)"), ("V1", "V2", "V3", "V4")),
    Left(mark("I, aVL, V5 and V6 (lateral)"), ("I", "aVL", "V5", "V6")),
)
SINGLE_LEADS = tuple(Left(lead, (lead,)) for lead in LEADS)
VIEWS = (
    Left(mark("the waveform"), modality="waveform"),
    Left(mark("the spectrum"), modality="spectrum"),
    Left(mark("the spectrogram"), modality="spectrogram"),
    Left(mark("age and sex"), modality="metadata"),
)
EVERYTHING = (*TERRITORIES, *VIEWS, *SINGLE_LEADS)


@at_service
@enough_memory(mark("these models"))
@without_gradients
def leave_out(
    predictors: Sequence[Predictor],
    record: Record,
    *,
    left: Sequence[Left] = EVERYTHING,
    progress: Progress = silent,
) -> dict[str, np.ndarray]:
    """Every model's calibrated probabilities (1 + len(left), 5), by model: first as recorded, then without each.

    NaN where a model does not read what is left out. All variants go through a network as one batch, and a branch runs
    once however many fusions use it. Raises RecordError for an incomplete record and ExplanationError for a lead that
    does not exist, and when the GPU's memory does not suffice.
    """
    engine = Engine(lambda model: variants(model, record, left=left))
    answers = {}
    for k, predictor in enumerate(predictors):
        model = predictor.model
        found = model.card.calibrate(to_numpy(engine.run(model).output.logits))
        unread = [bool(item.modality) and item.modality not in model.network.needs for item in left]
        found[1:][unread] = np.nan
        answers[predictor.name] = found
        progress((k + 1) / len(predictors))
    return answers


def variants(model: Model, record: Record, *, left: Sequence[Left]) -> Modalities:
    """The record as recorded and without each of `left`, as one batch of 1 + len(left).

    Raises ExplanationError for a lead that does not exist.
    """
    for lead in {lead for item in left for lead in item.leads} - set(LEADS):
        raise ExplanationError(
            say(
                "There is no lead {lead}; there are {leads}.",
                lead=lead,
                leads=", ".join(LEADS),
            )
        )
    transform = model.transform
    base = modalities_of(model, [record])
    wave = base.waveform.repeat(len(left) + 1, 1, 1)
    for k, item in enumerate(left, 1):
        wave[k, [LEADS.index(lead) for lead in item.leads]] = 0
    seen = transform(wave, base.metadata.expand(len(wave), -1))
    empty = transform(torch.zeros_like(base.waveform), torch.zeros_like(base.metadata))
    changed = {}
    for k, item in enumerate(left, 1):
        if item.modality:
            values = changed.setdefault(item.modality, getattr(seen, item.modality).clone())
            values[k] = getattr(empty, item.modality)[0]
    return seen.with_inputs(**changed)


@at_service
@enough_memory(mark("these models"))
@without_gradients
def for_patients(
    predictors: Sequence[Predictor], record: Record, *, patients: Sequence[Metadata]
) -> dict[str, np.ndarray]:
    """The calibrated probabilities (len(patients), 5) that models would give this ECG for other patients, by model.

    Only models that read age and sex are asked; a fusion's branches, which do not, run once.
    """
    engine = Engine(lambda model: modalities_of(model, [record]))
    metadata = encode_metadata(patients)
    answers = {}
    for predictor in predictors:
        model = predictor.model
        if "metadata" in model.network.needs:
            output = engine.for_patients(model, metadata.to(model.device))
            answers[predictor.name] = model.card.calibrate(to_numpy(output.logits))
    return answers


def told_change(what: str, label: str, *, before: float, after: float) -> str:
    """A change of a probability as a sentence: "Without V1 to V4 the probability of MI falls from 0.91 to 0.34."

    what: how the sentence begins, "Without V1 to V4".
    """
    if abs(after - before) < SAME:
        return say(
            "{what} the probability of {label} stays at {before:.2f}.",
            what=what,
            label=label,
            before=before,
        )
    if after < before:
        return say(
            "{what} the probability of {label} falls from {before:.2f} to {after:.2f}.",
            what=what,
            label=label,
            before=before,
            after=after,
        )
    return say(
        "{what} the probability of {label} rises from {before:.2f} to {after:.2f}.",
        what=what,
        label=label,
        before=before,
        after=after,
    )
