"""Which method is the default for a view of the ECG, and why: read off the model's card, where the study of the explanations
(`ecgnet study explanations`) leaves what it measured on records that no model was trained on."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ecgnet.cards import Card, MapScores
from ecgnet.explain.attributions import DEFAULT_METHOD, METHODS
from ecgnet.language import mark, say, within

BAR = 0.2
"""Rank correlation with the maps of random weights that a default method must stay below (Adebayo et al. 2018)."""

CARRIED = mark("Maps drawn on the trace have not been measured for this model.")
"""Of networks that read spectrum or spectrogram."""


@dataclass(frozen=True)
class Evidence(MapScores):
    """What was measured of one method on one modality of one model, in words."""

    method: str

    @property
    def faults(self) -> tuple[str, ...]:
        """What keeps the method from being a default, in words; empty where nothing does."""
        faults = []
        if not self.deletion[1] > 0:
            faults.append(say("taking away what it credits most does not beat random orders beyond chance"))
        if self.randomised is not None and not self.randomised < BAR:
            faults.append(
                say(
                    "a network with random weights gives much the same map (rank correlation {randomised:.2f})",
                    randomised=self.randomised,
                )
            )
        return tuple(faults)

    @property
    def sentence(self) -> str:
        """The figures, for people."""
        gain, low, high = self.deletion
        said = (
            say(
                "On {n} ECGs that no model was trained on, the answer fell sooner by its maps than by random "
                "orders: by {gain:.0f} % of the curves' span (95 % interval {low:.0f} to {high:.0f}).",
                n=self.n,
                gain=100 * gain,
                low=100 * low,
                high=100 * high,
            )
            if low > 0
            else say(
                "On {n} ECGs that no model was trained on, its maps did not beat random orders beyond chance "
                "({gain:.0f} % of the curves' span, {low:.0f} to {high:.0f}).",
                n=self.n,
                gain=100 * gain,
                low=100 * low,
                high=100 * high,
            )
        )
        if self.randomised is not None:
            alike = say("nothing like") if self.randomised < BAR else say("much like")
            said += say(
                " With random weights the maps are {alike} these (rank correlation {randomised:.2f}).",
                alike=alike,
                randomised=self.randomised,
            )
        return re.sub(r"-(?=\d)", "−", said)


def evidence(card: Card, modality: str) -> dict[str, Evidence]:
    """The evidence on a modality by method, empty where the card has none for its present weights."""
    return {
        method: Evidence(found.deletion, found.insertion, found.randomised, found.n, method)
        for method, found in card.explanations.get(modality, {}).items()
    }


def best_method(card: Card, modality: str, *, carried: bool = False) -> tuple[str, str]:
    """The default attribution of a model for a modality, and a sentence on why it is that one.

    Of the methods that are quick and without a fault the one whose gain by deletion is surely the highest, by the lower end
    of its interval, which makes up for their different numbers of records; integrated gradients where nothing was
    measured or no method is without a fault. carried: the map is drawn on the trace, and the credits of spectrum or
    spectrogram are carried back to it: another question than that of the views' own maps, which alone are measured.
    """
    if carried:
        return DEFAULT_METHOD, say(CARRIED)
    found = {
        name: e for name, e in evidence(card, modality).items() if name in METHODS and not METHODS[name].slow
    }
    if not found:
        return DEFAULT_METHOD, say("How far maps of this model can be trusted has not been measured yet.")
    good = [e for e in found.values() if not e.faults]
    if good:
        best = max(good, key=lambda e: e.deletion[1])
        return best.method, best.sentence
    said = say(
        "No method passed every test for this view of this model; {title} is shown",
        title=within(METHODS[DEFAULT_METHOD].title),
    )
    if DEFAULT_METHOD in found:
        said += say(
            ", though {faults}",
            faults=say(" and ").join(found[DEFAULT_METHOD].faults),
        )
    return DEFAULT_METHOD, say("{said}. Read it with care.", said=said)


def why_not(card: Card, modality: str, *, method: str, carried: bool = False) -> str:
    """A sentence on why a method is not one to begin with; "" where nothing speaks against it. carried: as in
    `best_method`."""
    if carried:
        return say(CARRIED)
    found = evidence(card, modality).get(method)
    if found is None or not found.faults:
        return ""
    return say("Not a default here: {faults}.", faults=say(" and ").join(found.faults))
