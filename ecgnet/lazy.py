"""torch, loaded where it is first used: a process whose answers come from a service (`ecgnet.remote`) never uses it.

    from ecgnet.lazy import torch

in place of `import torch`, in modules that such a process imports as well. Modules with networks import torch as usual, and
are themselves imported where a network is made."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from importlib import import_module
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


class _Lazy:
    """Stands for a package until one of its names is asked for."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Any:
        return getattr(import_module(self._name), name)


if TYPE_CHECKING:
    import torch
else:
    torch = _Lazy("torch")


def without_gradients(work: Callable[P, R]) -> Callable[P, R]:
    """`torch.inference_mode()` around a function."""

    @wraps(work)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        with torch.inference_mode():
            return work(*args, **kwargs)

    return run
