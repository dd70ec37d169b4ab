"""The Reader study page, where a journal of readers is set up: a case read alone, then aided; and what a study found."""

import os

from ecgnet.overread.database import VARIABLE


def is_set_up() -> bool:
    """Whether this installation has a journal, in which studies stand."""
    return bool(os.environ.get(VARIABLE, "").strip())
