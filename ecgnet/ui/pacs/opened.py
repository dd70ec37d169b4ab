"""The right of the Archive page: the ECG that was opened, as an upload is shown, and the patient's others."""

from __future__ import annotations

from hashlib import sha256

import streamlit as st

from ecgnet.interop.connection import ConnectionFault
from ecgnet.interop.pacs import Archive, Hit, QueryError
from ecgnet.interop.pacs.archive import Place
from ecgnet.language import day, mark, say
from ecgnet.ui.escape import plain
from ecgnet.ui.pacs.kept import archive
from ecgnet.ui.upload import on_screen
from ecgnet.ui.upload.visit import visit

OPEN = "pacs-open"
"""The key of the study on screen."""
OTHERS = "pacs-others"
"""The key of the other studies under the patient's number: the same person's, and another's."""
PLACES = "pacs-places"
"""The key of the ECGs of the study on screen."""


def choose(hit: Hit) -> None:
    """Put a study on screen, with the next run."""
    st.session_state[OPEN] = hit
    for key in (OTHERS, PLACES, "pacs-which"):
        st.session_state.pop(key, None)


def recorded(hit: Hit) -> str:
    """Day and time of a study, in words."""
    time = f" {hit.time[:2]}:{hit.time[2:4]}" if hit.time[:4].isdigit() and len(hit.time) >= 4 else ""
    return f"{day(hit.day)}{time}" if hit.day else say("date unknown")


def show() -> None:
    """The ECG of the study that was chosen; nothing before one was."""
    hit: Hit | None = st.session_state.get(OPEN)
    if hit is None:
        st.info(say("Search for a patient and open an ECG."), icon=":material/inventory_2:")
        return
    born = say("born {born}", born=hit.born) if hit.born else say("date of birth unknown")
    st.markdown(
        say(
            "**{spoken_name}**, {born}, patient number {number}",
            spoken_name=plain(hit.spoken_name or say("Name unknown"), 60),
            born=plain(born),
            number=plain(hit.number, 30),
        )
    )
    try:
        asked = archive()
        if PLACES not in st.session_state:
            st.session_state[PLACES] = asked.ecgs(hit.study)
        places = st.session_state[PLACES]
        place = places[0]
        if len(places) > 1:
            place = st.selectbox(
                say("This study holds {n_places} ECGs", n_places=len(places)),
                places,
                format_func=lambda one: f"{places.index(one) + 1}: {one.kind}",
                key="pacs-which",
            )
        name = _read(asked, hit, place)
    except ConnectionFault as error:
        st.error(plain(str(error)), icon=":material/error:")
        return
    try:
        _others(asked, hit)
    except (ConnectionFault, QueryError):  # the ECG itself is here
        st.session_state[OTHERS] = (), ()
        st.warning(say("The patient's other ECGs could not be listed."), icon=":material/group:")
    upload = visit().uploads.get(name)
    if upload is None or upload.refused:
        st.error(plain((upload and upload.answer.error) or say("This ECG could not be read.")))
        return
    on_screen.show(upload)


def _read(asked: Archive, hit: Hit, place: Place) -> str:
    """The name of the ECG among the files of the visit; it says nothing of the patient. It is fetched once a visit."""
    digest = sha256(place.instance.encode()).hexdigest()[:16]
    name = f"{hit.day or say('undated')} {place.kind} {digest}"
    if name not in visit().uploads:
        with st.spinner(say("Fetching the ECG…")):
            visit().add([(name, asked.fetch(place))])
        visit().uploads[name].came = mark("opened from the archive in this visit")
        visit().publish()
    visit().chosen = name
    return name


def _others(asked: Archive, hit: Hit) -> None:
    """The patient's other studies, asked for once."""
    if OTHERS not in st.session_state:
        st.session_state[OTHERS] = asked.of_same_patient(hit)
    same, strangers = st.session_state[OTHERS]
    if strangers:
        st.warning(
            say(
                "{n_strangers} more under this patient number bear another name or date of birth, and are "
                "left out here.",
                n_strangers=len(strangers),
            ),
            icon=":material/group:",
        )
    if same:
        with st.container(horizontal=True, vertical_alignment="center", key="pacs-patient"):
            st.markdown(say("**Other ECGs of this patient**"))
            for other in same:
                st.button(
                    f"{recorded(other)}{say(' (earlier)') if other.when < hit.when else ''}",
                    key=f"pacs-other-{other.study}",
                    on_click=choose,
                    args=(other,),
                )
