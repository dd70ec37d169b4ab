"""Who sits before the screen: the person whom the hospital's login names, or the one at this machine.

ECGNET_LOGIN=/etc/ecgnet/login.toml     [auth] as Streamlit's `st.login` has it; docs/hospital.md"""

from __future__ import annotations

import os

import streamlit as st

from ecgnet.overread.who import Reader, local_reader, reader_of_login
from ecgnet.ui.server import is_local

VARIABLE = "ECGNET_LOGIN"
NOBODY = Reader("nobody named", "")
"""Whoever it is, where others than this machine reach the app and nobody is asked who they are."""


def is_demanded() -> bool:
    """Whether everybody must log in."""
    return bool(os.environ.get(VARIABLE, "").strip())


def current() -> Reader:
    """Who reads now. Without a name (`Reader.named`) nobody can sign."""
    if is_demanded():
        return reader_of_login(st.user.to_dict()) or NOBODY
    return local_reader() if is_local(str(st.get_option("server.address") or "")) else NOBODY
