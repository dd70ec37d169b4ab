"""The reading for other systems of the hospital: the button that gives it as FHIR and as DICOM, or sends it."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import suppress

import streamlit as st

from ecgnet.inference import Prediction
from ecgnet.interop import dicom, fhir
from ecgnet.interop.connection import ConnectionFault
from ecgnet.interop.fhir.server import server
from ecgnet.interop.pacs import open_archive, put_back
from ecgnet.interop.settings import SettingError, recorders_timezone
from ecgnet.judge import Reading
from ecgnet.language import in_english, mark, say
from ecgnet.overread.database import DatabaseError
from ecgnet.overread.review import Review
from ecgnet.report import report
from ecgnet.signature import Signature, UnsignedError
from ecgnet.ui import journal
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
    with st.popover(say("Export"), icon=":material/send:", key=OPEN, on_change="rerun"):
        if st.session_state.get(OPEN):
            _choices(shown, predictions)


def _choices(shown: Shown, predictions: Sequence[Prediction]) -> None:
    reading = readings.reading_of(shown, predictions).in_english
    who, name = shown.record.identity, file_name(shown.record.id, "reading")
    try:
        found = journal.review_of(reading)
    except DatabaseError as error:
        st.error(plain(str(error)))
        return
    signature = found.signature if found else None
    st.caption(
        say(
            "{standing} Research use only, not a diagnosis.",
            standing=_standing(found),
        )
    )
    signed = signature is not None
    identity = bool(who.patient_id) and st.checkbox(
        say("Include the patient's number"), key="export_identity"
    )
    st.download_button(
        say("Download FHIR"),
        data=journal.leaving(shown, _fhir(reading, identity, signature), what="FHIR", signed=signed),
        file_name=f"{name}.fhir.json",
        mime="application/fhir+json",
        icon=":material/data_object:",
        key="export_fhir",
        on_click="ignore",
    )
    if who.study is not None:
        st.download_button(
            say("Download DICOM report"),
            data=journal.leaving(
                shown,
                in_english(lambda: dicom.as_bytes(dicom.structured_report(reading, signature=signature))),
                what=mark("DICOM report"),
                signed=signed,
            ),
            file_name=f"{name}.sr.dcm",
            mime="application/dicom",
            icon=":material/description:",
            key="export_sr",
            on_click="ignore",
            help=say("A structured report for the study of this ECG; it names the patient."),
        )
    try:
        to = server()
    except ConnectionFault as error:
        st.error(plain(str(error)))
        return
    if to is not None and st.button(
        say("Send to the FHIR server"),
        type="primary",
        key="export_send",
        disabled=not identity,
        help=say("With the patient's number, by which it is found there."),
    ):
        _deliver(
            shown,
            lambda: fhir.post(json.loads(_fhir(reading, True, signature)()), to),
            what="FHIR",
            to=to.name,
            signed=signed,
        )
    if who.study is not None:
        _back_into_the_archive(shown, reading, signature)


def _standing(found: Review | None) -> str:
    """Under whose name results leave."""
    if found is None or found.state == "unsigned":
        return say("Preliminary: nobody has signed this reading.")
    if found.signature is None:
        return say("Preliminary: its readers differ, and nobody has decided between them.")
    return say("Signed by {reader}.", reader=plain(found.signature.reader, 80))


def _back_into_the_archive(shown: Shown, reading: Reading, signature: Signature | None) -> None:
    """Report and PDF into the ECG's own study, where an archive is set up: of a signed reading alone."""
    try:
        archive = open_archive()
    except ConnectionFault as error:
        st.error(plain(str(error)))
        return
    if archive is not None and st.button(
        say("Put into the archive"),
        icon=":material/inventory_2:",
        key="export_archive",
        disabled=signature is None,
        help=say(
            "A structured report and a PDF, with the patient's name, beside the ECG in its study; once it is signed."
        ),
    ):
        _deliver(
            shown,
            in_english(lambda: put_back(archive, reading, signature=signature)),
            what=mark("DICOM report and PDF"),
            to=archive.server.name,
            signed=True,
        )


def _fhir(reading: Reading, identity: bool, signature: Signature | None = None) -> Callable[[], str]:
    """What makes the transaction; it runs outside the page's script and must not call streamlit."""

    def make() -> str:
        made = fhir.bundle(
            reading,
            report(reading, identity=identity, signature=signature),
            signature=signature,
            identity=identity,
            timezone=recorders_timezone(),
        )
        fhir.check(made)
        return json.dumps(made, ensure_ascii=False, indent=1)

    return in_english(make)


def _deliver(shown: Shown, send: Callable[[], list[str]], *, what: str, to: str, signed: bool) -> None:
    """Send something, written down before; say in a sentence what became of it."""
    try:
        with st.spinner(say("Sending…")):
            journal.leaving(shown, lambda: None, what=what, to=to, signed=signed)()
            kept = send()
    except (ConnectionFault, SettingError, UnsignedError) as error:
        with suppress(DatabaseError):
            journal.did_not_arrive(shown, what=what, to=to)
        st.error(plain(str(error)), icon=":material/error:")
    except DatabaseError as error:
        st.error(say("Nothing was sent. {error}", error=plain(str(error))), icon=":material/error:")
    else:
        stands = say("as a signed reading") if signed else say("as a preliminary report")
        st.success(
            say("The {to} has it, {stands}.", to=to, stands=stands)
            if kept
            else say("The {to} had it already.", to=to),
            icon=":material/check:",
        )
