"""Things timed in turn, so that whatever else the machine does disturbs all of them alike."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Contest:
    """Named things that do the same kind of work; `peer` names the one that the others are compared with.

    title: what is done, for people; each: what one call does, such as "record" or "start"; slow: one round is enough, and
    none before it that warms up.
    """

    title: str
    each: str
    peer: str
    entrants: dict[str, Callable[[], object]]
    slow: bool = False


@dataclass(frozen=True)
class Time:
    """The least of all rounds for one call.

    wall_ms: what one waits; cpu_ms: what the processor worked, over all threads and processes that ended: the steadier
    figure on a machine that does other things. The ratios are to the peer's.
    """

    wall_ms: float
    cpu_ms: float
    wall_ratio: float
    cpu_ratio: float


def contend(contest: Contest, *, rounds: int) -> dict[str, Time]:
    """Each entrant once a round, after a round that warms up and does not count; where they are slow, once."""
    least: dict[str, tuple[float, float]] = {}
    for number in range(1, 2) if contest.slow else range(rounds + 1):
        for name, call in contest.entrants.items():
            wall, cpu = time.perf_counter(), _processor()
            call()
            spent = time.perf_counter() - wall, _processor() - cpu
            if number:
                known = least.get(name, spent)
                least[name] = min(known[0], spent[0]), min(known[1], spent[1])
    wall, cpu = least[contest.peer]
    return {
        name: Time(
            round(1000 * w, 3),
            round(1000 * c, 3),
            round(w / wall, 2),
            round(c / cpu, 2) if cpu else float("nan"),
        )
        for name, (w, c) in least.items()
    }


def as_rows(times: dict[str, Time]) -> dict[str, dict[str, float]]:
    """For JSON."""
    return {name: asdict(spent) for name, spent in times.items()}


def _processor() -> float:
    """Seconds of processor time, with that of processes that were started and have ended."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)
