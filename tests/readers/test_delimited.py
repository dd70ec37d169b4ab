"""Delimited text: separators, units, rates; what is not stated is asked for."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecgnet.readers import ReadError, read
from ecgnet.record import LEADS


def table(signal, header=LEADS, separator=",", decimal=".", top=(), time=None, end="\n", digits=6) -> bytes:
    """A table as a program would write it; `time` are values of a first column."""
    rows = [*top] if header is None else [*top, separator.join(header)]
    for k, row in enumerate(np.asarray(signal).T):
        cells = [f"{value:.{digits}f}" for value in row]
        if time is not None:
            cells.insert(0, f"{time[k]:.6g}")
        rows.append(separator.join(cells).replace(".", decimal))
    return (end.join(rows) + end).encode()


RATE = "# fs = 250"


@pytest.mark.parametrize(
    ("separator", "decimal"), [(",", "."), (";", "."), (";", ","), ("\t", "."), ("\t", ",")]
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_separators_and_decimal_signs(ecg, separator, decimal, end):
    data = table(ecg, separator=separator, decimal=decimal, end=end, top=[RATE, "# unit: mV"])
    record = read(data, name="ecg.csv")
    np.testing.assert_allclose(record.signal, ecg, atol=1e-6)
    assert (record.fs, record.notes, record.id) == (250, (), "ecg")


@settings(max_examples=15, deadline=None)
@given(
    order=st.permutations(range(12)),
    spelling=st.sampled_from([str.upper, str.lower, "Lead {}".format, '"{}"'.format]),
)
def test_leads_in_any_order_and_spelling(ecg, order, spelling):
    data = table(ecg[order], [spelling(LEADS[k]) for k in order], top=[RATE])
    np.testing.assert_allclose(read(data, name="e.csv").signal, ecg, atol=1e-6)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("title", ["{} (mV)", "{}_mV", "{} [\u00b5V]", "{}_uV", "{}/V"])
def test_units_in_the_names_of_columns(ecg, title, encoding):
    scale = {"m": 1, "u": 1000, "\u00b5": 1000, "/": 0.001}[next(c for c in title if c in "mu\u00b5/")]
    data = table(ecg * scale, [title.format(lead) for lead in LEADS], top=[RATE], digits=9)
    record = read(data.decode().encode(encoding), name="e.csv")
    np.testing.assert_allclose(record.signal, ecg, atol=1e-6)
    assert record.notes == ()


def test_unit_by_comment_or_option(ecg):
    for data, unit in (
        (table(ecg * 1000, top=[RATE, "# units: uV"]), None),
        (table(ecg * 1000, top=[RATE]), "uV"),
    ):
        record = read(data, name="e.csv", unit=unit)
        np.testing.assert_allclose(record.signal, ecg, atol=1e-6)
        assert record.notes == (() if unit is None else ("The unit of the samples was stated by hand: uV.",))


def test_unit_that_is_not_stated_is_noted_or_asked_for(ecg):
    assert read(table(ecg), name="e.csv", fs=250).notes == (
        "The sampling rate was stated by hand: 250 Hz.",
        "No unit stated; read as mV.",
    )
    for scale in (1000, 0.001):
        with pytest.raises(ReadError, match=r"e\.csv states no unit: u?V is likely") as asked:
            read(table(ecg * scale, digits=9), name="e.csv", fs=250)
        assert asked.value.question.asks == ("unit",)


@pytest.mark.parametrize(
    ("title", "scale"),
    [("time", 1), ("t", 1), ("time_s", 1), ("seconds", 1), ("Time (ms)", 1e3), ("time_us", 1e6)],
)
def test_rate_from_a_column_of_times(ecg, title, scale):
    data = table(ecg, [title, *LEADS], time=np.arange(500) / 250 * scale + 3)
    record = read(data, name="e.csv")
    assert record.fs == 250
    assert f"derived from the column '{title}'" in record.notes[0]
    np.testing.assert_allclose(record.signal, ecg, atol=1e-6)


def test_rounded_times_still_give_the_rate(ecg):
    assert (
        read(table(ecg, ["time_s", *LEADS], time=np.round(np.arange(500) / 360, 3)), name="e.csv").fs == 360
    )


@pytest.mark.parametrize(
    "times",
    [
        np.delete(np.arange(501), 200) / 250,  # a sample is missing
        np.concatenate([np.arange(250) / 250, 1 + np.arange(250) / 200]),  # the rate changes
        np.arange(500)[::-1] / 250,
        np.zeros(500),
    ],
)
def test_times_that_are_not_even_are_refused(ecg, times):
    with pytest.raises(ReadError, match="column 'time_s' do not rise evenly"):
        read(table(ecg, ["time_s", *LEADS], time=times), name="e.csv")


def test_times_without_a_unit_are_not_guessed(ecg):
    with pytest.raises(ReadError, match="time_s or time_ms"):
        read(table(ecg, ["time", *LEADS], time=np.arange(500) * 4.0), name="e.csv")


@pytest.mark.parametrize(
    "comment", ["# fs = 250", "# sampling rate: 250 Hz", "#Sampling Frequency: 0.25 kHz", "% fs=250"]
)
def test_rate_by_comment(ecg, comment):
    assert read(table(ecg, top=[comment]), name="e.csv").fs == 250


def test_rate_is_asked_for_or_must_agree(ecg):
    with pytest.raises(ReadError, match=r"e\.csv states no sampling rate") as asked:
        read(table(ecg), name="e.csv")
    assert asked.value.question.asks == ("fs",)
    with pytest.raises(ReadError, match="the rate given says 500 Hz and the comment 'fs' 250 Hz"):
        read(table(ecg, top=[RATE]), name="e.csv", fs=500)


def test_a_row_number_is_left_out(ecg):
    data = table(ecg, ["", *LEADS], time=np.arange(500), top=[RATE])
    assert "row number" in read(data, name="e.csv").notes[0]


def test_columns_without_names(ecg):
    for header in (None, [f"ch{k}" for k in range(12)]):
        with pytest.raises(
            ReadError, match=r"does not name its 12 columns: I, II, III, aVR.* are likely"
        ) as asked:
            read(table(ecg, header), name="e.csv", fs=250)
        assert asked.value.question.likely["leads"][0] == LEADS
    for header in (None, [f"ch{k}" for k in range(12)]):
        record = read(table(ecg[::-1], header), name="e.csv", fs=250, leads=LEADS[::-1])
        np.testing.assert_allclose(record.signal, ecg, atol=1e-6)
    with pytest.raises(ReadError, match="has 12 columns, and 3 leads were stated"):
        read(table(ecg, None), name="e.csv", fs=250, leads=LEADS[:3])
    with pytest.raises(ReadError, match="names its leads itself"):
        read(table(ecg), name="e.csv", fs=250, leads=LEADS[::-1])


def test_all_that_is_left_out_is_asked_at_once(ecg):
    with pytest.raises(ReadError) as asked:
        read(table(ecg * 1000, None), name="e.csv")
    assert asked.value.question.asks == ("fs", "unit", "leads")
    assert (asked.value.question.columns, asked.value.question.likely["unit"][0]) == (12, "uV")


@pytest.mark.parametrize(
    ("first", "fs", "note"),
    [(np.arange(500) * 0.004, None, "derived from"), (np.arange(500) * 4.0, None, "derived from"),
     (np.arange(500), 250, "row number")],
)  # fmt: skip
def test_a_first_column_that_rises_evenly_is_no_lead(ecg, first, fs, note):
    data = table(ecg, None, time=first)
    with pytest.raises(ReadError) as asked:
        read(data, name="e.csv", fs=fs)
    assert (asked.value.question.asks, asked.value.question.columns) == (("leads",), 12)
    record = read(data, name="e.csv", fs=fs, leads=LEADS)
    assert record.fs == 250
    assert any(note in n for n in record.notes)
    np.testing.assert_allclose(record.signal, ecg, atol=1e-6)


def test_eight_leads_are_enough_and_age_and_sex_are_read(ecg):
    kept = [0, 1, *range(6, 12)]
    data = table(ecg[kept], [LEADS[k] for k in kept], top=[RATE, "# Age: 41", "# Sex: M"])
    record = read(data, name="e.csv")
    np.testing.assert_allclose(record.signal, ecg, atol=1e-6)
    assert (record.metadata.age, record.metadata.sex) == (41, "male")


def edited(data: bytes, line: int, text: str) -> bytes:
    """The file with one line (from 1) replaced."""
    lines = data.decode().splitlines()
    lines[line - 1] = text
    return ("\n".join(lines) + "\n").encode()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (",".join(["0"] * 11), "line 7 has 11 cells where 12 are expected"),
        (",".join(["0"] * 13), "line 7 has 13 cells"),
        (",".join(["0"] * 5 + ["inf"] + ["0"] * 6), "line 7, column aVF: 'inf' is no sample"),
        (",".join(["abc"] + ["0"] * 11), "line 7, column I: 'abc' is not a number"),
    ],
)
def test_faults_are_told_with_line_and_column(ecg, text, sentence):
    with pytest.raises(ReadError, match=f"e.csv: {sentence}"):
        read(edited(table(ecg, top=[RATE]), 7, text), name="e.csv")


@pytest.mark.parametrize(
    ("header", "sentence"),
    [
        ([*LEADS[:11], "V7"], "V6 is missing. Left out, as not one of the 12 leads: V7"),
        ([*LEADS[:11], "V5"], "V5 is there twice"),
        ([*LEADS[:11], "V6 (counts)"], "column V6 is in 'counts'"),
    ],
)
def test_columns_that_are_refused(ecg, header, sentence):
    with pytest.raises(ReadError, match=sentence):
        read(table(ecg, header, top=[RATE]), name="e.csv")


@pytest.mark.parametrize("title", ["II", "II (mV)"])
def test_a_single_lead_is_read_as_one_or_told_what_is_missing(ecg, title):
    data = table(ecg[1:2], [title], top=[RATE])
    with pytest.raises(ReadError, match="V6 are missing"):
        read(data, name="e.csv")
    record = read(data, name="e.csv", partial=True)
    assert len(record.missing) == 11
    np.testing.assert_allclose(record.lead("II"), ecg[1], atol=1e-6)


def test_fifty_megabytes_are_the_limit(ecg):
    with pytest.raises(ReadError, match="more than the 50 MB"):
        read(table(ecg, top=[RATE]) + b"\n" * 50_000_000, name="big.csv")


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_a_file_cut_anywhere_never_passes_for_the_whole(ecg, data):
    text = table(ecg[:, :40], top=[RATE])
    cut = data.draw(st.integers(0, len(text) - 1))
    try:
        record = read(text[:cut], name="e.csv")
    except ReadError as error:
        assert "e.csv" in str(error)
    else:
        assert record.n_samples < 40 or "does not end with a line break" in record.notes[0]


@settings(max_examples=60, deadline=None)
@given(
    st.binary(max_size=400),
    st.sampled_from([b"", b"I,II,V1\n", b"I;II;V1\n1;2;3\n", b"\xff\xfe", b"time\tI\n"]),
)
def test_random_bytes_raise_nothing_but_read_errors(garbage, start):
    with pytest.raises(ReadError, match=r"e\.csv"):
        read(start + garbage, name="e.csv", fs=250, unit="mV")
