"""What the aided read has beside the ECG: the answer that the study shows as ECGNet's, and in one arm its explanation."""

from __future__ import annotations

import streamlit as st

from ecgnet.explain import best_method
from ecgnet.language import mark, say
from ecgnet.ptbxl import SUPERCLASS_TITLES, SUPERCLASSES
from ecgnet.reader_studies.study import Case, Given
from ecgnet.reading import wording
from ecgnet.ui import predictors
from ecgnet.ui.explain import maps
from ecgnet.ui.explain.maps import MapRequest
from ecgnet.ui.library import Shown
from ecgnet.ui.record.findings import COLOURS, ICONS

EXPLANATION, ECG = mark("Explanation"), "ECG"
LAYOUT = "3x4"


def answer(given: Given, *, explained: bool) -> bool:
    """A badge a class, as on every reading, and where it is explained the choice between the map and the ECG alone. →
    whether the map is looked at."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="study-aid"):
        st.markdown("**ECGNet**", width="content")
        for label, state, chance in zip(SUPERCLASSES, given.states, given.probabilities, strict=True):
            st.badge(
                f"{label} {wording.STATES[state]}, {wording.probability(chance)}",
                color=COLOURS[state],
                icon=ICONS[state],
                help=f"{SUPERCLASS_TITLES[label]}: {wording.STATE_HELP[state]}.",
            )
        if not explained:
            return False
        view = st.segmented_control(
            say("View"),
            (EXPLANATION, ECG),
            default=EXPLANATION,
            required=True,
            key="study-view",
            label_visibility="collapsed",
            width="content",
            format_func=say,
        )
    return view == EXPLANATION


def explanation(shown: Shown, case: Case) -> None:
    """What spoke for and against the class that the shown answer leads with, drawn on the ECG; a sentence where the weights
    are not those that answered."""
    given = case.shown
    (prediction,) = predictors.predictions(shown, (given.model,))
    if prediction.weights_id != given.weights_id:
        st.info(
            say(
                "The weights have changed since this study was made: their explanation would be of another answer. "
                "Bring back "
                "those that it was made with."
            ),
            icon=":material/info:",
        )
        return
    card = predictors.predictor(given.model).model.card
    method, _ = best_method(card, "waveform", carried=False)
    against = "normal" if maps.rhythm(shown, card.spec) else "zero"
    asked = MapRequest(shown, given.model, given.leading, method, False, against, prediction, card.spec)
    found = maps.explanations(asked, ("waveform",))["waveform"]
    st.caption(
        say(
            "What in the ECG spoke for {leading} ({superclass_titles}) and what against.",
            leading=given.leading,
            superclass_titles=SUPERCLASS_TITLES[given.leading],
        )
    )
    maps.draw(asked, found, layout=LAYOUT, coloured=True, shade="none")
