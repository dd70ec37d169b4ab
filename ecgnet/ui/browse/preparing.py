"""The models' answers to all of PTB-XL, computed in the background at a click, with progress: `ecgnet prepare` without a
shell. One process a server, at the lowest priority, so that nobody's reading waits for it."""

from __future__ import annotations

import atexit
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import streamlit as st

from ecgnet.language import mark, say
from ecgnet.remote import answers_there
from ecgnet.stored_answers import open_answers, weights_in_use
from ecgnet.ui.escape import plain
from ecgnet.ui.frame import fragment

COMMAND = (sys.executable, "-m", "ecgnet", "prepare", "--ptbxl")
LOWEST = 19  # of the priorities of POSIX
EVERY = 5.0  # s between two looks at the progress
MINUTES = mark("some 20 minutes on two cores")


@dataclass
class Preparation:
    """The process that prepares a data set's folder, and the file that keeps what it says."""

    process: subprocess.Popen | None = None
    said: IO[bytes] | None = None

    @property
    def running(self) -> bool:
        """Whether it has not ended yet."""
        return self.process is not None and self.process.poll() is None

    def begin(self, folder: Path) -> None:
        """Begin, or go on where an earlier one stopped; where one runs already it goes on."""
        if self.running:
            return
        self.said = tempfile.TemporaryFile()  # noqa: SIM115
        self.process = subprocess.Popen([*COMMAND, str(folder)], stdout=self.said, stderr=self.said)
        os.setpriority(os.PRIO_PROCESS, self.process.pid, LOWEST)

    def stop(self) -> None:
        """End it; what it has computed stays."""
        if self.running:
            self.process.terminate()
            self.process.wait(20)

    @property
    def fault(self) -> str | None:
        """The last line of one that failed by itself, else None."""
        if self.process is None or self.running or self.process.returncode <= 0:
            return None
        self.said.seek(0)
        lines = self.said.read().decode("utf-8", "replace").strip().splitlines()
        return (
            lines[-1]
            if lines
            else say("It ended with code {returncode}.", returncode=self.process.returncode)
        )


@st.cache_resource(show_spinner=False)
def preparation() -> Preparation:
    """This server's one."""
    made = Preparation()
    atexit.register(made.stop)
    return made


def computed(folder: Path) -> int:
    """Records of the data set in that folder which the models have answered for."""
    stored = open_answers(folder, weights_in_use())
    return 0 if stored is None else int(stored.computed.sum())


def offer(folder: Path, records: int) -> None:
    """The button that begins, while it runs its progress, and nothing once all records are answered for, or where the
    networks are on another machine."""
    if answers_there():
        return
    if preparation().running:
        _progress(folder, records)
        return
    if (done := computed(folder)) >= records:
        return
    if why := preparation().fault:
        st.warning(
            say("The models' answers could not be computed: {why}", why=plain(why, 300)),
            icon=":material/error:",
        )
    st.button(
        say("Let the models answer for all records")
        if not done
        else say("Go on: {done:,} of {records:,} answered", done=done, records=records),
        key="prepare",
        icon=":material/playlist_play:",
        help=say(
            "Takes {minutes}, in the background. Then the list can be ordered by what the models say and "
            "by how far they differ from the label and from each other, and records like the one on "
            "screen are found.",
            minutes=say(MINUTES),
        ),
        on_click=preparation().begin,
        args=(folder,),
    )


@fragment(every=EVERY)
def _progress(folder: Path, records: int) -> None:
    if not preparation().running:
        st.rerun()  # the whole page: its list has more to order by
    done = computed(folder)
    st.progress(
        done / max(records, 1),
        say(
            "The models have answered for {done:,} of {records:,} records",
            done=done,
            records=records,
        ),
    )
    st.button(
        say("Stop"), key="prepare-stop", on_click=preparation().stop, help=say("What is computed stays.")
    )
