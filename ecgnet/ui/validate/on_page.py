"""The report on screen, section by section as it is printed, with curves, files to keep and contradictions to open."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import streamlit as st

from ecgnet.figures.calibration import reliability_figure
from ecgnet.figures.curves import Look
from ecgnet.language import mark, say
from ecgnet.operating import Reliability
from ecgnet.ptbxl import SUPERCLASS_TITLES
from ecgnet.ui import charts
from ecgnet.ui.escape import plain
from ecgnet.ui.frame import theme
from ecgnet.ui.tables import show_table
from ecgnet.ui.upload.visit import visit
from ecgnet.validation import Validation, as_json, as_pdf, in_words
from ecgnet.validation.by_class import ClassFigures
from ecgnet.validation.in_words import Section, sections, title

CONTRADICTIONS = mark("The most confident contradictions, to be looked at")


def show(validation: Validation, folder: str) -> None:
    """The whole report. folder: where the ECGs lie on this machine, "" where they were dropped and are gone."""
    st.markdown(f"**{title(validation)}**")
    _keep(validation)
    for section in sections(validation):
        _section(section)
        if section.title == say("By class"):
            _curves(validation.classes)
        if section.title == say(CONTRADICTIONS) and folder:
            _open(validation, Path(folder).expanduser())


def _keep(validation: Validation) -> None:
    with st.container(horizontal=True):
        values = json.dumps(as_json(validation), indent=1, ensure_ascii=False)
        st.download_button("PDF", as_pdf(validation), "validation.pdf", "application/pdf", key="validate-pdf")
        st.download_button("JSON", values, "validation.json", "application/json", key="validate-json")
        st.download_button(
            say("Text"), in_words(validation), "validation.txt", "text/plain", key="validate-text"
        )


def _section(section: Section) -> None:
    st.markdown(f"# {section.title}")
    for line in section.lines:
        st.markdown(f"- {plain(line, 2000)}")
    if section.table:
        head, *rows = section.table
        show_table(
            pd.DataFrame(rows, columns=[name or " " for name in head]), hide_index=True, height="content"
        )


def _curves(figures: tuple[ClassFigures, ...]) -> None:
    shown = [one for one in figures if 0 < one.events < one.n]
    if not shown:
        return
    for tab, one in zip(st.tabs([one.label for one in shown]), shown, strict=True):
        columns = [
            np.array([getattr(bin_, part) for bin_ in one.bins])
            for part in ("stated", "share", "low", "high", "n")
        ]
        look = Look(SUPERCLASS_TITLES[one.label], 0, False)
        with tab:
            charts.chart(
                reliability_figure(
                    {one.label: Reliability(*columns)}, {one.label: look}, theme=theme(), label=one.label
                ),
                f"validate-curve-{one.label}",
            )


def _open(validation: Validation, folder: Path) -> None:
    """Each contradiction one click from its reading: the file is read into this visit's uploads and shown."""
    files = list(dict.fromkeys(mistake.file for mistake in validation.mistakes))
    with st.container(horizontal=True):
        for file in files:
            path = folder / file
            if path.is_file() and st.button(file, key=f"validate-open-{file}", help=say("read this ECG")):
                beside = [p for p in path.parent.glob(f"{path.stem}.*") if p.is_file()]
                visit().add([(p.name, p.read_bytes()) for p in beside])
                visit().publish()
                st.switch_page("pages/upload.py")
