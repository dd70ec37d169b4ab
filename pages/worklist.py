"""Work list: the ECGs that `ecgnet score` answered for, the most urgent first."""

import streamlit as st

from ecgnet.archive.errors import ArchiveError
from ecgnet.archive.worklist import Listing
from ecgnet.language import say
from ecgnet.ui.escape import plain
from ecgnet.ui.frame import ensure_framed
from ecgnet.ui.worklist import exporting, filters, opened, refused, scored_folder, sent, signed, table
from ecgnet.ui.worklist.kept import listing_of

HOW_TO_GET = say(
    "No scored ECGs are open here: `ecgnet score FOLDER --out answers`, then `ecgnet run --scored answers`; or drop a "
    "zip of that folder on Upload, under *Scored ECGs as a work list*."
)


def work_list(listing: Listing, state: str, *, folder: str = "") -> None:
    """The ECG that was opened, else the lists. folder: with the files without an answer. Raises ArchiveError."""
    if (row := opened.row_open(state)) is not None:
        opened.show(listing, signed.choose(listing, filters.wanted()), row=row, state=state)
        return
    if not folder:
        _ecgs(listing, state)
        return
    ecgs, refusals = st.tabs([say("ECGs"), say("Without an answer")])
    with ecgs:
        _ecgs(listing, state)
    with refusals:
        refused.refusals(folder)


def _ecgs(listing: Listing, state: str) -> None:
    asked = filters.filters(listing)
    states = signed.wanted_states()
    found = signed.choose(listing, asked)
    name = f"{state}-{hash((asked, states))}"
    table.page_of_list(listing, found, name=name, on_open=lambda row: opened.open_row(state, row))
    exporting.export(listing, found, name=name)


ensure_framed()
try:
    if (mine := sent.sent()) is not None:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(say("Opened from Upload, in this visit alone."), width="content")
            st.button(say("Close the list"), key="worklist-sent-close", type="tertiary", on_click=sent.close)
        work_list(*mine)
    elif folder := scored_folder():
        work_list(*listing_of(folder), folder=folder)
    else:
        st.markdown(say("# Work list"))
        st.info(HOW_TO_GET, icon=":material/checklist:")
except ArchiveError as error:
    st.error(plain(str(error)), icon=":material/error:")
