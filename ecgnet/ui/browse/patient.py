"""The patient's other ECGs: when they were taken, and any two of them side by side or laid over each other."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from ecgnet.figures import timeline
from ecgnet.measure import Measurements, measure
from ecgnet.record import LEADS
from ecgnet.ui import charts, library
from ecgnet.ui.frame import fragment, theme
from ecgnet.ui.selection import go_to

MEASURED = {
    "heart_rate": "Heart rate",
    "pr": "PR",
    "qrs": "QRS",
    "qt": "QT",
    "qtc_fridericia": "QTc (Fridericia)",
    "axis": "QRS axis",
}
AS_RECORDED, AT_PEAKS = "As recorded", "Beats, aligned at R"


def history(source: str, key: str) -> None:
    """The patient's ECGs on a timeline, where there are others; PTB-XL alone tells whose its records are."""
    if source != library.PTBXL:
        return
    rows = library.patient_history(int(key))
    if len(rows) < 2:
        return
    with st.container(key="patient"):
        st.markdown(f"##### {len(rows)} ECGs of this patient", help=_about_dates(rows))
        if rows["recorded"].notna().all():
            charts.chart(_timeline(rows, int(key)), "timeline")
        others = [int(k) for k in rows.index if k != int(key)]

        def opened() -> None:
            if (other := st.session_state[name]) is not None:
                go_to(source, other)

        name = f"others-{key}"
        st.pills(
            "Open",
            others,
            format_func=lambda k: f"{k} · {library.day(rows.loc[k])} · {_label(rows.loc[k])}",
            key=name,
            on_change=opened,
            wrap=True,
        )
        _comparison(int(key), others)


def _label(row: pd.Series) -> str:
    return " ".join(row["labels"]) or "no superclass"


def _about_dates(rows: pd.DataFrame) -> str:
    words = "PTB-XL shifts all dates of a patient by the same unknown span; the time between them is true."
    if rows["about"].any():
        words += (
            " A hollow mark is a guess: this copy of the table lacks the date, and since the records are numbered in "
            "order of time, it lies between those of the neighbouring numbers."
        )
    return words


def _timeline(rows: pd.DataFrame, ecg_id: int):
    return timeline.patient_timeline(
        rows["recorded"].to_numpy("datetime64[s]"),
        rows["about"].to_numpy(bool),
        names=[f"record {k}" for k in rows.index],
        labels=[_label(row) for _, row in rows.iterrows()],
        shown=list(rows.index).index(ecg_id),
        theme=theme(),
    )


@fragment
def _comparison(ecg_id: int, others: list[int]) -> None:
    """Two ECGs on one paper, and what was measured in each. Drawn when asked for."""
    everyone = sorted([ecg_id, *others])
    with st.expander(
        "Compare two of them", key="compare-two", on_change="rerun", icon=":material/layers:"
    ) as opened:
        if not opened.open:
            return
        one, two, three, four = st.columns([1, 1, 1, 1.6], vertical_alignment="bottom")
        first = one.selectbox(
            "First", everyone, everyone.index(ecg_id), key=f"first-{ecg_id}", format_func=_named
        )
        rest = [k for k in everyone if k != first]
        earlier = [k for k in rest if k < first]
        second = two.selectbox(
            "Second",
            rest,
            rest.index(earlier[-1] if earlier else rest[0]),
            key=f"second-{first}",
            format_func=_named,
        )
        lead = three.selectbox("Lead", LEADS, LEADS.index("II"), key="compare-lead", persist_state="session")
        how = four.segmented_control(
            "Lay over", [AT_PEAKS, AS_RECORDED], default=AT_PEAKS, required=True, key="compare-how"
        )
        shown = [library.open_shown(library.PTBXL, k) for k in (first, second)]
        measured = [_measurements(s) for s in shown]
        strips = [
            timeline.ComparedLead(
                f"{s.record.id} ({library.day(library.table(library.PTBXL).loc[k])})",
                s.record.lead(lead),
                s.record.fs,
                (m.beats.r * s.record.fs).round().astype(int),
            )
            for k, s, m in zip((first, second), shown, measured, strict=True)
        ]
        left, right = (
            st.columns([1.25, 1], vertical_alignment="center")
            if how == AT_PEAKS
            else (st.container(), st.container())
        )
        with left:
            charts.chart(
                timeline.overlay(*strips, lead=lead, theme=theme(), at_peaks=how == AT_PEAKS),
                f"overlay-{how}",
            )
        with right:
            st.dataframe(
                differences(*measured, one=str(first), two=str(second)),
                hide_index=True,
                alt=f"Measurements of records {first} and {second}, and their differences",
            )
            st.caption("Measured by ECGNet; research use only.")


def _named(ecg_id: int) -> str:
    row = library.table(library.PTBXL).loc[ecg_id]
    return f"{ecg_id} ({library.day(row)})"


@st.cache_data(show_spinner=False, max_entries=64, hash_funcs={library.Shown: lambda shown: shown.key})
def _measurements(shown: library.Shown) -> Measurements:
    return measure(shown.record)


def differences(first: Measurements, second: Measurements, *, one: str, two: str) -> pd.DataFrame:
    """A row per measurement: its value in both ECGs and the first less the second, where both could be measured."""
    rows = []
    for name, title in MEASURED.items():
        a, b = getattr(first, name), getattr(second, name)
        change = ""
        if a.measurable and b.measurable:
            change = f"{a.value - b.value:+.0f}{'' if a.unit in ('°', '/min') else ' '}{a.unit}".replace(
                "-", "−"
            )
        rows.append({"": title, one: str(a), two: str(b), "Difference": change})
    return pd.DataFrame(rows)
