"""Write the pages of the Python interface from the docstrings: `make docs`, then open docs/python/index.html."""

from __future__ import annotations

import sys
from pathlib import Path

import pdoc

from ecgnet import *  # noqa: F403  the names that are loaded when first used

MODULES = ("readers", "inference", "explain", "trust", "measure", "quality", "report", "windows", "demo")
"""What a program begins with, beside `ecgnet` itself."""


def build(folder: Path) -> None:
    """Write a page a module, an index and a search into a folder."""
    pdoc.render.configure(
        docformat="markdown", show_source=False, footer_text="Research use only, not a diagnosis."
    )
    pdoc.pdoc("ecgnet", *(f"ecgnet.{module}" for module in MODULES), output_directory=folder)


if __name__ == "__main__":
    build(Path(sys.argv[1]))
