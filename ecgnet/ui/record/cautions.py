"""What stands beside an answer, or in its place: a record that cannot be read, leads that are missing, and how far the
answer may be relied on."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from ecgnet import figures
from ecgnet.inference import Prediction
from ecgnet.models import REGISTRY
from ecgnet.notices import Notice, NoticeKind
from ecgnet.quality import assess, unreadable
from ecgnet.record import LEADS, RecordError
from ecgnet.trust import Trust, guarantee, judge, present
from ecgnet.trust.fewer_leads import choose, derived, predict
from ecgnet.ui import predictors, texts
from ecgnet.ui.charts import chart
from ecgnet.ui.frame import theme
from ecgnet.ui.library import Shown
from ecgnet.ui.memory import fingerprint, record_key, remember
from ecgnet.ui.record import answers, measurements
from ecgnet.ui.waiting import patiently
from ecgnet.weights import WeightsError

COLOURS = {"present": "blue", "absent": "gray", "uncertain": "orange"}
WORDS = {"absent": "unlikely", "uncertain": "uncertain: read it yourself"}
UNLIKE = "**This ECG is unlike those the models learnt from.**"


def show_answers(shown: Shown) -> list[Prediction]:
    """The models' answers with what qualifies them; what is wrong in their place where the record cannot be read, until they
    are asked for. → the answers that are on screen."""
    if not shown.record.complete:
        return _from_leads_there(shown)
    if withheld(shown):
        return []
    if fault(shown):
        return answers.show_answers(shown)  # what holds for ECGs does not hold for this
    return answers.show_answers(shown, lambda found: _reliance(shown, found))


def fault(shown: Shown) -> Notice | None:
    """Why nobody should judge the record; None for one that can be read."""
    return unreadable(shown.record, measurements.quality(shown))


def withheld(shown: Shown) -> bool:
    """Whether a whole record cannot be read and nobody has asked for the answer yet: says so, and offers it; once asked
    for, the warning stays."""
    why = fault(shown) if shown.record.complete else None
    if why is None:
        return False
    if not _asked("Judge it anyway", f"anyway-{fingerprint(shown.record)}", lambda: _refused(why)):
        return True
    _on_request(why)
    return False


def _refused(why: Notice) -> None:
    st.markdown("##### What the models say")
    _not_judged(why)


def _not_judged(why: Notice) -> None:
    st.warning(f"**Not judged.** {why}", icon=":material/block:")


def _on_request(why: Notice) -> None:
    st.warning(f"**Judged on request. Do not rely on the answer.** {why}", icon=":material/warning:")


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
        used = LEADS if whole.complete else choose(whole, predictor.model.card).used
    except (RecordError, WeightsError):  # nothing can be offered; the page says what is missing
        if why := fault(shown):
            _not_judged(why)
        return answers.show_answers(shown)
    why = remember("fault of few", record_key(shown), lambda: unreadable(whole, assess(whole), used))

    def held_back() -> None:
        if why:
            _not_judged(why)
        answers.show_answers(shown)

    if not _asked("Answer from the leads that are there", f"fewer-{fingerprint(shown.record)}", held_back):
        return []
    found = remember(
        "fewer_leads", record_key(shown), lambda: [patiently(lambda: predict(shown.record, predictor))]
    )
    (answer,) = found
    called = texts.superclass_words(answer.called) if answer.called else "no class above its threshold"
    st.markdown("##### What the default model says from fewer leads", help=texts.HELP_PROBABILITY)
    st.markdown(f"{REGISTRY[answer.model].title}: **{called}**")
    st.warning(" ".join(answer.notes), icon=":material/rule:")
    if why:
        _on_request(why)
    else:
        _reliance(shown, answer)
    chart(figures.probability_bars(found, theme(), shown.truth, predictors.words(), shown.truth_by), "bars")
    return found


def trust_in(shown: Shown, answer: Prediction) -> Trust:
    """How far an answer for this record may be relied on, judged once a visit."""
    card = predictors.predictor(answer.model).model.card
    return remember(
        "trust", (record_key(shown), answer.weights_id), lambda: judge(answer, shown.record, card)
    )


def doubtful(shown: Shown, answer: Prediction) -> bool:
    """Whether the ECG is unlike those learnt from, which the default model's answer tells, or paced; if so, says it."""
    trust = trust_in(shown, answer)
    if trust.familiar is False:
        st.info(f"{UNLIKE} {trust.told(NoticeKind.FAMILIARITY)}", icon=":material/travel_explore:")
    if paced := trust.told(NoticeKind.PACED):
        st.info(str(paced), icon=":material/electric_bolt:")
    return trust.familiar is False or paced is not None


def _reliance(shown: Shown, answer: Prediction) -> None:
    """Present, absent or uncertain, a class at a time, and whether the ECG is like those learnt from; nothing where the
    card has no such statistics."""
    card = predictors.predictor(answer.model).model.card
    if not card.trust:
        return
    doubtful(shown, answer)
    trust = trust_in(shown, answer)
    if not trust.sets:
        return
    with st.container(horizontal=True, key="reliance", gap="small"):
        for label, given in trust.sets.items():
            how = guarantee(card, label) if shown.record.complete else None
            word = present(label) if given == "present" else WORDS[given]
            st.badge(f"{label} {word}", color=COLOURS[given], help=how)
    if trust.abstain:
        st.caption(str(trust.told(NoticeKind.CONFIDENCE)))
