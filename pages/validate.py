"""Validate: a hospital's own ECGs against its labels, by the site profile that is on."""

import streamlit as st

from ecgnet.language import say
from ecgnet.ui import selection
from ecgnet.ui.frame import ensure_framed
from ecgnet.ui.validate.comparison import report_on
from ecgnet.ui.validate.inputs import ERRORS, answered, inputs
from ecgnet.ui.validate.on_page import show

ANSWERED = "validation_answers"

ensure_framed()
selection.keep_link()
st.markdown(say("# Does it hold on your patients?"))
asked, begin = inputs()
try:
    if begin:
        st.session_state.pop(ANSWERED, None)
        st.session_state[ANSWERED] = (*answered(asked), asked.folder)
    if ANSWERED in st.session_state:
        answers, labels, folder = st.session_state[ANSWERED]
        show(report_on(answers, labels), folder)
except ERRORS as error:
    st.error(str(error), icon=":material/error:")
