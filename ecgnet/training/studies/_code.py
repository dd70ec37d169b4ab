"""What code a kept result depends on, as a stamp: a comment or a docstring changes nothing, a change in anything that
the code imports from ECGNet does."""

from __future__ import annotations

import ast
import hashlib
import importlib
import inspect
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from types import ModuleType

PACKAGE = "ecgnet"


@cache
def code_stamp(*modules: ModuleType) -> str:
    """16 digits for these modules and all of ECGNet that they import, whatever their comments and docstrings say."""
    seen: set[str] = set()
    todo = [module.__name__ for module in modules]
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            todo += _imported(_tree(name))
    text = "\n".join(f"{name} {ast.dump(_bare(_tree(name)))}" for name in sorted(seen))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _tree(name: str) -> ast.Module:
    return ast.parse(inspect.getsource(importlib.import_module(name)))


def _imported(tree: ast.Module) -> Iterator[str]:
    """The modules of ECGNet that a module imports, at its top or within its functions."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        else:
            continue
        yield from (name for name in names if name.split(".")[0] == PACKAGE and _is_module(name))


def _is_module(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:  # an attribute of a module that is no package
        return False


def _bare(tree: ast.Module) -> ast.Module:
    """Without docstrings."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                node.body = node.body[1:] or [ast.Pass()]
    return tree
