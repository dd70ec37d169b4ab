"""Exchanged electrodes: found in a record, undone in it, and how well that works on records exchanged on purpose.

What an exchange does to the leads: `ecgnet.leads.SWAPS`. Exchanges with the right leg, of three electrodes, or chest
electrodes one place too high are not looked for.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ecgnet import cards, quality, weights
from ecgnet.folders import RESTORE
from ecgnet.language import Words, for_all, say
from ecgnet.lazy import torch, without_gradients
from ecgnet.leads import INDEPENDENT, INDEPENDENT_PLACES, LIMB_SWAPS, SWAPS, exchange
from ecgnet.measure import arm_reversal
from ecgnet.notices import Notice, NoticeKind
from ecgnet.record import LEADS, Record
from ecgnet.remote import answers_there, at_service
from ecgnet.signal import resample
from ecgnet.weights import Card, WeightsError

if TYPE_CHECKING:
    from torch import Tensor

    from ecgnet.models.electrodes import ElectrodeCNN

NAME = "electrodes"
"""Of the weights and their card."""
WORDS = Words(
    {
        "RA/LA": "the right and left arm electrodes",
        "RA/LL": "the right arm and left leg electrodes",
        "LA/LL": "the left arm and left leg electrodes",
        "V1/V2": "V1 and V2",
        "V5/V6": "V5 and V6",
    }
)
FS, CROP, CROPS = 100, 256, 7
"""Hz and samples that the network sees at once; so many crops spread over a record, whose logits are averaged."""


@dataclass(frozen=True, slots=True)
class ExchangeFinding:
    """What was found. swap: a key of `SWAPS`, or None; probability: of the likeliest exchange, where most records are
    exchanged ones, as in the training; probabilities: of each exchange that was looked for, empty where the network could
    not look; notice: for people, None without a finding, of the rule for the arms in a record that is too short for the
    network or lacks lead II; milliseconds: what it took."""

    swap: str | None
    probability: float
    notice: Notice | None
    milliseconds: float
    probabilities: dict[str, float]


@dataclass(frozen=True, slots=True)
class SwapRates:
    """sensitivity: the share of records exchanged on purpose in which that is found; specificity: the share of records as
    they are in which it is not; n: records."""

    sensitivity: float
    specificity: float
    n: int


@dataclass(frozen=True, slots=True)
class FoldRates:
    """What was measured on a fold by the weights of this checksum, by exchange: the keys of `SWAPS`, "any limb", "any"."""

    fold: int
    checksum: str
    by_swap: Mapping[str, SwapRates]

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> FoldRates:
        """As the card has them. Raises KeyError and TypeError for another layout."""
        rates = {
            row["swap"]: SwapRates(row["sensitivity"], row["specificity"], row["n"])
            for row in content["rows"]
        }
        return cls(content["fold"], content["checksum"], rates)


@dataclass(frozen=True)
class ElectrodeCard(Card):
    """The card of the network for electrodes, whose labels are exchanges and whose figures are rates."""

    @property
    def validation_rates(self) -> FoldRates | None:
        """On the validation fold; None where nothing was measured. Raises WeightsError for an older layout."""
        return self._part("validation", FoldRates.from_dict, say("ecgnet train {name}", name=NAME))

    @property
    def test_rates(self) -> FoldRates | None:
        """On the test fold; None where nothing was measured. Raises WeightsError for an older layout."""
        return self._part("test", FoldRates.from_dict, say("ecgnet train {name}", name=NAME))


@for_all
def corrected(record: Record, swap: str) -> Record:
    """The record with an exchange undone, and a note that says so. Exact for limb electrodes and chest electrodes
    alike; a lead that was not recorded stays so under its other name. Raises KeyError as `exchange` does."""
    note = say(
        "Corrected by calculation as if {words} had been exchanged; nothing was recorded anew.",
        words=WORDS[swap],
    )
    return replace(record, signal=exchange(record.signal, swap)).with_notes(note)


class Detector:
    """The network with its card, on the CPU; `detector` is the shipped one."""

    def __init__(self, network: ElectrodeCNN, card: ElectrodeCard) -> None:
        self.network = network.eval().requires_grad_(False)
        self.card = card

    @without_gradients
    def logits(self, crops: Tensor) -> Tensor:
        """(N, 8, 256) mV → (N, 1 + len(SWAPS))."""
        from ecgnet.models.prepared import prepared

        return prepared(self.network)(crops)

    def probabilities(self, record: Record) -> np.ndarray | None:
        """(1 + len(SWAPS),) of nothing and each exchange, 0 for one whose leads are silent; None where I or II is silent
        or no stretch of 2.56 s is whole."""
        crops = crops_of(record)
        if crops is None:
            return None
        mean = self.logits(torch.from_numpy(crops)).mean(0).double()
        for k, swap in enumerate(SWAPS, 1):
            if swap not in LIMB_SWAPS and set(SWAPS[swap]) & _silent(record):
                mean[k] = -np.inf
        return mean.softmax(0).numpy()

    def decide(self, probabilities: np.ndarray) -> str | None:
        """The likeliest of the exchanges that reach their threshold, if any."""
        return decide(self.card, probabilities)


def decide(card: ElectrodeCard, probabilities: np.ndarray) -> str | None:
    """The likeliest of the exchanges that reach their threshold on the card, if any."""
    reached = np.where(probabilities[1:] >= card.thresholds, probabilities[1:], 0)
    return list(SWAPS)[int(reached.argmax())] if reached.any() else None


def crops_of(record: Record) -> np.ndarray | None:
    """(n, 8, 256) float32 mV at 100 Hz, up to `CROPS` of them spread over the record, none with a gap; a lead that is
    missing as a whole is 0. None where there is nothing to see."""
    if {"I", "II"} & _silent(record) or record.fs < quality.SLOWEST:
        return None
    wave = record.signal[list(INDEPENDENT_PLACES)]
    wave = np.where(np.isnan(wave).all(1, keepdims=True), np.float32(0), wave)
    width = round(CROP / FS * record.fs)
    if wave.shape[1] < width:
        return None
    starts = np.unique(np.linspace(0, wave.shape[1] - width, CROPS).round().astype(int))
    pieces = [wave[:, a : a + width] for a in starts]
    crops = [resample(piece, record.fs, fs_to=FS)[:, :CROP] for piece in pieces if not np.isnan(piece).any()]
    return np.stack(crops) if crops else None


def _silent(record: Record) -> set[str]:
    """The leads that were not recorded or hold a flat line."""
    known = [trace[~np.isnan(trace)] for trace in record.signal]
    return {
        lead
        for lead, trace in zip(LEADS, known, strict=True)
        if not trace.size or np.ptp(trace) < quality.FLAT
    }


def card(root: Path = weights.ROOT) -> ElectrodeCard:
    """The card of the weights. Raises WeightsError when it is missing, unreadable or of other exchanges."""
    path = root / f"{NAME}.json"
    try:
        content = json.loads(path.read_text())
    except (OSError, ValueError):
        raise WeightsError(
            say(
                "{name} is missing or damaged; {restore} or train it: ecgnet train {name_2}.",
                name=path.name,
                restore=say(RESTORE),
                name_2=NAME,
            )
        ) from None
    known = content if isinstance(content, dict) else {}
    lacking = {"name", "arguments", "checksum", "thresholds"} - known.keys()
    if lacking or known.get("format") != cards.FORMAT or known.get("labels") != list(SWAPS):
        raise WeightsError(
            say(
                "{name} is of another version; {restore}.",
                name=path.name,
                restore=say(RESTORE),
            )
        )
    return ElectrodeCard(content)


def load_detector(root: Path = weights.ROOT) -> Detector:
    """The trained detector. Raises WeightsError for anything that does not fit."""
    from ecgnet.models.electrodes import ElectrodeCNN

    found = card(root)
    network = ElectrodeCNN(1 + len(SWAPS), len(INDEPENDENT), **found.arguments)
    parameters = weights.read_parameters(found, root)
    if {k: v.shape for k, v in parameters.items()} != {k: v.shape for k, v in network.state_dict().items()}:
        raise WeightsError(
            say(
                "{name}.safetensors does not fit this version; train it again: ecgnet train {name}.",
                name=NAME,
            )
        )
    network.load_state_dict(parameters)
    return Detector(network, found)


def verify_detector(root: Path = weights.ROOT) -> list[str]:
    """Every fault of weights and card, as sentences; empty when all is well."""
    try:
        found = load_detector(root).card
        measured = {"validation": found.validation_rates, "test": found.test_rates}
    except WeightsError as error:
        return [str(error)]
    return [
        say(
            "{name}.json: the {part} metrics were not measured on this checksum.",
            name=NAME,
            part=part,
        )
        for part, rates in measured.items()
        if rates is None or rates.checksum != found.checksum
    ]


@lru_cache(maxsize=1)
def detector() -> Detector:
    """The shipped detector, loaded once. Raises WeightsError."""
    return load_detector()


def _card() -> ElectrodeCard:
    return _read_card() if answers_there() else detector().card


@lru_cache(maxsize=1)
def _read_card() -> ElectrodeCard:
    return card()


@at_service
def exchange_probabilities(record: Record, checksum: str) -> np.ndarray | None:
    """As `Detector.probabilities`, by the shipped one. Raises WeightsError, also where its weights have another checksum."""
    shipped = detector()
    if shipped.card.checksum != checksum:
        raise WeightsError(say("{name}.safetensors is of another version there.", name=NAME))
    return shipped.probabilities(record)


def find_exchange(record: Record, seen: quality.Quality | None = None) -> ExchangeFinding:
    """Whether electrodes look exchanged: by the network in any record with leads I and II that can be read; by the rule
    for the arms (`ecgnet.measure.arm_reversal`) where it is too short for the network or lacks lead II.

    seen: the record's quality, where it is known already. Never raises for a record; raises WeightsError where the weights
    are not there. How often it is right: the card.
    """
    began = time.perf_counter()
    shipped = _card()
    seen = seen or quality.assess(record, arms=False)
    why = quality.unreadable(record, seen)
    found = None if why else exchange_probabilities(record, shipped.checksum)
    if found is None:
        by_rule = arm_reversal(record) if why is None or why.kind is NoticeKind.TOO_SHORT else None
        return ExchangeFinding(None, 0.0, by_rule, (time.perf_counter() - began) * 1000, {})
    swap = decide(shipped, found)
    each = {name: float(p) for name, p in zip(SWAPS, found[1:], strict=True)}
    return ExchangeFinding(
        swap,
        max(each.values()) if swap is None else each[swap],
        None
        if swap is None
        else Notice(NoticeKind.ELECTRODES, say("Looks like {words} are exchanged.", words=WORDS[swap])),
        (time.perf_counter() - began) * 1000,
        each,
    )


def how_often(swap: str) -> str:
    """How often that is said rightly and wrongly, by the card's figures on the test fold. Raises WeightsError."""
    measured = _card().test_rates
    if measured is None or swap not in measured.by_swap:
        raise WeightsError(
            say(
                "{name}.json does not say how often {swap} is found; {restore}.",
                name=NAME,
                swap=swap,
                restore=say(RESTORE),
            )
        )
    rates = measured.by_swap[swap]
    return say(
        "On PTB-XL's test fold {sensitivity:.1%} of such exchanges, made by calculation, are found, "
        "and {specificity:.1%} of the records as they are raise a false alarm.",
        sensitivity=rates.sensitivity,
        specificity=1 - rates.specificity,
    )


def assess(record: Record) -> quality.Quality:
    """`ecgnet.quality.assess` with what `find_exchange` says of exchanged electrodes in place of the rule for the arms,
    which stands where there are no weights."""
    return assess_with(record)[0]


def assess_with(record: Record) -> tuple[quality.Quality, ExchangeFinding | None]:
    """The same, and what `find_exchange` found; None where there are no weights."""
    seen = quality.assess(record, arms=False)
    try:
        found = find_exchange(record, seen)
    except WeightsError:
        return replace(seen, reversal=arm_reversal(record)), None
    return replace(seen, reversal=found.notice), found
