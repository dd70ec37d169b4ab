"""Who sits before the screen: the person whom the hospital's login names, or the one at this machine; and the door.

The door stands before the navigation, so that a stranger is sent no page and no name of one; fragments of pages, which are
drawn again by themselves, ask at it as well. A login holds for `HOURS`, whatever the browser keeps."""

from __future__ import annotations

import os
import time

import streamlit as st

from ecgnet.language import mark, say
from ecgnet.overread.login_settings import VARIABLE
from ecgnet.overread.who import VARIABLE as NAME
from ecgnet.overread.who import Reader, local_reader, reader_of_login
from ecgnet.ui import asked_for
from ecgnet.ui.escape import plain
from ecgnet.ui.server import WITHOUT_LOGIN, is_local
from ecgnet.ui.texts import NOTICE

HOURS = 12.0
"""After a login; then the provider is asked again."""
SKEW = 300.0
"""Seconds by which the provider's clock may be ahead of this one."""
NOBODY = Reader(mark("nobody named"), "")
"""Whoever it is, where others than this machine reach the app and nobody is asked who they are."""


def is_demanded() -> bool:
    """Whether everybody must log in."""
    return bool(os.environ.get(VARIABLE, "").strip())


def current() -> Reader:
    """Who reads now. Without a name (`Reader.named`) nobody can sign."""
    if is_demanded():
        return _logged_in() or NOBODY
    return local_reader() if is_local(_address()) else NOBODY


def admitted() -> bool:
    """Whether this visit may see anything."""
    return not is_demanded() or _logged_in() is not None


def door() -> None:
    """Let in who may see the app, and stop the run for everybody else."""
    if not is_demanded() and not is_local(_address()) and not os.environ.get(WITHOUT_LOGIN):
        st.error(
            say(
                "The app is open to other machines and {variable} names no login: `ecgnet run` starts it "
                "safely.",
                variable=VARIABLE,
            )
        )
        st.stop()
    if admitted():
        if is_demanded():
            asked_for.go_back_to_it()
        return
    st.markdown(say("# ECGNet"))
    if st.user.get("is_logged_in"):
        st.warning(_why_not(), icon=":material/lock_clock:")
    st.button(say("Log in"), icon=":material/login:", type="primary", on_click=st.login)
    st.markdown(say(":material/science: **{notice}**", notice=say(NOTICE)))
    asked_for.keep()
    st.stop()


def foot() -> None:
    """At the foot of every page: who reads, and the way out."""
    reader = current()
    if is_demanded():
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(
                say("Logged in as {name}", name=plain(reader.name or reader.subject, 80)), width="content"
            )
            st.button(say("Log out"), icon=":material/logout:", type="tertiary", on_click=st.logout)
    elif reader.named:
        st.caption(
            say(
                "Reader at this machine, by {name}: {name_2}",
                name=NAME,
                name_2=plain(reader.name, 80),
            )
        )


def _logged_in() -> Reader | None:
    """Who has logged in, within the last `HOURS` by the time of the identity token (OpenID Connect Core 2, `iat`)."""
    claims = st.user.to_dict()
    if claims.get("is_logged_in") is not True or _why_not():
        return None
    return reader_of_login(claims)


def _why_not() -> str:
    """Why a login does not hold, "" for one that does."""
    claims = st.user.to_dict()
    issued = claims.get("iat")
    if not isinstance(issued, int | float):
        return say("The login does not say when it was made: log in again.")
    age = time.time() - issued
    if age < -SKEW:
        return say(
            "The login is of the future: the clocks of this machine and of the login differ. Tell who runs them."
        )
    if age > HOURS * 3600:
        return say("The login is more than {hours:g} hours old: log in again.", hours=HOURS)
    return "" if reader_of_login(claims) else say("The login does not say who you are: tell who runs it.")


def _address() -> str:
    return str(st.get_option("server.address") or "")
