"""Reader study: cases read alone, then with what ECGNet says, and what that changed."""

import streamlit as st

from ecgnet.language import say
from ecgnet.overread.database import Database, DatabaseError, database
from ecgnet.ptbxl import CatalogueError
from ecgnet.reader_studies import journal
from ecgnet.reader_studies.study import Study, StudyError
from ecgnet.ui import link, login
from ecgnet.ui.escape import plain
from ecgnet.ui.frame import ensure_framed
from ecgnet.ui.reader_studies import case_read, found
from ecgnet.ui.reader_studies.visit import place

HOW_TO_GET = say(
    "There is no reader study here yet: `ecgnet reader-study new pilot --cases 30` makes one of PTB-XL."
)


def chosen(studies: dict[str, Study]) -> Study:
    """The study that is asked for, where there are several; kept by the link."""
    known = list(studies)
    if len(known) == 1:
        return studies[known[0]]
    st.session_state["study"] = link.choice("study", known, default=known[0])
    st.selectbox(
        say("Study"),
        known,
        format_func=lambda id: f"{studies[id].title} ({id})",
        key="study",
        on_change=lambda: link.choose("study", st.session_state["study"]),
        width=420,
    )
    return studies[st.session_state["study"]]


def page(store: Database) -> None:
    """Raises DatabaseError, StudyError, CatalogueError."""
    with store.reading() as connection:
        studies = journal.studies(connection)
    if not studies:
        st.info(HOW_TO_GET, icon=":material/group:")
        return
    reader = login.current()
    if not reader.named:
        st.info(
            say('A study asks who reads: log in, or start the app with `ECGNET_READER="Your name"`.'),
            icon=":material/badge:",
        )
        return
    here = place(store, chosen(studies), reader=reader)
    read, results = st.tabs(
        [say("Read"), say("Results")], default=say("Results") if here.finished else say("Read")
    )
    with read:
        if here.finished:
            st.success(
                say("You have finished this study. Thank you. Results shows what was found so far."),
                icon=":material/check_circle:",
            )
        if here.cases:
            case_read.show(store, here)
    with results:
        found.show(here)


ensure_framed()
try:
    if (store := database()) is None:
        st.markdown(say("# Does it help who reads?"))
        st.info(
            say("Reader studies stand in the journal of readers: `ECGNET_DB` names it (docs/hospital.md).")
        )
    else:
        page(store)
except (DatabaseError, StudyError, CatalogueError) as error:
    st.error(plain(str(error)), icon=":material/error:")
