"""The patient's other ECGs: when they were taken, and any of them beside the one on screen: what changed in words and
numbers, median beats laid over each other, the newer less the older, and both on paper."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from ecgnet import figures
from ecgnet.figures import timeline
from ecgnet.figures.compared_beats import difference_beats, overlaid_beats
from ecgnet.judge import Reading
from ecgnet.language import mark, say
from ecgnet.measure import BEAT_TIMES, median_beats
from ecgnet.reading import wording
from ecgnet.reading.changes import changes, difference, told
from ecgnet.record import LEADS, RecordError
from ecgnet.ui import charts, library
from ecgnet.ui.escape import plain
from ecgnet.ui.frame import fragment, theme
from ecgnet.ui.record import readings
from ecgnet.ui.selection import go_to
from ecgnet.ui.tables import show_table
from ecgnet.weights import WeightsError

MEASURED = ("heart_rate", "pr", "qrs", "qt", "qtc_fridericia", "axis")
OVERLAID, DIFFERENCE, PAPER, BEATS, STRIP = (
    mark("Median beats"),
    mark("Newer less older"),
    mark("Side by side"),
    mark("Beats of one lead"),
    mark("One lead, 10 s"),
)
LITTLE_ELSE = mark("No change beyond the usual between two recordings.")


def history(source: str, key: str) -> None:
    """The patient's ECGs on a timeline, where there are others; PTB-XL alone tells whose its records are."""
    if source != library.PTBXL:
        return
    rows = library.patient_history(int(key))
    if len(rows) < 2:
        return
    with st.container(key="patient"):
        st.markdown(say("## {n_rows} ECGs of this patient", n_rows=len(rows)), help=_about_dates(rows))
        if rows["recorded"].notna().all():
            charts.chart(_timeline(rows, int(key)), "timeline")
        others = [int(k) for k in rows.index if k != int(key)]

        def opened() -> None:
            if (other := st.session_state[name]) is not None:
                go_to(source, other)

        name = f"others-{key}"
        st.pills(
            say("Open"),
            others,
            format_func=lambda k: f"{k} · {library.day(rows.loc[k])} · {_label(rows.loc[k])}",
            key=name,
            on_change=opened,
            wrap=True,
        )
        _comparison(int(key), list(rows.index))


def _label(row: pd.Series) -> str:
    return " ".join(row["labels"]) or say("no superclass")


def _about_dates(rows: pd.DataFrame) -> str:
    words = say(
        "PTB-XL shifts all dates of a patient by the same unknown span; the time between them is true."
    )
    if rows["about"].any():
        words += say(
            " A hollow mark is a guess: this copy of the table lacks the date, and since the records are numbered in "
            "order of time, it lies between those of the neighbouring numbers."
        )
    return words


def _timeline(rows: pd.DataFrame, ecg_id: int):
    return timeline.patient_timeline(
        rows["recorded"].to_numpy("datetime64[s]"),
        rows["about"].to_numpy(bool),
        names=[say("record {k}", k=k) for k in rows.index],
        labels=[_label(row) for _, row in rows.iterrows()],
        shown=list(rows.index).index(ecg_id),
        theme=theme(),
    )


@fragment
def _comparison(ecg_id: int, everyone: list[int]) -> None:
    """The ECG on screen beside another one of the patient. Drawn when asked for. everyone: in order of time."""
    with st.expander(
        say("Compare with another of them"), key="compare-two", on_change="rerun", icon=":material/layers:"
    ) as opened:
        if not opened.open:
            return
        others = [k for k in everyone if k != ecg_id]
        place = everyone.index(ecg_id)
        before = everyone[place - 1] if place else others[0]
        one, two, three = st.columns([1.1, 3.3, 0.7], vertical_alignment="bottom")
        other = one.selectbox(
            say("Record {ecg_id} beside", ecg_id=ecg_id),
            others,
            others.index(before),
            key=f"beside-{ecg_id}",
            format_func=_named,
        )
        how = two.segmented_control(
            say("Drawn as"),
            [OVERLAID, DIFFERENCE, PAPER, BEATS, STRIP],
            default=OVERLAID,
            required=True,
            key="compare-how",
            persist_state="session",
            format_func=say,
        )
        older, newer = sorted((ecg_id, other), key=everyone.index)
        names = _named(older), _named(newer)
        shown = [library.open_shown(library.PTBXL, k) for k in (older, newer)]
        read = [_reading(each) for each in shown]
        st.markdown(
            say("## What changed"), help=say("The newer ECG less the older one, from the readings of both.")
        )
        st.markdown(_in_words(*read))
        if how in (BEATS, STRIP):
            lead = three.selectbox(
                say("Lead"),
                LEADS,
                LEADS.index("II"),
                key="compare-lead",
                persist_state="session",
                format_func=say,
            )
            _one_lead(read, names, lead, at_peaks=how == BEATS)
        elif how == PAPER:
            for column, each, name in zip(st.columns(2), shown, names, strict=True):
                with column:
                    st.markdown(f"**{name}**")
                    charts.sheet(figures.ecg_sheet(each.record, theme()), f"paper-{each.record.id}")
        else:
            _all_leads(read, names, differing=how == DIFFERENCE)
        show_table(
            differences(*read, names=names),
            hide_index=True,
            alt=say(
                "Measurements of records {older} and {newer}, and the newer less the older",
                older=older,
                newer=newer,
            ),
        )
        st.caption(say("Measured by ECGNet; research use only."))


def _in_words(older: Reading, newer: Reading) -> str:
    said = [
        f"{text[0].upper()}{text[1:]}" + (f" ({because})" if because else "")
        for text, because in map(told, changes(newer, older))
    ]
    return "\n".join(f"- {plain(line, 300)}" for line in said) if said else say(LITTLE_ELSE)


def _all_leads(read: Sequence[Reading], names: tuple[str, str], *, differing: bool) -> None:
    beats = [median_beats(each.record, each.measurements.beats) for each in read]
    if lacking := [name for name, beat in zip(names, beats, strict=True) if beat is None]:
        st.info(
            say(
                "No whole beat of the usual shape was found in {lacking}.",
                lacking=say(" and ").join(lacking),
            )
        )
        return
    older, newer = beats
    draw = difference_beats if differing else overlaid_beats
    charts.sheet(draw(BEAT_TIMES, older, newer=newer, names=names, theme=theme()), f"compared-{differing}")
    st.caption(
        say(
            "Median of the beats of the usual shape, aligned at R, each from its level at QRS onset; 25 mm/s and 10 "
            "mm/mV in "
            "proportion."
        )
    )


def _one_lead(read: Sequence[Reading], names: tuple[str, str], lead: str, *, at_peaks: bool) -> None:
    strips = [
        timeline.ComparedLead(
            name,
            each.record.lead(lead),
            each.record.fs,
            (each.measurements.beats.r * each.record.fs).round().astype(int),
        )
        for name, each in zip(names, read, strict=True)
    ]
    charts.chart(
        timeline.overlay(*strips, lead=lead, theme=theme(), at_peaks=at_peaks), f"overlay-{at_peaks}"
    )


def _reading(shown: library.Shown) -> Reading:
    """With the leading model's answer, without where it has none."""
    try:
        return readings.alone(shown)
    except (RecordError, WeightsError):
        return readings.alone(shown, asked=False)


def _named(ecg_id: int) -> str:
    row = library.table(library.PTBXL).loc[ecg_id]
    return f"{ecg_id} ({library.day(row)})"


def differences(older: Reading, newer: Reading, *, names: tuple[str, str]) -> pd.DataFrame:
    """A row per measurement: its value in both ECGs and the newer less the older, where both could be measured."""
    rows = []
    for name in MEASURED:
        before, now = older.ranges[name], newer.ranges[name]
        by = difference(name, now, before=before)
        unit = now.unit if now.unit in ("°", "/min") else f" {now.unit}"
        change = "" if by is None else f"{wording.signed(by)}{unit}"
        rows.append(
            {
                "": wording.MEASURES[name],
                say("Older: {name}", name=names[0]): str(before),
                say("Newer: {name}", name=names[1]): str(now),
                say("Newer less older"): change,
            }
        )
    return pd.DataFrame(rows)
