"""Results of this visit that are not computed twice; none is shared with other visitors."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import streamlit as st

from ecgnet.record import Record
from ecgnet.ui.library import Shown

T = TypeVar("T")


def fingerprint(record: Record) -> int:
    """What tells the samples of two records apart, without reading every one of a day's."""
    step = max(1, record.n_samples // 5000)
    return hash((record.signal[:, ::step].tobytes(), record.fs, record.n_samples))


def record_key(shown: Shown) -> tuple:
    """What identifies a record and its patient data in the visitor's cache."""
    return shown.key, fingerprint(shown.record), shown.record.metadata


def remember(name: str, key: tuple, make: Callable[[], T]) -> T:
    """Keep the last results of this visit; an upload's results are never shared with other visitors."""
    kept = st.session_state.setdefault(f"kept_{name}", {})
    if key not in kept:
        if len(kept) >= 32:
            kept.pop(next(iter(kept)))
        kept[key] = make()
    return kept[key]
