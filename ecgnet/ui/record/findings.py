"""The reading on screen: critical values, the conclusion, a state a class, and the structured reading with its
reasons."""

from __future__ import annotations

import html
from itertools import groupby

import pandas as pd
import streamlit as st

from ecgnet.figures.st_map import st_map
from ecgnet.judge import Reading
from ecgnet.language import mark, say
from ecgnet.reading import wording
from ecgnet.reading.lines import Line
from ecgnet.record import LEADS
from ecgnet.states import State
from ecgnet.translation import translate
from ecgnet.ui.charts import chart
from ecgnet.ui.escape import plain
from ecgnet.ui.frame import theme
from ecgnet.ui.tables import show_table
from ecgnet.ui.unfolding import unfolding

COLOURS: dict[State, str] = {"present": "blue", "possible": "orange", "open": "yellow", "absent": "gray"}
ICONS: dict[State, str] = {
    "present": ":material/check_circle:",
    "possible": ":material/help:",
    "open": ":material/visibility:",
    "absent": ":material/remove:",
}
GRADE_COLOURS = {
    "normal": "green",
    "otherwise normal": "green",
    "borderline": "orange",
    "abnormal": "red",
    "not diagnostic": "gray",
}
STYLE = """<style>
.ecgnet-reading {display: grid; grid-template-columns: max-content 1fr; gap: .3rem 1.2rem; margin: 0; line-height: 1.45}
.ecgnet-reading dt {font-weight: 600}
.ecgnet-reading dd {margin: 0}
.ecgnet-reading .why {opacity: .68; font-size: .86em}
.ecgnet-reading .why .why {opacity: 1; font-size: 1em}
@media (max-width: 700px) {.ecgnet-reading {grid-template-columns: 1fr}}
</style>"""


def critical(reading: Reading) -> None:
    """A line above the ECG for what must be told at once; nothing where there is nothing."""
    for value in reading.critical:
        tell = st.error if value.level == "critical" else st.warning
        tell(f"**{wording.FLAGS[value.level].capitalize()}:** {value.text}", icon=":material/priority_high:")


def conclusion(reading: Reading) -> None:
    """The headline, the class of the ECG, and a state a class."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="conclusion"):
        st.markdown(f"**{plain(reading.conclusion.text, 400)}**", width="content")
        grade = wording.GRADES[reading.conclusion.grade]
        if not reading.conclusion.text.startswith(grade):  # the headline of a normal ECG begins with it
            st.badge(grade, color=GRADE_COLOURS[reading.conclusion.grade])
        states(reading)


def states(reading: Reading) -> None:
    """A badge a class: "MI present", with its probability and what the word means on request."""
    first = reading.prediction
    if (
        first is None or not reading.states or not reading.relied_on
    ):  # what holds for ECGs does not hold for this
        return
    with st.container(horizontal=True, key="states", width="content", gap="small"):
        for label, state in reading.states.items():
            chance = wording.probability(first.probability(label))
            meaning = wording.STATE_HELP[state]
            st.badge(
                f"{label} {wording.STATES[state]}",
                color=COLOURS[state],
                icon=ICONS[state],
                help=f"{wording.CLASSES[label]}: {chance}; {meaning}. {first.limits.promise()}",
            )


def structured(reading: Reading) -> None:
    """The structured reading, topic by topic, each line with its reason, and the same as text to copy."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(say("## Reading"), help=say(HELP), width="content")
        with st.popover(say("Copy as text"), icon=":material/content_copy:"):
            st.code(reading.text(), language=None, wrap_lines=True)
    rows = [
        f"<dt>{wording.TOPICS[topic]}</dt><dd>{'<br>'.join(map(_in_html, lines))}</dd>"
        for topic, lines in groupby(reading.lines, key=lambda line: line.topic)
        if topic != "conclusion"  # it stands above as the headline
    ]
    st.html(f'{STYLE}<dl class="ecgnet-reading">{"".join(rows)}</dl>')


def by_lead(reading: Reading) -> None:
    """The measures of each lead, and the ST deviation of each territory, for who wants to check a criterion."""
    if reading.measurements.leads:
        unfolding(say("Measures by lead"), "measures-by-lead", draw=lambda: _measures(reading))


def _measures(reading: Reading) -> None:
    leads = reading.measurements.leads
    rows = {
        f"{say(title)} ({unit})": [getattr(leads[lead], name) if lead in leads else None for lead in LEADS]
        for name, (title, unit) in MEASURES.items()
    }
    table = pd.DataFrame(rows, index=pd.Index(LEADS, name=say("Lead")))
    show_table(table.round(2), width="stretch", height="content")
    if reading.criteria.st:
        st.markdown(say("### ST at the J point, in mV"))
        deviations = {lead: measures.j for lead, measures in leads.items() if measures.j is not None}
        chart(st_map(deviations, theme()), "st-map", least=560)
        said = ", ".join(
            f"{say(name)} {wording.signed(value, 2)}" for name, value in reading.criteria.st.items()
        )
        st.caption(
            say(
                "Furthest from the baseline by territory: {said}. {secondary}",
                said=said,
                secondary=reading.criteria.secondary,
            )
        )
    st.caption(say("From the dominant beat, against the level at QRS onset; automated, verify."))


MEASURES = {
    "p": ("P", "mV"),
    "q": ("Q", "mV"),
    "r": ("R", "mV"),
    "s": ("S", "mV"),
    "r2": ("R'", "mV"),
    "j": ("J", "mV"),
    "j60": (mark("J + 60 ms"), "mV"),
    "t": ("T", "mV"),
    "q_duration": ("Q", "ms"),
    "r_duration": ("R", "ms"),
    "s_duration": ("S", "ms"),
}
"""What is measured in each lead: title and unit."""


def _in_html(line: Line) -> str:
    """A line with its reason; a statement that is not taken over is pale as a whole."""
    text = html.escape(bounded(line.text))
    reason = f' <span class="why">{html.escape(bounded(line.because))}</span>' if line.because else ""
    if line.topic == "recorder" and (translated := translate(bounded(line.text))):
        text = html.escape(translated.text)
        original = f'<i lang="{translated.language}">{html.escape(translated.original)}</i>'
        reason += f' <span class="why">{translated.language_title}: {original}</span>'
    said = f"{text[0].upper()}{text[1:]}{reason}"
    return f'<span class="why">{said}</span>' if line.set_aside else said


def bounded(text: str, limit: int = 300) -> str:
    """Text from a file, no longer than fits."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


HELP = mark(
    "Measured, by a published criterion, or stated by the networks with their calibrated probability; the reason stands "
    "behind each line in grey. What contradicts a measurement is not taken over, and the reason is said. Automated, verify."
)
