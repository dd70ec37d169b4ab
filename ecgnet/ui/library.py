"""Where records come from: PTB-XL when it is there, the demo library otherwise, and this visitor's uploads."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import streamlit as st

from ecgnet import record_search, stored_answers
from ecgnet.demo import demo_library
from ecgnet.language import Late, for_all, mark, say, worded
from ecgnet.language import day as written_day
from ecgnet.models import FUSIONS
from ecgnet.ptbxl import SUPERCLASSES, Catalogue, CatalogueError
from ecgnet.ptbxl import find_ptbxl as find_copy
from ecgnet.record import Record
from ecgnet.states import NORMAL
from ecgnet.ui import download
from ecgnet.weights import WeightsError

PTBXL, DEMO, UPLOADS = "PTB-XL", mark("Demo library"), mark("Your uploads")


@worded("title", "description", "truth_by")
@dataclass(frozen=True, eq=False)
class Shown:
    """A record on screen: what it is in a sentence, its labels by cardiologists or as drawn (None: not known), who gave
    the labels, a key that stands for it in caches, PTB-XL's number of the same patient's ECG before it, the report that came
    with it, in whatever language, and whether the patient is older than PTB-XL tells."""

    record: Record
    title: str
    description: str
    truth: tuple[str, ...] | None
    truth_by: str
    key: str
    before: int | None = None
    report: str = ""


@st.cache_resource(show_spinner=Late("Reading PTB-XL's table…"))
def catalogue(folder: str) -> Catalogue:
    """PTB-XL's catalogue, read once for all visitors."""
    return download.open_catalogue(folder)


def find_ptbxl() -> Path | None:
    """PTB-XL's folder: the copy on this machine, else the one that fills from PhysioNet once this visitor asked for it."""
    return find_copy() or download.folder()


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


@st.cache_resource(show_spinner=False)
@for_all
def demo_records() -> dict[str, Shown]:
    """The demo library by record id."""
    return {
        demo.record.id: Shown(
            demo.record,
            demo.title,
            demo.description,
            demo.superclasses or None,
            mark("drawn as"),
            f"demo/{demo.record.id}",
        )
        for demo in demo_library()
    }


def table(source: str) -> pd.DataFrame:
    """One row per record of a source, indexed by the key that `open_shown` takes: title, labels (superclasses), fold, sex,
    age, patient, report; PTB-XL's has subclasses, statements, device, recorded and about (the day is a guess) too."""
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
            "report": data["report"].str.lower(),  # PTB-XL's are in small letters but for Ä, Ö, Ü
            "subclasses": data["subclasses"],
            "statements": data["statements"],
            "device": data["device"],
            "recorded": (days := record_search.place_in_time(data["recording_date"]))["date"],
            "about": days["about"],
        }
    )


def stored_answers_in_use() -> stored_answers.StoredAnswers | None:
    """What the shown models said of PTB-XL when `ecgnet prepare` ran, a row for each row of its table; None without."""
    folder = find_ptbxl()
    return _predictions(str(folder), stored_answers.changed(folder)) if folder is not None else None


@st.cache_resource(show_spinner=False, max_entries=2)
def _predictions(folder: str, changed: float) -> stored_answers.StoredAnswers | None:
    try:
        stored = (
            stored_answers.open_answers(Path(folder), stored_answers.weights_in_use()) if changed else None
        )
    except WeightsError:  # the Models page says which card is at fault
        return None
    return stored.for_records(_ptbxl_table(folder).index.to_numpy()) if stored is not None else None


def index(source: str) -> record_search.Index:
    """A source's table made ready for finding, with what stored predictions add."""
    if source != PTBXL:
        return record_search.build_index(table(source))
    folder = find_ptbxl()
    return _ptbxl_index(str(folder), stored_answers.changed(folder))


@st.cache_resource(show_spinner=False)
def _plain_index(folder: str) -> record_search.Index:
    return record_search.build_index(_ptbxl_table(folder))


@st.cache_resource(show_spinner=False, max_entries=2)
def _ptbxl_index(folder: str, changed: float) -> record_search.Index:
    plain, stored = _plain_index(folder), _predictions(folder, changed)
    if stored is None:
        return plain
    truth = catalogue(folder).superclass_matrix()
    default = stored.models.index(stored.default)
    fusions = [k for k, name in enumerate(stored.models) if name in FUSIONS]
    said = stored.probabilities[:, default]
    return plain.with_judgements(
        record_search.judgement_facets(
            stored.calls, stored.computed, truth=truth > 0, default=default, fusions=fusions
        ),
        {
            "not normal": 1 - said[:, SUPERCLASSES.index(NORMAL)],
            **{f"probability {label}": said[:, k] for k, label in enumerate(SUPERCLASSES) if label != NORMAL},
            "label distance": record_search.label_distance(said, truth),
            "model distance": record_search.model_distance(stored.probabilities),
        },
    )


def patient_history(ecg_id: int) -> pd.DataFrame:
    """The rows of all records of this record's patient, in order of time."""
    everyone = table(PTBXL)
    return everyone[everyone["patient"] == everyone.at[ecg_id, "patient"]].sort_values(
        "recorded", kind="stable"
    )


def earlier(shown: Shown) -> Shown | None:
    """The same patient's ECG before the one on screen, where PTB-XL has one whose signal is on this machine."""
    if shown.before is None:
        return None
    folder = find_ptbxl()
    if folder is None or not any(catalogue(str(folder)).is_here(shown.before, fs) for fs in (100, 500)):
        return None
    return open_shown(PTBXL, shown.before)


def _before(ecg_id: int) -> int | None:
    rows = list(patient_history(ecg_id).index)
    place = rows.index(ecg_id)
    return int(rows[place - 1]) if place else None


def day(row: pd.Series) -> str:
    """When a record was taken, in words: "1991-03-08", "about 1991" where it is a guess, else "date unknown"."""
    if pd.isna(row["recorded"]):
        return say("date unknown")
    return (
        say("about {recorded:%Y}", recorded=row["recorded"]) if row["about"] else written_day(row["recorded"])
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
        for_all(download.record)(data, ecg_id, fs=fs),
        say("PTB-XL record {ecg_id}", ecg_id=ecg_id),
        say(
            "Patient {patient_id}, recorded {day}, fold {fold}",
            patient_id=row["patient_id"],
            day=day(table(PTBXL).loc[ecg_id]),
            fold=row["fold"],
        )
        + (f", {row['device']}" if row["device"] else ""),
        tuple(row["superclasses"]),
        mark("labelled by cardiologists"),
        f"ptbxl/{ecg_id}",
        _before(ecg_id),
        (row["report"] or "").lower().strip(),
    )
