"""The residual network of bottlenecks: its shapes, its start, and that it answers the same once it is made ready."""

from __future__ import annotations

import torch

from ecgnet.modality_transform import ModalityTransform
from ecgnet.models import CANDIDATES, Network
from ecgnet.models.prepared import prepare_network
from ecgnet.models.xresnet import Bottleneck


def narrow() -> Network:
    torch.manual_seed(0)
    return (
        CANDIDATES["waveform_xresnet"]
        .build(widths=(4, 4), depths=(1, 2), hidden=8)
        .eval()
        .requires_grad_(False)
    )


def test_records_are_read_in_crops_and_answered_once():
    network = narrow()
    found = network(ModalityTransform()(torch.randn(2, 12, 1000), torch.zeros(2, 4), network.needs))
    assert (found.logits.shape, found.statements.shape, found.features.shape) == ((2, 5), (2, 71), (2, 8))


def test_every_block_begins_as_its_shortcut():
    x = torch.randn(2, 16, 20).relu()
    torch.testing.assert_close(Bottleneck(16, 4, kernel=5, stride=1)(x), x)


def test_made_ready_it_answers_the_same():
    network = narrow()
    for norm in network.modules():
        if isinstance(norm, torch.nn.BatchNorm1d):
            torch.nn.init.uniform_(norm.weight, 0.5, 1.5)  # as training leaves them
    seen = ModalityTransform()(0.3 * torch.randn(2, 12, 1000), torch.zeros(2, 4), network.needs)
    trained, ready = network(seen), prepare_network(network)(seen)
    for part in ("logits", "statements", "features"):
        torch.testing.assert_close(getattr(ready, part), getattr(trained, part), atol=1e-4, rtol=0)
