"""What was watched on screen: alarms first, then the course of each class, then a row a period."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
import streamlit as st

from ecgnet.estimate import UNKNOWN, Estimate
from ecgnet.figures.monitoring import Course, course_figure
from ecgnet.language import say
from ecgnet.monitoring import Monitoring, as_json, in_words
from ecgnet.monitoring.in_words import QUIET, table, title
from ecgnet.monitoring.result import Alarm, AlarmKind, Period
from ecgnet.ptbxl import SUPERCLASSES
from ecgnet.ui import charts
from ecgnet.ui.escape import plain
from ecgnet.ui.frame import theme
from ecgnet.ui.tables import show_table


def show(found: Monitoring) -> None:
    """All of it."""
    st.markdown(f"**{plain(title(found), 400)}**")
    _alarms(found.alarms)
    for note in found.notes:
        st.caption(plain(note, 1000))
    shown = found.periods
    _course(
        found,
        say("Present or possible (%)"),
        lambda p: p.found,
        found.reference.found,
        kind=AlarmKind.ANSWERS,
    )
    if any(period.labelled for period in shown):
        right = dict.fromkeys(SUPERCLASSES, Estimate(1.0, 1.0, 1.0))
        _course(
            found,
            say("Observed / expected"),
            lambda p: p.observed_to_expected,
            right,
            kind=AlarmKind.CALIBRATION,
        )
    head, *rows = table(found)
    show_table(
        pd.DataFrame(rows, columns=[name or say("Period") for name in head]),
        hide_index=True,
        height="content" if len(rows) < 16 else 560,
        alt=say("A row a period: ECGs, shares in which each class is found, the largest shift, quality."),
    )
    with st.container(horizontal=True):
        values = json.dumps(as_json(found), indent=1, ensure_ascii=False)
        st.download_button("JSON", values, "monitoring.json", "application/json", key="monitor-json")
        st.download_button(say("Text"), in_words(found), "monitoring.txt", "text/plain", key="monitor-text")


def _alarms(alarms: tuple[Alarm, ...]) -> None:
    if not alarms:
        st.success(say(QUIET), icon=":material/check:")
        return
    latest = [alarm for alarm in alarms if alarm.period == alarms[0].period]
    for alarm in latest:
        _alarm(alarm)
    if earlier := alarms[len(latest) :]:
        with st.expander(say("{n_earlier} in earlier periods", n_earlier=len(earlier))):
            for alarm in earlier:
                st.markdown(f"- **{plain(alarm.period)}** {plain(alarm.text, 1000)}")


def _alarm(alarm: Alarm) -> None:
    words = f"**{plain(alarm.period)}** {plain(alarm.text, 1000)}"
    if alarm.kind is AlarmKind.CALIBRATION:
        st.error(words, icon=":material/error:")
    else:
        st.warning(words, icon=":material/visibility:")


def _course(
    found: Monitoring,
    what: str,
    of: Callable[[Period], Mapping[str, Estimate]],
    reference: Mapping[str, Estimate],
    *,
    kind: AlarmKind,
) -> None:
    alarmed = {(alarm.period, alarm.label) for alarm in found.alarms if alarm.kind is kind}
    courses = {}
    for label in SUPERCLASSES:
        values = np.array([of(period).get(label, UNKNOWN) for period in found.periods], float).reshape(-1, 3)
        marked = np.array([(period.name, label) in alarmed for period in found.periods], bool)
        courses[label] = Course(*values.T, reference[label].value, marked)
    begins = [period.begin for period in found.periods]
    percent = kind is AlarmKind.ANSWERS
    charts.chart(course_figure(courses, begins, theme=theme(), what=what, percent=percent), f"monitor-{kind}")
