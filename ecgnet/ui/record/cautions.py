"""What stands beside an answer, or in its place: a record that cannot be read, leads that are missing, and how far the
answer may be relied on."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ecgnet import figures
from ecgnet.inference import Prediction
from ecgnet.judge import Reading
from ecgnet.language import say
from ecgnet.notices import NoticeKind
from ecgnet.quality import assess, unreadable
from ecgnet.reading import wording
from ecgnet.record import LEADS, RecordError
from ecgnet.trust import Trust, judge_trust
from ecgnet.trust.fewer_leads import choose_leads, derived, predict_from_leads
from ecgnet.ui import glossary, predictors
from ecgnet.ui.charts import chart
from ecgnet.ui.frame import theme
from ecgnet.ui.library import Shown
from ecgnet.ui.memory import fingerprint, record_key, remember
from ecgnet.ui.record import answers, findings, lead_reversal, measurements, readings
from ecgnet.ui.waiting import patiently
from ecgnet.ui.window_read import window_of
from ecgnet.weights import WeightsError


def show_reading(shown: Shown, above: DeltaGenerator) -> list[Prediction]:
    """The reading, what qualifies it, and the models' answers; in their place why the record cannot be read or is not
    judged, until they are asked for. above: where critical values, the conclusion and measurements stand. → the answers
    that are on screen."""
    head = st.container()
    found, tell = _answers(shown)
    reading = readings.reading_of(shown, found)
    with above:
        findings.critical(reading)
        findings.conclusion(reading)
        measurements.panel(shown, reading)
        lead_reversal.notice(shown)
    with head:
        if found and shown.record.complete and reading.relied_on:
            _doubts(reading)
        findings.structured(reading)
        findings.by_lead(reading)
    tell()
    return found


def _answers(shown: Shown) -> tuple[list[Prediction], Callable[[], None]]:
    """The answers, and what shows them or says why there are none."""
    nothing: Callable[[], None] = lambda: None  # noqa: E731
    if not shown.record.complete:
        return _from_leads_there(shown), nothing
    if withheld(shown):
        return [], nothing
    try:
        found = answers.answers_to(shown)
    except WeightsError as error:  # the ECG and its measurements stand without
        said = str(error)
        return [], lambda: st.error(said, icon=":material/error:")
    return found, lambda: answers.side_by_side(shown, found)


def fault(shown: Shown) -> str | None:
    """Why nobody should judge the record; None for one that can be read."""
    return window_of(shown).unreadable


def withheld(shown: Shown) -> bool:
    """Whether a whole record cannot be read and nobody has asked for the answer yet: says so, and offers it; once asked
    for, the warning stays."""
    why = fault(shown) if shown.record.complete else None
    if why is None:
        return False
    if not _asked(say("Judge it anyway"), f"anyway-{fingerprint(shown.record)}", lambda: _refused(why)):
        return True
    _on_request(why)
    return False


def _refused(why: str) -> None:
    st.markdown(say("## What the models say"))
    _not_judged(why)


def _not_judged(why: str) -> None:
    st.warning(say("**Not judged.** {why}", why=why), icon=":material/block:")


def _on_request(why: str) -> None:
    st.warning(
        say("**Judged on request. Do not rely on the answer.** {why}", why=why), icon=":material/warning:"
    )


def _asked(label: str, key: str, before: Callable[[], None] = lambda: None) -> bool:
    """Whether a button was pressed in this visit; until then it stands there, behind what `before` writes."""
    if not st.session_state.get(key):
        before()
        st.button(label, key=f"{key}-button", on_click=st.session_state.__setitem__, args=(key, True))
        return False
    return True


def _from_leads_there(shown: Shown) -> list[Prediction]:
    """For a record with gaps: what is missing, and on request the default model's answer from the other leads, with a
    warning where those cannot be read."""
    try:
        predictor = predictors.predictor(predictors.default_model())
        whole = derived(shown.record)
        used = LEADS if whole.complete else choose_leads(whole, predictor.model.card).used
    except (RecordError, WeightsError):  # nothing can be offered; the page says what is missing
        _say_lacking(shown, fault(shown))
        return []
    why = remember(
        "fault of few", record_key(shown), make=lambda: unreadable(whole, assess(whole), leads=used)
    )

    def held_back() -> None:
        _say_lacking(shown, why)

    if not _asked(
        say("Answer from the leads that are there"), f"fewer-{fingerprint(shown.record)}", held_back
    ):
        return []
    found = remember(
        "fewer_leads",
        record_key(shown),
        make=lambda: [patiently(lambda: predict_from_leads(shown.record, predictor))],
    )
    (answer,) = found
    st.warning(" ".join(map(str, answer.notices)), icon=":material/rule:")
    if why:
        _on_request(why)
    st.markdown(
        say("## What the default model says from fewer leads"),
        help=glossary.meaning("Calibrated probability"),
    )
    chart(
        figures.probability_bars(
            found, theme(), truth=shown.truth, titles=predictors.words(), truth_by=shown.truth_by
        ),
        "bars",
    )
    return found


def _say_lacking(shown: Shown, why: str | None) -> None:
    """Why no model was asked of a record that lacks leads or samples."""
    st.markdown(say("## What the models say"))
    if why:
        _not_judged(why)
    try:
        answers.answers_to(shown)
    except RecordError as error:
        st.info(
            say(
                "{error} The networks read all twelve leads over the whole window.",
                error=error,
            ),
            icon=":material/info:",
        )


def trust_in(shown: Shown, answer: Prediction) -> Trust:
    """How far an answer for this record may be relied on, judged once a visit."""
    card = predictors.predictor(answer.model).model.card
    return remember(
        "trust",
        (record_key(shown), answer.weights_id),
        make=lambda: judge_trust(answer, shown.record, card=card),
    )


def doubtful(shown: Shown, found: Sequence[Prediction]) -> bool:
    """Whether the ECG is unlike those learnt from, which the default model's answer tells, or paced; if so, says it."""
    reading = readings.reading_of(shown, found)
    _doubts(reading)
    return bool(reading.trust and (reading.trust.familiar is False or reading.paced))


def _doubts(reading: Reading) -> None:
    """What a reader must know before the answer: an ECG unlike those learnt from, a paced one, an answer among the
    least sure."""
    if reading.of_a_child:
        st.info(say(wording.CHILD), icon=":material/child_care:")
    trust = reading.trust
    if trust is None:
        return
    if trust.familiar is False:
        st.info(str(trust.told(NoticeKind.FAMILIARITY)), icon=":material/travel_explore:")
    if reading.pacing is not None:
        st.info(str(reading.pacing), icon=":material/electric_bolt:")
    if trust.abstain:
        st.caption(str(trust.told(NoticeKind.CONFIDENCE)))
