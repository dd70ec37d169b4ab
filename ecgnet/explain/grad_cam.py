"""Grad-CAM (Selvaraju et al. 2017; Captum's): where a network's last convolutional layer spoke for a label.

Coarse, without leads, and only what speaks for the label; laid on the record's axes as attention is.
"""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING

from ecgnet import models
from ecgnet.explain.attention import AttentionMap, cell_axes
from ecgnet.explain.error import ExplanationError
from ecgnet.explain.question import asked
from ecgnet.inference import Predictor, to_numpy
from ecgnet.language import Words, say
from ecgnet.lazy import torch
from ecgnet.models import REGISTRY
from ecgnet.record import Record
from ecgnet.remote import at_service

if TYPE_CHECKING:
    from torch import nn

    from ecgnet.models import Network

WORDS = Words(
    {
        "waveform": "Which moments spoke for {target} in the network's last convolutional layer, in all leads together.",
        "spectrum": "Which frequencies spoke for {target} in the network's last convolutional layer, in all leads together.",
        "spectrogram": "Which frequencies, at which moments, spoke for {target} in the network's last convolutional layer, "
        "in all leads together.",
    }
)


def why_no_grad_cam(model: str, modality: str) -> str:
    """A sentence on why a registered model has no Grad-CAM for a modality, with what works instead; "" where it has.

    Raises KeyError for a name that is not registered.
    """
    entry = REGISTRY[model]
    if entry.branches:
        number = {2: "two", 3: "three", 4: "four", 5: "five", 6: "six"}[len(entry.branches)]
        return say(
            "{title} joins {number} finished networks and has no convolutional layer of its own, which "
            "Grad-CAM needs; choose one of the {number}, or see the attribution.",
            title=entry.title,
            number=number,
        )
    if model.startswith("early_fusion"):
        instead = say("on the waveform's time axis alone, where all its inputs are joined")
        return (
            ""
            if modality == "waveform"
            else say("{title} has a Grad-CAM {instead}.", title=entry.title, instead=instead)
        )
    if modality not in entry.reads:
        return say(
            "{title} does not read the {modality}.",
            title=entry.title,
            modality=modality,
        )
    return _WITHOUT_LAYERS.get(entry.network, "")


_WITHOUT_LAYERS = Words(
    {
        "WaveformKernels": "What the random kernels answer is counted over the whole record, which leaves no layer "
        "that says "
        "where; see the attribution.",
        "MeasuredTrees": "Trees on measurements have no layers; the attribution lies where each thing was measured.",
    }
)


def last_convolution(network: Network) -> nn.Module:
    """The last convolutional stage. Raises ExplanationError for a network without one."""
    trunk = getattr(network, "trunk", None)
    if isinstance(network, models.BranchFusion) or not isinstance(trunk, torch.nn.Sequential):
        raise ExplanationError(say("This model has no convolutional layer of its own, which Grad-CAM needs."))
    while isinstance(trunk, torch.nn.Sequential):
        trunk = trunk[-1]
    return trunk


@at_service
def grad_cam(predictor: Predictor, record: Record, *, target: str) -> AttentionMap:
    """The Grad-CAM of the one label, on the axis of what the network reads (early fusion: the waveform's).

    Raises ExplanationError for a model without a convolutional stage, a label that it does not have, and where
    nothing speaks for the label.
    """
    from captum.attr import LayerGradCam

    spec = predictor.model.card.spec
    alone = deepcopy(predictor)  # Captum's hook would also catch what other threads predict meanwhile
    network = alone.model.network
    layer = last_convolution(network)
    modality = network.needs[0]
    with asked(alone, record, target=target, as_trained=True) as question:
        found = LayerGradCam(question.logit, layer).attribute(question.distances(), relu_attributions=True)
        assert isinstance(found, torch.Tensor)
        values = found.detach()[:, 0]
        if network.crop is not None:
            length = spec.samples
            starts = network.starts(length, spec.hop)
            if (
                finer := values.shape[-1] * spec.hop // network.crop
            ):  # cells of at most a hop, as `stitch` takes them
                values = values.unflatten(-1, (-1, finer)).mean(-1)
            values = network.stitch(values[None], starts, length, spec.hop)
    weights = to_numpy(values[0])
    if not weights.any():
        raise ExplanationError(
            say(
                "Nothing in the network's last convolutional layer speaks for {target} here.",
                target=target,
            )
        )
    where = {"waveform": "time", "spectrum": "frequency", "spectrogram": say("frequency and time")}[modality]
    return AttentionMap(
        modality,
        weights / weights.sum(),
        cell_axes(modality, weights.shape, spec=spec),
        say("Grad-CAM over {where}", where=where),
        WORDS[modality].format(target=target),
    )
