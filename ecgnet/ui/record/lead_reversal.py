"""Exchanged electrodes on screen: what was found, and on request the corrected reading beside the one as recorded."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from ecgnet import electrodes
from ecgnet.judge import Reading
from ecgnet.language import mark, say
from ecgnet.reading import wording
from ecgnet.report import report
from ecgnet.ui import journal, predictors
from ecgnet.ui.charts import file_name
from ecgnet.ui.library import Shown
from ecgnet.ui.memory import fingerprint
from ecgnet.ui.record import measurements, readings
from ecgnet.ui.record.printing import on_screen
from ecgnet.ui.tables import show_table
from ecgnet.ui.window_read import window_of


def corrected_reading(shown: Shown) -> Shown | None:
    """The record with the exchange undone that was found in it, where the visitor has asked for it."""
    found = measurements.exchanged(shown) if st.session_state.get(_toggle(shown)) else None
    return _undone(shown, found.swap) if found is not None and found.swap else None


def _toggle(shown: Shown) -> str:
    return f"corrected-{fingerprint(shown.record)}"


def _undone(shown: Shown, swap: str) -> Shown:
    return replace(
        shown,
        record=electrodes.corrected(shown.record, swap),
        title=say("{title}, corrected by calculation", title=shown.title),
        key=f"{shown.key}/corrected/{swap}",
    )


def notice(shown: Shown) -> None:
    """That electrodes look exchanged, how often that is said rightly, and on request both readings side by side."""
    found = measurements.exchanged(shown)
    if found is None or found.swap is None:
        return
    with st.container(key="exchanged"):
        st.warning(
            say(
                "**{notice}** The answer below is for the ECG as recorded.  \n{how_often}",
                notice=found.notice,
                how_often=electrodes.how_often(found.swap),
            ),
            icon=":material/cable:",
        )
        if st.toggle(say("Show the corrected reading beside it"), key=_toggle(shown)):
            _side_by_side(shown, _undone(shown, found.swap), found.swap)


def _side_by_side(shown: Shown, other: Shown, swap: str) -> None:
    names = (say("As recorded"), say("Corrected by calculation"))
    readings = [_reading(each) for each in (shown, other)]
    rows = [_row(reading) for reading in readings]
    show_table(pd.DataFrame(rows, index=list(names)).T, width="stretch", height="content")
    settings, start = on_screen(shown.record)
    corrected = readings[1]

    def make() -> bytes:  # runs outside the page's script and must not call streamlit
        return report(
            corrected,
            settings=settings,
            start=start - window_of(other).start,
            version=say("Corrected by calculation ({swap} exchanged)", swap=swap),
        )

    st.download_button(
        say("Print the corrected reading"),
        data=journal.leaving(shown, make, what=mark("PDF, corrected")),
        file_name=f"{file_name(other.record.id, 'corrected', settings.layout)}.pdf",
        mime="application/pdf",
        icon=":material/print:",
        on_click="ignore",
        key="print-corrected",
        help=say("The button Print prints the ECG as recorded."),
    )


def _reading(shown: Shown) -> Reading:
    """The reading with the default model's answer; without one for a record that is not judged."""
    alone = readings.reading_of(shown)
    if not alone.relied_on or not shown.record.complete:
        return alone
    return readings.reading_of(shown, predictors.predictions(shown, (predictors.default_model(),)))


def _row(reading: Reading) -> dict[str, str]:
    """Measurements, and the state of each class."""
    row = {
        wording.MEASURES[name]: f"{value} {wording.FLAG_SIGNS.get(value.flag or '', '')}".strip()
        for name, value in reading.ranges.items()
    }
    row = {name: text.replace("-", "−") for name, text in row.items()}
    if (first := reading.prediction) is not None:
        row |= {
            label: f"{wording.STATES[state]}, {wording.probability(first.probability(label))}"
            for label, state in reading.states.items()
        }
    return row
