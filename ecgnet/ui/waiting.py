"""Slow work that does not hold up the visitor: a click ends the wait for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TypeVar

import streamlit as st

from ecgnet.language import carried, say
from ecgnet.remote import answers_there

T = TypeVar("T")
LOOK = 0.05
"""Seconds between two looks for a click."""
CALM = 0.3
"""Seconds after which a visitor stays with a record."""
# One each: the networks use every core by themselves. Two, since a map can take many seconds and an answer must not wait.
# A service has its own order, and puts questions that come at once to the networks together.
_answers, _maps = (ThreadPoolExecutor(8 if answers_there() else 1, name) for name in ("answers", "maps"))


def patiently(work: Callable[[], T], *, explains: bool = False) -> T:
    """What `work` returns. It runs beside the page, one at a time for all visitors, those that explain in a line of their
    own; where the visitor goes on meanwhile, the page lets go of it, and it is not begun at all when its turn has not
    come. It must not call streamlit."""
    future = (_maps if explains else _answers).submit(carried(work))
    place = st.empty()
    try:
        while not wait([future], LOOK).done:
            place.empty()  # streamlit looks for a click wherever something is sent to the screen
        return future.result()
    finally:
        future.cancel()


def in_turn(work: Callable[[], T]) -> T:
    """What `work` returns, asked for by a thread that serves no page: it takes its turn among all visitors' answers."""
    return _answers.submit(carried(work)).result()


def settle(key: str) -> None:
    """Wait a moment when another record (its key) has come on screen, before what is slow begins: the browser draws the
    ECG undisturbed, and who leafs through records is not held up."""
    if st.session_state.get("settled") == key:
        return
    place = st.empty()
    for _ in range(round(CALM / LOOK)):
        time.sleep(LOOK)
        place.empty()
    st.session_state["settled"] = key


def with_progress(
    words: str, work: Callable[[Callable[[float], None]], T], *, stop: Callable[[], None] | None = None
) -> T:
    """What `work` returns, with a bar that it moves; a click elsewhere ends the work at the bar's next move.

    stop: what a button beside the bar does before the page is drawn again, so that the work is not begun anew.
    """
    place = st.empty()
    with place.container(horizontal=True, vertical_alignment="center"):
        bar = st.progress(0.0, words)
        if stop is not None:
            st.button(say("Stop"), icon=":material/stop_circle:", on_click=stop, key=f"stop-{words}")
    try:
        return work(lambda share: bar.progress(min(share, 1.0), words))
    finally:
        place.empty()
