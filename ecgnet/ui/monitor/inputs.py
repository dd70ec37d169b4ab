"""What the page asks for: what periods are compared with, and labels that came later."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from ecgnet.language import Words, say
from ecgnet.monitoring.run import Reference

CHOICES = Words(
    {
        "either": "the first weeks, else PTB-XL",
        "first": "the first weeks here",
        "ptbxl": "PTB-XL's fold 9",
    }
)


@dataclass(frozen=True)
class MonitorInputs:
    """reference: None lets the folder decide; csv: a label file's name and text, None for what physicians confirmed."""

    reference: Reference | None
    csv: tuple[str, str] | None


def inputs() -> MonitorInputs:
    """The controls."""
    left, right = st.columns([1, 2], gap="large")
    with left:
        reference = st.selectbox(
            say("Compared with"), list(CHOICES), format_func=CHOICES.get, key="monitor-reference"
        )
        chosen: Reference | None = None if reference == "either" else reference
        st.caption(
            say("What moved is a reason to look, never a verdict; labels alone tell whether answers hold.")
        )
    with right:
        given = st.file_uploader(
            say("Labels that came later (CSV, as for Validate)"),
            type=["csv", "txt"],
            key="monitor-labels",
            help=say(
                "Left out, statements of carts that a physician confirmed are the labels, where files have such."
            ),
        )
    csv = None if given is None else (given.name, given.getvalue().decode("utf-8-sig", "replace"))
    return MonitorInputs(chosen, csv)
