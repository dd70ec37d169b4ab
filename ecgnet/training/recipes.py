"""The recipe behind each model's shipped weights."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ecgnet.training.augmentation import Augmentation
from ecgnet.training.balance import Balance


@dataclass(frozen=True)
class Recipe:
    """How a network is trained; it goes into its card.

    mixup: both parameters of the Beta distribution by which records are blended two by two with their labels (Zhang et
    al. 2018); 0 for none. taught: share of the labels that comes from the stored models `teachers`, see `soften`;
    out_of_fold: not from the stored ones, but from such models trained without the records that they answer for;
    continued: the run starts from the stored weights of the same model. anchored: share of the weights that a run
    started from in those that it leaves, which are then the last epoch's and not the best's (Wortsman et al. 2022):
    what was learnt on the data as recorded stays, and most of what the run added. before: of a continued run, the one
    from random weights that it goes on from, for whoever begins anew. superclasses_weight: of the five classes in the loss,
    as statements_weight; every: the run takes the records without a superclass too.
    """

    epochs: int = 20
    batch: int = 128
    peak_rate: float = 8e-3
    weight_decay: float = 1e-2
    label_smoothing: float = 0.02
    superclasses_weight: float = 1.0
    statements_weight: float = 1.0
    every: bool = False
    average_decay: float = 0.998
    seed: int = 1
    balance: Balance = "none"
    mixup: float = 0.0
    teachers: tuple[str, ...] = ()
    taught: float = 0.0
    out_of_fold: bool = False
    continued: bool = False
    anchored: float = 0.0
    before: Recipe | None = None
    augmentation: Augmentation = field(default_factory=Augmentation)


_TAUGHT: dict[str, Any] = {
    "teachers": ("waveform_cnn", "waveform_cnn_bilstm", "spectrogram_cnn"),
    "taught": 0.5,
    "statements_weight": 3.0,
}
"""The second round: half of each label is what the first round's three strongest branches answered."""

_OUT_OF_FOLD: dict[str, Any] = {
    "teachers": ("waveform_measurements", "waveform_short_resnet"),
    "taught": 0.6,
    "out_of_fold": True,
    "statements_weight": 3.0,
    "label_smoothing": 0.0,
}
"""The third round: what two members of the committee, who are not taught by branches, say of records that they did not learn
from."""

CARTS = Augmentation(wander=0.25, causal=0.5)
"""As other hospitals' carts and monitors leave an ECG: filtered while it was recorded, the baseline wandering."""

_CARTED: dict[str, Any] = {"continued": True, "anchored": 0.5, "augmentation": CARTS}
"""A last, short round on such ECGs, of which half of the way is kept."""

_LESS = Augmentation(wander=0.1, band_pass=0.3, causal=0.25, lead_dropout=0.1)
"""For the spectrogram: fewer ECGs are filtered and lose leads, a quarter of the filters causal."""

SLIGHT = Augmentation(gain=0.1, noise=0.01, wander=0.0, band_pass=0.0, lead_dropout=0.0, metadata_dropout=0.0)
"""A little louder or softer, a little noise: members of the committee learn from the labels alone, nearly as recorded, so
that they err otherwise than the branches, who taught one another."""

RECIPES: dict[str, Recipe] = {
    "waveform_cnn": Recipe(
        epochs=6,
        peak_rate=3e-3,
        before=Recipe(epochs=20, peak_rate=8e-3, **_OUT_OF_FOLD),
        **_CARTED,
        **_OUT_OF_FOLD,
    ),
    "waveform_cnn_bilstm": Recipe(
        epochs=5,
        peak_rate=2e-3,
        before=Recipe(epochs=14, peak_rate=6e-3, **_OUT_OF_FOLD),
        **_CARTED,
        **_OUT_OF_FOLD,
    ),
    "spectrum_cnn_transformer": Recipe(epochs=8, peak_rate=1e-3, continued=True, **_TAUGHT),
    "spectrogram_cnn": Recipe(
        epochs=8,
        peak_rate=3e-3,
        continued=True,
        before=Recipe(epochs=20, peak_rate=8e-3, augmentation=_LESS, **_OUT_OF_FOLD),
        augmentation=_LESS,
        **_OUT_OF_FOLD,
    ),
    "early_fusion": Recipe(epochs=16, peak_rate=4e-3, continued=True, **_TAUGHT),
    "early_fusion_without_metadata": Recipe(epochs=16, peak_rate=4e-3, continued=True, **_TAUGHT),
    "waveform_short_resnet": Recipe(
        epochs=16,
        peak_rate=1e-2,
        label_smoothing=0.0,
        statements_weight=0.0,
        seed=11,
        augmentation=SLIGHT,
    ),
    "waveform_inception": Recipe(
        epochs=16,
        peak_rate=8e-3,
        superclasses_weight=0.0,
        every=True,
        seed=23,
        augmentation=SLIGHT,
    ),
    "waveform_xresnet": Recipe(
        epochs=14,
        peak_rate=8e-3,
        label_smoothing=0.0,
        mixup=0.2,
        seed=37,
        augmentation=SLIGHT,
    ),
}


@dataclass(frozen=True)
class FusionRecipe:
    """How an intermediate fusion is fitted to its frozen branches' features.

    `passes` runs of the branches over the augmented training folds, each seen through `crops` crops, give the
    features; the fusion then takes `epochs` passes over them.
    """

    passes: int = 2
    crops: int = 2
    epochs: int = 24
    batch: int = 256
    peak_rate: float = 1e-3
    weight_decay: float = 5e-2
    label_smoothing: float = 0.02
    statements_weight: float = 1.0
    average_decay: float = 0.998
    metadata_dropout: float = 0.15
    seed: int = 1
    balance: Balance = "none"


@dataclass(frozen=True)
class SecondHeadRecipe:
    """How the second head is fitted to a network's frozen features, after everything else.

    `passes` over the training folds, each record augmented and cropped anew, give the features; a fusion takes those of
    its branches' passes.
    """

    passes: int = 2
    epochs: int = 24
    batch: int = 256
    peak_rate: float = 4e-3
    weight_decay: float = 0.1
    average_decay: float = 0.998
    seed: int = 1


@dataclass(frozen=True)
class LateRecipe:
    """How a late fusion is fitted on the validation fold: pulls towards the plain mean of the branches, the best of
    `penalties` by cross-validation in `parts` parts."""

    penalties: tuple[float, ...] = (1e-3, 3e-3, 1e-2, 3e-2, 1e-1)
    parts: int = 5
    seed: int = 1


COMMITTEE_RECIPE = LateRecipe(penalties=(1e-3, 3e-3, 1e-2, 3e-2, 1e-1, 1e3))
"""The last of the penalties leaves the plain mean of the members."""
