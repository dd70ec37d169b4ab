"""Work list: the ECGs that `ecgnet score` answered for, the most urgent first."""

import streamlit as st

from ecgnet.archive.errors import ArchiveError
from ecgnet.archive.worklist import choose
from ecgnet.ui.escape import plain
from ecgnet.ui.frame import ensure_framed
from ecgnet.ui.worklist import exporting, filters, opened, refused, scored_folder, table
from ecgnet.ui.worklist.kept import listing_of

ensure_framed()
try:
    listing, state = listing_of(scored_folder())
    if (row := opened.row_open(state)) is not None:
        opened.show(listing, choose(listing, filters.wanted()), row=row, state=state)
    else:
        ecgs, refusals = st.tabs(["ECGs", "Without an answer"])
        with ecgs:
            asked = filters.filters(listing)
            found = choose(listing, asked)
            table.page_of_list(
                listing,
                found,
                name=f"{state}-{hash(asked)}",
                on_open=lambda row: opened.open_row(state, row),
            )
            exporting.export(listing, found)
        with refusals:
            refused.refusals(scored_folder())
except ArchiveError as error:
    st.error(plain(str(error)), icon=":material/error:")
