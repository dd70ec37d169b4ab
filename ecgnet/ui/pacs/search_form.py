"""The left of the Archive page: whom to look for, and the studies that were found."""

from __future__ import annotations

from datetime import date

import streamlit as st

from ecgnet.interop.connection import ConnectionFault
from ecgnet.interop.pacs import Hit, Query, QueryError, SearchResult
from ecgnet.language import say
from ecgnet.ui.escape import plain
from ecgnet.ui.pacs import opened
from ecgnet.ui.pacs.kept import archive

FOUND = "pacs-found"
"""The key of the last search's hits, which live as long as the visit."""


def panel() -> None:
    """The form, and a button for each study that was found."""
    st.markdown(say("# ECGs in the archive"))
    with st.form("pacs-search", border=False):
        number = st.text_input(say("Patient number"), key="pacs-number")
        name = st.text_input(say("Family name begins with"), key="pacs-name")
        accession = st.text_input(say("Accession number"), key="pacs-accession")
        one, two = st.columns(2)
        since = one.date_input(
            say("From"), None, key="pacs-since", min_value=date(1950, 1, 1), format=say("YYYY/MM/DD")
        )
        until = two.date_input(
            say("To"), None, key="pacs-until", min_value=date(1950, 1, 1), format=say("YYYY/MM/DD")
        )
        asked = st.form_submit_button(say("Search"), type="primary", icon=":material/search:")
    st.caption(
        say("What is opened stays in memory and is seen in this visit only; nothing of it enters a link.")
    )
    if asked:
        st.session_state[FOUND] = None
        try:
            query = Query(number.strip(), name.strip(), accession.strip(), since, until)
            with st.spinner(say("Asking the archive…")):
                st.session_state[FOUND] = archive().search(query)
        except (QueryError, ConnectionFault) as error:
            st.error(plain(str(error)), icon=":material/error:")
    if (found := st.session_state.get(FOUND)) is not None:
        _list(found)


def _list(found: SearchResult) -> None:
    if found.more:  # an archive cuts where it likes, not at the oldest
        st.warning(
            say(
                "The archive has more studies than the {n_hits} shown here: narrow the search.",
                n_hits=len(found.hits),
            )
        )
    if not found.hits:
        if not found.more:
            st.info(say("The archive has no ECG like that."), icon=":material/search_off:")
        return
    with st.container(height=420 if len(found.hits) > 6 else "content", border=len(found.hits) > 6):
        for hit in found.hits:
            study(hit)


def study(hit: Hit) -> None:
    """A button that opens a study."""
    st.button(
        f"{opened.recorded(hit)} · {plain(hit.spoken_name or say('name unknown'), 60)} · {plain(hit.number, 30)}",
        help=plain(
            say(
                "Born {born}, accession {accession}. {description}",
                born=hit.born or say("unknown"),
                accession=hit.accession or say("unknown"),
                description=hit.description,
            )
        ),
        key=f"pacs-open-{hit.study}",
        on_click=opened.choose,
        args=(hit,),
        width="stretch",
    )
