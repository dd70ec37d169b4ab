"""The reading for other systems of the hospital: the button that gives it as FHIR and as DICOM, or sends it."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

import streamlit as st

from ecgnet.inference import Prediction
from ecgnet.interop import dicom, fhir
from ecgnet.interop.connection import Connection, ConnectionFault
from ecgnet.interop.fhir.server import server
from ecgnet.interop.settings import SettingError, recorders_timezone
from ecgnet.judge import Reading
from ecgnet.report import report
from ecgnet.ui.charts import file_name
from ecgnet.ui.escape import plain
from ecgnet.ui.frame import fragment
from ecgnet.ui.library import Shown
from ecgnet.ui.record import readings

OPEN = "export"
"""The key of the popover, whose value is whether it is open."""


@fragment
def results_out(shown: Shown, predictions: Sequence[Prediction]) -> None:
    """A popover that offers the reading to other systems. A fragment, as the one for paper."""
    with st.popover("Export", icon=":material/send:", key=OPEN, on_change="rerun"):
        if st.session_state.get(OPEN):
            _choices(shown, predictions)


def _choices(shown: Shown, predictions: Sequence[Prediction]) -> None:
    reading = readings.reading_of(shown, predictions)
    who, name = shown.record.identity, file_name(shown.record.id, "reading")
    st.caption("Preliminary: nobody has signed this reading. Research use only, not a diagnosis.")
    identity = bool(who.patient_id) and st.checkbox("Include the patient's number", key="export_identity")
    st.download_button(
        "Download FHIR",
        data=_fhir(reading, identity),
        file_name=f"{name}.fhir.json",
        mime="application/fhir+json",
        icon=":material/data_object:",
        key="export_fhir",
        on_click="ignore",
    )
    if who.study is not None:
        st.download_button(
            "Download DICOM report",
            data=lambda: dicom.as_bytes(dicom.structured_report(reading)),
            file_name=f"{name}.sr.dcm",
            mime="application/dicom",
            icon=":material/description:",
            key="export_sr",
            on_click="ignore",
            help="A structured report for the study of this ECG; it names the patient.",
        )
    try:
        to = server()
    except ConnectionFault as error:
        st.error(plain(str(error)))
        return
    if to is not None and st.button(
        "Send to the FHIR server",
        type="primary",
        key="export_send",
        disabled=not identity,
        help="With the patient's number, by which it is found there.",
    ):
        _send(reading, to)


def _fhir(reading: Reading, identity: bool) -> Callable[[], str]:
    """What makes the transaction; it runs outside the page's script and must not call streamlit."""

    def make() -> str:
        made = fhir.bundle(
            reading, report(reading, identity=identity), identity=identity, timezone=recorders_timezone()
        )
        fhir.check(made)
        return json.dumps(made, ensure_ascii=False, indent=1)

    return make


def _send(reading: Reading, to: Connection) -> None:
    try:
        with st.spinner("Sending…"):
            fhir.post(json.loads(_fhir(reading, True)()), to)
    except (ConnectionFault, SettingError) as error:
        st.error(plain(str(error)), icon=":material/error:")
    else:
        st.success("The FHIR server has it, as a preliminary report.", icon=":material/check:")
