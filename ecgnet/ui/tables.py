"""Tables on a page: their heads, and the numbers in them, in the visitor's language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from ecgnet.language import localised, say, separators

GROUPED = "localized"
"""Streamlit's name for numbers with separators of thousands, which are those of the browser."""
_PRINTF = re.compile(r"%\.\d+f|%d")


def show_table(
    frame: pd.DataFrame,
    *,
    column_config: Mapping[str, Any] | None = None,
    precision: int | None = None,
    **options: Any,
) -> Any:
    """`st.dataframe` of a table whose columns are named in English; precision: digits of every number behind its
    point, for a table without a configuration of columns."""
    heads = {name: say(name) for name in frame.columns if isinstance(name, str)}
    config = {heads.get(name, name): about for name, about in (column_config or {}).items()}
    shown = frame.rename(columns=heads)
    if precision is not None:
        shown = shown.style.format(precision=precision, decimal=separators()[0])
    elif separators()[0] != ".":
        shown = _with_commas(shown, config)
    return st.dataframe(shown, column_config=config or None, **options)


def _with_commas(frame: pd.DataFrame, config: dict[str, Any]) -> Any:
    """Numbers as the language writes them, ordered as numbers nevertheless."""
    written = {}
    for name in frame.columns:
        about = config.get(name)
        wanted = (about.get("type_config") or {}).get("format") if isinstance(about, dict) else None
        numbers = pd.api.types.is_float_dtype(frame[name]) or wanted == GROUPED
        if not numbers or frame.columns.tolist().count(name) > 1:
            continue
        if isinstance(about, dict) and (about.get("type_config") or {}).get("type") not in (None, "number"):
            continue
        if wanted not in (None, GROUPED) and not _PRINTF.fullmatch(wanted):
            continue
        written[name] = _writer(wanted)
        if wanted is not None:  # it would be preferred to what is written here
            config[name] = {**about, "type_config": {**about["type_config"], "format": None}}
    return frame.style.format(written, na_rep="–") if written else frame


def _writer(wanted: str | None) -> Any:
    def write(value: float) -> str:
        if wanted == GROUPED:
            return localised(f"{value:,}")
        return localised(wanted % value if wanted else f"{value:.4f}".rstrip("0").rstrip("."))

    return write
