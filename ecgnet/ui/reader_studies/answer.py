"""The form that a read is answered on: classes, confidence, and the lock. It lives in the browser, which also counts the
reading time without idling and keeps what was not locked yet through a reload (`answer.js`)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from ecgnet.language import say
from ecgnet.ptbxl import SUPERCLASS_TITLES, SUPERCLASSES
from ecgnet.reader_studies.study import Answer, Case, Phase, Study
from ecgnet.states import NORMAL

FILES = Path(__file__)
_form = st.components.v2.component(
    "study_answer",
    html='<form class="study-answer"><div class="classes" role="group"></div><label><span></span> '
    '<input type="range" min="0" max="100" step="1"> <output></output></label><button type="submit"></button></form>',
    css=FILES.with_name("answer.css").read_text("utf-8"),
    js=FILES.with_name("answer.js").read_text("utf-8"),
    isolate_styles=False,
)


def form(
    study: Study,
    case: Case,
    *,
    phase: Phase,
    before: Answer | None,
    attempts: int,
    on_lock: Callable[[Answer, float], None],
) -> None:
    """Ask for an answer. before: what it begins with, None for an empty form; attempts: how often an answer could not be
    locked, after which the form takes one again; on_lock: called with the answer and the seconds of reading, before the
    page is drawn anew."""
    key = f"study-answer-{study.id}-{case.number}-{phase}"

    def locked() -> None:
        said = st.session_state[key].locked
        on_lock(Answer(tuple(map(str, said["classes"])), int(said["confidence"])), float(said["seconds"]))

    with st.container(key="study-answer"):
        _form(
            data={
                "draft": key,
                "classes": [{"label": label, "title": SUPERCLASS_TITLES[label]} for label in SUPERCLASSES],
                "alone": NORMAL,
                "begin": list(before.classes) if before else [],
                "confidence": before.confidence if before else 50,
                "idle": study.idle,
                "attempts": attempts,
                "words": {"see": say("What you see"), "confidence": say("Confidence"), "lock": say("Lock")},
            },
            key=key,
            on_locked_change=locked,
        )
