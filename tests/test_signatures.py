"""Public functions and methods take at most two arguments by place, so that a call reads without its definition: read
from the sources, nothing is run. Dataclasses, whose fields name themselves, may be filled by place."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[1]
BY_PLACE = 2
EXCEPTIONS = {
    "ecgnet/models/*": "networks and layers take their sizes in the order of torch's own layers",
    "ecgnet/modality_transform.py ModalityTransform.forward": "torch calls it",
    "ecgnet/readers/*.py read": "one signature for every format, called by readers/_core.py alone",
    "ecgnet/archive/sources/files.py Loaded.part": "as every `ecgnet.readers.InParts`: a file, a place, a number",
    "ecgnet/report/_*.py *": "places, text and size on the page, in the order of fpdf2's own",
}
"""Which callables, as "file name", may take more, and why."""


def is_public(name: str) -> bool:
    return not name.startswith("_") or name in ("__init__", "__call__")


def callables(body: list[ast.stmt], owner: str = "") -> Iterator[tuple[str, ast.FunctionDef]]:
    """The public functions and methods of a module or class, by their dotted name."""
    for node in body:
        if isinstance(node, ast.ClassDef) and is_public(node.name):
            yield from callables(node.body, f"{owner}{node.name}.")
        elif isinstance(node, ast.FunctionDef) and is_public(node.name):
            yield f"{owner}{node.name}", node


def by_place(name: str, node: ast.FunctionDef) -> int:
    """How many arguments may be given by place, self and cls apart."""
    static = any(ast.unparse(decorator) == "staticmethod" for decorator in node.decorator_list)
    return len(node.args.posonlyargs + node.args.args) - ("." in name and not static)


def handed_out() -> set[tuple[str, str]]:
    """(module, name) of what a package's __init__ imports from its private modules for others to use."""
    return {
        (node.module or "", alias.name)
        for file in (CHECKOUT / "ecgnet").rglob("__init__.py")
        for node in ast.parse(file.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


@cache
def wide_callables() -> list[str]:
    """ "file name" of every public callable that takes more than two arguments by place."""
    shared, found = handed_out(), []
    for file in sorted((CHECKOUT / "ecgnet").rglob("*.py")):
        path = file.relative_to(CHECKOUT)
        module = ".".join(path.with_suffix("").parts)
        for name, node in callables(ast.parse(file.read_text(encoding="utf-8")).body):
            private = file.name.startswith("_") and file.name not in ("__init__.py", "__main__.py")
            if private and (module, name.split(".")[0]) not in shared:
                continue
            if by_place(name, node) > BY_PLACE:
                found.append(f"{path.as_posix()} {name}")
    return found


def test_arguments_after_the_second_are_named():
    wrong = [
        found for found in wide_callables() if not any(fnmatch(found, pattern) for pattern in EXCEPTIONS)
    ]
    assert not wrong, "\n".join(["put * before the third argument of", *wrong])


@pytest.mark.parametrize("pattern", EXCEPTIONS)
def test_every_exception_is_still_needed(pattern: str):
    assert any(fnmatch(found, pattern) for found in wide_callables())


def test_a_third_argument_by_place_is_seen():
    (name, node), *_ = callables(ast.parse("class A:\n def f(self, a, b, c, *, d): ...").body)
    assert (name, by_place(name, node)) == ("A.f", 3)
