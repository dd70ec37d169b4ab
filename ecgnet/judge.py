"""One reading of an ECG: everything that ECGNet says about it, made once, from which every page, print and export
speaks.

    reading = ecgnet.judge(record)
    reading.conclusion.text     "Myocardial infarction. Sinus bradycardia"
    reading.states["MI"]        "present", "possible", "open" or "absent"
    reading.lines               the structured reading, each line with its source and reason
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from types import ModuleType
from typing import Any

import numpy as np

from ecgnet import electrodes
from ecgnet.cards import Card
from ecgnet.inference import Prediction, Predictor, at_site, predict_together, window_read, window_start
from ecgnet.language import ENGLISH, again, for_all, say, speaking, spoken, worded
from ecgnet.measure import Measurements, measure
from ecgnet.modalities import Spec
from ecgnet.models import DEFAULT
from ecgnet.notices import Notice, NoticeKind, texts
from ecgnet.ptbxl import SUPERCLASSES
from ecgnet.quality import Quality, unreadable
from ecgnet.reading import wording
from ecgnet.reading.comparison import compare, doubted_rate, with_recorder
from ecgnet.reading.conclusion import Conclusion, conclude, within_limits
from ecgnet.reading.criteria import Criteria, apply_criteria, is_child
from ecgnet.reading.limits import Critical, Limits, Ranged, critical_values, ranged, shipped_or_site
from ecgnet.reading.lines import Line, in_order, structured
from ecgnet.reading.pacing import is_paced
from ecgnet.reading.rhythm import Rhythm, describe
from ecgnet.reading.set_aside import Stated, weigh
from ecgnet.record import LEADS, Part, Record, RecordError
from ecgnet.site_profile import SiteProfile
from ecgnet.statements import STATEMENTS
from ecgnet.states import FOUND, LIKELY, State
from ecgnet.trust import Trust, judge_trust
from ecgnet.trust.pacing import seen as spikes_seen
from ecgnet.trust.pacing import stated_by_recorder

TRIED = 12
"""Windows of a long recording that are tried, from its middle outwards, until one can be read."""
STEP = 5.0
"""Seconds between them."""
Ask = Callable[[Sequence[Predictor], Sequence[Record]], Mapping[str, Sequence[Prediction]]]
"""How models are asked about records, as `predict_together` does it."""


@dataclass(frozen=True, eq=False)
class Reading:
    """What is said of one ECG, or of one window of a longer recording.

    record: the part that was read, at its own rate; window: its start and end in s in the whole recording, also where
    only a part of that was given to be read; duration: of the whole, in s; quality; unreadable: why nobody should
    judge it, None for one that can be read; requested: whether it was judged in spite of that; measurements, with
    times from the window's start; ranges: each measurement with limits and flag; rhythm; criteria; paced, and pacing:
    what a reader must know of that; predictions of every model asked, the leading one first; trust: in the leading
    one; states: class → state, empty where no model answered; statements; critical values; lines: the structured
    reading; conclusion; warnings: sentences on what was done, assumed or is doubtful, the gravest first;
    english: the same reading in English, None where it is in English itself."""

    record: Record
    window: tuple[float, float]
    duration: float
    quality: Quality
    unreadable: str | None
    requested: bool
    measurements: Measurements
    ranges: Mapping[str, Ranged]
    rhythm: Rhythm
    criteria: Criteria
    paced: bool
    pacing: Notice | None
    predictions: tuple[Prediction, ...]
    trust: Trust | None
    states: Mapping[str, State]
    states_by_model: Mapping[str, Mapping[str, State]]
    statements: tuple[Stated, ...]
    critical: tuple[Critical, ...]
    lines: tuple[Line, ...]
    conclusion: Conclusion
    warnings: tuple[str, ...]
    english: Reading | None = None

    @property
    def in_english(self) -> Reading:
        """The same in English, as it is signed and as it leaves for other systems."""
        return self.english or self

    @property
    def prediction(self) -> Prediction | None:
        """The leading model's answer."""
        return self.predictions[0] if self.predictions else None

    @property
    def relied_on(self) -> bool:
        """Whether the record can be read, so that its answers mean something."""
        return self.unreadable is None

    @property
    def found(self) -> tuple[str, ...]:
        """The classes that are present or possible."""
        return tuple(label for label, state in self.states.items() if state in FOUND)

    @property
    def of_a_child(self) -> bool:
        """Whether the patient is too young for the criteria."""
        return is_child(self.record.metadata)

    def text(self) -> str:
        """The whole reading as plain text, to copy."""
        return as_text(self)


def judge(
    record: Record,
    predictors: Sequence[Predictor] | None = None,
    *,
    start: float | None = None,
    anyway: bool = False,
    earlier: Reading | None = None,
    limits: Limits | None = None,
    profile: SiteProfile | None = None,
    ask: Ask | None = None,
) -> Reading:
    """Read one ECG. Never raises for what is in the record: what cannot be said is named.

    predictors: the models to ask, the leading one is `DEFAULT` where it is among them, else the first; None asks
    `DEFAULT` alone, an empty sequence none. start: where in a longer recording the window begins, in s; by default
    its middle 10 s, or the readable window nearest to it. anyway: ask the models even of what cannot be read.
    earlier: the reading of an earlier ECG of this patient, for the comparison. limits: by default those of
    `ECGNET_LIMITS` or ECGNet's own. profile: of this site, by `ecgnet adapt`, checked against the weights. ask: in place
    of `predict_together`, where several ECGs are put to the models at once.

    Raises WeightsError where the default model cannot be loaded, LimitsError for a table of limits that cannot be
    used."""
    predictors = _default() if predictors is None else tuple(predictors)
    window = choose_window(record, start)
    predictions, lacking = _ask(predictors, window, anyway, ask or predict_together)
    predictions = [at_site(prediction, profile) for prediction in predictions]
    cards = {predictor.name: predictor.model.card for predictor in predictors}
    return assemble(window, predictions, cards=cards, earlier=earlier, limits=limits, notes=lacking)


def assemble(
    window: Window,
    predictions: Sequence[Prediction],
    *,
    cards: Mapping[str, Card],
    earlier: Reading | None = None,
    limits: Limits | None = None,
    notes: Sequence[str] = (),
) -> Reading:
    """The reading of a window whose answers are known already, as `judge` makes it. predictions: the models' answers
    for `window.record`, empty where none was asked; cards: of the models that answered; notes: what else has to be
    said. Raises LimitsError as `judge` does."""
    limits = limits or shipped_or_site()
    read, why = window.record, window.unreadable
    part = read.part or Part(0.0, read.duration, read.duration)
    predictions = tuple(sorted(predictions, key=lambda prediction: prediction.model != DEFAULT))
    first = predictions[0] if predictions else None
    measured = measure(read)
    ranges = ranged(measured, read.metadata, limits=limits)
    child = say(wording.CHILD) if is_child(read.metadata) else None
    told = (*filter(None, (child, doubted_rate(read, ranges))), *map(again, notes))
    stated = _probabilities(first)
    paced = is_paced(first, measured)
    rhythm = describe(measured, stated, paced=paced)
    criteria = apply_criteria(
        measured, read.metadata, paced=paced, preexcited=stated.get("WPW", 0.0) >= LIKELY
    )
    critical = _critical(ranges, rhythm, criteria, stated, limits)
    normal = within_limits(ranges, critical, rhythm=rhythm)
    predictions = tuple(replace(prediction, within_limits=normal) for prediction in predictions)
    first = predictions[0] if predictions else None
    by_model = {p.model: p.states for p in predictions}
    states = by_model.get(first.model, {}) if first is not None else {}
    statements = (
        weigh(first.stated, states, measured=measured, ranges=ranges, rhythm=rhythm)
        if first is not None
        else ()
    )
    trust = judge_trust(first, read, card=cards[first.model]) if first is not None and why is None else None
    chances = dict(zip(first.labels, first.probabilities.tolist(), strict=True)) if first else {}
    cart_paced = read.recorder is not None and read.recorder.states_pacemaker
    # Of what cannot be read nothing is stated.
    told_states, told_statements = (states, statements) if why is None else ({}, ())
    lines = structured(
        window.quality,
        why,
        warnings=measured.notes,
        ranges=ranges,
        rhythm=rhythm,
        criteria=criteria,
        states=told_states,
        statements=told_statements,
        probabilities=chances,
        paced=paced,
        pacemaker_stated=cart_paced,
    )
    pacing = _pacing(rhythm, trust) if paced else stated_by_recorder(read.recorder)
    abstain = bool(trust and (trust.abstain or trust.familiar is False))
    conclusion = conclude(states, ranges, critical=critical, rhythm=rhythm, unreadable=why, abstain=abstain)
    reading = Reading(
        record=read,
        window=(part.start, part.end),
        duration=part.whole,
        quality=window.quality,
        unreadable=why,
        requested=why is not None and bool(predictions),
        measurements=measured,
        ranges=ranges,
        rhythm=rhythm,
        criteria=criteria,
        paced=paced,
        pacing=pacing,
        predictions=predictions,
        trust=trust,
        states=states,
        states_by_model=by_model,
        statements=statements,
        critical=critical,
        lines=(),
        conclusion=conclusion,
        warnings=_warnings(window, predictions, trust, pacing, told),
    )
    earlier_lines = compare(reading, earlier) if earlier is not None else []
    last = Line("conclusion", conclusion.text, "conclusion")
    lines = in_order([*lines, *with_recorder(read, ranges), *earlier_lines, last])
    if spoken() == ENGLISH:
        return replace(reading, lines=lines)
    with speaking(ENGLISH):
        before = None if earlier is None else earlier.in_english
        english = assemble(window, predictions, cards=cards, earlier=before, limits=limits, notes=notes)
    return replace(reading, lines=lines, english=english)


@lru_cache(maxsize=1)
def _default() -> tuple[Predictor, ...]:
    return (Predictor(DEFAULT),)


@worded("unreadable")
@dataclass(frozen=True, eq=False)
class Window:
    """The part of a record that is read: record, at its own rate; start in s in the record, whose duration is in s;
    quality; exchanged: what the network for electrodes found, None without its weights; unreadable: why it cannot be
    read; notes: sentences on the choice."""

    record: Record
    start: float
    duration: float
    quality: Quality
    exchanged: electrodes.ExchangeFinding | None
    unreadable: str | None
    notes: tuple[str, ...] = ()

    @property
    def span(self) -> tuple[float, float]:
        """Start and end in s in the record, which may itself be a part of a recording (`Record.part`)."""
        return self.start, self.start + self.record.duration


@for_all
def choose_window(record: Record, start: float | None = None) -> Window:
    """The 10 s of a recording that are read: from `start`, else its middle, else the readable window nearest to it."""
    spec = Spec()
    middle = window_read(record, spec)
    length = middle.n_samples
    if length == record.n_samples:
        return _window(record, record, 0.0)
    last = (record.n_samples - length) / record.fs
    if start is not None:
        return _window(record, _cut(record, start, length), float(np.clip(start, 0, last)))
    begins = max(0.0, window_start(record, spec))
    first = _window(record, middle, begins)
    if first.unreadable is None:
        return first
    for offset in (sign * STEP * k for k in range(1, TRIED) for sign in (1, -1)):
        if 0 <= begins + offset <= last:
            found = _window(record, _cut(record, begins + offset, length), begins + offset)
            if found.unreadable is None:
                before = say(
                    "Seconds {begins:.0f} to {begins_2:.0f} cannot be read: {unreadable}",
                    begins=begins,
                    begins_2=begins + middle.duration,
                    unreadable=first.unreadable,
                )
                return replace(found, notes=(before, *found.notes))
    return first


def _cut(record: Record, start: float, length: int) -> Record:
    first = min(max(0, round(start * record.fs)), record.n_samples - length)
    return record.cut(first, length)


def _window(whole: Record, part: Record, start: float) -> Window:
    quality, exchanged = electrodes.assess_with(part)
    there = [lead for lead in LEADS if lead not in part.missing]
    why, notes = unreadable(part, quality, leads=there), ()
    if part.n_samples < whole.n_samples:
        notes = (
            say(
                "Seconds {start:.4g} to {start_2:.4g} of {duration:.4g} were read.",
                start=start,
                start_2=start + part.duration,
                duration=whole.duration,
            ),
        )
    return Window(part, start, whole.duration, quality, exchanged, str(why) if why else None, notes)


@for_all
def _ask(
    predictors: Sequence[Predictor], window: Window, anyway: bool, ask: Ask
) -> tuple[list[Prediction], list[str]]:
    """The models' answers, and why there are none."""
    if not predictors or (window.unreadable is not None and not anyway):
        return [], []
    try:
        return [found[0] for found in ask(predictors, [window.record]).values()], []
    except RecordError as error:
        return [], [str(error)]


def _probabilities(prediction: Prediction | None) -> dict[str, float]:
    """Every statement's calibrated probability; none where no threshold says what they mean."""
    if prediction is None or not np.isfinite(prediction.statement_thresholds).any():
        return {}
    return dict(zip(STATEMENTS, prediction.statements.tolist(), strict=True))


def _pacing(rhythm: Rhythm, trust: Trust | None) -> Notice | None:
    return spikes_seen(rhythm.because[0]) if rhythm.led_by_spikes else trust and trust.told(NoticeKind.PACED)


def _critical(
    ranges: Mapping[str, Ranged],
    rhythm: Rhythm,
    criteria: Criteria,
    stated: Mapping[str, float],
    limits: Limits,
) -> tuple[Critical, ...]:
    """Critical values and findings, the gravest first (reference: `limits.json` and the criteria's sources)."""
    found = [
        critical
        for name, value in ranges.items()
        if value.flag == "critical"
        for critical in critical_values(name, value.value, limits=limits)
    ]
    if rhythm.longest_rr is not None:
        found += critical_values("longest_rr", rhythm.longest_rr, limits=limits)
    if stated.get("3AVB", 0.0) >= 0.5:
        why = wording.stated("3AVB", stated["3AVB"])
        found.append(Critical(why, "critical", say("Philips DXL: complete heart block")))
    rate, qrs = ranges["heart_rate"].value, ranges["qrs"].value
    if rate is not None and qrs is not None and rate >= 120 and qrs >= 120:
        text = say(
            "wide-complex tachycardia: QRS {qrs:.0f} ms at {rate:.0f}/min",
            qrs=qrs,
            rate=rate,
        )
        found.append(Critical(text, "critical", say("Zhejiang list of critical values")))
    # ST elevation alone is common without infarction; a network that sees one makes it worth a call.
    acute = max((stated.get(code, 0.0) for code in ACUTE), default=0.0)
    if len(criteria.elevated) >= 2 and acute >= 0.25:
        leads = wording.listed(criteria.elevated)
        text = say(
            "ST elevation in {leads} with injury stated: acute infarction possible",
            leads=leads,
        )
        found.append(Critical(text, "critical", say("UDMI 2018; Philips DXL: acute MI")))
    return tuple(sorted(found, key=lambda critical: critical.level == "urgent"))


ACUTE = ("INJAS", "INJAL", "INJIN", "INJLA", "INJIL")
"""Statements of injury, the current of an infarction under way."""


def _warnings(
    window: Window,
    predictions: Sequence[Prediction],
    trust: Trust | None,
    pacing: Notice | None,
    notes: Sequence[str],
) -> tuple[str, ...]:
    found = (
        [say("Not to be relied on: {unreadable}", unreadable=window.unreadable)]
        if window.unreadable and predictions
        else []
    )
    found += [p.profile.sentence for p in predictions[:1] if p.profile is not None]
    found += texts(window.quality.reversal)
    found += texts(pacing) if window.unreadable is None else ()
    if trust is not None:
        found += texts(trust.told(NoticeKind.FAMILIARITY)) if trust.familiar is False else ()
        found += [say("The answer is among the least sure; read this ECG yourself.")] if trust.abstain else []
    found += [*notes, *map(again, (*window.notes, *window.record.notes))]
    for prediction in predictions[:1]:
        found += texts(*prediction.notices)
    return tuple(dict.fromkeys(found))


def as_text(reading: Reading) -> str:
    """The reading as lines of text, topic by topic, with the notice at its end."""
    begins, ends = reading.window
    lines = [
        say(
            "ECG {id}, seconds {begins:.0f} to {ends:.0f}",
            id=reading.record.id,
            begins=begins,
            ends=ends,
        )
    ]
    lines += [f"{wording.FLAGS[critical.level].upper()}: {critical.text}" for critical in reading.critical]
    topic = ""
    for line in reading.lines:
        if line.topic != topic:
            topic = line.topic
            lines.append(f"{wording.TOPICS[topic]}:")
        lines.append(f"  {line}")
    if reading.states:
        found = ", ".join(f"{label} {wording.STATES[reading.states[label]]}" for label in SUPERCLASSES)
        lines.append(say("Classes: {found}", found=found))
    lines += [say("Note: {warning}", warning=warning) for warning in reading.warnings]
    return "\n".join([*lines, say(wording.NOTICE)])


class _Called(ModuleType):
    """This module, which can be called: `ecgnet.judge` is the module wherever it was imported, and
    `ecgnet.judge(record)` is what people write."""

    def __call__(self, *arguments: Any, **options: Any) -> Reading:
        return judge(*arguments, **options)


sys.modules[__name__].__class__ = _Called
