"""Work done ahead in another thread: in order, bounded, and with its errors."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from ecgnet.archive.ahead import ahead


def test_items_come_in_order():
    assert list(ahead(lambda: iter(range(100)), 3)) == list(range(100))


def test_no_more_is_made_than_allowed():
    made = []

    def numbers() -> Iterator[int]:
        for k in range(100):
            made.append(k)
            yield k

    taken = ahead(numbers, 3)
    next(taken)
    time.sleep(0.1)
    assert len(made) <= 5  # one taken, three waiting, one in hand
    taken.close()


def test_an_error_is_raised_where_the_items_are_asked_for():
    def numbers() -> Iterator[int]:
        yield 1
        raise ValueError("no more")

    taken = ahead(numbers, 3)
    assert next(taken) == 1
    with pytest.raises(ValueError, match="no more"):
        next(taken)


def test_a_caller_that_stops_leaves_no_thread():
    before = threading.active_count()
    taken = ahead(lambda: iter(range(10**9)), 3)
    next(taken)
    taken.close()
    assert threading.active_count() == before
