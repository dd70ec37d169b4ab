"""The studies by name, and one of them run to its page."""

from __future__ import annotations

import importlib
import pkgutil
import time
from functools import cache
from pathlib import Path
from types import ModuleType

from ecgnet.ptbxl import Catalogue, CatalogueError
from ecgnet.training.studies._bench import Bench
from ecgnet.training.studies._page import write_page


@cache
def studies() -> dict[str, ModuleType]:
    """The studies by name."""
    package = importlib.import_module(__package__)
    names = sorted(m.name for m in pkgutil.iter_modules(package.__path__) if not m.name.startswith("_"))
    return {name: importlib.import_module(f"{__package__}.{name}") for name in names}


def run_study(
    name: str, ptbxl: Path, *, runs: Path = Path("runs"), results: Path = Path("docs/results")
) -> Path:
    """Run or finish one study and write its page. → the page's path. Raises CatalogueError without PTB-XL, ValueError for
    another name."""
    if name not in studies():
        raise ValueError(f"There is no study named {name}; there are {', '.join(studies())}.")
    catalogue = Catalogue(ptbxl)
    bench = Bench(name, catalogue, runs)
    if not len(bench.validation()):
        raise CatalogueError(f"{ptbxl}: no record of fold 9 is there; restore records100/ from PTB-XL 1.0.3.")
    began = time.monotonic()
    result = studies()[name].run(bench)
    return write_page(name, studies()[name].QUESTION, result, results, time.monotonic() - began)
