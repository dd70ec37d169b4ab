"""Where ECGNet's own files lie, and where it may keep what can be fetched or computed again.

In a checkout `app.py`, `pages/`, `weights/` and `docs/results/` stand beside the package; a wheel carries them inside it, in
`ecgnet/_app/` (the mapping is in `pyproject.toml`).
"""

from __future__ import annotations

import os
from importlib import resources
from pathlib import Path

from ecgnet.language import mark

_PACKAGE = Path(str(resources.files("ecgnet")))
ROOT = found if (found := _PACKAGE / "_app").is_dir() else _PACKAGE.parent
APP = ROOT / "app.py"
WEIGHTS = ROOT / "weights"
RESULTS = ROOT / "docs" / "results"
"""The studies' pages and tables."""
INSTALLED = ROOT.name == "_app"

RESTORE = mark("install ECGNet again") if INSTALLED else mark("restore it with git checkout")
"""How a missing or damaged file of `weights/` comes back: ends a sentence."""


class WeightsError(RuntimeError):
    """Weights that are missing, damaged or of another version; the message names the file and the way to mend it. It
    stands here so that who only catches it need not load torch."""


def cache_folder() -> Path:
    """This user's folder for caches: `ECGNET_CACHE`, else the system's place for them."""
    from platformdirs import user_cache_path

    named = os.environ.get("ECGNET_CACHE")
    return Path(named) if named else user_cache_path("ecgnet", appauthor=False)
