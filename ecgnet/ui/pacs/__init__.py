"""The Archive page: ECGs of the hospital's archive, where one is set up."""

import os

from ecgnet.interop.pacs.archive import VARIABLE


def is_set_up() -> bool:
    """Whether this installation has an archive to ask."""
    return bool(os.environ.get(VARIABLE, "").strip())
