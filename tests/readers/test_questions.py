"""What a file leaves out: the likely rate, unit and order of leads, and why."""

from __future__ import annotations

import numpy as np
import pytest

from ecgnet.readers import ReadError, read, read_together
from ecgnet.readers._questions import ORDERS, left_out, likely_leads, likely_rate, likely_unit
from ecgnet.record import LEADS, Record
from ecgnet.signal import resample
from tests.readers.writers import numpy_files


@pytest.fixture(scope="module")
def ten_seconds(synthetic_record: Record) -> np.ndarray:
    """(12, 5000) in mV, at 500 Hz, 71 beats a minute."""
    return synthetic_record.signal


@pytest.mark.parametrize("fs", [100, 125, 200, 240, 250, 256, 257, 360, 400, 500, 512, 1000])
def test_ten_seconds_are_named_first_for_their_rate(ten_seconds, fs):
    signal = resample(ten_seconds, 500, fs_to=fs)
    rate, why = likely_rate(signal, signal.shape[1])
    assert rate in (None, fs)
    assert f"10 s at {fs} Hz (heart rate 7" in why


@pytest.mark.parametrize(
    ("samples", "fs"), [(5000, 400), (7500, 500), (4000, 400), (2500, 500), (30_000, 500)]
)
def test_no_rate_is_taken_for_likely_where_several_fit(ten_seconds, samples, fs):
    signal = np.tile(resample(ten_seconds, 500, fs_to=fs), 8)[:, :samples]
    rate, why = likely_rate(signal, samples)
    assert rate is None
    assert f" at {fs} Hz" in why
    error = left_out("x.npy", signal, "NumPy", fs=True)
    assert "Hz is likely" not in str(error)
    assert "it has to be told" in str(error)


def test_the_length_of_the_code_data_set_speaks_for_its_rate(ten_seconds):
    signal = np.tile(resample(ten_seconds, 500, fs_to=400), 2)[:, :4096]
    assert likely_rate(signal, 4096)[0] == 400


def test_lengths_that_no_usual_rate_fits_have_no_likely_rate():
    assert likely_rate(np.zeros((12, 200)), 200) is None


@pytest.mark.parametrize(("scale", "unit"), [(1, "mV"), (1000, "uV"), (0.001, "V")])
def test_units(ten_seconds, scale, unit):
    assert likely_unit(ten_seconds * scale)[0] == unit


@pytest.mark.parametrize(
    "signal", [np.zeros((12, 100)), np.full((12, 100), np.nan), np.arange(1200).reshape(12, 100) * 1e12]
)
def test_what_spans_nothing_or_too_much_has_no_likely_unit(signal):
    assert likely_unit(signal) is None


@pytest.mark.parametrize("order", ORDERS)
def test_orders_are_told_by_the_equations(ten_seconds, order):
    columns = ten_seconds[[LEADS.index(lead) for lead in order]] * 4.88  # whatever the unit
    found, why = likely_leads(columns)
    assert found == order
    assert "then hold" in why


def test_an_order_that_cannot_be_told_is_not_claimed(ten_seconds):
    order, why = likely_leads(ten_seconds[::-1])
    assert (order, "do not hold" in why) == (LEADS, True)
    assert likely_leads(ten_seconds[:3]) is None
    assert likely_leads(ten_seconds[[0, 1, *range(6, 12)]])[0] == ("I", "II", *LEADS[6:])


def test_the_sentence_and_the_question(ten_seconds):
    error = left_out("x.npy", ten_seconds * 1000, "NumPy", fs=True, unit=True)
    assert str(error).startswith(
        "x.npy states no sampling rate: it has to be told. Its 5000 samples would last 10 s at 500 Hz (heart rate"
    )
    assert "It states no unit: uV is likely, because its leads then span" in str(error)
    assert (error.question.asks, error.question.columns) == (("fs", "unit"), 12)
    assert error.question.likely["unit"][1].startswith("Its leads then span")


def test_files_of_one_kind_ask_the_same(ten_seconds):
    def kind(signal: np.ndarray) -> str:
        return read_together({"x.npy": numpy_files.bare(signal)})[0].question.kind

    assert kind(ten_seconds) == kind(ten_seconds[:, ::-1])
    assert (
        len({kind(s) for s in (ten_seconds, ten_seconds * 1000, ten_seconds[:, :2500], ten_seconds[:8])}) == 4
    )


def test_the_likely_answers_make_the_file_readable(ten_seconds):
    data = numpy_files.bare(np.round(ten_seconds.T * 1000).astype(np.int16))
    with pytest.raises(ReadError) as asked:
        read(data, name="x.npy")
    answers = {key: value for key, (value, _) in asked.value.question.likely.items()}
    assert set(answers) == {"fs", "unit", "leads"}
    record = read(data, name="x.npy", **answers | {"fs": 500})
    assert record.fs == 500
    np.testing.assert_allclose(record.signal, ten_seconds, atol=0.0006)


def test_only_what_is_still_open_is_asked(ten_seconds):
    (answer,) = read_together({"x.npy": numpy_files.bare(ten_seconds)}, fs=500, leads=LEADS)
    assert answer.question.asks == ("unit",)
