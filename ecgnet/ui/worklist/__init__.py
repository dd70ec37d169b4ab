"""The Work list page: the ECGs that `ecgnet score` answered for, the most urgent first."""

import os

SCORED = "ECGNET_SCORED"
"""The environment variable with the folder that `ecgnet score` wrote."""


def scored_folder() -> str:
    """The folder that the app was started with, "" for none."""
    return os.environ.get(SCORED, "").strip()
