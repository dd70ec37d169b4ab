"""The list as one PDF, made beside the page: how far it is, a button that cancels it, and the file."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np
import streamlit as st

from ecgnet.archive.errors import ArchiveError
from ecgnet.archive.worklist import MOST_PRINTED, Listing, as_pdf
from ecgnet.inference import Predictor
from ecgnet.judge import Reading, judge
from ecgnet.language import carried, mark, say
from ecgnet.record import Record
from ecgnet.site_profile import SiteProfile
from ecgnet.ui import journal, predictors
from ecgnet.ui.escape import plain
from ecgnet.ui.frame import fragment
from ecgnet.ui.site_in_use import site_profile
from ecgnet.ui.waiting import in_turn
from ecgnet.ui.worklist import signed
from ecgnet.weights import available

PRINTING = "worklist-printing"
"""The key of what this visit prints."""
LOOK = 0.5
"""Seconds between two looks at how far it is."""


class _Cancelled(Exception):
    """Nobody wants the file any more."""


class Printing:
    """Prints rows of a list in a thread of its own. name: of the list and its filters; done: ECGs printed so far; pdf: the
    file, once it is whole; failed: what ended it, if anything did."""

    def __init__(
        self,
        listing: Listing,
        rows: np.ndarray,
        *,
        name: str,
        asked: Sequence[Predictor],
        profile: SiteProfile | None = None,
    ) -> None:
        self.name, self.rows, self.done = name, rows, 0
        self.pdf: bytes | None = None
        self.failed: Exception | None = None
        self._listing, self._asked, self._profile = listing, asked, profile
        self._cancelled = threading.Event()
        self._thread = threading.Thread(target=carried(self._run), name="printing a work list", daemon=True)
        self._thread.start()

    @property
    def running(self) -> bool:
        """Whether it is at work."""
        return self._thread.is_alive()

    def cancel(self) -> None:
        """Print no further ECG than the one in work."""
        self._cancelled.set()

    def wait(self, seconds: float | None = None) -> None:
        """Until it is done, or for `seconds`."""
        self._thread.join(seconds)

    def _run(self) -> None:
        try:
            self.pdf = as_pdf(self._listing, self.rows, read=self._read, progress=self._told)
        except _Cancelled:
            return
        except Exception as error:  # it is the page that says so: nobody sees this thread
            self.failed = error

    def _read(self, record: Record) -> Reading:
        return in_turn(lambda: judge(record, self._asked, profile=self._profile))

    def _told(self, done: int) -> None:
        self.done = done
        if self._cancelled.is_set():
            raise _Cancelled


@fragment
def printing(listing: Listing, found: np.ndarray, *, name: str) -> None:
    """The button, then how far it is, then the file. name: of the list and its filters; another list begins anew."""
    now: Printing | None = st.session_state.get(PRINTING)
    if now is not None and now.name != name:
        forget()
        now = None
    if now is None:
        _offer(listing, found, name)
    elif now.running:
        _progress(now)
    elif now.failed is not None:
        forget()
        if isinstance(now.failed, ArchiveError):
            st.error(plain(str(now.failed)), icon=":material/error:")
            return
        raise now.failed
    elif now.pdf is not None:
        st.download_button(
            say(
                "Download PDF ({n_rows} ECGs, {n_pdf:.1f} MB)",
                n_rows=len(now.rows),
                n_pdf=len(now.pdf) / 1000000.0,
            ),
            journal.leaving_list(
                lambda: now.pdf, lambda: signed.subjects(listing, now.rows), what=mark("PDF of a work list")
            ),
            file_name="worklist.pdf",
            mime="application/pdf",
            icon=":material/picture_as_pdf:",
            type="primary",
            on_click="ignore",
            key="worklist-pdf",
        )


def forget() -> None:
    """Print no further, and let go of what was printed."""
    now: Printing | None = st.session_state.pop(PRINTING, None)
    if now is not None:
        now.cancel()


def _offer(listing: Listing, found: np.ndarray, name: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            say("The list as one PDF"),
            icon=":material/picture_as_pdf:",
            key="worklist-print",
            help=say(
                "Each ECG is read again from its file. Names, birth dates and numbers of patients are left out."
            ),
            on_click=_begin,
            args=(listing, found[:MOST_PRINTED], name),
        )
        if len(found) > MOST_PRINTED:
            st.caption(
                say(
                    "A PDF holds {most_printed} ECGs: the first {most_printed} of these {n_found:,} are printed. "
                    "Filter the list for others, or use `ecgnet report` for all.",
                    most_printed=MOST_PRINTED,
                    n_found=len(found),
                )
            )


def _begin(listing: Listing, rows: np.ndarray, name: str) -> None:
    asked = [predictors.predictor(model) for model in listing.models if model in available()]
    st.session_state[PRINTING] = Printing(listing, rows, name=name, asked=asked, profile=site_profile())


def _progress(now: Printing) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(say("Cancel"), icon=":material/stop:", key="worklist-print-cancel", on_click=forget)
        _bar(now)


@fragment(every=LOOK)
def _bar(now: Printing) -> None:
    st.progress(
        now.done / len(now.rows),
        say("{done} of {n_rows} ECGs are printed", done=now.done, n_rows=len(now.rows)),
    )
    if not now.running:
        st.rerun()
