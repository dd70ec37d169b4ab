"""The inputs of a folder of reported troubles, where there is one (ECGNET_CASES): each is read as its note says is right.

The kinds they stand for are tested everywhere with files that are made here; this is the check on the reported files.
"""

from __future__ import annotations

import io
import os
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pypdf
import pytest

from ecgnet.judge import judge
from ecgnet.measure import measure
from ecgnet.readers import ReadError, read, read_paths
from ecgnet.record import LEADS, Record
from ecgnet.report import report
from tests.readers.conftest import CHECKOUT

FOLDER = Path(
    os.environ.get("ECGNET_CASES")
    or Path(os.environ.get("ECGNET_SAMPLES", CHECKOUT.parent / "shared" / "samples")).parent / "cases"
)
pytestmark = pytest.mark.skipif(
    not (FOLDER / "README.md").is_file(), reason="no folder of cases (ECGNET_CASES)"
)
STATED = {"fs": 500, "unit": "mV", "leads": LEADS}


@dataclass(frozen=True)
class Case:
    """file: in the folder; options: for `read`; seconds: that the record lasts; spans: lead → lowest and highest in mV, None
    where it is not known; note: a part of one."""

    file: str
    options: dict[str, Any] = field(default_factory=dict)
    seconds: float = 5.0
    spans: dict[str, tuple[float | None, float | None]] = field(default_factory=dict)
    note: str = ""


READ = [
    Case(
        "01-wfdb-12-leads-and-pleth.hea", spans={"II": (None, 1.103)}, note="not one of the 12 leads: PLETH"
    ),
    Case("02-dicom-padding-value-0.dcm"),
    Case(
        "03-dicom-sensitivity-without-unit.dcm",
        {"unit": "uV"},
        spans={"II": (None, 1.103), "V2": (-1.288, 0.507)},
    ),
    Case("04-dicom-median-beat-first.dcm", note="number 2 is read"),
    Case("05-dicom-without-preamble.dcm", note="lacks the preamble"),
    Case("06-aecg-with-calibration-pulse.xml", seconds=9.0, note="cut off at 9"),
    Case("07-csv-physionet-atm.csv"),
    Case("08-csv-unit-row.csv", spans={"I": (None, 0.70)}),
    Case("09-labchart.txt"),
    Case("10-acqknowledge.txt"),
    Case("11-csv-excel-sep-line.csv"),
    Case("12-csv-timestamps.csv", note="derived from the column"),
    Case("13-csv-rounded-times.csv", {"fs": 500}, note="too coarse to state a rate"),
    Case("14-savetxt-spaces.txt", STATED),
    Case("15-csv-row-per-lead.csv", {"fs": 500, "unit": "mV"}),
    Case("17-csv-metadata-lines.csv"),
    Case("18-edf-micro-sign-utf8.edf", spans={"I": (None, 0.70)}),
    Case("19-edf-nul-padded.edf"),
    Case("22-wfdb-no-lead-names.hea", {"leads": LEADS}, note="named by hand"),
    Case("23-wfdb-incart-comment.hea"),
    Case("24-npz-adc-gain.npz"),
    Case("31-muse-utf8-declared-latin1.xml", seconds=10.0),
]


def opened(case: Case) -> Record:
    return read(FOLDER / case.file, **case.options)


@pytest.mark.parametrize("case", READ, ids=lambda case: case.file)
def test_it_is_read_as_is_right(case: Case) -> None:
    record = opened(case)
    assert record.fs == 500
    assert record.complete
    assert record.duration == pytest.approx(case.seconds, abs=0.02)
    assert 0.5 < float(np.ptp(record.lead("II"))) < 3
    assert case.note in " ".join(record.notes)
    for lead, (low, high) in case.spans.items():
        values = record.lead(lead)
        assert low is None or values.min() == pytest.approx(low, abs=0.005)
        assert high is None or values.max() == pytest.approx(high, abs=0.005)


def test_the_padding_value_is_a_sample_where_it_stands_alone() -> None:
    assert (opened(READ[1]).signal == 0).sum() > 1000


def test_age_and_sex_of_one_comment() -> None:
    record = read(FOLDER / "23-wfdb-incart-comment.hea")
    assert (record.metadata.age, record.metadata.sex) == (65, "female")


def test_steps_by_their_gain() -> None:
    assert float(np.ptp(read(FOLDER / "24-npz-adc-gain.npz").lead("V2"))) == pytest.approx(1.8, abs=0.1)


def test_a_name_in_utf8() -> None:
    assert "Müller" in read(FOLDER / "31-muse-utf8-declared-latin1.xml").identity.name


@pytest.mark.parametrize(
    ("file", "asks"),
    [
        ("03-dicom-sensitivity-without-unit.dcm", ("unit",)),
        ("13-csv-rounded-times.csv", ("fs",)),
        ("14-savetxt-spaces.txt", ("fs", "leads")),
        ("22-wfdb-no-lead-names.hea", ("leads",)),
    ],
)
def test_what_is_left_out_is_asked_for(file: str, asks: tuple[str, ...]) -> None:
    with pytest.raises(ReadError) as told:
        read(FOLDER / file)
    assert told.value.question.asks == asks


def test_a_fast_rhythm_without_p_waves_has_no_pr() -> None:
    found = measure(read(FOLDER / "25-svt-180-without-p.npz"))
    assert found.pr.value is None and found.pr.reason
    assert found.heart_rate.value == pytest.approx(180, abs=2)


def test_the_pr_of_a_fast_sinus_rhythm_is_near_or_not_measurable() -> None:
    found = measure(read(FOLDER / "26-sinus-tachycardia-170.npz"))
    assert found.pr.value is None or found.pr.value == pytest.approx(120, abs=15)
    assert found.heart_rate.value == pytest.approx(170, abs=2)


def test_a_report_of_a_minute_says_which_seconds_were_judged_and_measured() -> None:
    """Narrow beats at the ends, wide and fast ones at 22 to 38 s: what is drawn is what was judged, and the page says so."""
    record = read(FOLDER / "30-report-60-s-middle-differs.npz")
    reading = judge(record, [])
    assert reading.window == (25, 35) and reading.duration == pytest.approx(60, abs=0.1)
    assert reading.measurements.qrs.value > 110  # of the wide beats, not of those at the ends
    pages = pypdf.PdfReader(io.BytesIO(report(reading))).pages
    text = " ".join(" ".join(page.extract_text() for page in pages).split())
    assert "25.0 to 35.0 s" in text


def test_spikes_with_overshoot_change_no_interval() -> None:
    """The spikes and 10 ms behind them bridged by hand: the intervals are the same, near those that were drawn."""
    record = read(FOLDER / "29-paced-spike-with-overshoot.npz")
    signal = record.signal.copy()
    jump = np.abs(np.diff(signal[6:], axis=1)).max(0)
    for k in np.flatnonzero(jump > 0.5):
        signal[:, k : k + 8] = np.linspace(signal[:, k - 1], signal[:, k + 8], 8, axis=1)
    found, without = measure(record), measure(replace(record, signal=signal))
    assert found.led_by_spikes == len(found.beats) and without.led_by_spikes == 0
    for interval, drawn, near in (("pr", 209, 10), ("qrs", 130, 20), ("qt", 459, 25)):
        value = getattr(found, interval).value
        assert value == pytest.approx(getattr(without, interval).value, abs=4)
        assert value == pytest.approx(drawn, abs=near)


def test_an_annotation_file_is_named() -> None:
    with pytest.raises(ReadError, match="an ISHNE annotation file"):
        read(FOLDER / "32-ishne-annotation-file.ecg")


def test_a_folder_of_physionet() -> None:
    answers = read_paths([FOLDER / "33-folder-of-a-physionet-set"])
    assert [answer.ok for answer in answers if not answer.passed_over] == [True]
    assert sum(answer.passed_over for answer in answers) >= 5
