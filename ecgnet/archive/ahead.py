"""Items made in another thread while the caller works, no more of them ahead than the caller allows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from queue import Empty, Full, Queue
from threading import Event, Thread
from typing import TypeVar

T = TypeVar("T")
_END = object()


def ahead(make: Callable[[], Iterator[T]], size: int) -> Iterator[T]:
    """The items that `make()` yields, up to `size` of them made before they are asked for. What it raises is raised here;
    a caller that stops ends it at its next item."""
    queue: Queue = Queue(size)
    stopped = Event()

    def work() -> None:
        try:
            for item in make():
                if not _put(queue, (item, None), stopped):
                    return
            _put(queue, (_END, None), stopped)
        except BaseException as error:  # told to who waits
            _put(queue, (_END, error), stopped)

    thread = Thread(target=work, daemon=True)
    thread.start()
    try:
        while True:
            try:
                item, error = queue.get(timeout=1.0)
            except Empty:  # so that an interruption is heard
                continue
            if error is not None:
                raise error
            if item is _END:
                return
            yield item
    finally:
        stopped.set()
        thread.join(timeout=30)


def _put(queue: Queue, item: object, stopped: Event) -> bool:
    while not stopped.is_set():
        try:
            queue.put(item, timeout=0.2)
            return True
        except Full:
            continue
    return False
