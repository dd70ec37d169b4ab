"""The measurements and the signal quality of the record on screen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

import numpy as np
import streamlit as st

from ecgnet import electrodes
from ecgnet.measure import Beats, Measurements, measure
from ecgnet.quality import Quality, assess
from ecgnet.ui import texts
from ecgnet.ui.library import Shown
from ecgnet.ui.memory import fingerprint, remember
from ecgnet.weights import WeightsError

T = TypeVar("T")
STYLE = """<style>
.st-key-measurements [data-testid=stMetric] {padding: 0}
.st-key-measurements [data-testid=stMetricLabel] * {font-size: .8rem}
.st-key-measurements [data-testid=stMetricValue] {font-size: 1.15rem; line-height: 1.4; white-space: nowrap}
.st-key-measurements {column-gap: 1.6rem; row-gap: .2rem}
</style>"""
AROUND = 2.0  # s beside a part that is measured on its own


def measurements(shown: Shown) -> Measurements:
    """The automated measurements, made once a record and visit."""
    return _once("measurements", shown, lambda: measure(shown.record))


def quality(shown: Shown) -> Quality:
    """The signal quality, assessed once a record and visit; exchanged electrodes are said elsewhere where `exchanged` knows
    which, else here."""

    def make() -> Quality:
        found, network = _by_rules(shown), exchanged(shown)
        if network is None:
            return found
        return replace(found, reversal=None if network.swap else network.notice)

    return _once("quality", shown, make)


def _by_rules(shown: Shown) -> Quality:
    return _once("quality by rules", shown, lambda: assess(shown.record))


def exchanged(shown: Shown) -> electrodes.Finding | None:
    """Which electrodes look exchanged, looked for once a record and visit; None where there are no weights for it."""

    def make() -> electrodes.Finding | None:
        try:
            return electrodes.find(shown.record, _by_rules(shown))
        except WeightsError:
            return None

    return _once("exchanged", shown, make)


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


def panel(shown: Shown) -> None:
    """One row of numbers, each to be verified or with the reason why it is missing, and the signal's quality."""
    found = measurements(shown)
    st.html(STYLE)
    result = quality(shown)
    with st.container(horizontal=True, key="measurements", vertical_alignment="bottom"):
        for title, value, how in (
            ("Heart rate", found.heart_rate, texts.HELP_RATE),
            ("PR", found.pr, texts.HELP_PR),
            ("QRS", found.qrs, texts.HELP_QRS),
            ("QT", found.qt, texts.HELP_QT),
            ("QTc Bazett", found.qtc_bazett, texts.HELP_BAZETT),
            ("QTc Fridericia", found.qtc_fridericia, texts.HELP_FRIDERICIA),
            ("QRS axis", found.axis, texts.HELP_AXIS),
        ):
            st.metric(title, str(value).replace("-", "−"), help=_explain(value.reason, how), width="content")
        words = found.rhythm or "not measurable"
        st.metric("Rhythm", words, help=_explain(found.rhythm_reason, texts.HELP_RHYTHM), width="content")
        whole = shown.record.duration
        part = "" if found.window == (0.0, whole) else ", {:g} to {:g} s".format(*found.window)
        found_exchanged = exchanged(shown)
        well = result.fine and not (found_exchanged and found_exchanged.swap)
        fine = ":material/check: Signal fine  \n" if well else ""
        st.caption(f"{fine}Automated{part}, verify", help=" ".join(found.notes) or None, width="content")
    if not result.fine:
        st.warning("  \n".join(["**Signal quality**", *result.sentences]), icon=":material/sensors:")


def _explain(reason: str, how: str) -> str:
    return f"Not measurable: {reason}" if reason else f"{how} Automated, verify."


def _once(name: str, shown: Shown, make: Callable[[], T]) -> T:
    return remember(name, (shown.key, fingerprint(shown.record)), make)
