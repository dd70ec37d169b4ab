"""Archive: find an ECG in the hospital's archive and read it."""

import streamlit as st

from ecgnet.language import say
from ecgnet.ui.frame import ensure_framed
from ecgnet.ui.pacs import is_set_up, opened, search_form
from ecgnet.ui.upload.visit import visit

HOW_TO_GET = say(
    "No archive is set up here: start the app with `ECGNET_DICOMWEB` set to its DICOMweb address; `docs/hospital.md` says "
    "what else."
)

ensure_framed()
if is_set_up():
    side, main = st.columns([1, 2.7], gap="medium")
    with side:
        search_form.panel()
    visit().publish()
    with main:
        opened.show()
else:
    st.info(HOW_TO_GET, icon=":material/inventory_2:")
