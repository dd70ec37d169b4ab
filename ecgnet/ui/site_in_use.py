"""The site profile that is on in this visit: named on every page, and turned off there with one click."""

from __future__ import annotations

import os

import streamlit as st

from ecgnet.cards import read_card
from ecgnet.folders import WeightsError
from ecgnet.language import say
from ecgnet.site_profile import IN_USE, ProfileError, SiteProfile, load_profile

ON = "site_profile_on"
"""The switch's key in the session's state."""


def site_profile() -> SiteProfile | None:
    """The profile that `ecgnet run --profile` named, while this visitor has it on; none where it cannot be used, which
    `site_bar` says."""
    try:
        return _named() if st.session_state.get(ON, True) else None
    except (ProfileError, WeightsError):
        return None


def site_bar() -> None:
    """Above every page: which profile is on, and the switch; nothing where none was named."""
    if not os.environ.get(IN_USE):
        return
    try:
        profile = _named()
    except (ProfileError, WeightsError) as error:
        st.error(say("{error} Answers are as shipped.", error=error), icon=":material/error:")
        return
    st.session_state.setdefault(ON, True)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.toggle(say("Site profile {name}", name=profile.name), key=ON, help=profile.sentence)
        if st.session_state[ON]:
            st.caption(
                say(
                    "On: answers to the ECG on screen are adapted to {records} labelled ECGs of {site}. Lists, "
                    "sets of ECGs to compare, windows of long recordings and maps are of the networks as shipped.",
                    records=profile.records,
                    site=profile.site,
                )
            )
        else:
            st.caption(say("Off: all answers are as shipped."))


def _named() -> SiteProfile | None:
    path = os.environ.get(IN_USE)
    if not path:
        return None
    return _loaded(path, os.stat(path).st_mtime_ns if os.path.exists(path) else 0)


@st.cache_resource(show_spinner=False)
def _loaded(path: str, changed: int) -> SiteProfile:
    profile = load_profile(path)
    profile.check(read_card(profile.model))
    return profile
