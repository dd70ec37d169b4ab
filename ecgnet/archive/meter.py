"""How far a run is: done, rate and time left, on standard error."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, field
from typing import TextIO

LIVE, QUIET = 0.5, 30.0
"""Seconds between two lines, on a terminal and elsewhere."""


@dataclass
class Meter:
    """total: sources that are listed; before: those that an earlier call did."""

    total: int
    before: int = 0
    stream: TextIO = field(default_factory=lambda: sys.stderr)
    began: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self._shown = self.began

    def show(self, done: int) -> None:
        """Tell how many this call has done, at most every `LIVE` or `QUIET` seconds."""
        live, now = self.stream.isatty(), time.monotonic()
        if now - self._shown >= (LIVE if live else QUIET):
            self._shown = now
            line = self.line(done, now - self.began)
            print(f"\r{line}\033[K" if live else line, end="" if live else "\n", file=self.stream, flush=True)

    def end(self) -> None:
        """Leave the line that was drawn over."""
        if self.stream.isatty() and self._shown > self.began:
            print(file=self.stream, flush=True)

    def line(self, done: int, seconds: float) -> str:
        """ "1200 of 21799 files, 8.1 a second, 42 min left"."""
        rate = done / seconds if seconds else 0.0
        left = self.total - self.before - done
        return f"{self.before + done} of {self.total} files, {rate:.1f} a second, {_time(left / rate) if rate else '?'} left"


def _time(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"
