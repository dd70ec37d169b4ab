"""Upload: read files that stay with this visit."""

import streamlit as st

from ecgnet.ui.frame import ensure_framed
from ecgnet.ui.upload import on_screen
from ecgnet.ui.upload.sidebar import sidebar, steps
from ecgnet.ui.upload.visit import visit
from ecgnet.ui.worklist import sent

ensure_framed()
side, main = st.columns([1, 2.7], gap="medium")
with side:
    upload = sidebar()
    sent.way_in()
visit().publish()
with main:
    on_screen.show(upload, steps)
