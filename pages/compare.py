"""Compare: the strategies on one ECG, two models, many records, what accuracy costs, thresholds and curves."""

import streamlit as st

from ecgnet.ui import chosen_set, compared, curves, operating, selection, trade_off, versus, views
from ecgnet.ui.frame import ensure_framed

SECTIONS = {
    chosen_set.ONE: compared.one_record,
    "Two models": versus.two_models,
    "Many records": chosen_set.many_records,
    "Accuracy and cost": trade_off.accuracy_and_cost,
    "Operating points": operating.operating_point,
    "Curves": curves.curves,
}
FIRST, SECOND, *_ = SECTIONS

ensure_framed()
section = (
    st.segmented_control(
        "Compare",
        list(SECTIONS),
        default=FIRST,
        key=chosen_set.SECTION,
        required=True,
        bind="query-params",
        label_visibility="collapsed",
    )
    or FIRST
)
draw = SECTIONS[section]
if section in (FIRST, SECOND):
    left, right = st.columns([3, 1], vertical_alignment="top")
    with right:
        shown = selection.pick()
    with left:
        views.head(shown)
    draw(shown)
else:
    selection.keep_link()
    draw()
