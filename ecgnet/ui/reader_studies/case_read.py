"""A case on screen: where one is, the answer, what ECGNet says where it is its turn, and the ECG."""

from __future__ import annotations

import streamlit as st

from ecgnet.language import Words, mark, say
from ecgnet.overread.database import Database, DatabaseError
from ecgnet.reader_studies import journal
from ecgnet.reader_studies.study import Answer, Case, Phase, StudyError
from ecgnet.reading import wording
from ecgnet.ui import texts
from ecgnet.ui.escape import plain
from ecgnet.ui.reader_studies import aid
from ecgnet.ui.reader_studies.answer import form
from ecgnet.ui.reader_studies.ecg import sheet, shown_of
from ecgnet.ui.reader_studies.visit import Place, go_to

FAULT, ATTEMPTS = "study-fault", "study-attempts"
SAY = Words(
    {
        "alone": "Read the ECG by yourself. Once locked, your answer stays.",
        "aided": "Read it again, with ECGNet's answer, which may be wrong. Change yours or keep it, and lock.",
    }
)


def show(store: Database, place: Place) -> None:
    """The case that the reader is at. Raises DatabaseError, StudyError."""
    case = place.cases[place.at]
    phase = place.phase(case)
    _steps(place)
    if fault := st.session_state.pop(FAULT, None):
        st.error(plain(fault), icon=":material/error:")
    shown = shown_of(place.study, case)
    if phase is None:
        _locked(place, case)
        sheet(shown)
        return
    journal.open_case(store, place.study, case=case.number, phase=phase, reader=place.reader)
    first = place.locked(case).get("alone")
    form(
        place.study,
        case,
        phase=phase,
        before=first.answer if first else None,
        attempts=st.session_state.get(ATTEMPTS, 0),
        on_lock=lambda answer, seconds: _lock(
            store, place, case=case, phase=phase, answer=answer, seconds=seconds
        ),
    )
    explained = phase == "aided" and place.study.arm(case, place.reader) == "explanation"
    if phase == "aided" and aid.answer(case.shown, explained=explained):
        aid.explanation(shown, case)
    else:
        sheet(shown)


def _steps(place: Place) -> None:
    """Case 7 of 30, of whom, what is asked, and the keys to the neighbours."""
    at, count = place.at, len(place.cases)
    case = place.cases[at]
    phase = place.phase(case)
    with st.container(horizontal=True, vertical_alignment="center", key="study-steps"):
        for label, icon, to in (
            (mark("Previous"), ":material/chevron_left:", at - 1),
            (mark("Next"), ":material/chevron_right:", at + 1),
        ):
            st.button(
                say(label),
                icon=icon,
                disabled=not 0 <= to < count,
                key=f"study-{label}",
                on_click=go_to,
                args=(place.study, to),
            )
        read = {"alone": say("first read"), "aided": say("second read"), None: say("finished")}[phase]
        st.markdown(
            say("**Case {at} of {count}**, {read}", at=at + 1, count=count, read=read), width="content"
        )
        known = shown_of(place.study, case).record.metadata
        st.markdown(
            f"{known.age_in_words}, {wording.SEXES[known.sex] if known.sex else say('sex unknown')}",
            width="content",
        )
        if phase is not None:
            st.caption(SAY[phase], width="content")


def _lock(store: Database, place: Place, *, case: Case, phase: Phase, answer: Answer, seconds: float) -> None:
    """Into the journal, and on: to the second read of this case, else to the next case that is not finished."""
    try:
        journal.lock(
            store,
            place.study,
            case=case.number,
            phase=phase,
            reader=place.reader,
            answer=answer,
            seconds=seconds,
        )
    except (DatabaseError, StudyError) as error:
        st.session_state[FAULT] = str(error)
        st.session_state[ATTEMPTS] = st.session_state.get(ATTEMPTS, 0) + 1
        return
    go_to(place.study, place.at if phase == "alone" else None)


def _locked(place: Place, case: Case) -> None:
    """What the reader has said of a case; the reference stays unsaid while the study goes on."""
    said = place.locked(case).items()
    words = [
        say(
            "{phase}: {superclass_words}, confidence {confidence}",
            phase=say(phase).capitalize(),
            superclass_words=texts.superclass_words(read.answer.classes),
            confidence=read.answer.confidence,
        )
        for phase, read in said
    ]
    st.info(say("Locked. {words}.", words=". ".join(words)), icon=":material/lock:")
