"""No two formats claim the same file, whatever it is called."""

from __future__ import annotations

import pytest

from ecgnet.readers import formats
from tests.readers.test_round_trips import FORMATS, as_files


@pytest.mark.parametrize("writer", FORMATS)
def test_a_file_is_claimed_by_its_own_format_only(ecg, writer):
    data = next(iter(as_files(FORMATS[writer].write(ecg, 250)).values()))
    claims = [f.__name__ for f in formats() if not getattr(f, "GENERIC", False) and f.sniff(data, "x")]
    assert claims == [f"ecgnet.readers.{writer}"]
