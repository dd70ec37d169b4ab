"""Which models a command asks."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from ecgnet import weights
from ecgnet.folders import RESTORE
from ecgnet.models import REGISTRY


def asked_models(options: argparse.Namespace, unasked: Sequence[str] | None = None) -> list[str]:
    """The models that `--model` names, else those of `unasked` that are there (None: every one). A name that is not
    registered is wrong usage and ends in SystemExit(2). Raises WeightsError where no model is there."""
    there = weights.available()
    names = list(dict.fromkeys(options.model or [n for n in unasked or there if n in there] or there[:1]))
    if unknown := [name for name in names if name not in REGISTRY]:
        print(
            f"ecgnet: no model is named {', '.join(unknown)}; there are {', '.join(REGISTRY)}",
            file=sys.stderr,
        )
        raise SystemExit(2)
    if not names:
        raise weights.WeightsError(f"weights/ holds no model; {RESTORE}.")
    return names
