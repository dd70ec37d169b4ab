"""The ECG of a case on its sheet, without anything that says whose or which it is, or what ECGNet makes of it."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from ecgnet.judge import choose_window
from ecgnet.language import say
from ecgnet.ptbxl import CatalogueError
from ecgnet.reader_studies.study import Case, Study, StudyError
from ecgnet.readers import read_paths_apart
from ecgnet.record import Record, signal_hash
from ecgnet.ui import library
from ecgnet.ui.frame import fragment
from ecgnet.ui.library import Shown
from ecgnet.ui.memory import remember
from ecgnet.ui.record.waveform_view import waveform_view


def shown_of(study: Study, case: Case) -> Shown:
    """The case's ECG, named by its number alone. Raises StudyError, CatalogueError where it is not what it was."""
    return remember("study-case", (study.id, case.signal), make=lambda: _open(study, case))


@fragment
def sheet(shown: Shown) -> None:
    """The ECG on paper, with layout, speed, gain, filter and calipers."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="reading-head"):
        beside = st.container(
            horizontal=True, vertical_alignment="bottom", width="stretch", key="reading-controls"
        )
    waveform_view(shown, None, beside=beside)


def _open(study: Study, case: Case) -> Shown:
    record = _of_ptbxl(case) if case.source == "PTB-XL" else _of_file(case)
    if signal_hash(record) != case.signal:
        raise StudyError(
            say(
                "Case {number} is another ECG than when the study was made: its file has changed. Bring it "
                "back.",
                number=case.number,
            )
        )
    name = say("case {number}", number=case.number)
    blinded = replace(record, id=name, recorder=None, notes=())
    return Shown(blinded, name, "", None, "", f"study/{study.id}/{case.number}")


def _of_ptbxl(case: Case) -> Record:
    if (folder := library.find_ptbxl()) is None:
        raise CatalogueError(
            say("This study is of PTB-XL, which is not here: ECGNET_PTBXL names its folder.")
        )
    return library.catalogue(str(folder)).record(int(case.where), int(case.fs))


def _of_file(case: Case) -> Record:
    (answer,) = read_paths_apart([case.where])
    if answer.record is None:
        raise StudyError(
            say(
                "Case {number} cannot be opened: its file is not there or was changed.",
                number=case.number,
            )
        )
    return choose_window(answer.record).record
