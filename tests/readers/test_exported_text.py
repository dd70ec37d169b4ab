"""Text as programs export it: lines on top, units below names, times on a clock, a row a lead, blanks between cells."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pytest

from ecgnet.readers import ReadError, read
from ecgnet.record import LEADS

UNITS = ["mV"] * 12


def lines_of(signal, *, separator=",", first=None, digits=3) -> list[str]:
    """A line a sample, after the cells of a first column."""
    rows = [[f"{value:.{digits}f}" for value in row] for row in np.asarray(signal).T]
    if first is not None:
        rows = [[cell, *row] for cell, row in zip(first, rows, strict=True)]
    return [separator.join(row) for row in rows]


def told(ecg, top: list[str], *, scale=1.0, separator=",", first=None, **options):
    """The record of a table below some lines, compared with the ECG that was written."""
    text = "\n".join([*top, *lines_of(ecg * scale, separator=separator, first=first)]) + "\n"
    record = read(text.encode(), name="e.txt", **options)
    np.testing.assert_allclose(record.signal, ecg, atol=1e-6)
    return record


def elapsed(form: str) -> list[str]:
    """500 times, 4 ms apart."""
    start = datetime(2024, 3, 1, 23, 59, 59)
    if form == "elapsed":
        return [f"'0:{k * 0.004:06.3f}'" for k in range(500)]
    if form == "hours":
        return [f"00:00:{k * 0.004:06.3f}".replace(".", ",") for k in range(500)]
    moments = [start + timedelta(milliseconds=4 * k) for k in range(500)]
    return [moment.strftime(form)[: -3 if form.endswith("%f") else None] for moment in moments]


@pytest.mark.parametrize("unit", ["'mV'", "mV", "(mV)", "[mV]"])
@pytest.mark.parametrize("time", ["'hh:mm:ss.mmm'", "s", ""])
def test_units_below_the_names(ecg, unit, time):
    top = [",".join(["'Elapsed time'", *LEADS]), ",".join([time, *[unit] * 12])]
    first = elapsed("elapsed") if "hh" in time else [f"{k * 0.004:.3f}" for k in range(500)]
    assert told(ecg, top, first=first).fs == 250


def test_the_unit_of_a_column_of_times_below_its_name(ecg):
    top = [",".join(["Time", *LEADS]), ",".join(["ms", *["uV"] * 12])]
    assert told(ecg, top, scale=1000, first=[str(4 * k) for k in range(500)]).fs == 250


@pytest.mark.parametrize(
    "form",
    [
        "%Y-%m-%d %H:%M:%S.%f",
        "%Y-%m-%dT%H:%M:%S.%f",
        "%H:%M:%S.%f",
        "[%H:%M:%S.%f",
        "elapsed",
        "%d.%m.%Y %H:%M:%S.%f",
        "%H:%M:%S:%f",
    ],
)
def test_times_on_a_clock_give_the_rate_past_midnight_too(ecg, form):
    record = told(ecg, [",".join(["timestamp", *(f"{lead}_mV" for lead in LEADS)])], first=elapsed(form))
    assert record.fs == 250
    assert "derived from the column 'timestamp'" in record.notes[0]


@pytest.mark.parametrize(("unit", "start"), [(1e3, 1.7e12), (1e6, 1.7e15), (1.0, 1.7e9)])
def test_times_since_1970_give_the_rate(ecg, unit, start):
    first = [f"{start + 0.004 * unit * k:.3f}" for k in range(500)]
    assert told(
        ecg, [",".join(["timestamp", *LEADS]), ",".join(["", *UNITS])], first=first
    ).fs == pytest.approx(250)


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_the_separator_line_of_excel(ecg, separator):
    top = [f"sep={separator}", separator.join(["Time (s)", *(f"{lead} (mV)" for lead in LEADS)])]
    told(ecg, top, separator=separator, first=[f"{k * 0.004:.3f}" for k in range(500)])


@pytest.mark.parametrize("separator", [" ", "   ", "\t ", " , "])
def test_cells_parted_by_blanks(ecg, separator):
    with pytest.raises(ReadError) as asked:
        told(ecg, [], separator=separator)
    assert asked.value.question.asks == ("fs", "leads")
    told(ecg, [], separator=separator, fs=250, unit="mV", leads=LEADS)
    told(ecg, [separator.join(LEADS)], separator=separator, fs=250)


@pytest.mark.parametrize(
    "names", [LEADS, [f"{lead} (mV)" for lead in LEADS], [f"Lead {lead}" for lead in LEADS]]
)
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_row_a_lead(ecg, names, separator):
    rows = [separator.join([name, *(f"{v:.3f}" for v in row)]) for name, row in zip(names, ecg, strict=True)]
    text = "\n".join(rows) + "\n"
    with pytest.raises(ReadError) as asked:
        read(text.encode(), name="e.csv")
    assert asked.value.question.asks == ("fs",)
    record = read(text.encode(), name="e.csv", fs=250, unit="mV")
    np.testing.assert_allclose(record.signal, ecg, atol=1e-6)
    assert "The file has a row a lead, which is read as a column." in record.notes


def test_a_row_a_lead_with_times_above(ecg):
    rows = [",".join(["time_s", *(f"{k * 0.004:.3f}" for k in range(500))])]
    rows += [",".join([name, *(f"{v:.3f}" for v in row)]) for name, row in zip(LEADS, ecg, strict=True)]
    record = read(("\n".join(rows) + "\n").encode(), name="e.csv", unit="mV")
    np.testing.assert_allclose(record.signal, ecg, atol=1e-6)
    assert record.fs == 250


@pytest.mark.parametrize(
    "top",
    [
        ["Name,TEST", "Recorded Date,2024-03-01 10:00:00", "Sample Rate,250 hertz", "Unit,\u00b5V", ""],
        ["Patient: A", "Sampling Rate (Hz): 250", "Units: uV"],
        ["Sampling frequency;250", "Unit;uV"],
        ["Device=X", "fs=250", "unit=uV", ""],
    ],
)
def test_keys_and_values_on_top(ecg, top):
    assert told(ecg, [*top, ",".join(LEADS)], scale=1000).fs == 250


@pytest.mark.parametrize(
    "top", ["// fs = 250\n// unit: uV", "! fs: 250\n! unit: uV", "[Header]\nFs=250\nUnit=uV\n\n[Data]"]
)
def test_comments_and_sections_of_other_programs(ecg, top):
    assert told(ecg, [*top.split("\n"), ",".join(LEADS)], scale=1000).fs == 250


def test_keys_and_values_parted_by_tabs_are_no_header_of_wfdb(ecg):
    top = ["SampleRate\t250", "Units\tuV", "Alter\t56", "Geschlecht\tweiblich", "\t".join(LEADS)]
    record = told(ecg, top, scale=1000, separator="\t")
    assert (record.fs, record.metadata.age, record.metadata.sex) == (250, 56, "female")


@pytest.mark.parametrize(
    "step", ["Resolution: 5 uV/LSB", "LSB size: 0.005 mV", "Amplitude resolution: 5 uV per bit"]
)
def test_the_size_of_a_step_on_top_is_applied_to_whole_steps(ecg, step):
    steps = np.round(ecg * 200)
    text = "\n".join(["fs: 250", step, ",".join(LEADS), *lines_of(steps, digits=0)]) + "\n"
    record = read(text.encode(), name="e.csv")
    np.testing.assert_allclose(record.signal, steps / 200, atol=1e-6)
    assert "multiplied by the" in record.notes[0]


@pytest.mark.parametrize("gain", ["1000", "1000/mV", "1000 adu/mV", "1000 (ADU per mV)"])
def test_a_gain_on_top_is_applied_to_whole_steps(ecg, gain):
    text = "\n".join(["fs: 250", f"gain: {gain}", ",".join(LEADS), *lines_of(ecg * 1000, digits=0)]) + "\n"
    record = read(text.encode(), name="e.csv")
    np.testing.assert_allclose(record.signal, ecg, atol=1e-6)
    assert "divided by the gain that is stated, 1000 a mV" in record.notes[0]


def test_a_gain_of_the_paper_is_none_of_the_samples(ecg):
    told(ecg, ["fs: 250", "gain: 10 mm/mV", ",".join(LEADS)])


def test_labchart(ecg):
    top = [
        "Interval=\t0.004 s",
        "ExcelDateTime=\t4.38e+04\t01/01/2020 10:17:08",
        "TimeFormat=\tStartOfBlock",
        "DateFormat=\t",
        "\t".join(["ChannelTitle=", *LEADS]),
        "\t".join(["Range=", *["10.000 mV"] * 12]),
    ]
    first = [f"{k * 0.004:.3f}" for k in range(500)]
    assert told(ecg, top, separator="\t", first=first).fs == 250
    assert told(ecg, top, separator="\t").fs == 250


@pytest.mark.parametrize("rate", ["4 msec/sample", "0.004 sec/sample", "250 samples/sec"])
@pytest.mark.parametrize("counted", [True, False])
def test_acqknowledge(ecg, rate, counted):
    named = [line for lead in LEADS for line in (f"ECG {lead}", "mV")]
    top = ["rest.acq", rate, "12 channels", *named, "\t".join(f"CH{k}" for k in range(1, 13))]
    top += ["\t".join(["500"] * 12)] if counted else []
    assert told(ecg, top, separator="\t").fs == 250


def test_times_rounded_too_coarsely_ask_for_the_rate(ecg):
    top = [",".join(["time_s", *(f"{lead}_mV" for lead in LEADS)])]
    first = [f"{k * 0.004:.2f}" for k in range(500)]
    with pytest.raises(ReadError, match="250 Hz is likely, because its times, rounded too coarsely") as asked:
        told(ecg, top, first=first)
    assert asked.value.question.asks == ("fs",)
    assert "too coarse to state a rate" in told(ecg, top, first=first, fs=250).notes[0]
    assert "check it" in told(ecg, top, first=first, fs=500).notes[0]


def test_a_gap_in_times_is_no_rounding(ecg):
    times = np.where(np.arange(500) < 250, np.arange(500) * 0.004, np.arange(500) * 0.004 + 1)
    with pytest.raises(ReadError, match="do not rise evenly"):
        told(ecg, [",".join(["time_s", *LEADS])], first=[f"{t:.3f}" for t in times], fs=250)


@pytest.mark.parametrize("empty", ["", "NaN", "NA", "null", "-", "<NA>", "1.#QNAN", "***"])
def test_empty_cells_are_gaps(ecg, empty):
    rows = lines_of(ecg)
    cells = rows[3].split(",")
    rows[3] = ",".join([*cells[:6], empty, *cells[7:]])
    data = ("\n".join([",".join(LEADS), *rows]) + "\n").encode()
    record = read(data, name="e.csv", fs=250)
    assert np.flatnonzero(np.isnan(record.signal).any(0)).tolist() == [3]
    assert "Empty cells are gaps: V1 (1)." in record.notes


@pytest.mark.parametrize(("code", "unit", "scale"), [("-32768", "uV", 1000), ("-9999", "mV", 1)])
def test_a_number_that_stands_for_nothing_is_a_gap(ecg, code, unit, scale):
    rows = lines_of(ecg * scale, digits=3 if scale == 1 else 0)
    cells = rows[3].split(",")
    rows[3] = ",".join([*cells[:6], code, *cells[7:]])
    data = ("\n".join([",".join(f"{lead} ({unit})" for lead in LEADS), *rows]) + "\n").encode()
    record = read(data, name="e.csv", fs=250)
    assert np.flatnonzero(np.isnan(record.signal).any(0)).tolist() == [3]
    assert f"{code} stands for samples that were not recorded (1): they are gaps." in record.notes


def test_a_sign_between_thousands_is_no_decimal_sign(ecg):
    rows = [";".join(f"{value:,.0f}" for value in row) for row in (ecg * 2000).T]
    data = ("\n".join([";".join(f"{lead}_uV" for lead in LEADS), *rows]) + "\n").encode()
    with pytest.raises(ReadError, match="part thousands"):
        read(data, name="e.csv", fs=250)


def test_decimal_commas_in_quotes_between_commas(ecg):
    rows = [",".join(f'"{value:.3f}"'.replace(".", ",") for value in row) for row in ecg.T]
    data = ("\n".join([",".join(f"{lead}_mV" for lead in LEADS), *rows]) + "\n").encode()
    np.testing.assert_allclose(read(data, name="e.csv", fs=250).signal, ecg, atol=1e-6)


@pytest.mark.parametrize("names", ["{}", "{} (mV)"])
@pytest.mark.parametrize(("separator", "sign"), [(" ", "# "), (",", "# "), ("\t", "% "), (",", "")])
def test_names_in_a_comment_as_numpy_writes_them(ecg, separator, sign, names):
    top = [
        sign
        + separator.join(
            ["time_s", *(names.format(lead).replace(" ", "_" if separator == " " else " ") for lead in LEADS)]
        )
    ]
    first = [f"{k * 0.004:.3f}" for k in range(500)]
    assert told(ecg, top, separator=separator, first=first, unit="mV").fs == 250


def test_keys_and_values_filled_up_with_empty_cells(ecg):
    top = [
        f"{line}{',' * 10}"
        for line in ("Report,", "Sex,F", "Age,66", "Sampling rate,250", "Unit,1 uV (microvolt)")
    ]
    record = told(ecg, [*top, ",".join(LEADS)], scale=1000)
    assert (record.fs, record.metadata.age, record.metadata.sex) == (250, 66, "female")


def test_the_table_that_rdsamp_prints(ecg):
    top = ["   Elapsed time " + "".join(f"{lead:>9}" for lead in LEADS), " (seconds) " + "     (mV)" * 12]
    assert told(ecg, top, separator="  ", first=[f"{k * 0.004:.3f}" for k in range(500)]).fs == 250


@pytest.mark.parametrize(
    ("title", "per"), [("Zeit in ms", 1000), ("Time since start (s)", 1), ("x", 1), ("Time [min]", 1 / 60)]
)
def test_a_column_of_times_by_any_name(ecg, title, per):
    first = [f"{k * 0.004 * per:.8f}" for k in range(500)]
    assert told(ecg, [",".join([title, *LEADS])], first=first).fs == 250


def test_the_minus_sign_of_typesetters(ecg):
    text = "\n".join([",".join(LEADS), *(line.replace("-", "\u2212") for line in lines_of(ecg))]) + "\n"
    np.testing.assert_allclose(read(text.encode(), name="e.csv", fs=250).signal, ecg, atol=1e-6)


def test_utf_16_without_its_mark(ecg):
    text = "\n".join([",".join(f"{lead}_mV" for lead in LEADS), *lines_of(ecg)]) + "\n"
    np.testing.assert_allclose(read(text.encode("utf-16-le"), name="e.csv", fs=250).signal, ecg, atol=1e-6)


@pytest.mark.parametrize("title", ["{} in mV", "{} (filtered)", "Ch 1: {}"])
def test_words_around_the_names_of_columns(ecg, title):
    told(ecg, [",".join(title.format(lead) for lead in LEADS)], fs=250)


@pytest.mark.parametrize("label", ["aVR (inverted)", "aVR(-)", "aVR-"])
def test_a_column_named_as_inverted_is_turned(ecg, label):
    turned = ecg * np.where(np.arange(12) == 3, -1, 1)[:, None]
    text = "\n".join([",".join([*LEADS[:3], label, *LEADS[4:]]), *lines_of(turned)]) + "\n"
    np.testing.assert_allclose(read(text.encode(), name="e.csv", fs=250, unit="mV").signal, ecg, atol=1e-6)


@pytest.mark.parametrize(
    "row", ["{lead}: {values}", "{lead},mV,{commas}", "{lead} {values}"], ids=["colon", "unit", "blanks"]
)
def test_a_row_a_lead_in_other_ways(ecg, row):
    values = [[f"{value:.3f}" for value in lead] for lead in ecg]
    rows = [
        row.format(lead=lead, values=" ".join(cells), commas=",".join(cells))
        for lead, cells in zip(LEADS, values, strict=True)
    ]
    record = read(("\n".join(rows) + "\n").encode(), name="e.csv", fs=250, unit="mV")
    np.testing.assert_allclose(record.signal, ecg, atol=1e-6)


@pytest.mark.parametrize("header_too", [True, False])
def test_an_empty_last_column(ecg, header_too):
    rows = [f"{row};" for row in lines_of(ecg, separator=";")]
    head = ";".join(LEADS) + (";" if header_too else "")
    record = read(("\n".join([head, *rows]) + "\n").encode(), name="e.csv", fs=250)
    np.testing.assert_allclose(record.signal, ecg, atol=1e-6)


def test_a_column_of_words_is_left_out(ecg):
    rows = [f"{row},{'N' if k % 50 == 0 else 'x'}" for k, row in enumerate(lines_of(ecg))]
    record = read(("\n".join([",".join([*LEADS, "beat"]), *rows]) + "\n").encode(), name="e.csv", fs=250)
    np.testing.assert_allclose(record.signal, ecg, atol=1e-6)
    assert "Column 13 (beat) holds words and is left out." in record.notes


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"0.1\n0.2\n0.3\n", "one lead at most"),
        (b"a/1\na/2\n", "list of records"),
        (b"ANN  1.0" + bytes(200), "ISHNE annotation file"),
        (b"%PDF-1.4", "a PDF"),
        (b"ECG\n0.1\n0.2\n0.3\n", "one lead at most"),
        (b"<!DOCTYPE html>\n<html>Sign in</html>", "a web page"),
        (b"\0\0\0\x18ftypheic" + bytes(50), "a picture"),
        (b"version https://git-lfs.github.com/spec/v1\n", "a pointer of Git LFS"),
        (b"{\\rtf1 ECG}", "a text document"),
        (b"\x80\x04\x95" + bytes(50), "a pickle of Python"),
        (b"PAR1" + bytes(50), "a Parquet table"),
        (b"ALIVE\0\0\0" + bytes(50), "of one lead"),
    ],
)
def test_what_is_no_table_is_named_for_what_it_is(data, what):
    with pytest.raises(ReadError, match=what) as refused:
        read(data, name="x")
    assert "in no format" not in str(refused.value)


@pytest.mark.parametrize("comma", [False, True])
def test_the_one_lead_of_a_watch_is_named(ecg, comma):
    """Apple's Health app exports facts a line and then microvolts, with the decimal sign of the telephone's language."""
    facts = [
        "Name,Jane Doe",
        'Date of Birth,"Jan 1, 1980"',
        "Sample Rate,512 hertz",
        "",
        "Lead,Lead I",
        "Unit,µV",
        "",
    ]
    column = [f"{1000 * value:.3f}" for value in ecg[0]]
    column = [value.replace(".", ",") for value in column] if comma else column
    with pytest.raises(ReadError, match="the ECG of an Apple Watch: one lead"):
        read("\n".join([*facts, *column]).encode(), name="ecg_2024-03-25.csv")
