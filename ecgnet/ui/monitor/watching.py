"""What is watched of the folder that the app was started with, made once for each of its states."""

from __future__ import annotations

import streamlit as st

from ecgnet.archive.worklist import state_of
from ecgnet.language import Late, spoken
from ecgnet.monitoring import Monitoring, monitor
from ecgnet.monitoring.run import Reference
from ecgnet.ui.site_in_use import site_profile
from ecgnet.validation.labels import parse_labels


def watched(folder: str, reference: Reference | None, *, csv: tuple[str, str] | None) -> Monitoring:
    """csv: a label file's name and text, None for what physicians confirmed on carts. Raises ArchiveError and
    ValidationError."""
    profile = site_profile()
    return _made(folder, state_of(folder), reference, csv, profile and profile.name, spoken())


@st.cache_data(max_entries=4, show_spinner=Late("The answers of all periods are compared…"))
def _made(
    folder: str,
    state: str,
    reference: Reference | None,
    csv: tuple[str, str] | None,
    profile: str | None,
    language: str,
) -> Monitoring:
    """state, profile, language: of what is watched and in whose words, so that a change makes it anew."""
    labels = "confirmed" if csv is None else parse_labels(csv[1], csv[0])
    return monitor(folder, reference=reference, labels=labels, profile=site_profile())
