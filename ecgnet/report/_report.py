"""From a record and the models' answers to one page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from ecgnet.electrodes import assess
from ecgnet.measure import measure
from ecgnet.notices import Notice
from ecgnet.paper import AS_RECORDED, GAINS, SPEEDS, SheetSettings, cut, grid
from ecgnet.quality import unreadable
from ecgnet.record import Record
from ecgnet.report import _blocks as blocks
from ecgnet.report import _reliance as reliance
from ecgnet.report._page import MUTED, PAGES, RULE, Page
from ecgnet.report._sheet import LARGE, WIDTH, Sheet, draw_sheet

if TYPE_CHECKING:
    from ecgnet.inference import Prediction

NOTICE = "Research use only, not a diagnosis"
MARGIN = 7.0  # mm; printers leave up to 6.4 mm blank
HEAD, FOOT = 41.0, 10.0  # mm
COLUMNS = (0.0, 47.0, 93.0, 205.0)  # mm from the paper's left edge
GUTTER = 3.0
LAYOUT_WORDS = {"3x4": "3 × 4 with rhythm strip {rhythm}", "6x2": "6 × 2", "12x1": "12 × 1"}


def report(
    record: Record,
    *,
    settings: SheetSettings = AS_RECORDED,
    page: str = "A4",
    start: float = 0.0,
    predictions: Sequence[Prediction] = (),
    explanation: str = "",
    identity: bool = False,
    made: datetime | None = None,
    reading: str = "",
) -> bytes:
    """One landscape page as PDF: the ECG on millimetre paper, and above it patient, measurements, the models' answers,
    what moved them and the signal's quality.

    settings: how the ECG is drawn; page: "A4" or "Letter"; start: where in the record the sheet begins, in s; explanation:
    a sentence or two, as `what_moved` makes them; the measurements and the models see the record as it is, whatever filter
    the settings have; identity: print the patient's name, birth date and number where the record has them;
    made: the date on the page, now when None; reading: which reading of the ECG this is, where it is not the one recorded.
    A lead or a part that was not recorded is left blank and said. Predictions for a record that cannot be read are printed
    with a warning beside them.

    Raises ValueError for a page, layout, order, speed or gain that there is not.

    >>> from ecgnet.demo import draw
    >>> pdf = report(draw("imi", 1), page="Letter", settings=SheetSettings(layout="12x1"))
    >>> pdf[:5]
    b'%PDF-'
    >>> report(draw("imi", 1), settings=SheetSettings(gain=7))
    Traceback (most recent call last):
    ValueError: gain must be one of 5, 10, 20 mm/mV, not 7
    """
    layout, order, display = settings.layout, settings.order, settings.display
    speed, gain = settings.speed, settings.gain
    if speed not in SPEEDS:
        raise ValueError(f"speed must be one of {_listed(SPEEDS)} mm/s, not {speed}")
    if gain not in GAINS:
        raise ValueError(f"gain must be one of {_listed(GAINS)} mm/mV, not {gain}")
    names, paper = grid(layout, order), settings.paper
    made = made or datetime.now().astimezone()
    found, quality = measure(record), assess(record)
    patient = blocks.patient_rows(record, identity)
    name = (record.identity.name or "") if identity else ""
    texts = [
        record.id,
        name,
        reading,
        explanation,
        *quality.sentences,
        *record.notes,
        *(text for _, text in patient),
    ]
    drawn = Page(page, texts)
    width, height = PAGES[page]
    left = (width - WIDTH) / 2
    tall = (height - 2 * MARGIN - HEAD - FOOT) // LARGE * LARGE
    span = paper.span(start, record.duration)
    sheet = Sheet(left, MARGIN + HEAD, tall, paper, span[0], single=layout == "12x1")

    _title(drawn, f"{reading}: {record.id}" if reading else record.id, name, left, made)
    top, bottom = MARGIN + 9.0, MARGIN + HEAD - 2.0
    at = [left + x for x in COLUMNS]
    wide = [b - a - GUTTER for a, b in zip(COLUMNS, (*COLUMNS[1:], WIDTH + GUTTER), strict=True)]
    for x in at[1:]:
        blocks.separator(drawn, x - GUTTER / 2, top - 2.5, bottom)

    y = blocks.heading(drawn, at[0], top, "Patient and recording")
    blocks.pairs(drawn, at[0], y, patient, 14.5, wide[0])

    y = blocks.heading(drawn, at[1], top, "Measurements", "automatic", wide[1])
    y = blocks.pairs(drawn, at[1], y, blocks.measurement_rows(found), 19.5, wide[1])
    why = blocks.why_not_measured(found)
    rhythm = f"Rhythm: {found.rhythm or found.rhythm_reason}"
    y = drawn.tell(at[1], y, rhythm, blocks.SIZE, wide[1], pitch=2.6, lines=1 if why else 2)
    drawn.tell(at[1], y, why, 5.2, wide[1], pitch=2.2, lines=1, colour=MUTED)

    why = unreadable(record, quality)
    _models(drawn, record, at[2], top, wide[2], bottom, predictions, why)

    y = blocks.heading(drawn, at[3], top, "What moved the answer")
    y = drawn.tell(at[3], y, explanation or "Not asked.", 6.2, wide[3], pitch=2.9, lines=5)
    y = blocks.heading(drawn, at[3], y + 1.2, "Signal quality")
    said = " ".join(quality.sentences) or "Nothing was found wrong with the signal."
    if quality.reversal:
        rest = [n.text for n in quality.notices if n is not quality.reversal]
        said = " ".join([quality.reversal.text, "Printed as recorded, not corrected.", *rest])
    drawn.tell(at[3], y, said, 6.2, wide[3], pitch=2.9, lines=max(1, int((bottom - y) / 2.9) + 1))

    rows = cut(record, names, display, span, rhythm=layout == "3x4")
    remarks = [*draw_sheet(drawn, sheet, rows), *display.notes(record.fs), *record.notes]
    layout_words = LAYOUT_WORDS[layout].format(rhythm=rows[-1][0].label)
    settings = [
        f"{speed:g} mm/s",
        f"{gain:g} mm/mV",
        display.caption(record.fs),
        layout_words + (", Cabrera order" if order == "cabrera" else ""),
        f"{span[0]:.1f} to {span[1]:.1f} s of {record.duration:.1f} s",
    ]
    _foot(drawn, sheet, "  ·  ".join(settings), " ".join(dict.fromkeys(remarks)))
    return drawn.finish(f"ECG report {record.id}", made)


def _listed(values: Sequence[float]) -> str:
    return ", ".join(f"{value:g}" for value in values)


def _title(page: Page, record_id: str, name: str, left: float, made: datetime) -> None:
    y, right = MARGIN + 4.2, left + WIDTH
    taken = 4 + page.say(right, y, NOTICE, 9, bold=True, align="right")
    date = f"ECGNet report of {made:%Y-%m-%d}"
    taken += 8 + page.say(right - taken, y, date, 7, colour=MUTED, align="right")
    room = WIDTH - taken
    wide = page.say(left, y, name or record_id, 12, bold=True, width=room)
    if name and room - wide > 15:
        page.say(left + wide + 4, y, record_id, 8, colour=MUTED, width=room - wide - 4)
    page.rule(left, y + 1.6, right, y + 1.6, 0.25, RULE)


def _models(
    page: Page,
    record: Record,
    x: float,
    y: float,
    width: float,
    bottom: float,
    predictions: Sequence[Prediction],
    unread: Notice | None,
) -> None:
    if not predictions:
        y = blocks.heading(page, x, y, "Models")
        lacks = blocks.lacking(record)
        why = (
            f"The models need all 12 leads in full. Not recorded: {lacks}."
            if lacks
            else "No model was asked."
        )
        why = f"Not judged. {unread}" if unread else why
        page.tell(x, y, why, blocks.SIZE, width, pitch=blocks.PITCH, lines=5)
        return
    rows = blocks.default_first(predictions)
    y = blocks.heading(page, x, y, blocks.verdict(rows[0]), "", width)
    note = "Calibrated probability in %. Upright mark: threshold. Bold: at or above it."
    page.say(x, bottom, note, 5.4, colour=MUTED, width=width)
    lines = reliance.lines(rows[0], record, unread)
    for k, line in enumerate(reversed(lines), 1):
        page.say(x, bottom - 2.7 * k, line, 6, bold=True, width=width)
    blocks.models_table(page, x, y, width, bottom - 3.0 - 2.7 * len(lines), rows)


def _foot(page: Page, sheet: Sheet, settings: str, remarks: str) -> None:
    y = sheet.y + sheet.height + 3.4
    page.say(sheet.x, y, settings, 7.5, bold=True)
    hint = "True to scale when printed at 100 %: a large square is 5 mm"
    page.say(sheet.x + WIDTH, y, hint, 6, colour=MUTED, align="right")
    page.tell(sheet.x, y + 3.2, remarks, 5.8, WIDTH, pitch=2.6, lines=2, colour=MUTED)
