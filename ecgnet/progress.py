"""A progress bar for the command line; nothing is drawn where the output is not a terminal but a line a step."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator, Sized
from typing import TypeVar

T = TypeVar("T")


def track(items: Iterable[T], title: str, *, total: int | None = None) -> Iterator[T]:
    """Yield the items and draw how many are done, and the time left, on standard error."""
    if total is None:
        total = len(items) if isinstance(items, Sized) else 0
    start = shown = time.monotonic()
    live = sys.stderr.isatty()
    for done, item in enumerate(items, 1):
        yield item
        now = time.monotonic()
        if live and (now - shown > 0.2 or done == total):
            shown = now
            filled = int(24 * done / max(total, 1))
            left = (now - start) / done * (total - done)
            print(
                f"\r{title} [{'#' * filled}{'.' * (24 - filled)}] {done}/{total}  {left:4.0f} s left ",
                end="\n" if done == total else "",
                file=sys.stderr,
                flush=True,
            )
    if not live:
        print(f"{title}: {total} in {time.monotonic() - start:.0f} s", file=sys.stderr, flush=True)
