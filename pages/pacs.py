"""Archive: find an ECG in the hospital's archive and read it."""

import streamlit as st

from ecgnet.ui.frame import ensure_framed
from ecgnet.ui.pacs import opened, search_form
from ecgnet.ui.upload.visit import visit

ensure_framed()
side, main = st.columns([1, 2.7], gap="medium")
with side:
    search_form.panel()
visit().publish()
with main:
    opened.show()
