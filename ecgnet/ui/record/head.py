"""The head of a record: what it is, of whom, and how it was read."""

from __future__ import annotations

import streamlit as st

from ecgnet.language import again, mark, say
from ecgnet.reading import wording
from ecgnet.translation import translate
from ecgnet.ui import texts
from ecgnet.ui.escape import plain
from ecgnet.ui.library import Shown

STYLE = """<style>
.st-key-record-line {column-gap: 1rem; row-gap: 0}
.st-key-record-line [data-testid=stPopover] button {min-height: 0; padding: 0 .2rem; font-size: .9rem}
</style>"""


LONGEST = 1000
TRANSLATED = mark(
    "Translated word by word from a dictionary of ECG terms that comes with ECGNet; what stands in ‹ › is not in it. The "
    "original decides."
)


def title(shown: Shown) -> None:
    """What the record is called."""
    st.markdown(f"# {shown.title}")


def about(shown: Shown) -> None:
    """One line where there is room for it: the patient, the labels, how the record was read, and what it is."""
    record = shown.record
    who = [
        record.metadata.age_in_words,
        wording.SEXES[record.metadata.sex] if record.metadata.sex else say("sex unknown"),
        say("{duration:g} s at {fs:g} Hz", duration=record.duration, fs=record.fs),
    ]
    line = " · ".join(who)
    if shown.truth is not None:
        line += f" · **{shown.truth_by}: {texts.superclass_words(shown.truth)}**"
    with st.container(horizontal=True, vertical_alignment="center", key="record-line"):
        st.html(STYLE)
        st.markdown(line, width="content")
        if record.notes:
            with st.popover(
                say("How it was read ({n_notes})", n_notes=len(record.notes)),
                icon=":material/info:",
                type="tertiary",
            ):
                for note in map(again, record.notes):
                    st.markdown(f"- {note}")
        st.caption(shown.description, width="content")
        if shown.report:
            _report(shown.report)


def _report(report: str) -> None:
    """The report that came with the ECG, in English, the original beside it."""
    translated = translate(report)
    if translated is None:
        st.caption(say("Report: {report}", report=plain(report, LONGEST)), width="content")
    else:
        said = say(
            "Report: {text} · {language_title}: ",
            text=plain(translated.text, LONGEST),
            language_title=translated.language_title,
        )
        st.caption(f"{said}*{plain(translated.original, LONGEST)}*", help=say(TRANSLATED), width="content")
