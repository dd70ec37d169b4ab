"""A stamp of code: what a kept result depends on, and nothing else."""

from __future__ import annotations

import ast

import pytest

from ecgnet import modality_transform, scoring
from ecgnet.training.studies import _code
from ecgnet.training.studies._code import code_stamp


@pytest.fixture
def changed(monkeypatch: pytest.MonkeyPatch):
    """The stamp of `scoring` where one module's source reads otherwise."""
    tree = _code._tree

    def stamp(module: str, old: str, new: str) -> str:
        def read(name: str) -> ast.Module:
            source = ast.unparse(tree(name))
            return ast.parse(source.replace(old, new) if name == module else source)

        monkeypatch.setattr(_code, "_tree", read)
        code_stamp.cache_clear()
        return code_stamp(scoring)

    yield stamp
    code_stamp.cache_clear()


def test_a_docstring_changes_nothing(changed):
    assert changed("ecgnet.scoring", scoring.__doc__, "Something else.") == code_stamp(scoring)


def test_a_change_in_what_is_imported_changes_it(changed):
    before = code_stamp(scoring)
    assert changed(modality_transform.__name__, "hann_window", "hamming_window") != before


def test_a_change_elsewhere_changes_nothing(changed):
    before = code_stamp(scoring)
    assert changed("ecgnet.report", "report", "reports") == before
