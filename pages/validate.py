"""Validate: a hospital's own ECGs against its labels."""

import streamlit as st

from ecgnet.ui import selection
from ecgnet.ui.frame import ensure_framed
from ecgnet.ui.validate.inputs import ERRORS, answered, inputs
from ecgnet.ui.validate.on_page import show

REPORT = "validation"

ensure_framed()
selection.keep_link()
st.markdown("#### Does it hold on your patients?")
asked, begin = inputs()
if begin:
    st.session_state.pop(REPORT, None)
    try:
        st.session_state[REPORT] = answered(asked), asked.folder
    except ERRORS as error:
        st.error(str(error), icon=":material/error:")
if REPORT in st.session_state:
    show(*st.session_state[REPORT])
