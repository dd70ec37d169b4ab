"""The part of the record on screen that is read: chosen once a visit, and the same for measurements, models and print."""

from __future__ import annotations

from dataclasses import replace

from ecgnet.judge import Window, choose_window
from ecgnet.language import say
from ecgnet.remote import answers_there
from ecgnet.ui.library import Shown
from ecgnet.ui.memory import record_key, remember, results
from ecgnet.windows import LONG


def window_of(shown: Shown) -> Window:
    """The 10 s of the record on screen that are read, with their quality."""
    window = remember("window", record_key(shown), make=lambda: choose_window(shown.record))
    if (
        window.exchanged is None and answers_there()
    ):  # electrodes by the rule alone, as the service was not there
        results("window").clear()
    return window


def part_read(shown: Shown) -> Shown:
    """The record cut to the seconds that are read, which its title then says; the same object where that is all of it."""
    window = window_of(shown)
    if window.record is shown.record:
        return shown
    if shown.record.duration <= LONG:  # a few samples less are no part
        return replace(shown, record=window.record)
    begins, ends = window.span
    return replace(
        shown,
        record=window.record,
        title=say(
            "{title}, {begins:g} to {ends:g} s",
            title=shown.title,
            begins=begins,
            ends=ends,
        ),
        key=f"{shown.key}/{begins:g}",
    )
