"""The measurements and the signal quality of the record on screen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

import numpy as np
import streamlit as st

from ecgnet import electrodes
from ecgnet.judge import Reading
from ecgnet.language import say
from ecgnet.measure import Beats, Measurements, measure
from ecgnet.quality import Quality
from ecgnet.reading import wording
from ecgnet.reading.limits import Ranged
from ecgnet.ui import glossary
from ecgnet.ui.library import Shown
from ecgnet.ui.memory import fingerprint, remember
from ecgnet.ui.window_read import window_of

T = TypeVar("T")
STYLE = """<style>
.st-key-measurements [data-testid=stMetric] {padding: 0}
.st-key-measurements [data-testid=stMetricLabel] * {font-size: .8rem}
.st-key-measurements [data-testid=stMetricValue] {font-size: 1.15rem; line-height: 1.4; white-space: nowrap}
.st-key-rhythm [data-testid=stMetricValue] * {white-space: normal}
.st-key-measurements {column-gap: 1.1rem; row-gap: .2rem}
[class*="st-key-measure-low-"] [data-testid=stMetricValue],
[class*="st-key-measure-high-"] [data-testid=stMetricValue] {color: light-dark(#b45309, #f0a35e)}
[class*="st-key-measure-critical-"] [data-testid=stMetricValue] {color: light-dark(#c81e1e, #ff8a80); font-weight: 700}
</style>"""
"""Values outside their limits are coloured with AA contrast in both themes, by the browser: it may turn from one to the
other while the page stands."""
AROUND = 2.0  # s beside a part that is measured on its own


def measurements(shown: Shown) -> Measurements:
    """The automated measurements, made once a record and visit."""
    return _once("measurements", shown, lambda: measure(shown.record))


def quality(shown: Shown) -> Quality:
    """The signal quality of the seconds that are read; exchanged electrodes are said elsewhere where `exchanged` knows
    which, else here."""
    found, network = window_of(shown).quality, exchanged(shown)
    return replace(found, reversal=None) if network is not None and network.swap else found


def exchanged(shown: Shown) -> electrodes.ExchangeFinding | None:
    """Which electrodes look exchanged in the seconds that are read; None where there are no weights for it."""
    return window_of(shown).exchanged


def beats_in(shown: Shown, span: tuple[float, float]) -> Beats:
    """The beats between two times in s, in the record's time. Of a long record another part may have been measured."""
    record, found = shown.record, measurements(shown)
    if found.window[0] <= span[0] and span[1] <= found.window[1] + 1 / record.fs:
        return found.beats
    first = max(0, round((span[0] - AROUND) * record.fs))
    part = record.signal[:, first : round((span[1] + AROUND) * record.fs)]
    if np.isnan(part).all():
        return Beats.from_r(np.zeros(0))
    beats = measure(replace(record, signal=part)).beats
    times = {name: getattr(beats, name) + first / record.fs for name in beats.__slots__ if name != "dominant"}
    return replace(beats, **times)


def panel(shown: Shown, reading: Reading) -> None:
    """One row of numbers, each with its limits and a sign where it lies outside them, or with the reason why it is
    missing; the rhythm; and the signal's quality."""
    found = reading.measurements
    st.html(STYLE)
    result = quality(shown)
    with st.container(horizontal=True, key="measurements", vertical_alignment="bottom"):
        for name, title in wording.MEASURES_SHORT.items():
            _number(name, title, reading.ranges[name])
        words = reading.rhythm.text or say("not determined")
        with st.container(key="rhythm", width="content"):
            st.metric(say("Rhythm"), f"{words[0].upper()}{words[1:]}", help=_why(reading), width="content")
        found_exchanged = exchanged(shown)
        well = result.fine and not (found_exchanged and found_exchanged.swap)
        fine = say(":material/check: No fault found  \n") if well else ""
        part = f", {reading.record.part}" if reading.record.part else ""
        st.caption(
            say("{fine}Automated{part}, verify", fine=fine, part=part),
            help=" ".join(found.notes) or None,
            width="content",
        )
    if not result.fine:
        st.warning(
            " ".join([say("**Signal quality**"), *map(str, result.sentences)]), icon=":material/sensors:"
        )


def _number(name: str, title: str, value: Ranged) -> None:
    """A measurement; outside its limits with a sign, a colour, and the word in its title for who hears it read."""
    text, how = str(value), glossary.meaning(wording.MEASURES_SHORT.message(name))
    if value.flag:
        text = f"{text} {wording.FLAG_SIGNS[value.word]}"
        title = f"{title}, {wording.FLAGS[value.word]}"
    limits = say("Limits {limits} {unit}.", limits=value.limits, unit=value.unit) if value.limits else ""
    usual = (
        say(
            "2nd to 98th percentile of healthy adults {low:g} to {high:g}.",
            low=value.usual[0],
            high=value.usual[1],
        )
        if value.usual
        else ""
    )
    note = f"{value.note[0].upper()}{value.note[1:]}." if value.note else ""
    why = (
        say("Not measurable: {reason}", reason=value.reason)
        if value.reason
        else say("{how} Automated, verify.", how=how)
    )
    with st.container(key=f"measure-{value.flag or 'within'}-{name}", width="content"):
        st.metric(title, text, help=" ".join(filter(None, (why, limits, usual, note))), width="content")


def _why(reading: Reading) -> str:
    """What speaks for the rhythm, or why there is none."""
    rhythm = reading.rhythm
    return (
        say("Not determined: {reason}", reason=rhythm.reason)
        if not rhythm.text
        else "; ".join((*rhythm.because, say("verify")))
    )


def _once(name: str, shown: Shown, make: Callable[[], T]) -> T:
    return remember(name, (shown.key, fingerprint(shown.record)), make=make)
