"""ECGNet's dashboard: page config and navigation, nothing else."""

import streamlit as st

from ecgnet.language import say
from ecgnet.ui import login, reader_studies, visit_language
from ecgnet.ui.frame import ICON, LOGO, frame
from ecgnet.ui.navigation import PAGES
from ecgnet.ui.pacs import is_set_up
from ecgnet.ui.worklist import is_open, scored_folder

st.set_page_config("ECGNet", page_icon=ICON, layout="wide")
visit_language.listen()
login.door()
# Where they are not set up these pages are in no menu; opened by a link they say how to set them up.
set_up = {
    "pacs": is_set_up(),
    "worklist": bool(is_open()),
    "monitor": bool(scored_folder()),
    "reader_study": reader_studies.is_set_up(),
}
page = st.navigation(
    [
        st.Page(
            f"pages/{one.file}.py",
            title=one.title,
            icon=f":material/{one.icon}:",
            default=not one.path,
            visibility="visible" if set_up.get(one.file, True) else "hidden",
        )
        for one in PAGES
    ],
    position="top",
)
st.set_page_config(say("{title} · ECGNet", title=page.title))
st.logo(LOGO, size="small", icon_image=ICON)
with frame(page.title):
    page.run()
