"""All benchmarks, or those asked for, in one run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from types import MappingProxyType

import torch

from ecgnet.benchmark import answers, explaining, files, reading, start
from ecgnet.benchmark.machine import machine
from ecgnet.benchmark.timing import Contest, as_rows, contend
from ecgnet.progress import track

SUBJECTS: MappingProxyType[str, Callable[[], Iterator[Contest]]] = MappingProxyType(
    {
        "answers": answers.contests,
        "reading": reading.contests,
        "explaining": explaining.contests,
        "files": files.contests,
        "start": start.contests,
    }
)
"""What can be measured, by name."""


def benchmark(
    subjects: Sequence[str] = tuple(SUBJECTS), *, rounds: int = 5, threads: int | None = None
) -> dict:
    """What ran it, and for each subject its contests: title, peer, and each entrant's times with their ratios to the
    peer's in the same run.

    threads: torch's; None leaves them. Raises ValueError for a subject that there is not and for no round.
    """
    if unknown := sorted(set(subjects) - set(SUBJECTS)):
        raise ValueError(f"There is no benchmark named {unknown[0]}; there are {', '.join(SUBJECTS)}.")
    if rounds < 1:
        raise ValueError(f"A benchmark has at least one round, not {rounds}.")
    if threads is not None:
        torch.set_num_threads(threads)
    found: dict[str, list[dict]] = {}
    for name in track(subjects, "Measuring"):
        found[name] = []
        for contest in SUBJECTS[name]():
            times = as_rows(contend(contest, rounds=rounds))
            found[name].append(
                {"title": contest.title, "each": contest.each, "peer": contest.peer, "times": times}
            )
    return {"machine": machine(), "rounds": rounds, "subjects": found}


def as_text(found: dict) -> str:
    """The same as tables for people."""
    about = found["machine"]
    lines = [
        f"{about['processor']}, {about['cores']} cores, {about['threads']} threads, load {about['load']}, "
        f"torch {about['torch']}, ECGNet {about['version']} ({about['commit'] or 'no commit'})"
    ]
    for contests in found["subjects"].values():
        for contest in contests:
            lines += ["", f"{contest['title']}, each {contest['each']}; peer: {contest['peer']}"]
            lines.append(f"{'':42}{'wait, ms':>12}{'ratio':>9}{'processor, ms':>16}{'ratio':>9}")
            lines += [
                f"{name:42}{row['wall_ms']:>12,.2f}{row['wall_ratio']:>8.2f}×{row['cpu_ms']:>16,.2f}{row['cpu_ratio']:>8.2f}×"
                for name, row in contest["times"].items()
            ]
    return "\n".join(lines)
