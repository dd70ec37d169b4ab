"""The Work list page: the ECGs that `ecgnet score` answered for, the most urgent first."""

import os

import streamlit as st

SCORED = "ECGNET_SCORED"
"""The environment variable with the folder that `ecgnet score` wrote."""


def scored_folder() -> str:
    """The folder that the app was started with, "" for none."""
    return os.environ.get(SCORED, "").strip()


SENT = "worklist-sent"
"""The key of a list that this visitor opened from the Upload page."""


def is_open() -> bool:
    """Whether there is a list to show."""
    return bool(scored_folder()) or SENT in st.session_state
