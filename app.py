"""ECGNet's dashboard: page config and navigation, nothing else."""

import streamlit as st

from ecgnet.ui import login, reader_studies
from ecgnet.ui.frame import ICON, LOGO, frame
from ecgnet.ui.pacs import is_set_up
from ecgnet.ui.worklist import is_open, scored_folder

st.set_page_config("ECGNet", page_icon=ICON, layout="wide")
login.door()
seen = {True: "visible", False: "hidden"}
page = st.navigation(
    [
        st.Page("pages/browse.py", title="Browse", icon=":material/ecg:", default=True),
        st.Page("pages/upload.py", title="Upload", icon=":material/upload_file:"),
        # Where they are not set up these pages are in no menu; opened by a link they say how to set them up.
        st.Page(
            "pages/pacs.py", title="Archive", icon=":material/inventory_2:", visibility=seen[is_set_up()]
        ),
        st.Page(
            "pages/worklist.py",
            title="Work list",
            icon=":material/checklist:",
            visibility=seen[bool(is_open())],
        ),
        st.Page(
            "pages/monitor.py",
            title="Monitor",
            icon=":material/monitor_heart:",
            visibility=seen[bool(scored_folder())],
        ),
        st.Page(
            "pages/reader_study.py",
            title="Reader study",
            icon=":material/group:",
            visibility=seen[reader_studies.is_set_up()],
        ),
        st.Page("pages/validate.py", title="Validate", icon=":material/fact_check:"),
        st.Page("pages/explain.py", title="Explain", icon=":material/help_center:"),
        st.Page("pages/compare.py", title="Compare", icon=":material/compare_arrows:"),
        st.Page("pages/dataset.py", title="Data set", icon=":material/database:"),
        st.Page("pages/models.py", title="Models", icon=":material/neurology:"),
    ],
    position="top",
)
st.set_page_config(f"{page.title} · ECGNet")
st.logo(LOGO, size="small", icon_image=ICON)
with frame(page.title):
    page.run()
