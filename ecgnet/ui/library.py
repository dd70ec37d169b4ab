"""Where records come from: PTB-XL when it is there, the demo library otherwise, and this visitor's uploads."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import streamlit as st

from ecgnet.demo import demo_library
from ecgnet.ptbxl import Catalogue, CatalogueError, find_ptbxl
from ecgnet.record import Record

PTBXL, DEMO, UPLOADS = "PTB-XL", "Demo library", "Your uploads"


@dataclass(frozen=True, eq=False)
class Shown:
    """A record on screen: what it is in a sentence, its labels by cardiologists or as drawn (None: not known), who gave
    the labels, and a key that stands for it in caches."""

    record: Record
    title: str
    description: str
    truth: tuple[str, ...] | None
    truth_by: str
    key: str


@st.cache_resource(show_spinner="Reading PTB-XL's table…")
def catalogue(folder: str) -> Catalogue:
    """PTB-XL's catalogue, read once for all visitors."""
    return Catalogue(folder)


def sources() -> dict[str, str | None]:
    """The sources that can be opened → why not, for one that was asked for and cannot."""
    found: dict[str, str | None] = {}
    if (folder := find_ptbxl()) is not None:
        try:
            catalogue(str(folder))
            found[PTBXL] = None
        except CatalogueError as error:
            found[PTBXL] = str(error)
    found[DEMO] = None
    if uploads():
        found[UPLOADS] = None
    return found


def uploads() -> dict[str, Shown]:
    """This visitor's uploads by name; they live as long as the visit."""
    return st.session_state.setdefault("uploads", {})


@st.cache_resource(show_spinner="Drawing the demo library…")
def demo_records() -> dict[str, Shown]:
    """The demo library by record id."""
    return {
        demo.record.id: Shown(
            demo.record,
            demo.title,
            demo.description,
            demo.superclasses or None,
            "drawn as",
            f"demo/{demo.record.id}",
        )
        for demo in demo_library()
    }


def table(source: str) -> pd.DataFrame:
    """One row per record of a source, indexed by the key that `open_shown` takes: title, superclasses (text), fold, sex,
    age, patient, report."""
    if source == PTBXL:
        return _ptbxl_table(str(find_ptbxl()))
    shown = demo_records() if source == DEMO else uploads()
    return pd.DataFrame(
        {
            "title": [s.title for s in shown.values()],
            "labels": [s.truth or () for s in shown.values()],
            "fold": pd.array([None] * len(shown), "Int64"),
            "sex": [s.record.metadata.sex for s in shown.values()],
            "age": pd.array([s.record.metadata.age for s in shown.values()], "Float64"),
            "patient": pd.array([None] * len(shown), "Int64"),
            "report": [s.description for s in shown.values()],
        },
        index=list(shown),
    )


@st.cache_resource(show_spinner=False)
def _ptbxl_table(folder: str) -> pd.DataFrame:
    data = catalogue(folder).table
    return pd.DataFrame(
        {
            "title": "PTB-XL " + data.index.astype(str),
            "labels": data["superclasses"],
            "fold": data["fold"].astype("Int64"),
            "sex": data["sex"],
            "age": data["age"].astype("Float64"),
            "patient": data["patient_id"].astype("Int64"),
            "report": data["report"],
        }
    )


def open_shown(source: str, key: str | int) -> Shown:
    """One record of a source. Raises CatalogueError when PTB-XL lacks its signal, KeyError for an unknown key."""
    if source != PTBXL:
        return (demo_records() if source == DEMO else uploads())[str(key)]
    folder = str(find_ptbxl())
    ecg_id = int(key)
    data = catalogue(folder)
    row = data.table.loc[ecg_id]
    fs = 500 if data.has_signal(ecg_id, 500) else 100
    return Shown(
        data.record(ecg_id, fs),
        f"PTB-XL record {ecg_id}",
        f"Patient {row['patient_id']}, fold {row['fold']}"
        + (f", {row['device']}" if row["device"] else "")
        + (f". Report: {row['report']}" if row["report"] else ""),
        tuple(row["superclasses"]),
        "labelled by cardiologists",
        f"ptbxl/{ecg_id}",
    )
