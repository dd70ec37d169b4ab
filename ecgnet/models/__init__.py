"""The registry of networks: every model is declared once, here, and has weights and a card under its name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from ecgnet.language import mark, say, worded
from ecgnet.modalities import MODALITIES

if TYPE_CHECKING:
    from ecgnet.models.base import Network, Output
    from ecgnet.models.branch_fusion import BranchFusion, IntermediateFusion, LateFusion
    from ecgnet.models.early_fusion import EarlyFusion
    from ecgnet.models.kernels import WaveformKernels
    from ecgnet.models.measured import MeasuredTrees


def _networks() -> dict[str, Any]:
    """What needs torch, by name: imported when a network is made, not when the registry is read."""
    from ecgnet.models import (
        base,
        branch_fusion,
        early_fusion,
        inception,
        kernels,
        measured,
        short_resnet,
        spectrogram,
        spectrum,
        waveform,
        xresnet,
    )

    made = (
        *(base.Network, base.Output),
        *(branch_fusion.BranchFusion, branch_fusion.IntermediateFusion, branch_fusion.LateFusion),
        *(early_fusion.EarlyFusion, spectrogram.SpectrogramCNN, spectrum.SpectrumCNNTransformer),
        *(waveform.WaveformCNN, waveform.WaveformCNNBiLSTM),
        *(short_resnet.ShortResNet, kernels.WaveformKernels, inception.StatementInception),
        *(measured.MeasuredTrees, xresnet.XResNet),
    )
    return {found.__name__: found for found in made}


_NETWORKS = (
    *("BranchFusion", "EarlyFusion", "IntermediateFusion", "LateFusion"),
    *("MeasuredTrees", "Network", "Output", "WaveformKernels"),
)


def __getattr__(name: str) -> Any:
    if name in _NETWORKS:
        return globals().setdefault(name, _networks()[name])
    raise AttributeError(f"module 'ecgnet.models' has no attribute {name!r}")


class Kind(StrEnum):
    """Where a model joins its modalities: nowhere (a branch reads one), or early, midway or at the end; and the committee
    of models that read the same waveform and err differently, whose members are trained by the labels alone."""

    BRANCH = "branch"
    EARLY = "early"
    INTERMEDIATE = "intermediate"
    LATE = "late"
    MEMBER = "member"
    COMMITTEE = "committee"


@worded("title", "summary")
@dataclass(frozen=True)
class Entry:
    """A registered model: the name of its network's class (which takes branches as its first argument where `branches` names
    some), a title for people and one sentence on what it does. metadata: whether it reads age and sex; reads: the views of
    the ECG that it reads, in the network's order."""

    name: str
    network: str
    kind: Kind
    title: str
    summary: str
    metadata: bool = False
    branches: tuple[str, ...] = ()
    arguments: dict[str, object] = field(default_factory=dict)
    reads: tuple[str, ...] = MODALITIES[:3]

    @property
    def needs(self) -> tuple[str, ...]:
        """What the network reads, as `Network.needs`."""
        return (*self.reads, "metadata") if self.metadata else self.reads

    @property
    def constructor(self) -> Callable[..., Network]:
        """The class of the network."""
        return _networks()[self.network]

    @property
    def is_fusion(self) -> bool:
        """Whether it joins modalities, or networks."""
        return self.kind not in (Kind.BRANCH, Kind.MEMBER)

    def build(self, branches: dict[str, Network] | None = None, **arguments: object) -> Network:
        """A network with fresh weights (fusions of branches: around the given branches)."""
        arguments = {**self.arguments, **arguments}
        if not self.branches:
            return self.constructor(**arguments)
        if branches is None:
            branches = {name: REGISTRY[name].build() for name in self.branches}
        return self.constructor(branches, **arguments)


REGISTRY: dict[str, Entry] = {}


def register(name: str, network: str, kind: Kind, **about: object) -> None:
    """Add a model. Raises ValueError for a name that is taken."""
    if name in REGISTRY:
        raise ValueError(say("a model named {name} is already registered", name=name))
    REGISTRY[name] = Entry(name, network, kind, **about)


def names_of(*kinds: Kind, metadata: bool | None = None) -> tuple[str, ...]:
    """Registered models of these kinds (of all where none is given), with or without metadata, in the registry's order.

    >>> names_of(Kind.LATE)
    ('late_fusion', 'late_fusion_without_metadata')
    """
    return tuple(
        name
        for name, entry in REGISTRY.items()
        if (not kinds or entry.kind in kinds) and metadata in (None, entry.metadata)
    )


def title_of(name: str) -> str:
    """A model's title for people; the name itself where no such model is registered, as in a table of another version.

    >>> title_of("late_fusion")
    'Late fusion'
    """
    return REGISTRY[name].title if name in REGISTRY else name


def twin(name: str, *, metadata: bool) -> str:
    """The model of the same kind that reads metadata, or does not; branches, members and the committee never do and are
    their own twins.

    >>> twin("late_fusion", metadata=False)
    'late_fusion_without_metadata'
    """
    kind = REGISTRY[name].kind
    return (
        names_of(kind, metadata=metadata)[0] if kind in (Kind.EARLY, Kind.INTERMEDIATE, Kind.LATE) else name
    )


register(
    "waveform_cnn",
    "WaveformCNN",
    Kind.BRANCH,
    title=mark("Waveform: 1D-CNN"),
    summary=mark("A residual 1D-CNN reads the 12 leads over time."),
    arguments={"widths": (48, 80, 128, 176)},
    reads=("waveform",),
)
register(
    "waveform_cnn_bilstm",
    "WaveformCNNBiLSTM",
    Kind.BRANCH,
    title=mark("Waveform: 1D-CNN + BiLSTM"),
    summary=mark("A 1D-CNN, a bidirectional LSTM and attention read the 12 leads over the whole record."),
    arguments={"widths": (48, 80, 128), "hidden": 96, "crop": None},
    reads=("waveform",),
)
register(
    "spectrum_cnn_transformer",
    "SpectrumCNNTransformer",
    Kind.BRANCH,
    title=mark("Spectrum: 1D-CNN + Transformer"),
    summary=mark("A 1D-CNN and a Transformer read the FFT magnitude of each lead."),
    reads=("spectrum",),
)
register(
    "spectrogram_cnn",
    "SpectrogramCNN",
    Kind.BRANCH,
    title=mark("Spectrogram: 2D-CNN"),
    summary=mark(
        "A 2D-CNN with attention reads each lead's short-time spectrum, the sign of the waves included."
    ),
    arguments={"signed": True, "widths": (32, 64, 112, 192), "early": True},
    reads=("spectrogram",),
)

BRANCHES = names_of(Kind.BRANCH)

for _suffix, _metadata in (("", True), ("_without_metadata", False)):
    register(
        "early_fusion" + _suffix,
        "EarlyFusion",
        Kind.EARLY,
        title=mark("Early fusion") if _metadata else mark("Early fusion, no metadata"),
        summary=mark("All modalities are joined before one network, with age and sex.")
        if _metadata
        else mark("All modalities are joined before one network, without patient data."),
        metadata=_metadata,
        arguments={"metadata": _metadata},
    )
    register(
        "intermediate_fusion" + _suffix,
        "IntermediateFusion",
        Kind.INTERMEDIATE,
        title=mark("Intermediate fusion") if _metadata else mark("Intermediate fusion, no metadata"),
        summary=mark("The branches' hidden features meet and attend to one another, with age and sex.")
        if _metadata
        else mark("The branches' hidden features meet and attend to one another, without patient data."),
        branches=BRANCHES,
        metadata=_metadata,
        arguments={"metadata": _metadata},
    )
    register(
        "late_fusion" + _suffix,
        "LateFusion",
        Kind.LATE,
        title=mark("Late fusion") if _metadata else mark("Late fusion, no metadata"),
        summary=mark("The branches' answers are combined with learned weights, with age and sex.")
        if _metadata
        else mark("The branches' answers are combined with learned weights, without patient data."),
        branches=BRANCHES,
        metadata=_metadata,
        arguments={"metadata": _metadata},
    )

register(
    "waveform_short_resnet",
    "ShortResNet",
    Kind.MEMBER,
    title=mark("Waveform: short residual network"),
    summary=mark(
        "A residual network of short kernels reads the 12 leads at the full rate, taught by the labels alone."
    ),
    reads=("waveform",),
)
register(
    "waveform_kernels",
    "WaveformKernels",
    Kind.MEMBER,
    title=mark("Waveform: random kernels"),
    summary=mark(
        "Ten thousand counts by fixed random kernels over the 12 leads, and one linear rule on them."
    ),
    reads=("waveform",),
)
register(
    "waveform_measurements",
    "MeasuredTrees",
    Kind.MEMBER,
    title=mark("Waveform: measurements and trees"),
    summary=mark(
        "Boosted trees read the intervals, voltages and ST levels that ECGNet measures in the 12 leads."
    ),
    reads=("waveform",),
)
register(
    "waveform_inception",
    "StatementInception",
    Kind.MEMBER,
    title=mark("Waveform: inception network"),
    summary=mark(
        "An inception network learns the 71 statements from five seconds at a time; the classes follow from them."
    ),
    reads=("waveform",),
)
COMMITTEE = "committee"
register(
    COMMITTEE,
    "LateFusion",
    Kind.COMMITTEE,
    title=mark("Committee"),
    summary=mark(
        "Five models of the waveform that err differently, the 1D-CNN, the short residual network, the random kernels, "
        "the trees on measurements and the inception network, are combined with learned weights."
    ),
    branches=("waveform_cnn", *names_of(Kind.MEMBER)),
    arguments={"metadata": False},
    reads=("waveform",),
)

CANDIDATES: dict[str, Entry] = {
    "waveform_xresnet": Entry(
        "waveform_xresnet",
        "XResNet",
        Kind.MEMBER,
        title=mark("Waveform: residual network of bottlenecks"),
        summary=mark(
            "A deep and narrow residual network reads four seconds of the 12 leads, taught by the labels alone."
        ),
        reads=("waveform",),
    ),
}
"""Models that `ecgnet train` trains and that have no shipped weights yet: the others are in `REGISTRY`."""

FUSIONS = names_of(Kind.EARLY, Kind.INTERMEDIATE, Kind.LATE, metadata=True)
"""The fusions that read age and sex; `twin` names the one that does not."""
SHOWN = (*BRANCHES, *FUSIONS)
"""The models that are shown side by side: every branch and every fusion with metadata."""
DEFAULT = "late_fusion"

__all__ = [
    "BRANCHES",
    "CANDIDATES",
    "COMMITTEE",
    "DEFAULT",
    "FUSIONS",
    "REGISTRY",
    "SHOWN",
    "BranchFusion",
    "EarlyFusion",
    "Entry",
    "IntermediateFusion",
    "Kind",
    "LateFusion",
    "MeasuredTrees",
    "Network",
    "Output",
    "WaveformKernels",
    "names_of",
    "register",
    "twin",
]
