"""One answer judged: all that is known of how far it holds, in values and in words."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from ecgnet.cards import Card, WeightsError
from ecgnet.inference import Prediction, fitted
from ecgnet.language import mark, say
from ecgnet.models import DEFAULT
from ecgnet.notices import Notice, NoticeKind, percent, texts
from ecgnet.ptbxl import SUPERCLASS_TITLES
from ecgnet.record import Record, RecordError
from ecgnet.site_profile import SiteProfile
from ecgnet.states import STATES, State
from ecgnet.trust import familiarity, fewer_leads, pacing
from ecgnet.trust.abstention import COVERAGE
from ecgnet.trust.conformal import Answer, Sets
from ecgnet.trust.reliance import CALLED, CONFIDENCE, MISSED, Reliance, Verdict


@dataclass(frozen=True, eq=False)
class Trust:
    """How far one answer may be relied on.

    familiar: whether the ECG is like those that the model learnt from, score: its distance, 1 is the limit; both None where
    that was not measured. sets: class → "present" (a probability as high is rare without it, which does not make it
    probable), "absent" (as low is rare with it) or "uncertain"; verdicts: class → "ruled in", "ruled out" or
    "open"; both empty where the card has no statistics. confidence: the share of PTB-XL's answers less sure than this one,
    0 to 1; abstain: whether the whole answer is better left to the reader (None: not known). states: class → state, by the
    probabilities alone. notices: everything in words, the gravest first, as `told` finds them by kind: on familiarity, that
    the ECG looks paced, and so on.
    """

    familiar: bool | None = None
    score: float | None = None
    sets: dict[str, Answer] = field(default_factory=dict)
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    confidence: float | None = None
    abstain: bool | None = None
    states: dict[str, State] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()

    @property
    def sentences(self) -> tuple[str, ...]:
        """The texts of the notices."""
        return texts(*self.notices)

    def told(self, kind: NoticeKind) -> Notice | None:
        """The first notice of this kind, if any."""
        return next((notice for notice in self.notices if notice.kind is kind), None)

    @property
    def uncertain(self) -> tuple[str, ...]:
        """The classes that the reader must settle."""
        return tuple(label for label, state in self.states.items() if state == "open")


def judge_trust(prediction: Prediction, record: Record, *, card: Card) -> Trust:
    """What is known of this prediction for this record by the card of the model that made it. Never raises for statistics
    that are missing or belong to other weights: that part of the answer is None or empty, and a sentence says why.

    >>> from ecgnet.demo import draw
    >>> from ecgnet.inference import Predictor
    >>> predictor, record = Predictor("waveform_cnn"), draw("imi", 1)
    >>> trust = judge_trust(predictor.predict([record])[0], record, card=predictor.model.card)
    >>> trust.sets["MI"], trust.sets["NORM"], trust.abstain
    ('present', 'absent', False)
    """
    record = fewer_leads.derived(record)
    familiar, score, text = _familiar(prediction, record, card)
    words = Notice(NoticeKind.FAMILIARITY, text) if text else None
    paced = pacing.caution(prediction)
    try:
        reliance = reliance_of(card, record)
    except (WeightsError, RecordError) as error:
        unknown = Notice(NoticeKind.NOT_MEASURED, str(error))
        return Trust(familiar, score, notices=tuple(filter(None, (words, paced, unknown))))
    shipped = prediction.probabilities
    if prediction.profile is not None:  # sureness was measured on the answers as shipped
        shipped, reliance = card.calibrate(prediction.logits), _at_site(reliance, prediction.profile)
    confidence = reliance.confidence(shipped, _thresholds(card, record))
    sets = reliance.answers(prediction.probabilities)
    verdicts = reliance.verdicts(prediction.probabilities)
    abstain = confidence < 1 - COVERAGE
    states = prediction.states
    told = None
    if prediction.profile is not None:
        told = Notice(NoticeKind.SITE_PROFILE, prediction.profile.sentence)
    promise = _states(states, reliance) if told is None else None
    notices = [paced, told, _confidence(confidence, abstain), promise, *_verdicts(verdicts)]
    notices.insert(0 if familiar is not True else len(notices), words)
    return Trust(familiar, score, sets, verdicts, confidence, abstain, states, tuple(filter(None, notices)))


def reliance_of(card: Card, record: Record | None = None) -> Reliance:
    """The card's statistics for a record's leads (None: all twelve). Raises WeightsError where it has none for these
    weights, RecordError where too few leads are there."""
    trust = card.trust
    if not trust:
        raise WeightsError(
            say(
                "How far the answers of {weights_id} hold was not measured; {remedy}.",
                weights_id=card.weights_id,
                remedy=say(familiarity.REMEDY),
            )
        )
    if record is None or record.complete:
        return Reliance.from_dict(trust.all_leads)
    return Reliance.from_dict(fewer_leads.choose_leads(record, card).known.reliance)


def _at_site(reliance: Reliance, profile: SiteProfile) -> Reliance:
    """The sets of a site profile; nothing is ruled in or out, which few labels cannot guarantee."""
    limits, none = profile.limits, np.zeros(len(profile.limits.labels))
    sets = Sets(limits.labels, limits.alpha or reliance.sets.alpha, limits.low, limits.high)
    return replace(reliance, sets=sets, rule_out=none, rule_in=none + 1)


def _thresholds(card: Card, record: Record) -> np.ndarray:
    """(5,) the thresholds that the card's sureness was measured at."""
    if record.complete:
        return card.thresholds
    known = fewer_leads.choose_leads(record, card).known
    return np.array([known.thresholds[label] for label in card.labels])


def guarantee(card: Card, label: str) -> str:
    """What holds for one class, in words. Raises WeightsError where the card does not know, KeyError for another label."""
    reliance = reliance_of(card)
    at = reliance.sets.labels.index(label) if label in reliance.sets.labels else None
    if at is None:
        raise KeyError(
            say(
                "{label!r} is not one of {labels}",
                label=label,
                labels=", ".join(reliance.sets.labels),
            )
        )
    what = SUPERCLASS_TITLES.get(label, label)
    with_, without = int(reliance.positives[at]), reliance.records - int(reliance.positives[at])
    held = 1 - reliance.sets.alpha
    parts = [
        say(
            "{what} ({label}): its state, present or possible, or absent, is right or left open for "
            "{percent} of those who have it and for {percent} of those who do not.",
            what=what,
            label=label,
            percent=percent(held),
        )
    ]
    if reliance.rule_out[at] > 0:
        parts.append(
            say(
                "Below a probability of {rule_out:.2g} it is ruled out: that misses at most {percent} of "
                "those who have it, with {percent_2} confidence.",
                rule_out=reliance.rule_out[at],
                percent=percent(MISSED),
                percent_2=percent(CONFIDENCE),
            )
        )
    else:
        parts.append(
            say(
                "Only {the_with} patients had it, too few to rule it out with {percent} confidence.",
                the_with=with_,
                percent=percent(CONFIDENCE),
            )
        )
    if reliance.rule_in[at] < 1:
        parts.append(
            say(
                "Above {rule_in:.2g} it is ruled in: that calls at most {percent} of those who do not have "
                "it, with {percent_2} confidence.",
                rule_in=reliance.rule_in[at],
                percent=percent(CALLED),
                percent_2=percent(CONFIDENCE),
            )
        )
    parts.append(
        say(
            "This holds for patients like PTB-XL's, on the average over them; it was set on {the_with} "
            "patients with it and {without} without.",
            the_with=with_,
            without=without,
        )
    )
    measured = reliance.measured.get(label)
    if measured:
        parts.append(
            say(
                "On PTB-XL's test fold {missed} were missed and {called} called wrongly.",
                missed=percent(measured["missed"], 1),
                called=percent(measured["called"], 1),
            )
        )
    return " ".join(parts)


def _familiar(prediction: Prediction, record: Record, card: Card) -> tuple[bool | None, float | None, str]:
    if card.name != DEFAULT or not prediction.hidden.size:
        return None, None, ""
    if not record.complete:
        return (
            None,
            None,
            say("Whether this ECG is like those that the model learnt from is not known: leads are missing."),
        )
    try:
        known = familiarity.load_familiarity(card)
    except WeightsError as error:
        return None, None, str(error)
    wave, _ = fitted(record, card.spec)
    views = known.scores(prediction.hidden[None], wave[None])[0]
    score = float(views.max())
    if score <= 1:
        return (
            True,
            score,
            say(
                "This ECG is like those that the model learnt from ({percent} of the limit).",
                percent=percent(score),
            ),
        )
    by = say("in its signal") if views[1] >= views[0] else say("in what the networks see")
    if score < 1.05:
        size = say("just beyond the limit")
    else:
        size = (
            say("at {score:.1f} times the limit", score=score) if score < 100 else say("far beyond the limit")
        )
    return (
        False,
        score,
        say(
            "This ECG is unlike those that the model learnt from: {by} it lies {size}. Do not rely on "
            "the answer; no guarantee holds for it.",
            by=by,
            size=size,
        ),
    )


def _confidence(confidence: float, abstain: bool) -> Notice:
    words = (
        say(
            "among the least sure {percent} of answers to PTB-XL's ECGs: read this ECG yourself.",
            percent=percent(1 - COVERAGE),
        )
        if abstain
        else say(
            "surer than {percent} of the answers to PTB-XL's ECGs.",
            percent=percent(confidence),
        )
    )
    return Notice(NoticeKind.CONFIDENCE, say("The answer as a whole is {words}", words=words))


def _states(states: dict[str, State], reliance: Reliance) -> Notice:
    found = [
        f"{say(state).capitalize()}: {', '.join(names)}."
        for state in STATES
        if (names := [label for label, given in states.items() if given == state])
    ]
    held = 1 - reliance.sets.alpha
    promise = say(
        "For each finding present, possible and absent are right for {percent} of those with it and "
        "{percent} of those without, or it is left open, among patients like PTB-XL's; normal gives "
        "way to any finding.",
        percent=percent(held),
    )
    return Notice(NoticeKind.SETS, " ".join([*found, promise]))


def _verdicts(verdicts: dict[str, Verdict]) -> list[Notice]:
    said = {
        mark("ruled out"): say(
            "at most {percent} of those who have it are missed so",
            percent=percent(MISSED),
        ),
        mark("ruled in"): say(
            "at most {percent} of those without it are called so",
            percent=percent(CALLED),
        ),
    }
    return [
        Notice(
            NoticeKind.VERDICT,
            say(
                "{verdict}: {names} ({rate}, with {percent} confidence).",
                verdict=say(verdict).capitalize(),
                names=", ".join(names),
                rate=rate,
                percent=percent(CONFIDENCE),
            ),
        )
        for verdict, rate in said.items()
        if (names := [label for label, given in verdicts.items() if given == verdict])
    ]
