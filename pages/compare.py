"""Compare: the strategies on one ECG, two models, many records, what accuracy costs, thresholds and curves."""

import streamlit as st

from ecgnet.language import mark, say
from ecgnet.ui.browse import bar, finder
from ecgnet.ui.compare import curves, operating_points, record_set, strategies, trade_off, two_models
from ecgnet.ui.frame import ensure_framed
from ecgnet.ui.record.head import about
from ecgnet.ui.record.view_controls import choose_one

SECTIONS = {
    record_set.ONE: strategies.one_record,
    mark("Two models"): two_models.two_models,
    mark("Many records"): record_set.many_records,
    mark("Accuracy and cost"): trade_off.accuracy_and_cost,
    mark("Operating points"): operating_points.operating_point,
    mark("Curves"): curves.curves,
}
FIRST, SECOND, *_ = SECTIONS

ensure_framed()
st.set_page_config(initial_sidebar_state="collapsed")
finder.keep_link()
section = choose_one(
    say("Compare"), list(SECTIONS), default=FIRST, key=record_set.SECTION, label_visibility="collapsed"
)
draw = SECTIONS[section]
if section in (FIRST, SECOND):
    bar.drawer()
    shown, _ = bar.open_record()
    about(shown)
    draw(shown)
else:
    draw()
