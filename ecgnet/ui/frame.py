"""What surrounds every page: the site profile that is on, the notice, the device in use, and errors as sentences."""

from __future__ import annotations

import logging
import runpy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from pathlib import Path
from typing import ParamSpec

import streamlit as st

from ecgnet.explain import ExplanationError
from ecgnet.figures import DARK, LIGHT, Theme
from ecgnet.folders import APP
from ecgnet.language import say
from ecgnet.record import RecordError
from ecgnet.remote import answers_there, service
from ecgnet.ui import login, visit_language
from ecgnet.ui.keys import keys
from ecgnet.ui.link import keep_history
from ecgnet.ui.site_in_use import site_bar
from ecgnet.ui.stale_widgets import forget_stale_widgets
from ecgnet.ui.texts import NOTICE
from ecgnet.weights import WeightsError, choose_device, describe_device

ICON = str(Path(__file__).with_name("icon.png"))
CSS, NARROW = (Path(__file__).with_name(f"{name}.css").read_text("utf-8") for name in ("frame", "narrow"))
STYLE = f"""<style>{CSS}
@media (max-width: 640px) {{.stApp {{{NARROW}}}}}
@media (max-width: 1000px) {{.stApp:has([data-testid=stSidebar][data-collapsed=false]) {{{NARROW}}}}}
</style>"""
LOGO = str(Path(__file__).with_name("logo.svg"))
_theme = st.components.v2.component(
    "theme", html="<i></i>", js=Path(__file__).with_name("theme.js").read_text("utf-8")
)
_icons = st.components.v2.component(
    "icons", html="<i></i>", js=Path(__file__).with_name("icons.js").read_text("utf-8")
)


def theme() -> Theme:
    """The figures' theme that goes with the one on screen."""
    return DARK if st.context.theme.type == "dark" else LIGHT


def _drawn_anew() -> None:
    """A page that turned from light to dark while it was open runs again: its figures are drawn for a theme."""


P = ParamSpec("P")
_inside: ContextVar[bool] = ContextVar("inside", default=False)


def ensure_framed() -> None:
    """Begin every page with this. When a page is the first thing that anyone opens on a fresh server, Streamlit takes
    the folder pages/ for its older kind of app and runs the page alone; then app.py is run in its place."""
    if not _inside.get():
        runpy.run_path(str(APP))
        st.stop()


@contextmanager
def _sentences(what: str) -> Iterator[None]:
    """Show errors as sentences where they arise. what: "page" or "part of the page"."""
    try:
        yield
    except (RecordError, WeightsError, ExplanationError) as error:
        if what == "page":
            st.error(str(error), icon=":material/error:")
        else:  # the page itself stands
            st.info(str(error), icon=":material/info:")
    except Exception:  # Streamlit's own reruns are no Exception and pass
        logging.getLogger("ecgnet").exception("a %s failed", what)
        st.error(
            say(
                "This page could not be drawn. Choose another record or reload; the log of the server has the details."
            )
            if what == "page"
            else say(
                "This part of the page could not be drawn. Choose another record or reload; the log of the server has "
                "the details."
            ),
            icon=":material/error:",
        )


def fragment(
    draw: Callable[P, None] | None = None, *, every: float | None = None
) -> Callable[P, None] | Callable[[Callable[P, None]], Callable[P, None]]:
    """`st.fragment` whose errors are sentences too: drawn again by itself, a fragment runs outside the page's frame.

    every: seconds after which it is drawn again without a click.
    """
    if draw is None:
        return lambda drawn: fragment(drawn, every=every)

    @st.fragment(run_every=every)
    @wraps(draw)
    def part(*args: P.args, **kwargs: P.kwargs) -> None:
        if not login.admitted():
            st.rerun()  # the whole page, and with it the door
        with _sentences("part of the page"):
            draw(*args, **kwargs)

    return part


@contextmanager
def frame(title: str = "ECGNet") -> Iterator[None]:
    """Run a page inside: what is a sentence for people is shown as one, anything else goes to the log in full and on
    screen as an apology that says what to do. title: the page's name."""
    forget_stale_widgets()
    visit_language.listen()
    st.html(STYLE.replace("PAGE", title).replace("MENU", say("Menu")))
    keys()
    token = _inside.set(True)
    try:
        visit_language.offer()
        site_bar()
        with _sentences("page"):
            yield
    finally:
        _inside.reset(token)
    visit_language.keep()
    keep_history()
    with st.container(key="icons"):
        _icons(key="page-icons", height=1)
        _theme(key="page-theme", height=1, on_turned_change=_drawn_anew)
    st.divider()
    login.foot()
    left, right, end = st.columns([3, 2, 1])
    with end:
        visit_language.chooser()
    left.caption(say(":material/science: **{notice}**", notice=say(NOTICE)))
    try:
        if answers_there():
            right.caption(say("Answers by the service at {host}", host=service().host))
            return
        device = say(
            "Running on {describe_device}",
            describe_device=describe_device(choose_device()),
        )
    except WeightsError as error:
        device = str(error)
    right.caption(device, help=say("CUDA is used when the machine has it, the CPU otherwise."))
