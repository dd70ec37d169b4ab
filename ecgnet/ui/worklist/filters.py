"""The filters above the list, which stay while an ECG is read."""

from __future__ import annotations

import streamlit as st

from ecgnet.archive.worklist import DOUBTS, LEVELS, ORDERS, QUALITIES, Listing, Wanted
from ecgnet.language import say
from ecgnet.ptbxl import SUPERCLASSES
from ecgnet.reading.wording import GRADES
from ecgnet.states import STATES

WANTED, PAGE = "worklist-wanted", "worklist-page"
"""The keys of what is asked for, and of the page of the list that is shown."""


def wanted() -> Wanted:
    """What was last asked for in this visit."""
    return st.session_state.get(WANTED, Wanted())


def filters(listing: Listing) -> Wanted:
    """The controls. → what is asked for now; a change turns to the first page."""
    before = wanted()
    one, two, three = st.columns([1, 2.4, 2.6])
    levels = one.pills(
        say("Critical values"),
        LEVELS,
        selection_mode="multi",
        default=before.levels,
        key="worklist-levels",
        format_func=say,
    )
    doubts = two.pills(
        say("Doubts"),
        list(DOUBTS),
        selection_mode="multi",
        default=before.doubts,
        format_func=DOUBTS.get,
        key="worklist-doubts",
        help=say(
            "Models disagree: one calls a class present and another absent. Unfamiliar: unlike the ECGs "
            "learnt from"
        )
        + (
            say(". This run asked one model, which disagrees with none.") if len(listing.models) == 1 else "."
        ),
    )
    quality = three.pills(
        say("Quality"),
        list(QUALITIES),
        selection_mode="multi",
        default=before.quality,
        format_func=QUALITIES.get,
        key="worklist-quality",
    )
    one, two, three, four = st.columns([1, 2, 2, 2])
    labels = [None, *SUPERCLASSES]
    label = one.selectbox(
        say("Class"),
        labels,
        labels.index(before.label),
        format_func=lambda name: name or say("any"),
        key="worklist-class",
        help=say("As {leading} answered, which leads this run.", leading=listing.leading),
    )
    states = two.multiselect(
        say("is"),
        STATES,
        before.states,
        key="worklist-states",
        disabled=label is None,
        placeholder=say("any state"),
        format_func=say,
    )
    grades = three.multiselect(
        say("Grade"),
        list(GRADES),
        before.grades,
        format_func=GRADES.get,
        key="worklist-grades",
        placeholder=say("any"),
    )
    orders = list(ORDERS)
    order = four.selectbox(
        say("Order"), orders, orders.index(before.order), format_func=ORDERS.get, key="worklist-order"
    )
    asked = Wanted(tuple(levels), tuple(grades), label, tuple(states), tuple(quality), tuple(doubts), order)
    if asked != before:
        st.session_state[WANTED] = asked
        st.session_state[PAGE] = 0
    return asked
