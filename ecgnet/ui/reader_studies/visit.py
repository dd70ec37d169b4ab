"""Where a reader is in a study: what they have locked, and which case is on screen. All of it is read from the journal, so
that a reload goes on at the first case that is not finished."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from ecgnet.overread.database import Database
from ecgnet.overread.who import Reader
from ecgnet.reader_studies import journal
from ecgnet.reader_studies.journal import Read
from ecgnet.reader_studies.study import PHASES, Case, Phase, Study


@dataclass(frozen=True, eq=False)
class Place:
    """cases: in this reader's order, without those that were withdrawn; own: their reads; seen: all reads that they may
    see."""

    study: Study
    reader: Reader
    cases: tuple[Case, ...]
    own: tuple[Read, ...]
    seen: tuple[Read, ...]

    def locked(self, case: Case) -> dict[Phase, Read]:
        """What this reader has locked of a case."""
        return {read.phase: read for read in self.own if read.case == case.number}

    def phase(self, case: Case) -> Phase | None:
        """The phase that is next, None for a case that is finished."""
        done = self.locked(case)
        return next((phase for phase in PHASES if phase not in done), None)

    @property
    def done(self) -> int:
        """How many cases are finished."""
        return sum(self.phase(case) is None for case in self.cases)

    @property
    def finished(self) -> bool:
        """Whether all cases are."""
        return self.done == len(self.cases)

    @property
    def at(self) -> int:
        """The place of the case on screen, counted from 0: where the reader went, else the first that is not finished."""
        gone_to = st.session_state.get(_key(self.study))
        if gone_to is not None and 0 <= gone_to < len(self.cases):
            return gone_to
        return next((n for n, case in enumerate(self.cases) if self.phase(case) is not None), 0)


def place(store: Database, study: Study, *, reader: Reader) -> Place:
    """Raises DatabaseError."""
    with store.reading() as connection:
        seen = journal.seen_by(connection, study, reader=reader)
        without = journal.withdrawn(connection, study)
    cases = tuple(case for case in study.order(reader) if case.number not in without)
    return Place(study, reader, cases, _of(seen, reader), tuple(seen))


def go_to(study: Study, at: int | None) -> None:
    """Put a case on screen with the next run; None: the first that is not finished."""
    st.session_state[_key(study)] = at


def _of(seen: Sequence[Read], reader: Reader) -> tuple[Read, ...]:
    return tuple(read for read in seen if read.reader.subject == reader.subject)


def _key(study: Study) -> str:
    return f"study-at-{study.id}"
