"""The reading on paper: the button that prints what is said of the record on screen, and the ECG as it is drawn there."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from ecgnet.explain import ExplanationError
from ecgnet.inference import Prediction, Predictor
from ecgnet.judge import Reading
from ecgnet.language import say
from ecgnet.paper import DEFAULTS, SheetSettings
from ecgnet.record import Record, RecordError
from ecgnet.report import PAGES, report, what_moved
from ecgnet.signal import Band, DisplayFilter
from ecgnet.signature import Signature
from ecgnet.ui import journal, predictors
from ecgnet.ui.charts import file_name
from ecgnet.ui.frame import fragment
from ecgnet.ui.library import Shown
from ecgnet.ui.memory import fingerprint
from ecgnet.ui.record import readings
from ecgnet.ui.window_read import window_of

OPEN = "print"
"""The key of the popover, whose value is whether it is open."""


def on_screen(record: Record) -> tuple[SheetSettings, float]:
    """What the visitor has chosen on this page, or the defaults where it has no such control; and where in the record the
    sheet begins, in s."""

    def chosen(key: str, default: object) -> str:
        return str(st.session_state.get(key) or default)

    band: Band = chosen("filter", DEFAULTS.display.band)
    notch = chosen("notch", "off")
    settings = SheetSettings(
        chosen("layout", DEFAULTS.layout),
        chosen("order", DEFAULTS.order),
        float(chosen("speed", DEFAULTS.speed)),
        float(chosen("gain", DEFAULTS.gain)),
        DisplayFilter(band, None if notch == "off" else float(notch)),
    )
    return settings, float(st.session_state.get(f"from-{fingerprint(record)}") or 0.0)


@fragment
def paper_out(shown: Shown, predictions: Sequence[Prediction]) -> None:
    """A popover that offers the reading as a PDF. A fragment: opening it reads the sheet's controls as they
    are then, and the PDF is made when it is asked for."""
    with st.popover(say("Print"), icon=":material/print:", key=OPEN, on_change="rerun"):
        if st.session_state.get(OPEN):
            _choices(shown, predictions)


def _choices(shown: Shown, predictions: Sequence[Prediction]) -> None:
    record = shown.record
    settings, start = on_screen(record)
    reading = readings.reading_of(shown, predictions)
    st.caption(
        say(
            "The ECG at true millimetres, as the sheet is set ({words}), and behind it the reading in full.",
            words=settings.words(record.fs),
        )
    )
    page = (
        st.segmented_control(
            say("Paper"), list(PAGES), default="A4", key="print_page", required=True, format_func=say
        )
        or "A4"
    )
    reasons = bool(predictions) and st.checkbox(
        say("What moved the answer"), value=True, key="print_reasons", help=say("Takes a few seconds more.")
    )
    who = record.identity
    known = [
        word
        for word, value in (
            (say("name"), who.name),
            (say("birth date"), who.birth_date),
            (say("patient number"), who.patient_id),
        )
        if value
    ]
    identity = bool(known) and st.checkbox(
        say("Include {known}", known=say(" and ").join(known)), key="print_identity"
    )
    predictor = _asked(predictions) if reasons else None
    found = journal.review_of(reading)
    signature = found.signature if found else None
    st.download_button(
        say("Download PDF"),
        data=journal.leaving(
            shown,
            _maker(
                reading,
                settings,
                start - window_of(shown).start,
                page,
                predictor,
                identity,
                signature=signature,
            ),
            what="PDF",
            signed=signature is not None,
        ),
        file_name=f"{file_name(record.id, settings.layout)}.pdf",
        mime="application/pdf",
        icon=":material/picture_as_pdf:",
        key="print_download",
        on_click="ignore",
        type="primary",
    )


def _asked(predictions: Sequence[Prediction]) -> Predictor | None:
    """The default model, where it is among those that answered."""
    name = predictors.default_model()
    return predictors.predictor(name) if any(p.model == name for p in predictions) else None


def _maker(
    reading: Reading,
    settings: SheetSettings,
    start: float,
    page: str,
    predictor: Predictor | None,
    identity: bool,
    *,
    signature: Signature | None = None,
) -> Callable[[], bytes]:
    """What makes the PDF; it runs outside the page's script and must not call streamlit. start: in s from where the part
    begins that was read."""

    def make() -> bytes:
        explanation = ""
        if predictor is not None:
            try:
                explanation = what_moved(predictor, reading)
            except (ExplanationError, RecordError) as error:
                explanation = str(error)
        return report(
            reading,
            page=page,
            settings=settings,
            start=start,
            explanation=explanation,
            identity=identity,
            signature=signature,
        )

    return make
