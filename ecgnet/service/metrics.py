"""What the service counts, in Prometheus' text format (version 0.0.4)."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
SECONDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
SIZES = (1, 2, 4, 8, 16, 32, 64)


@dataclass(eq=False)
class Histogram:
    """Observations by upper bound."""

    bounds: Sequence[float]
    counts: list[int] = field(init=False)
    total: float = 0.0

    def __post_init__(self) -> None:
        self.counts = [0] * (len(self.bounds) + 1)

    def add(self, value: float) -> None:
        """One more."""
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value

    def lines(self, name: str, labels: str) -> list[str]:
        """As Prometheus reads it."""
        found, so_far = [], 0
        comma = "," if labels else ""
        for bound, count in zip((*self.bounds, "+Inf"), self.counts, strict=True):
            so_far += count
            found.append(f'{name}_bucket{{{labels}{comma}le="{bound}"}} {so_far}')
        around = f"{{{labels}}}" if labels else ""
        return [*found, f"{name}_sum{around} {self.total:.6f}", f"{name}_count{around} {so_far}"]


class Metrics:
    """Counters for all threads. Paths are those of the service, never what a client wrote; nothing of a file or a patient
    is counted by name."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests: Counter[tuple[str, int]] = Counter()
        self._refused: Counter[str] = Counter()
        self._files: Counter[str] = Counter()
        self._seconds: dict[str, Histogram] = {}
        self._batches = Histogram(SIZES)
        self.at_once = 0

    def request(self, path: str, *, status: int, seconds: float) -> None:
        """A request that was answered."""
        with self._lock:
            self._requests[path, status] += 1
            self._seconds.setdefault(path, Histogram(SECONDS)).add(seconds)

    def refused(self, kind: str) -> None:
        """A request that was refused."""
        with self._lock:
            self._refused[kind] += 1

    def file(self, kind: str) -> None:
        """A file: "read", or why not."""
        with self._lock:
            self._files[kind] += 1

    def batch(self, size: int) -> None:
        """Records that the networks were asked for at once."""
        with self._lock:
            self._batches.add(size)

    def text(self) -> str:
        """All of it."""
        with self._lock:
            lines = [
                *_head("ecgnet_requests_total", "counter", "Requests by path and status."),
                *(
                    f'ecgnet_requests_total{{path="{path}",status="{status}"}} {n}'
                    for (path, status), n in sorted(self._requests.items())
                ),
                *_head("ecgnet_request_seconds", "histogram", "Seconds from head to answer."),
            ]
            for path, found in sorted(self._seconds.items()):
                lines += found.lines("ecgnet_request_seconds", f'path="{path}"')
            lines += [
                *_head("ecgnet_refused_total", "counter", "Requests refused, by kind."),
                *(f'ecgnet_refused_total{{kind="{k}"}} {n}' for k, n in sorted(self._refused.items())),
                *_head("ecgnet_files_total", "counter", "ECGs read, and files that were not, by kind."),
                *(f'ecgnet_files_total{{kind="{k}"}} {n}' for k, n in sorted(self._files.items())),
                *_head("ecgnet_batch_records", "histogram", "Records the networks were asked for at once."),
                *self._batches.lines("ecgnet_batch_records", ""),
                *_head("ecgnet_at_once", "gauge", "Requests being answered."),
                f"ecgnet_at_once {self.at_once}",
            ]
        return "\n".join([*lines, ""])


def _head(name: str, kind: str, about: str) -> list[str]:
    return [f"# HELP {name} {about}", f"# TYPE {name} {kind}"]
