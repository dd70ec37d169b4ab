"""What readers say of the ECG on screen: who has signed, where they differ, and the form to sign oneself."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from ecgnet.inference import Prediction
from ecgnet.judge import Reading
from ecgnet.language import Words, mark, say
from ecgnet.overread.database import DatabaseError
from ecgnet.overread.review import Review, ReviewError, Signed, adjudicate, differences, sign
from ecgnet.overread.who import VARIABLE as NAME
from ecgnet.overread.who import Reader
from ecgnet.reading import wording
from ecgnet.signature import LONGEST_NOTE, Opinion, proposed, reading_hash
from ecgnet.statements import STATEMENTS
from ecgnet.ui import journal, login
from ecgnet.ui.escape import plain
from ecgnet.ui.frame import fragment
from ecgnet.ui.library import Shown
from ecgnet.ui.record import readings

AGREE, CORRECT = mark("Agree with ECGNet"), mark("Correct it")
STATES = Words(
    {
        "unsigned": "nobody has signed this reading",
        "signed": "signed by {names}",
        "agreed": "signed by {names}, who say the same",
        "differing": "{names} differ",
        "adjudicated": "decided by {decider}",
    }
)
"""The heading, by the state of the review."""


@fragment
def reader_part(shown: Shown, predictions: Sequence[Prediction]) -> None:
    """Behind one line that says who has signed; nothing without a journal."""
    reading = readings.reading_of(shown, predictions)
    try:
        found = journal.review_of(reading)
    except DatabaseError as error:
        st.error(say("Nobody can sign now. {error}", error=plain(str(error))), icon=":material/error:")
        return
    if found is None:
        return
    key = f"overread-{reading_hash(reading)[:16]}"
    if said := st.session_state.pop(f"{key}-said", None):
        st.error(plain(said), icon=":material/error:")
    with st.expander(
        say("**Reader**: {heading}", heading=_heading(found)), expanded=found.state == "differing"
    ):
        _earlier(found)
        for one in found.signed:
            _signed(one, reading)
        if found.state == "differing":
            _differences(found.signed)
        if found.decision is not None:
            st.markdown(say("**Decided between them**"))
            _signed(found.decision, reading)
        _form(reading, found, reader=login.current(), key=key)


def _heading(found: Review) -> str:
    names = wording.listed([plain(one.entry.reader.name, 60) for one in found.signed])
    decider = plain(found.decision.entry.reader.name, 60) if found.decision else ""
    return STATES[found.state].format(names=names, decider=decider)


def _earlier(found: Review) -> None:
    """Signatures of another reading of this ECG: nothing of them holds for the one on screen."""
    if found.earlier and not found.signed:
        names = wording.listed(sorted({plain(one.entry.reader.name, 60) for one in found.earlier}))
        st.warning(
            say(
                "{names} signed another reading of this ECG. Since then the models, the limits, ECGNet's "
                "version or what is known of the patient have changed: what is on screen now is signed by "
                "nobody.",
                names=names,
            ),
            icon=":material/history:",
        )


def _signed(one: Signed, reading: Reading) -> None:
    agrees = say("agrees with ECGNet") if one.signature.agrees(reading) else say("corrects ECGNet")
    who = plain(one.entry.reader.name, 80)
    st.markdown(
        say(
            "**{who}**, {at:%Y-%m-%d %H:%M} UTC, {agrees}: {text}",
            who=who,
            at=one.entry.at,
            agrees=agrees,
            text=plain(one.opinion.text, 2000),
        )
    )
    if one.opinion.note:
        st.caption(plain(one.opinion.note, LONGEST_NOTE))


def _differences(signed: Sequence[Signed]) -> None:
    classes, statements = differences(signed)
    rows = [
        (what, [plain(one.entry.reader.name, 60) for one in signed if code in one.opinion.found[side]])
        for side, named in enumerate(
            (
                {label: wording.CLASSES[label] for label in classes},
                {code: STATEMENTS[code].words for code in statements},
            )
        )
        for code, what in named.items()
    ]
    said = "\n".join(
        say("- {what}: {listed} alone", what=plain(what), listed=wording.listed(names))
        for what, names in rows
    )
    st.warning(
        say(
            "**They differ**, so that no result leaves as signed until somebody else decides:\n\n{said}",
            said=said,
        ),
        icon=":material/compare_arrows:",
    )


def _form(reading: Reading, found: Review, *, reader: Reader, key: str) -> None:
    if not reader.named:
        st.caption(
            say(
                "To sign, log in; on a machine of your own start the app with your name in {name}.",
                name=NAME,
            )
        )
        return
    mine, own = proposed(reading), found.of(reader)
    if found.state == "differing" and not found.may_adjudicate(reader):
        st.caption(say("Somebody else decides. You may sign again in place of what you signed."))
    choices = [AGREE, CORRECT] if mine is not None else [CORRECT]
    if len(choices) > 1:
        st.segmented_control(
            say("What you say"),
            choices,
            default=AGREE,
            key=f"{key}-way",
            required=True,
            label_visibility="collapsed",
            format_func=say,
        )
    start = own.opinion if own else mine
    if st.session_state.get(f"{key}-way", CORRECT) == AGREE and mine is not None:
        st.markdown(plain(mine.text, 2000))
    else:
        st.pills(
            say("Classes"),
            list(wording.CLASSES),
            selection_mode="multi",
            default=list(start.classes) if start else None,
            format_func=wording.CLASSES.__getitem__,
            key=f"{key}-classes",
        )
        st.multiselect(
            say("Statements"),
            list(STATEMENTS),
            default=list(start.statements) if start else None,
            format_func=lambda code: STATEMENTS[code].choice,
            key=f"{key}-statements",
            placeholder=say("Search the 71 SCP-ECG statements"),
        )
    st.text_area(say("Note"), max_chars=LONGEST_NOTE, key=f"{key}-note", height=80)
    if reading.record.part is not None:
        st.caption(
            say(
                "You sign {part} s: another part is signed by itself.",
                part=reading.record.part,
            )
        )
    deciding = found.may_adjudicate(reader)
    verb = say("Decide") if deciding else say("Sign again") if own else say("Sign")
    st.button(
        say("{verb} as {name}", verb=verb, name=plain(reader.name, 60)),
        type="primary",
        icon=":material/signature:",
        key=f"{key}-sign",
        on_click=_sign,
        args=(reading, found.seen),
        kwargs={"key": key, "deciding": deciding},
        help=say("It is kept for good, with your name, the time and what ECGNet said."),
    )


def _sign(reading: Reading, seen: str, *, key: str, deciding: bool) -> None:
    """What the button does. seen: the last entry that was on this screen."""
    kept = st.session_state
    try:
        store, mine = journal.journal(), proposed(reading)
        if store is None:
            return
        note = str(kept.get(f"{key}-note") or "")
        if kept.get(f"{key}-way") == AGREE and mine is not None:
            opinion = Opinion(mine.classes, mine.statements, note or mine.note)
        else:
            opinion = Opinion(
                tuple(kept.get(f"{key}-classes") or ()), tuple(kept.get(f"{key}-statements") or ()), note
            )
        do = adjudicate if deciding else sign
        do(store, reading, reader=login.current(), opinion=opinion, seen=seen)
    except (DatabaseError, ReviewError, ValueError) as error:
        kept[f"{key}-said"] = str(error)
    else:
        kept.pop(f"{key}-note", None)
