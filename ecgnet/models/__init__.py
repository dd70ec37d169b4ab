"""The registry of networks: every model is declared once, here, and has weights and a card under its name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from ecgnet.models.base import Network, Output
from ecgnet.models.branch_fusion import BranchFusion, IntermediateFusion, LateFusion
from ecgnet.models.early_fusion import EarlyFusion
from ecgnet.models.spectrogram import SpectrogramCNN
from ecgnet.models.spectrum import SpectrumCNNTransformer
from ecgnet.models.waveform import WaveformCNN, WaveformCNNBiLSTM


@dataclass(frozen=True)
class Entry:
    """A registered model: constructor (takes branches as its first argument where `branches` names some), a title
    for people and one sentence on what it does."""

    name: str
    constructor: Callable[..., Network]
    title: str
    summary: str
    branches: tuple[str, ...] = ()
    arguments: dict[str, object] = field(default_factory=dict)

    @property
    def is_fusion(self) -> bool:
        """Whether it joins modalities."""
        return "fusion" in self.name

    def build(self, branches: dict[str, Network] | None = None, **arguments: object) -> Network:
        """A network with fresh weights (fusions of branches: around the given branches)."""
        arguments = {**self.arguments, **arguments}
        if not self.branches:
            return self.constructor(**arguments)
        if branches is None:
            branches = {name: REGISTRY[name].build() for name in self.branches}
        return self.constructor(branches, **arguments)


REGISTRY: dict[str, Entry] = {}


def register(name: str, constructor: Callable[..., Network], **about: object) -> None:
    """Add a model. Raises ValueError for a name that is taken."""
    if name in REGISTRY:
        raise ValueError(f"a model named {name} is already registered")
    REGISTRY[name] = Entry(name, constructor, **about)


BRANCHES = ("waveform_cnn", "waveform_cnn_bilstm", "spectrum_cnn_transformer", "spectrogram_cnn")

register(
    "waveform_cnn",
    WaveformCNN,
    title="Waveform: 1D-CNN",
    summary="A residual 1D-CNN reads the 12 leads over time.",
)
register(
    "waveform_cnn_bilstm",
    WaveformCNNBiLSTM,
    title="Waveform: 1D-CNN + BiLSTM",
    summary="A 1D-CNN, a bidirectional LSTM and attention read the 12 leads over the whole record.",
    arguments={"crop": None},
)
register(
    "spectrum_cnn_transformer",
    SpectrumCNNTransformer,
    title="Spectrum: 1D-CNN + Transformer",
    summary="A 1D-CNN and a Transformer read the FFT magnitude of each lead.",
)
register(
    "spectrogram_cnn",
    SpectrogramCNN,
    title="Spectrogram: 2D-CNN",
    summary="A 2D-CNN with attention reads each lead's short-time spectrum, the sign of the waves included.",
    arguments={"signed": True},
)
for _suffix, _metadata, _title, _words in (
    ("", True, "", "with age and sex"),
    ("_without_metadata", False, ", no metadata", "without patient data"),
):
    register(
        "early_fusion" + _suffix,
        EarlyFusion,
        title="Early fusion" + _title,
        summary=f"All modalities are joined before one network, {_words}.",
        arguments={"metadata": _metadata},
    )
    register(
        "intermediate_fusion" + _suffix,
        IntermediateFusion,
        title="Intermediate fusion" + _title,
        summary=f"The branches' hidden features meet and attend to one another, {_words}.",
        branches=BRANCHES,
        arguments={"metadata": _metadata},
    )
    register(
        "late_fusion" + _suffix,
        LateFusion,
        title="Late fusion" + _title,
        summary=f"The branches' answers are combined with learned weights, {_words}.",
        branches=BRANCHES,
        arguments={"metadata": _metadata},
    )

FUSIONS = ("early_fusion", "intermediate_fusion", "late_fusion")
DEFAULT = "late_fusion"

__all__ = [
    "BRANCHES",
    "DEFAULT",
    "FUSIONS",
    "REGISTRY",
    "BranchFusion",
    "Entry",
    "Network",
    "Output",
    "register",
]
