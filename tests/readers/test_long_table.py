"""Tables with a row a sample of one lead."""

from __future__ import annotations

import numpy as np
import pytest

from ecgnet.readers import ReadError, read
from ecgnet.record import LEADS

FS = 250


def long_table(
    signal: np.ndarray, header: str, *, by_time: bool = False, first: str = "{t:.3f}"
) -> list[str]:
    """The lines of a long table; by_time: the leads of one moment one below the other, else a lead below the other."""
    places = [(k, t) for k in range(len(LEADS)) for t in range(signal.shape[1])]
    places = sorted(places, key=lambda place: place[1]) if by_time else places
    return [header, *(f"{first.format(t=t / FS)},{LEADS[k]},{signal[k, t]:.6f}" for k, t in places)]


def joined(lines: list[str]) -> bytes:
    return ("\n".join(lines) + "\n").encode()


@pytest.mark.parametrize("by_time", [False, True])
def test_each_lead_is_a_column(ecg, by_time):
    record = read(joined(long_table(ecg, "time_s,lead,value_mV", by_time=by_time)), name="long.csv")
    np.testing.assert_allclose(record.signal, ecg, atol=1e-5)
    assert record.fs == FS
    assert any("a row a sample of one lead" in note for note in record.notes)


def test_columns_in_another_order_with_what_stays_the_same(ecg):
    lines = long_table(ecg, "time (s),lead,amplitude (uV)")
    lines = [",".join((*line.split(",")[1:], "17", line.split(",")[0])) for line in lines]
    record = read(joined(lines), name="long.csv")
    np.testing.assert_allclose(record.signal, ecg / 1000, atol=1e-8)


def test_leads_with_other_times_are_no_rows_of_one_table(ecg):
    lines = long_table(ecg, "time_s,lead,value_mV")
    lines[-1] = "99.0,V6,0.1"
    with pytest.raises(ReadError, match="lead V6 has another time than lead I"):
        read(joined(lines), name="long.csv")
    with pytest.raises(ReadError, match="may be cut short, or hold several recordings"):
        read(joined(lines[:-1]), name="long.csv")


def test_a_wide_table_with_a_column_of_words_stays_one(ecg):
    lines = [f"where,{','.join(LEADS)}", *(f"V1,{','.join(f'{v:.6f}' for v in row)}" for row in ecg.T)]
    record = read(joined([f"# fs = {FS}", "# unit: mV", *lines]), name="wide.csv")
    np.testing.assert_allclose(record.signal, ecg, atol=1e-5)
