"""What stands where on the paper."""

from __future__ import annotations

import numpy as np
import pytest

from ecgnet.paper import Paper, cut, grid
from ecgnet.record import LEADS, Record
from ecgnet.signal import DisplayFilter


@pytest.fixture
def numbered() -> Record:
    """20 s at 100 Hz in which lead k holds k mV and a ramp of 1 uV a sample."""
    return Record(np.arange(12)[:, None] + np.arange(2000) / 1e6, 100, "numbered", "a test")


def test_columns_follow_the_standard_order():
    assert grid("3x4", "standard") == (
        ("I", "aVR", "V1", "V4"),
        ("II", "aVL", "V2", "V5"),
        ("III", "aVF", "V3", "V6"),
    )


def test_cabrera_goes_round_the_frontal_plane():
    assert [row[0] for row in grid("6x2", "cabrera")] == ["aVL", "I", "−aVR", "II", "aVF", "III"]


@pytest.mark.parametrize("layout", ["3x4", "6x2", "12x1"])
def test_each_lead_stands_once(layout: str):
    names = [name for row in grid(layout, "cabrera") for name in row]
    assert sorted(name.removeprefix("−") for name in names) == sorted(LEADS)


@pytest.mark.parametrize(("speed", "seconds"), [(12.5, 20), (25, 10), (50, 5)])
def test_250_mm_of_trace_fit(speed: float, seconds: float):
    assert Paper(speed).window == seconds
    assert Paper(speed).span(0, 60) == (0, seconds)


def test_the_start_is_set_back_to_a_large_square_and_to_fill_the_paper():
    assert Paper().span(3.3, 60) == pytest.approx((3.2, 13.2))
    assert Paper().span(59, 60) == pytest.approx((50, 60))
    assert Paper().span(-1, 4) == (0, 4)


def test_strips_take_their_share_of_the_time(numbered: Record):
    rows = cut(numbered, grid("3x4", "standard"), display=DisplayFilter(), span=(2, 12), rhythm=True)
    first = rows[0]
    assert [strip.start for strip in first] == [2, 4.5, 7, 9.5]
    assert [len(strip.values) for strip in first] == [250] * 4
    assert first[1].values[0] == pytest.approx(LEADS.index("aVR") + 450e-6)
    assert (rows[3][0].label, len(rows[3][0].values)) == ("II", 1000)


def test_avr_is_turned_over_where_its_name_says_so(numbered: Record):
    ((strip,),) = cut(numbered, (("−aVR",),), display=DisplayFilter(), span=(0, 1), rhythm=False)
    assert strip.values == pytest.approx(-numbered.lead("aVR")[:100])


def test_the_rhythm_strip_is_a_lead_that_was_recorded(numbered: Record):
    signal = numbered.signal.copy()
    signal[LEADS.index("II")] = np.nan
    partial = Record(signal, 100, "partial", "a test")
    assert (
        cut(partial, grid("3x4", "standard"), display=DisplayFilter(), span=(0, 10), rhythm=True)[-1][0].label
        == "V1"
    )
