"""Upload: read files that stay with this visit."""

import streamlit as st

from ecgnet.readers import ReadError, warm_up
from ecgnet.record import RecordError
from ecgnet.ui import library, selection
from ecgnet.ui.escape import plain
from ecgnet.ui.frame import ensure_framed
from ecgnet.ui.record import cautions, lead_reversal, neighbours, views
from ecgnet.ui.record.head import head
from ecgnet.ui.record.printing import paper_out
from ecgnet.ui.upload import forms
from ecgnet.ui.upload.long_recording import pick_window, score_windows
from ecgnet.ui.upload.upload import Upload, summary, title
from ecgnet.ui.upload.visit import forget, fresh_uploader, uploader_key, visit

ensure_framed()

MOST_IN_SIGHT = 40


def sidebar() -> Upload | None:
    """The uploader, what was read and what was not, and the patient's data. → the upload to show."""
    st.markdown("#### Upload an ECG")
    files = st.file_uploader(
        "One or more 12-lead ECG files",
        accept_multiple_files=True,
        max_upload_size=50,
        key=uploader_key(),
        help="Up to 50 MB a file.",
    )
    mine = visit()
    if files:
        with st.spinner(f"Reading {len(files)} file{'s' if len(files) > 1 else ''}…"):
            mine.add([(file.name, file.getvalue()) for file in files])
        fresh_uploader()
        st.rerun()
    st.caption(
        "Files stay in memory, are seen in this visit only and are gone when it ends. They never enter a link."
    )
    upload = choose()
    refused = [upload for upload in mine.uploads.values() if upload.refused]
    forms.refusals(refused)
    if refused and upload is not None:
        st.button("Dismiss", help="Take away what was not read.", on_click=mine.dismiss)
    if mine.uploads:
        with st.container(horizontal=True):
            if upload is not None and len(mine.uploads) > 1 and st.button("Remove this one"):
                mine.remove(upload)
                st.rerun()
            st.button("Forget the uploads", icon=":material/delete:", on_click=forget)
    if upload is not None and upload.record is not None:
        patient(upload)
    if upload is not None:
        with st.expander("What ECGNet reads", icon=":material/description:"):
            forms.formats_help()
    return upload


def choose() -> Upload | None:
    """The list of what was read or waits for an answer."""
    mine = visit()
    listed = [upload for upload in mine.uploads.values() if not upload.refused]
    if not listed:
        return None
    source, key = selection.current()
    if source == library.UPLOADS and key != mine.seen:  # chosen on another page
        mine.chosen = mine.seen = key
        mine.turn += 1
    names = [upload.name for upload in listed]
    place = names.index(mine.chosen) if mine.chosen in names else 0
    key = f"chosen-{mine.turn}"
    if len(names) > MOST_IN_SIGHT:  # an archive may hold hundreds
        mine.chosen = st.selectbox(
            f"What was read ({len(names)})",
            names,
            place,
            format_func=lambda name: f"{mine.uploads[name].label} · {summary(mine.uploads[name])}",
            key=key,
        )
    else:
        with st.container(height=420 if len(names) > 6 else "content", border=len(names) > 6):
            mine.chosen = st.radio(
                "What was read",
                names,
                place,
                format_func=lambda name: title(mine.uploads[name]),
                captions=[summary(upload) for upload in listed],
                key=key,
            )
    return mine.uploads[mine.chosen]


def patient(upload: Upload) -> None:
    """Age and sex by hand, and the identity where it is asked for."""
    with st.expander("Age and sex (optional)", icon=":material/person:"):
        st.caption(
            "Prefilled from the file where it states them. The fusion models use them; unknown is fine."
        )
        if (told := forms.patient_form(upload)) is not None:
            upload.tell(told)
            st.rerun()
    forms.identity(upload.record, upload.number)


def ask(upload: Upload) -> None:
    """The form for what a file leaves out; sent, it is read again."""
    if (given := forms.question_form(upload)) is None:
        return
    try:
        with st.spinner("Reading the file again…"):
            others = visit().answer(upload, given)
    except ReadError as error:
        st.error(plain(str(error)))
        return
    if others:
        st.session_state["told_once"] = f"Read with the same answers: {', '.join(o.label for o in others)}."
    visit().turn += 1
    st.rerun()


def read(upload: Upload) -> None:
    """The record with all that is to say about it."""
    place = None
    try:
        if upload.long:
            heading = st.container()
            place = pick_window(upload)
            shown = upload.shown()
            with heading:
                head(shown)
        else:
            shown = upload.shown()
            head(shown)
    except RecordError as error:
        st.info(plain(str(error)), icon=":material/info:")
        return
    if said := forms.answered(upload):
        left, right = st.columns([4, 1], vertical_alignment="center")
        left.caption(f":material/edit_note: {said}")
        with right.popover("Change", width="stretch"):
            ask(upload)
    if warnings := lead_reversal.said_once(shown, upload.warnings):
        st.warning(
            "\n".join(["**Worth a second look**", "", *(f"- {plain(w)}" for w in warnings)]),
            icon=":material/warning:",
        )
    try:
        views.three_views(shown)
        found = cautions.show_answers(shown)
        paper_out(shown, found)
        if found and shown.record.complete:
            neighbours.alike(shown, library.UPLOADS, upload.name)
    except RecordError as error:
        st.info(plain(str(error)), icon=":material/info:")
    if place is not None:
        score_windows(upload, place)


side, main = st.columns([1, 2.7], gap="medium")
with side:
    upload = sidebar()
visit().publish()
with main:
    if said := st.session_state.pop("told_once", None):
        st.success(plain(said), icon=":material/check:")
    if upload is None:
        warm_up()
        forms.formats_help()
    elif upload.asks:
        st.markdown(f"#### {plain(upload.label, 120)}")
        st.markdown(forms.left_out(upload))
        with st.columns([2, 1])[0]:
            ask(upload)
        st.caption("Your answers serve the next files of this kind as well, in this visit.")
    else:
        visit().seen = upload.name
        selection.select(library.UPLOADS, upload.name)
        read(upload)
