"""What a network attended to: its own pooling weights, laid on the axes of the record.

Attention says where a network looked, not what it concluded: weights can move without moving the answer (Jain and
Wallace 2019). Read them beside an attribution.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ecgnet import models
from ecgnet.explain.question import enough_memory
from ecgnet.inference import Predictor, to_numpy
from ecgnet.language import Words, mark, say
from ecgnet.lazy import torch
from ecgnet.modalities import Spec
from ecgnet.models import REGISTRY, Kind
from ecgnet.record import Record
from ecgnet.remote import at_service

if TYPE_CHECKING:
    from ecgnet.models import Network


@dataclass(frozen=True, eq=False)
class AttentionMap:
    """Attention over one modality, summing to 1.

    values: waveform (125,), spectrum (63,), spectrogram (4, 125), modalities (4,) or (5,); axes: the centres of the
    cells, an array per axis of values: s, Hz, (Hz, s); none for "modalities", which has `labels` instead, the names
    of the branches and, where it is heard, "metadata". title and sentence: what it shows, for people.
    """

    modality: str
    values: np.ndarray
    axes: tuple[np.ndarray, ...]
    title: str
    sentence: str
    labels: tuple[str, ...] = ()


TITLES = Words(
    {
        "waveform": "Attention over time",
        "spectrum": "Attention over frequency",
        "spectrogram": "Attention over frequency and time",
        "modalities": "Attention over modalities",
    }
)
SENTENCES = Words(
    {
        "waveform": "Which moments of the recording the 1D-CNN + BiLSTM listened to, in all leads together.",
        "spectrum": "Which frequencies the Transformer listened to, in all leads together, traced back through its layers.",
        "spectrogram": "Which frequency bands, at which moments, the 2D-CNN listened to, in all leads together.",
        "modalities": "How much of its answer the fusion drew from each branch's summary of this recording.",
    }
)
EARLY = mark("Which moments the early fusion listened to, in all leads and modalities together.")


@at_service
def attention_maps(predictor: Predictor, record: Record) -> dict[str, AttentionMap]:
    """One prediction's attention by modality; a modality without attention has no entry (`why_no_attention`).

    Raises ExplanationError when the GPU's memory does not suffice.
    """
    from ecgnet.models.prepared import fastest

    network, spec = predictor.model.network, predictor.model.card.spec
    with enough_memory(predictor.name), torch.inference_mode():
        attention = fastest(network, predictor.model.device)(predictor.modalities([record])).attention
    return {name: _map(name, to_numpy(weights[0]), network, spec) for name, weights in attention.items()}


def _map(name: str, values: np.ndarray, network: Network, spec: Spec) -> AttentionMap:
    values = values / values.sum()
    if name == "modalities":
        labels = tuple(network.project) if isinstance(network, models.IntermediateFusion) else ()
        return AttentionMap(name, values, (), TITLES[name], SENTENCES[name], labels)
    sentence = say(EARLY) if isinstance(network, models.EarlyFusion) else SENTENCES[name]
    return AttentionMap(name, values, cell_axes(name, values.shape, spec=spec), TITLES[name], sentence)


def cell_axes(name: str, shape: tuple[int, ...], *, spec: Spec) -> tuple[np.ndarray, ...]:
    """Cell centres: time in steps of a hop, the spectrum in steps of whole FFT bins, the spectrogram's bands up to
    half the sampling rate."""
    if name == "spectrum":
        bins = -(-spec.n_frequencies // shape[0])
        return (_centres(shape[0], bins * spec.fs / spec.samples),)
    times = _centres(shape[-1], spec.samples / spec.fs / shape[-1])
    return (times,) if name == "waveform" else (_centres(shape[0], spec.fs / 2 / shape[0]), times)


def _centres(n: int, step: float) -> np.ndarray:
    return (np.arange(n) + 0.5) * step


NOUNS = Words(
    {
        "waveform": "waveform",
        "spectrum": "FFT spectrum",
        "spectrogram": "spectrogram",
        "metadata": "patient data",
    }
)


_WITHOUT_ATTENTION = Words(
    {
        "waveform_cnn": "The 1D-CNN pools by mean and maximum",
        "waveform_short_resnet": "The short residual network pools by mean and maximum",
        "waveform_kernels": "A linear rule on counts weighs the whole record at once",
        "waveform_measurements": "Trees ask what was measured, one number after the other,",
        "waveform_inception": "The inception network pools by mean and maximum",
        "committee": "Its members pool, count or measure over the whole record, and the committee weighs each by one number",
    }
)


def why_no_attention(model: str, modality: str) -> str:
    """A sentence on why a registered model has no attention for a modality (or "modalities"); "" where it has one.

    Raises KeyError for a name that is not registered.
    """
    entry = REGISTRY[model]
    if modality == "modalities":
        return _why_not_over_modalities(model)
    reads = {name for branch in entry.branches or (model,) for name in _reads(branch)}
    if entry.metadata:
        reads.add("metadata")
    if modality not in reads:
        return say(
            "{title} does not read the {get}.",
            title=entry.title,
            get=NOUNS.get(modality, modality),
        )
    if modality == "metadata":
        return say(
            "Patient data are a few numbers, with no time or frequency to attend to; see their attributions."
        )
    if model in _WITHOUT_ATTENTION:
        return say(
            "{without_attention} and has no attention; for attention over time see {title}, and for the "
            "evidence in each lead the attributions.",
            without_attention=_WITHOUT_ATTENTION[model],
            title=REGISTRY["waveform_cnn_bilstm"].title,
        )
    if entry.kind is Kind.EARLY and modality != "waveform":
        return say(
            "{title} joins the {nouns} with the other inputs on one time axis and attends over time "
            "alone; see the attention over time.",
            title=entry.title,
            nouns=NOUNS[modality],
        )
    return ""


def _reads(model: str) -> tuple[str, ...]:
    return REGISTRY[model].reads


def _why_not_over_modalities(model: str) -> str:
    entry = REGISTRY[model]
    if not entry.is_fusion:
        return say(
            "{title} reads one modality, so there is nothing to choose between.",
            title=entry.title,
        )
    if entry.kind in (Kind.LATE, Kind.COMMITTEE):
        return say(
            "{title} weighs its networks by numbers learned once, the same for every recording; for "
            "weights that depend on the recording see {title_2}.",
            title=entry.title,
            title_2=REGISTRY["intermediate_fusion"].title,
        )
    if entry.kind is Kind.EARLY:
        return say(
            "Early fusion joins all inputs before its first layer and does not weigh them one against another; "
            "see the attributions."
        )
    return ""
