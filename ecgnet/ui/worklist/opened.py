"""One ECG of the list, read as an upload is; the one before it and the next follow the list's order."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import streamlit as st

from ecgnet.archive.errors import ArchiveError
from ecgnet.archive.reopen import reopen
from ecgnet.archive.worklist import Listing, file_label, place_of, read_rows
from ecgnet.language import mark, say
from ecgnet.record import signal_hash
from ecgnet.ui.escape import plain
from ecgnet.ui.upload import on_screen
from ecgnet.ui.upload.upload import Upload
from ecgnet.ui.upload.visit import visit
from ecgnet.ui.worklist.filters import PAGE
from ecgnet.ui.worklist.table import ROWS

OPEN = "worklist-open"
"""The key of the row on screen, with the state of the folder in which it has that number."""
FAILED = "worklist-failed"
"""The key of the row that could not be read, and why: not tried again with every click."""
COLUMNS = ["file", "exam", "source", "signal_sha256", "conclusion"]


def open_row(state: str, row: int | None) -> None:
    """Put a row on screen with the next run, or none: the list."""
    st.session_state[OPEN] = None if row is None else (state, row)
    st.session_state.pop(FAILED, None)


def row_open(state: str) -> int | None:
    """The row on screen, None for the list, also where the folder has changed since."""
    kept, row = st.session_state.get(OPEN) or ("", None)
    return row if kept == state else None


def show(listing: Listing, found: np.ndarray, *, row: int, state: str) -> None:
    """The way through the list, and the ECG with its reading."""
    _steps(found, row=row, state=state)
    (said,) = read_rows(listing, [row], columns=COLUMNS).to_pylist()
    st.caption(
        say(
            "When it was scored: {conclusion}",
            conclusion=plain(said["conclusion"] or say("no conclusion")),
        )
    )
    if not listing.sources_here:
        _of_visit(said)
        return
    upload = _upload(listing, said, name=f"worklist {state} {row}")
    if isinstance(upload, str):
        st.error(plain(upload), icon=":material/error:")
        return
    if upload.record is not None and signal_hash(upload.record) != said["signal_sha256"]:
        st.warning(
            say(
                "The file holds another signal than when it was scored: what the list says of it does not hold. Score "
                "it again."
            ),
            icon=":material/sync_problem:",
        )
    on_screen.show(upload)


def _of_visit(row: dict[str, Any]) -> None:
    """The ECG of a list that came without ECGs: the upload of this visit that has its signal. Where the table says that it
    lies is not looked for, since whoever sent the table wrote that."""
    for upload in visit().uploads.values():
        if upload.record is not None and signal_hash(upload.record) == row["signal_sha256"]:
            visit().chosen = upload.name
            on_screen.show(upload)
            return
    st.info(
        say(
            "This list came without its ECGs: drop the file of {file_label} on Upload, and it opens here.",
            file_label=plain(file_label(row)),
        ),
        icon=":material/upload_file:",
    )


def _steps(found: np.ndarray, *, row: int, state: str) -> None:
    place = place_of(found, row)
    if place is not None:
        st.session_state[PAGE] = place // ROWS  # the list opens where one is

    def step(label: str, icon: str, *, to: int, shortcut: str) -> None:
        there = place is not None and 0 <= to < len(found)
        target = int(found[to]) if there else None
        st.button(
            say(label),
            icon=icon,
            shortcut=shortcut,
            disabled=not there,
            key=f"worklist-{label}",
            on_click=open_row,
            args=(state, target),
        )

    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            say("Back to the list"),
            icon=":material/list:",
            key="worklist-back",
            on_click=open_row,
            args=(state, None),
        )
        step(mark("Previous"), ":material/chevron_left:", to=(place or 0) - 1, shortcut="Left")
        step(mark("Next"), ":material/chevron_right:", to=(place or 0) + 1, shortcut="Right")
        st.markdown(
            say("not in the list")
            if place is None
            else say("**{place:,}** of {n_found:,}", place=place + 1, n_found=len(found))
        )


def _upload(listing: Listing, row: dict[str, Any], *, name: str) -> Upload | str:
    """The ECG among the files of the visit, of which the list has one at a time; a sentence where it cannot be read."""
    kept = visit().uploads
    if name not in kept:
        for other in [one for key, one in kept.items() if key.startswith("worklist ")]:
            visit().remove(other)
        if (failed := st.session_state.get(FAILED)) and failed[0] == name:
            return failed[1]
        try:
            with st.spinner(say("Reading the ECG…")):
                answer = reopen(row, listing.run)
            if answer.record is None:
                raise ArchiveError(answer.error or say("This ECG could not be read."))
        except (ArchiveError, OSError) as error:
            st.session_state[FAILED] = name, str(error)
            return str(error)
        visit().counted += 1
        upload = Upload(visit().counted, name, file_label(row), replace(answer, choice=None))
        upload.came = mark("opened from the work list")
        kept[name] = upload
        visit().publish()
    visit().chosen = name
    return kept[name]
