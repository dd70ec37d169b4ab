"""The right of the Upload page: what the file leaves out, or the record with all that is to say about it."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from ecgnet.language import say
from ecgnet.readers import ReadError, warm_up
from ecgnet.record import RecordError
from ecgnet.ui import journal, library, selection
from ecgnet.ui.escape import plain
from ecgnet.ui.overread import reader_part
from ecgnet.ui.record import cautions, neighbours, views
from ecgnet.ui.record.head import about, title
from ecgnet.ui.record.printing import paper_out
from ecgnet.ui.record.sending import results_out
from ecgnet.ui.upload import forms
from ecgnet.ui.upload.long_recording import pick_window
from ecgnet.ui.upload.upload import Upload
from ecgnet.ui.upload.visit import visit


def show(upload: Upload | None, steps: Callable[[], None] = lambda: None) -> None:
    """The upload chosen: its question where it asks one, else the record; what can be read where there is none.
    steps: draws the keys to its neighbours."""
    if said := st.session_state.pop("told_once", None):
        st.success(plain(said), icon=":material/check:")
    if upload is None:
        if why := selection.lost_upload():
            st.info(why, icon=":material/upload_file:")
        warm_up()
        forms.formats_help()
    elif upload.asks:
        with st.container(horizontal=True, key="record-head"):
            st.markdown(f"# {plain(upload.label, 120)}")
            steps()
        st.markdown(forms.left_out(upload))
        with st.columns([2, 1])[0]:
            _ask(upload)
        st.caption(say("Your answers serve the next files of this kind as well, in this visit."))
    else:
        visit().seen = upload.name
        selection.select(library.UPLOADS, upload.name)
        _read(upload, steps)


def _ask(upload: Upload) -> None:
    """The form for what a file leaves out; sent, it is read again."""
    if (given := forms.question_form(upload)) is None:
        return
    try:
        with st.spinner(say("Reading the file again…")):
            others = visit().answer(upload, given)
    except ReadError as error:
        st.error(plain(str(error)))
        return
    if others:
        st.session_state["told_once"] = say(
            "Read with the same answers: {label}.",
            label=", ".join(o.label for o in others),
        )
    visit().turn += 1
    st.rerun()


def _choose_recording(upload: Upload, number: int) -> None:
    """Read another recording of the file; where it cannot be read, say why and keep the one on screen."""
    try:
        with st.spinner(say("Reading the other recording…")):
            visit().choose_recording(upload, number)
    except ReadError as error:
        st.error(plain(str(error)))
        return
    st.rerun()


def _read(upload: Upload, steps: Callable[[], None]) -> None:
    """The record with all that is to say about it."""
    with st.container(horizontal=True, key="record-head"):
        heading = st.container()
        steps()
        printer, exporter = st.container(width="content"), st.container(width="content")
    try:
        if upload.long:
            pick_window(upload)
        shown = upload.shown()
        journal.opened(shown, upload.came)
        with heading:
            title(shown)
        about(shown)
    except RecordError as error:
        st.info(plain(str(error)), icon=":material/info:")
        return
    if (number := forms.recording_choice(upload)) is not None:
        _choose_recording(upload, number)
    if said := forms.answered(upload):
        left, right = st.columns([4, 1], vertical_alignment="center")
        left.caption(f":material/edit_note: {said}")
        with right.popover(say("Change"), width="stretch"):
            _ask(upload)
    if warnings := upload.warnings:
        st.warning(
            "\n".join([say("**Worth a second look**"), "", *(f"- {plain(w)}" for w in warnings)]),
            icon=":material/warning:",
        )
    try:
        found = cautions.show_reading(shown, views.three_views(shown))
        with printer:
            paper_out(shown, found)
        with exporter:
            results_out(shown, found)
        reader_part(shown, found)
        if found and shown.record.complete:
            neighbours.alike(shown, library.UPLOADS, key=upload.name)
    except RecordError as error:
        st.info(plain(str(error)), icon=":material/info:")
