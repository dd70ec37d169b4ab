"""The pages behind the ECG: the whole reading in running text, every line with its source and reason."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from ecgnet.judge import Reading
from ecgnet.language import Words, say
from ecgnet.models import REGISTRY
from ecgnet.reading import wording
from ecgnet.reading.set_aside import Stated
from ecgnet.report._flow import PITCH, Flow
from ecgnet.report._head import Rest, recorded_at
from ecgnet.report._page import INK, MUTED
from ecgnet.states import FOUND, STATES

NAME, CELL = 33.0, 19.0  # mm of the models' table: a model's name, and one class
LEAD, MEASURE = 9.0, 8.6  # mm of the table by lead: the lead's name, and one measure
LEAD_MEASURES = Words(
    {
        "p": "P",
        "q": "Q",
        "r": "R",
        "s": "S",
        "r2": "R'",
        "j": "J",
        "j60": "J+60",
        "t": "T",
        "q_duration": "Q ms",
        "r_duration": "R ms",
    }
)
SOURCES = Words(
    {
        "measured": "",
        "criterion": "by criterion",
        "network": "stated by the network",
        "recorder": "the recorder's own",
        "conclusion": "",
    }
)


def write_reading(
    flow: Flow,
    reading: Reading,
    explanation: str,
    rest: Rest,
    remarks: Sequence[str],
    signed: Sequence[str] = (),
) -> None:
    """Write all of it. explanation: what moved the answer, "" where that was not asked; rest: what the first page had no
    room for; remarks: on how the ECG is drawn; signed: what the reader says who signed."""
    if signed:
        flow.heading(say("Read and signed"))
        for line in signed:
            flow.text(line)
    if rest:
        flow.heading(say("Continued from page 1"))
        for title, text in rest:
            flow.reasoned(f"{title}:", "")
            flow.text(text, indent=3)
    flow.heading(say("Reading"))
    _lines(flow, reading)
    if reading.measurements.leads:
        flow.keep((len(reading.measurements.leads) + 5) * PITCH)  # the table stays in one piece
        flow.heading(say("Measures by lead, in mV and ms"))
        _by_lead(flow, reading)
    if reading.predictions:
        flow.heading(say("Models"))
        _models(flow, reading)
        flow.heading(say("What moved the answer"))
        flow.text(explanation or say("Not asked."))
    if reading.statements:
        flow.heading(say("Statements of the network"))
        _statements(flow, reading)
    if reading.record.recorder is not None:
        flow.heading(say("The recorder"))
        _recorder(flow, reading)
    flow.heading(say("How to read this"))
    _legend(flow, reading, remarks)


def _lines(flow: Flow, reading: Reading) -> None:
    for topic, lines in groupby(reading.lines, key=lambda line: line.topic):
        if topic == "conclusion":  # the headline of the first page
            continue
        flow.keep(2 * 3.5)
        flow.text(wording.TOPICS[topic], bold=True, size=7)
        for line in lines:
            said = f"{line.text[0].upper()}{line.text[1:]}"
            reason = "; ".join(filter(None, (line.because, SOURCES[line.source])))
            flow.reasoned(said, reason, colour=MUTED if line.set_aside else INK, indent=3)


def _by_lead(flow: Flow, reading: Reading) -> None:
    """A row a lead, and the ST deviation of each territory."""
    at = [LEAD + k * MEASURE for k in range(len(LEAD_MEASURES))]
    titles = zip(at, LEAD_MEASURES.values(), strict=True)
    flow.cells([(0, "", False), *((x, title, True) for x, title in titles)])
    for lead, measures in reading.measurements.leads.items():
        cells: list[tuple[float, str, bool]] = [(0.0, lead, True)]
        for x, name in zip(at, LEAD_MEASURES, strict=True):
            value = getattr(measures, name)
            digits = 0 if name.endswith("duration") else 2
            cells.append((x, "–" if value is None else wording.number(value, digits), False))
        flow.cells(cells)
    if reading.criteria.st:
        said = ", ".join(
            f"{say(name)} {wording.signed(value, 2)}" for name, value in reading.criteria.st.items()
        )
        flow.text(
            say(
                "ST at the J point, furthest from the baseline by territory: {said} mV.",
                said=said,
            ),
            colour=MUTED,
        )


def _models(flow: Flow, reading: Reading) -> None:
    """Every model's probabilities with the state that follows from them, and its weights; the leading one first, bold."""
    labels = reading.predictions[0].labels
    at = [NAME + k * CELL for k in range(len(labels))]
    flow.cells([(0, "", False), *((x, label, True) for x, label in zip(at, labels, strict=True))])
    for k, prediction in enumerate(reading.predictions):
        states = reading.states_by_model[prediction.model]
        cells = [(0.0, REGISTRY[prediction.model].title, k == 0)]
        for x, label in zip(at, labels, strict=True):
            chance = wording.probability(prediction.probability(label))
            cells.append((x, f"{chance} {wording.STATES[states[label]]}", states[label] in FOUND))
        flow.cells(cells)
    flow.text(
        say("Weights: {weights_id}", weights_id=", ".join(p.weights_id for p in reading.predictions)),
        size=5.6,
        colour=MUTED,
    )


def _statements(flow: Flow, reading: Reading) -> None:
    """Every statement at or above its threshold; one that does not stand in grey, with the reason."""
    small = [stated for stated in reading.statements if stated.set_aside is not None and stated.too_small]
    for stated in reading.statements:
        if stated.set_aside is None:
            flow.text(_stated(stated))
        elif not stated.too_small:
            flow.reasoned(
                _stated(stated), say("set aside: {set_aside}", set_aside=stated.set_aside), colour=MUTED
            )
    if small:
        flow.reasoned(
            say("Too small to stand: {small}", small="; ".join(map(_stated, small))), "", colour=MUTED
        )


def _stated(stated: Stated) -> str:
    return (
        f"{stated.text[0].upper()}{stated.text[1:]} ({stated.code}) {wording.probability(stated.probability)}"
    )


def _recorder(flow: Flow, reading: Reading) -> None:
    """Device, time and measurements of the cart; its statements are lines of the reading."""
    recorder = reading.record.recorder
    if recorder.device:
        flow.text(say("Device: {device}", device=recorder.device))
    if when := recorded_at(reading.record):
        flow.text(say("Recorded at: {when} by its clock", when=when))
    measured = [
        f"{wording.clause(wording.MEASURES.get(name, name.replace('_', ' ')))} {value.value:g} {value.unit}"
        for name, value in recorder.measurements.items()
    ]
    if measured:
        flow.text(say("Measured by the recorder: {measured}", measured=", ".join(measured)))


def _legend(flow: Flow, reading: Reading, remarks: Sequence[str]) -> None:
    begins, ends = reading.window
    flow.text(
        say(
            "Seconds {begins:.1f} to {ends:.1f} of {duration:.1f} were measured and judged. All of it is "
            "automatic: verify. Filters change the drawing alone.",
            begins=begins,
            ends=ends,
            duration=reading.duration,
        ),
        colour=MUTED,
    )
    first = reading.prediction
    if first is not None:
        for state in STATES:
            flow.text(f"{wording.STATES[state].capitalize()}: {wording.STATE_HELP[state]}.", colour=MUTED)
        if first.limits is not None:
            flow.text(first.limits.promise(), colour=MUTED)
    flow.text(say("A line that names no source is measured."), colour=MUTED)
    signs = ", ".join(f"{sign} {wording.FLAGS[flag]}" for flag, sign in wording.FLAG_SIGNS.items())
    flow.text(say("Signs beside a measurement: {signs}.", signs=signs), colour=MUTED)
    for remark in remarks:
        flow.text(remark, colour=MUTED)
