"""Compare: the strategies on one ECG, two models, many records, what accuracy costs, thresholds and curves."""

import streamlit as st

from ecgnet.ui import selection
from ecgnet.ui.compare import curves, operating_points, record_set, strategies, trade_off, two_models
from ecgnet.ui.frame import ensure_framed
from ecgnet.ui.record.head import head

SECTIONS = {
    record_set.ONE: strategies.one_record,
    "Two models": two_models.two_models,
    "Many records": record_set.many_records,
    "Accuracy and cost": trade_off.accuracy_and_cost,
    "Operating points": operating_points.operating_point,
    "Curves": curves.curves,
}
FIRST, SECOND, *_ = SECTIONS

ensure_framed()
section = (
    st.segmented_control(
        "Compare",
        list(SECTIONS),
        default=FIRST,
        key=record_set.SECTION,
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
        head(shown)
    draw(shown)
else:
    selection.keep_link()
    draw()
