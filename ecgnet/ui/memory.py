"""Results of this visit that are not computed twice; none is shared with other visitors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import streamlit as st

from ecgnet.language import spoken
from ecgnet.record import Record
from ecgnet.ui.library import Shown

T = TypeVar("T")
PREFIX = "kept_"
"""Of the keys in the session's state."""
MOST = 32
"""Results that `remember` keeps under one name."""


def fingerprint(record: Record) -> int:
    """What tells the samples of two records apart, without reading every one of a day's."""
    step = max(1, record.n_samples // 5000)
    return hash((record.signal[:, ::step].tobytes(), record.fs, record.n_samples))


def record_key(shown: Shown) -> tuple:
    """What identifies a record and its patient data in the visitor's cache."""
    return shown.key, fingerprint(shown.record), shown.record.metadata


def results(name: str) -> dict[tuple, Any]:
    """What this visit holds under a name, by key: in this language, since most of it has words."""
    return st.session_state.setdefault(f"{PREFIX}{spoken()}-{name}", {})


def remembered(name: str, key: tuple) -> bool:
    """Whether `remember` has it already."""
    return key in results(name)


def remember(name: str, key: tuple, *, make: Callable[[], T]) -> T:
    """Keep the last results of this visit; an upload's results are never shared with other visitors."""
    kept = results(name)
    if key not in kept:
        if len(kept) >= MOST:
            kept.pop(next(iter(kept)))
        kept[key] = make()
    return kept[key]


def forget_results() -> None:
    """Drop everything that was computed in this visit."""
    for name in [name for name in st.session_state if str(name).startswith(PREFIX)]:
        del st.session_state[name]
