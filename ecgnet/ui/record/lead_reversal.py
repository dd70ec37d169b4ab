"""Exchanged electrodes on screen: what was found, and on request the corrected reading beside the one as recorded."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from ecgnet import electrodes
from ecgnet.inference import Prediction
from ecgnet.models import REGISTRY
from ecgnet.quality import unreadable
from ecgnet.report import report
from ecgnet.ui import predictors
from ecgnet.ui.charts import file_name
from ecgnet.ui.library import Shown
from ecgnet.ui.memory import fingerprint
from ecgnet.ui.record import measurements
from ecgnet.ui.record.printing import on_screen


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
        title=f"{shown.title}, corrected by calculation",
        key=f"{shown.key}/corrected/{swap}",
    )


def notice(shown: Shown) -> None:
    """That electrodes look exchanged, how often that is said rightly, and on request both readings side by side."""
    found = measurements.exchanged(shown)
    if found is None or found.swap is None:
        return
    with st.container(key="exchanged"):
        st.warning(
            f"**{found.notice}** The answer below is for the ECG as recorded.  \n{electrodes.how_often(found.swap)}",
            icon=":material/cable:",
        )
        if st.toggle("Show the corrected reading beside it", key=_toggle(shown)):
            _side_by_side(shown, _undone(shown, found.swap), found.swap)


def _side_by_side(shown: Shown, other: Shown, swap: str) -> None:
    names = ("As recorded", "Corrected by calculation")
    rows = [_reading(each) for each in (shown, other)]
    st.dataframe(pd.DataFrame(rows, index=list(names)).T, width="stretch", height="content")
    settings, start = on_screen(shown.record)

    def make() -> bytes:  # runs outside the page's script and must not call streamlit
        return report(
            other.record,
            settings=settings,
            start=start,
            predictions=answered,
            reading=f"Corrected by calculation ({swap} exchanged)",
        )

    answered = _default_answer(other)
    st.download_button(
        "Print the corrected reading",
        data=make,
        file_name=f"{file_name(other.record.id, 'corrected', settings.layout)}.pdf",
        mime="application/pdf",
        icon=":material/print:",
        on_click="ignore",
        key="print-corrected",
        help="The button Print prints the ECG as recorded.",
    )


def _default_answer(shown: Shown) -> list[Prediction]:
    """The default model's answer, none for a record that is not judged."""
    if not shown.record.complete or unreadable(shown.record, measurements.quality(shown)):
        return []
    return predictors.predictions(shown, (predictors.default_model(),))


def _reading(shown: Shown) -> dict[str, str]:
    """Measurements, and the default model's answer in words and percent."""
    found = measurements.measurements(shown)
    row = {
        "Heart rate": found.heart_rate,
        "PR": found.pr,
        "QRS": found.qrs,
        "QT": found.qt,
        "QRS axis": found.axis,
    }
    row = {name: str(value).replace("-", "−") for name, value in row.items()}
    for answer in _default_answer(shown):
        row[f"{REGISTRY[answer.model].title} calls"] = ", ".join(answer.called) or "none"
        row |= {f"{n} (%)": f"{100 * answer.probability(n):.0f}" for n in answer.labels}
    return row
