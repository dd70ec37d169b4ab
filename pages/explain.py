"""Explain: why a model answered as it did, in the terms an ECG is read in."""

import streamlit as st

from ecgnet import figures
from ecgnet.language import say
from ecgnet.record import RecordError
from ecgnet.remote import ServiceError
from ecgnet.ui import charts
from ecgnet.ui.browse import bar, finder
from ecgnet.ui.explain.controls import ask
from ecgnet.ui.frame import ensure_framed, theme
from ecgnet.ui.record import cautions
from ecgnet.ui.record.head import about
from ecgnet.ui.window_read import part_read

ensure_framed()
st.set_page_config(initial_sidebar_state="collapsed")
finder.keep_link()
bar.drawer()
shown, _ = bar.open_record(part_read)
about(shown)
try:
    if cautions.withheld(shown):
        charts.sheet(figures.ecg_sheet(shown.record, theme()), "sheet")
    else:
        ask(shown)
except ServiceError as error:  # the ECG stands without it
    st.error(str(error), icon=":material/error:")
    charts.sheet(figures.ecg_sheet(shown.record, theme()), "sheet")
except RecordError as error:  # what the record lacks; the ECG itself can still be read
    st.info(
        say(
            "{error} The networks read all twelve leads over the whole window.",
            error=error,
        ),
        icon=":material/info:",
    )
    charts.sheet(figures.ecg_sheet(shown.record, theme()), "sheet")
