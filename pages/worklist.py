"""Work list: the ECGs that `ecgnet score` answered for, the most urgent first."""

import streamlit as st

from ecgnet.archive.errors import ArchiveError
from ecgnet.archive.worklist import choose
from ecgnet.ui.escape import plain
from ecgnet.ui.frame import ensure_framed
from ecgnet.ui.worklist import exporting, filters, opened, refused, scored_folder, table
from ecgnet.ui.worklist.kept import listing_of

HOW_TO_GET = (
    "No scored ECGs are open here: `ecgnet score FOLDER --out answers`, then `ecgnet run --scored answers`."
)


def work_list(folder: str) -> None:
    """The ECG that was opened, else the lists. Raises ArchiveError."""
    listing, state = listing_of(folder)
    if (row := opened.row_open(state)) is not None:
        opened.show(listing, choose(listing, filters.wanted()), row=row, state=state)
        return
    ecgs, refusals = st.tabs(["ECGs", "Without an answer"])
    with ecgs:
        asked = filters.filters(listing)
        found = choose(listing, asked)
        name = f"{state}-{hash(asked)}"
        table.page_of_list(listing, found, name=name, on_open=lambda row: opened.open_row(state, row))
        exporting.export(listing, found, name=name)
    with refusals:
        refused.refusals(folder)


ensure_framed()
if folder := scored_folder():
    try:
        work_list(folder)
    except ArchiveError as error:
        st.error(plain(str(error)), icon=":material/error:")
else:
    st.info(HOW_TO_GET, icon=":material/checklist:")
