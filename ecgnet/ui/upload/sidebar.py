"""The left of the Upload page: the uploader, what was read and what was not, and the patient's data."""

from __future__ import annotations

import streamlit as st

from ecgnet.language import mark, say, say_n
from ecgnet.ui import library, selection
from ecgnet.ui.upload import forms
from ecgnet.ui.upload.upload import Upload, summary, title
from ecgnet.ui.upload.visit import forget, fresh_uploader, uploader_key, visit

MOST_IN_SIGHT = 40


def sidebar() -> Upload | None:
    """The uploader, what was read and what was not, and the patient's data. → the upload to show."""
    st.markdown(say("## Upload an ECG"))
    files = st.file_uploader(
        say("One or more 12-lead ECG files"),
        accept_multiple_files=True,
        max_upload_size=50,
        key=uploader_key(),
        help=say("Up to 50 MB a file."),
    )
    mine = visit()
    if files:
        with st.spinner(say_n("Reading {n} file…", "Reading {n} files…", n=len(files))):
            mine.add([(file.name, file.getvalue()) for file in files])
        fresh_uploader()
        st.rerun()
    st.caption(
        say(
            "Files stay in memory, are seen in this visit only and are gone when it ends. Nothing of them enters a link."
        )
    )
    upload = _choose()
    refused = [upload for upload in mine.uploads.values() if upload.refused]
    forms.refusals(refused)
    if refused and upload is not None:
        st.button(say("Dismiss"), help=say("Take away what was not read."), on_click=mine.dismiss)
    if mine.uploads:
        with st.container(horizontal=True):
            if upload is not None and len(mine.uploads) > 1 and st.button(say("Remove this one")):
                mine.remove(upload)
                st.rerun()
            st.button(say("Forget the uploads"), icon=":material/delete:", on_click=forget)
    if upload is not None and upload.record is not None:
        _patient(upload)
    if upload is not None:
        with st.expander(say("What ECGNet reads"), icon=":material/description:"):
            forms.formats_help()
    return upload


def _choose() -> Upload | None:
    """The list of what was read or waits for an answer."""
    mine = visit()
    listed = mine.listed
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
            say("What was read ({n_names})", n_names=len(names)),
            names,
            place,
            format_func=lambda name: f"{mine.uploads[name].label} · {summary(mine.uploads[name])}",
            key=key,
        )
    else:
        with st.container(height=420 if len(names) > 6 else "content", border=len(names) > 6):
            mine.chosen = st.radio(
                say("What was read"),
                names,
                place,
                format_func=lambda name: title(mine.uploads[name]),
                captions=[summary(upload) for upload in listed],
                key=key,
            )
    return mine.uploads[mine.chosen]


def steps() -> None:
    """The keys to the upload before and to the next, where there are several."""
    mine = visit()
    names = [upload.name for upload in mine.listed]
    if len(names) < 2 or mine.chosen not in names:
        return
    place = names.index(mine.chosen)
    for label, icon, key, by in (
        (mark("Previous"), ":material/chevron_left:", "Left", -1),
        (mark("Next"), ":material/chevron_right:", "Right", 1),
    ):
        st.button(
            say(label),
            icon=icon,
            shortcut=key,
            key=label.lower(),
            disabled=not 0 <= place + by < len(names),
            on_click=mine.step,
            args=(by,),
        )


def _patient(upload: Upload) -> None:
    """Age and sex by hand, and the identity where it is asked for."""
    with st.expander(say("Age and sex (optional)"), icon=":material/person:"):
        st.caption(
            say("Prefilled from the file where it states them. The fusion models use them; unknown is fine.")
        )
        if (told := forms.patient_form(upload)) is not None:
            upload.tell(told)
            st.rerun()
    forms.identity(upload.record, upload.number)
