"""From a reading to the pages that are printed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from ecgnet.judge import Reading
from ecgnet.language import Words, again, say
from ecgnet.paper import AS_RECORDED, GAINS, SPEEDS, SheetSettings, cut, grid
from ecgnet.reading import wording
from ecgnet.report._flow import Flow
from ecgnet.report._full_reading import write_reading
from ecgnet.report._head import Rest, draw_head, patient_rows
from ecgnet.report._page import MUTED, PAGES, RULE, Page
from ecgnet.report._sheet import LARGE, WIDTH, Sheet, draw_sheet
from ecgnet.signature import Signature, bound

MARGIN = 7.0  # mm; printers leave up to 6.4 mm blank
TITLE, FOOT = 10.5, 10.0  # mm: to the first line below the title, and below the sheet
LAYOUT_WORDS = Words({"3x4": "3 × 4 with rhythm strip {rhythm}", "6x2": "6 × 2", "12x1": "12 × 1"})


def report(
    reading: Reading,
    *,
    settings: SheetSettings = AS_RECORDED,
    page: str = "A4",
    start: float = 0.0,
    explanation: str = "",
    identity: bool = False,
    made: datetime | None = None,
    version: str = "",
    signature: Signature | None = None,
) -> bytes:
    """A reading as PDF, in landscape. The first page has the ECG on millimetre paper, and above it what matters most: the
    conclusion, critical values, warnings, patient, measurements with their limits, the leading model's answer and the
    rhythm. The pages behind it have the reading in full. The ECG drawn is the part that was read.

    settings: how the ECG is drawn, which changes neither measurements nor answers; page: "A4" or "Letter"; start: where in
    the part that was read the sheet begins, in s, where the paper is too short for all of it; explanation: a sentence or
    two on what moved the answer, as `what_moved` makes them; identity: print the patient's name, birth date and number where
    the record has them; made: the date on the page, now when None; version: which ECG this is, where it is not the one
    recorded; signature: of the reader who read it, whose words stand above ECGNet's. A lead or a part that was not recorded
    is left blank and said.

    Raises ValueError for a page, layout, order, speed or gain that there is not, UnsignedError for a signature of another
    reading.

    >>> from ecgnet.demo import draw
    >>> from ecgnet.judge import judge
    >>> reading = judge(draw("imi", 1), [])
    >>> report(reading, page="Letter", settings=SheetSettings(layout="12x1"))[:5]
    b'%PDF-'
    >>> report(reading, settings=SheetSettings(gain=7))
    Traceback (most recent call last):
    ValueError: gain must be one of 5, 10, 20 mm/mV, not 7
    """
    bound(reading, signature)
    if settings.speed not in SPEEDS:
        raise ValueError(
            say(
                "speed must be one of {listed} mm/s, not {speed}",
                listed=_listed(SPEEDS),
                speed=settings.speed,
            )
        )
    if settings.gain not in GAINS:
        raise ValueError(
            say(
                "gain must be one of {listed} mm/mV, not {gain}",
                listed=_listed(GAINS),
                gain=settings.gain,
            )
        )
    names = grid(settings.layout, settings.order)
    record = reading.record
    patient = patient_rows(reading, identity)
    name = (record.identity.name or "") if identity else ""
    title = f"{version}: {record.id}" if version else record.id
    signed = signature.lines if signature else ()
    texts = [title, name, explanation, *signed, *(text for _, text in patient), *_texts(reading)]
    drawn = Page(page, texts)
    width, height = PAGES[page]
    left = (width - WIDTH) / 2
    made = made or datetime.now().astimezone()

    rest = _title(drawn, title, name, left, made)
    bottom, more = draw_head(
        drawn, left, MARGIN + TITLE, WIDTH, reading, patient, _warnings(reading, version), signed
    )
    rest += more
    low = height - MARGIN - FOOT
    tall = (low - bottom - 1) // LARGE * LARGE
    span = settings.paper.span(start, record.duration)
    sheet = Sheet(left, low - tall, tall, settings.paper, span[0], single=settings.layout == "12x1")
    rows = cut(record, names, display=settings.display, span=span, rhythm=settings.layout == "3x4")
    remarks = [*draw_sheet(drawn, sheet, rows), *settings.display.notes(record.fs)]
    rest += _foot(drawn, sheet, _settings(settings, reading, span, rows[-1][0].label), remarks)

    def turn() -> tuple[float, float]:
        drawn.add_page()
        _title(drawn, title, name, left, made)
        return MARGIN + TITLE + 1, height - MARGIN - 5

    write_reading(
        Flow(drawn, left, WIDTH, turn), reading, explanation, rest, tuple(map(again, record.notes)), signed
    )
    drawn.number_pages(left + WIDTH, height - MARGIN + 0.5)
    return drawn.finish(say("ECG report {id}", id=record.id), made)


def _texts(reading: Reading) -> Iterator[str]:
    """All that a file or a device may have written in letters of its own."""
    yield from reading.warnings
    for line in reading.lines:
        yield from (line.text, line.because)
    recorder = reading.record.recorder
    if recorder is not None:
        yield recorder.device or ""


def _warnings(reading: Reading, version: str) -> list[str]:
    """What a reader must know; beside exchanged electrodes that the ECG is printed as it was recorded."""
    reversal = reading.quality.reversal
    said = "" if reversal is None or version else str(reversal)
    return [
        say("{warning} Printed as recorded, not corrected.", warning=warning)
        if said and warning == said
        else warning
        for warning in reading.warnings
    ]


def _settings(settings: SheetSettings, reading: Reading, span: tuple[float, float], rhythm: str) -> str:
    """How the ECG is drawn, in words; the seconds are those of the whole recording."""
    begins = reading.window[0]
    order = say(", Cabrera order") if settings.order == "cabrera" else ""
    parts = (
        f"{settings.speed:g} mm/s",
        f"{settings.gain:g} mm/mV",
        settings.display.caption(reading.record.fs),
        LAYOUT_WORDS[settings.layout].format(rhythm=rhythm) + order,
        say(
            "{begins:.1f} to {begins_2:.1f} s of {duration:.1f} s",
            begins=begins + span[0],
            begins_2=begins + span[1],
            duration=reading.duration,
        ),
    )
    return "  ·  ".join(parts)


def _listed(values: Sequence[float]) -> str:
    return ", ".join(f"{value:g}" for value in values)


def _title(page: Page, record_id: str, name: str, left: float, made: datetime) -> Rest:
    """The line at a page's top. → what it had no room for."""
    y, right = MARGIN + 4.2, left + WIDTH
    taken = 4 + page.say(right, y, say(wording.NOTICE).rstrip("."), 9, bold=True, align="right")
    date = say("ECGNet report of {made:%Y-%m-%d}", made=made)
    taken += 8 + page.say(right - taken, y, date, 7, colour=MUTED, align="right")
    room = WIDTH - taken
    rest = [
        (what, text)
        for what, text, size in ((say("Name"), name, 12), (say("Recording"), record_id, 8 if name else 12))
        if page.measure(text, size, size == 12) > room / 2
    ]
    wide = page.say(left, y, name or record_id, 12, bold=True, width=room if not name else room / 2)
    if name:
        page.say(left + wide + 4, y, record_id, 8, colour=MUTED, width=room - wide - 4)
    page.rule(left, y + 1.6, right, y + 1.6, 0.25, RULE)
    return rest


def _foot(page: Page, sheet: Sheet, settings: str, remarks: Sequence[str]) -> Rest:
    """Below the sheet: how it is drawn. → what it had no room for."""
    y = sheet.y + sheet.height + 3.4
    page.say(sheet.x, y, settings, 7.5, bold=True)
    hint = say("True to scale when printed at 100 %: a large square is 5 mm")
    page.say(sheet.x + WIDTH, y, hint, 6, colour=MUTED, align="right")
    said = " ".join(dict.fromkeys(remarks))
    _, whole = page.tell(sheet.x, y + 3.2, said, 5.8, WIDTH - 20, pitch=2.6, lines=2, colour=MUTED)
    return [] if whole else [(say("Drawing"), said)]
