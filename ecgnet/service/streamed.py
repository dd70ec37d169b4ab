"""An answer that takes seconds, sent with its progress before it: a client can show how far it is, and one that has gone is
noticed, so that nothing is computed for nobody.

    {"share": 0.25}                          a line each quarter of a second, 0 while others come first
    {"error": {"kind": …, "message": …}}     the last one, where there is no answer; else an empty line, and the answer
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable
from typing import Any

from anyio import CapacityLimiter, to_thread

from ecgnet.service.faults import Fault

EVERY = 0.25
"""Seconds from line to line."""
CONTENT_TYPE = "application/vnd.ecgnet.progress"


class Gone(Exception):
    """The client that asked has closed its connection: its work ends at its next move."""


async def streamed(
    work: Callable[[Callable[[float], None]], bytes],
    *,
    limiter: CapacityLimiter,
    refused: Callable[[str], None],
) -> AsyncIterator[bytes]:
    """What is sent of `work`, which tells its progress (0 to 1) and runs in a thread of the limiter, at its turn. refused:
    told the kind of a Fault that it raises, since the status says nothing of it any more. Closed before its end, it lets
    the thread meet Gone where that tells its progress next, and does not begin it at all before its turn."""
    share, gone = 0.0, threading.Event()

    def told(done: float) -> None:
        nonlocal share
        if gone.is_set():
            raise Gone
        share = done

    task = asyncio.create_task(to_thread.run_sync(lambda: work(told), limiter=limiter))
    task.add_done_callback(
        lambda ended: ended.cancelled() or ended.exception()
    )  # nobody may ask for it any more
    try:
        while not (await asyncio.wait([task], timeout=EVERY))[0]:
            yield _line({"share": round(min(share, 1.0), 4)})
        try:
            found = task.result()
        except Fault as fault:
            refused(fault.kind)
            yield _line({"error": {"kind": fault.kind, "message": fault.message}})
            return
        yield b"\n"
        yield found
    finally:
        gone.set()
        task.cancel()


def _line(said: dict[str, Any]) -> bytes:
    return json.dumps(said).encode() + b"\n"
