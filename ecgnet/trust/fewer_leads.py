"""The answer when leads are missing: on request only, with a calibration of its own and its measured loss.

Two limb leads determine all six (Einthoven 1908, Goldberger 1942), so I and II are six leads, and I, II and V1 to V6 are
twelve, exactly. Leads that remain missing are estimated for the networks, never for the screen: linearly, from the leads'
covariance in the training folds, which `ecgnet study trust` compares with leaving them at 0, as lead dropout in training
does. A set of leads is used only where that study has measured it, and leads beyond the largest such set are left out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ecgnet.cards import Card, LeadSetScores, WeightsError
from ecgnet.inference import Prediction, Predictor
from ecgnet.language import for_all, joined, mark, say, say_n, worded
from ecgnet.leads import CHEST, LIMB, i_and_ii, limb_lead
from ecgnet.notices import Notice, NoticeKind
from ecgnet.record import LEADS, Record, RecordError
from ecgnet.states import StateLimits


@worded("title")
@dataclass(frozen=True)
class LeadSet:
    """Leads that together were measured: all of `leads`, and `least` or more of `any_of`."""

    name: str
    title: str
    leads: tuple[str, ...]
    any_of: tuple[str, ...] = ()
    least: int = 0

    def used(self, available: tuple[str, ...]) -> tuple[str, ...]:
        """The leads of the set among those available, in order; empty where the set is not whole."""
        there = set(available)
        chosen = there & set(self.any_of)
        if not set(self.leads) <= there or len(chosen) < self.least:
            return ()
        return tuple(lead for lead in LEADS if lead in self.leads or lead in chosen)


SETS: tuple[LeadSet, ...] = (
    LeadSet("chest_lead_missing", mark("all leads but one chest lead"), LIMB, CHEST, 5),
    LeadSet("limb_v2", mark("the limb leads and V2"), (*LIMB, "V2")),
    LeadSet("limb", mark("the limb leads"), LIMB),
    LeadSet("one", mark("lead I"), ("I",)),
)
"""The measured sets, the largest first: 3 leads (I, II, V2) are the second, 2 leads (I, II) and 6 leads the third."""


@dataclass(frozen=True, eq=False)
class ChosenLeads:
    """The set that a record is judged by, the leads used, what the card knows of it, and the leads' covariance (12, 12) in
    mV²."""

    lead_set: LeadSet
    used: tuple[str, ...]
    known: LeadSetScores
    covariance: np.ndarray


@for_all
def derived(record: Record) -> Record:
    """The record with every limb lead that two others determine, and a note; itself where there is nothing to derive."""
    known = [k for k in range(len(LIMB)) if not np.isnan(record.signal[k]).any()]
    lacking = [k for k in range(len(LIMB)) if k not in known]
    if len(known) < 2 or not lacking:
        return record
    signal = record.signal.copy()
    one, two = i_and_ii(signal[known].astype(np.float64), [LIMB[k] for k in known])
    signal[lacking] = [limb_lead(LIMB[k], one, two=two) for k in lacking]
    names = ", ".join(LIMB[k] for k in lacking)
    sources = joined(" and ", [LIMB[k] for k in known]) if len(known) == 2 else say("the other limb leads")
    return replace(record, signal=signal).with_notes(
        say("{names}: computed from {sources}, exactly.", names=names, sources=sources)
    )


def available(record: Record) -> tuple[str, ...]:
    """The leads without any gap, derived ones included."""
    whole = ~np.isnan(derived(record).signal).any(1)
    return tuple(lead for lead, there in zip(LEADS, whole, strict=True) if there)


def choose_leads(record: Record, card: Card) -> ChosenLeads:
    """The largest measured set within a record's leads. Raises RecordError where there is none, WeightsError where the card
    has no sets for these weights."""
    trust = card.trust
    known = trust.lead_sets if trust else {}
    if not trust or not known:
        raise WeightsError(
            say(
                "What {weights_id} is worth with fewer than twelve leads was not measured; run ecgnet study "
                "trust, or ask the default model.",
                weights_id=card.weights_id,
            )
        )
    there = available(record)
    for lead_set in SETS:
        if lead_set.name in known and (used := lead_set.used(there)):
            return ChosenLeads(lead_set, used, known[lead_set.name], np.array(trust.lead_covariance))
    raise RecordError(
        say(
            "{id} is not judged: of its leads {there} are without gaps, and an answer needs lead I, "
            "or any two limb leads, at least.",
            id=record.id,
            there=", ".join(there),
        )
        if len(there) > 1
        else say(
            "{id} is not judged: of its leads {there} is without gaps, and an answer needs lead I, "
            "or any two limb leads, at least.",
            id=record.id,
            there=", ".join(there) or say("none"),
        )
    )


def zeroed(signal: np.ndarray, used: tuple[str, ...]) -> np.ndarray:
    """Signals (..., 12, T) with every lead that is not used at 0, as the training's lead dropout leaves it: what
    `estimated` is compared with."""
    keep = np.array([lead in used for lead in LEADS])
    return np.where(keep[:, None], signal, np.zeros((), signal.dtype))


def covariance(signals: np.ndarray) -> np.ndarray:
    """(12, 12) mV² of signals (N, 12, T) in mV, each lead's mean of each record removed."""
    centred = signals - signals.mean(-1, keepdims=True)
    return np.mean([wave @ wave.T / wave.shape[-1] for wave in centred.astype(np.float64)], axis=0)


def estimated(signal: np.ndarray, used: tuple[str, ...], *, covariance: np.ndarray) -> np.ndarray:
    """Signals (..., 12, T) with every lead that is not used replaced by its best linear estimate, around 0, from those that
    are, given the leads' covariance (12, 12)."""
    given = [k for k, lead in enumerate(LEADS) if lead in used]
    lacking = [k for k, lead in enumerate(LEADS) if lead not in used]
    # The limb leads span two dimensions only: what rounding makes of the others is cut off.
    inverse = np.linalg.pinv(covariance[np.ix_(given, given)], rcond=1e-4, hermitian=True)
    known = signal[..., given, :].astype(np.float64)
    out = signal.astype(np.float32)
    out[..., lacking, :] = (
        covariance[np.ix_(lacking, given)] @ inverse @ (known - known.mean(-1, keepdims=True))
    )
    return out


@for_all
def predict_from_leads(record: Record, predictor: Predictor) -> Prediction:
    """The answer for a record that may lack leads, with a notice that names the leads used and the measured loss.

    A record whose twelve leads are there or can be derived is judged as any other. Otherwise probabilities and limits are
    those of its lead set, and no SCP-ECG statement is called, since those were measured on twelve leads only. Raises
    RecordError and WeightsError as `choose_leads` does.
    """
    whole = derived(record)
    notices = tuple(Notice(NoticeKind.LEADS_DERIVED, note) for note in whole.notes[len(record.notes) :])
    if whole.complete:
        found = predictor.predict([whole])[0]
        return replace(found, notices=(*found.notices, *notices))
    card = predictor.model.card
    choice = choose_leads(whole, card)
    signal = estimated(whole.signal, choice.used, covariance=choice.covariance)
    found = predictor.predict([replace(whole, signal=signal)])[0]
    limits = StateLimits.from_trust(choice.known.reliance)
    return replace(
        found,
        probabilities=choice.known.calibration.apply(found.labels, found.logits),
        thresholds=limits.present_from,
        limits=limits,
        statement_thresholds=np.full_like(found.statement_thresholds, np.inf),
        notices=(*found.notices, *notices, lead_set_notice(choice, available(record))),
    )


def lead_set_notice(choice: ChosenLeads, there: tuple[str, ...]) -> Notice:
    """Which leads the answer comes from, which were left out, and what that costs."""
    known = choice.known
    text = say(
        "Judged by {title} alone ({used}), the others estimated from them for the networks: on "
        "PTB-XL's test fold macro AUC is then {macro_auc:.3f}, {loss:.3f} below that of twelve leads.",
        title=choice.lead_set.title,
        used=", ".join(choice.used),
        macro_auc=known.macro_auc,
        loss=-known.loss,
    )
    unused = [lead for lead in there if lead not in choice.used]
    if unused:
        text += say_n(
            " {unused} was not used.", " {unused} were not used.", n=len(unused), unused=", ".join(unused)
        )
    return Notice(NoticeKind.FEWER_LEADS, text)
