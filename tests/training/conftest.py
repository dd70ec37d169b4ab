"""A made-up PTB-XL, its catalogue and its store, for whatever trains on it."""

from __future__ import annotations

from pathlib import Path

import pytest

from ecgnet.ptbxl import Catalogue
from ecgnet.store import Store, prepare


@pytest.fixture
def catalogue(tiny_ptbxl: Path) -> Catalogue:
    return Catalogue(tiny_ptbxl)


@pytest.fixture
def store(catalogue: Catalogue) -> Store:
    return prepare(catalogue)
