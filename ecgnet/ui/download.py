"""PTB-XL from PhysioNet on screen: offered where no copy is here, asked only after a click, in this visit alone."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from ecgnet.language import say
from ecgnet.physionet import (
    CATALOGUE_MEGABYTES,
    SOURCE,
    NotThereError,
    PhysioNetError,
    Remote,
    RemoteCatalogue,
)
from ecgnet.ptbxl import Catalogue, find_ptbxl
from ecgnet.record import Record

AGREED = "physionet"


def folder() -> Path | None:
    """The folder that fills from PhysioNet, once this visitor has asked for it and its catalogue is there."""
    if not st.session_state.get(AGREED):
        return None
    remote = Remote.default()
    return remote.folder if remote.ready else None


def open_catalogue(where: str) -> Catalogue:
    """The catalogue of a local copy, or of the folder that fills. Raises CatalogueError."""
    if where == str(folder()):
        return RemoteCatalogue(Remote.default())
    return Catalogue(where)


def record(catalogue: Catalogue, ecg_id: int, *, fs: int) -> Record:
    """A record, and a word on screen while it is being fetched. From a server that has no 500 Hz it comes at 100 Hz.
    Raises CatalogueError."""
    if not isinstance(catalogue, RemoteCatalogue):
        return catalogue.record(ecg_id, fs)
    with st.spinner(
        say(
            "Fetching record {ecg_id} from {host}…",
            ecg_id=ecg_id,
            host=catalogue.remote.host,
        )
    ):
        try:
            return catalogue.record(ecg_id, fs)
        except NotThereError:
            return catalogue.record(ecg_id, 100)


def offer() -> None:
    """The button that opens PTB-XL on PhysioNet; nothing where a copy is here or it is open already."""
    if find_ptbxl() is not None or folder() is not None:
        return
    try:
        remote = Remote.default()
    except PhysioNetError as error:
        st.caption(str(error))
        return
    with st.expander(say(SOURCE), icon=":material/cloud_download:"):
        st.caption(
            say(
                "21,799 ECGs of 18,869 patients (Wagner et al. 2020, CC BY 4.0). After the click this server "
                "asks {host} for each record that is opened, and keeps it; nothing is sent but the record's "
                "name.",
                host=remote.host,
            )
        )
        size = (
            ""
            if remote.ready
            else say(" ({catalogue_megabytes} MB)", catalogue_megabytes=CATALOGUE_MEGABYTES)
        )
        verb = say("Open the catalogue") if remote.ready else say("Fetch the catalogue")
        if st.button(
            say("{verb}{size} from {host}", verb=verb, size=size, host=remote.host), key="fetch_physionet"
        ):
            try:
                _fetch(remote)
            except PhysioNetError as error:
                st.error(str(error), icon=":material/cloud_off:")
                return
            st.session_state[AGREED] = True
            st.session_state.pop("current", None)  # so that PTB-XL's first record comes on screen,
            st.query_params.pop("record", None)  # not the one that the link names
            st.rerun()


def _fetch(remote: Remote) -> None:
    if remote.ready:
        return
    bar = st.progress(0.0, say("Asking {host}…", host=remote.host))

    def show(name: str, done: int, total: int | None) -> None:
        bar.progress(
            min(done / total, 1.0) if total else 0.5,
            say("{name}: {done:.1f} MB", name=name, done=done / 1000000.0),
        )

    try:
        remote.fetch_catalogue(show)
    finally:
        bar.empty()
