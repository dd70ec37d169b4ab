"""Schiller XML: the rhythm in mV; never the averages."""

from __future__ import annotations

import numpy as np
import pytest

from ecgnet.readers import ReadError, read
from ecgnet.record import LEADS
from tests.readers.writers.schiller_xml import ROOT, write


@pytest.fixture(scope="session")
def schiller(ecg) -> bytes:
    return write(ecg, 250)


def test_eight_leads_become_twelve(schiller, ecg):
    record = read(schiller, name="e.xml")
    np.testing.assert_allclose(record.signal, ecg, atol=1e-6)
    assert "derived from I and II" in record.notes[0]


@pytest.mark.parametrize(("unit", "factor"), [("uV", 1), ("MV", 1000)])
def test_units(ecg, unit, factor):
    record = read(write(ecg, 250, unit=unit, leads=LEADS), name="e.xml")
    np.testing.assert_allclose(record.signal, factor * ecg, atol=1e-3)


def test_recognised_by_its_elements_too(schiller, ecg):
    data = schiller.replace(ROOT.encode(), b"export")
    np.testing.assert_allclose(read(data, name="e.xml").signal, ecg, atol=1e-6)


def test_what_the_file_leaves_out_is_asked_and_answered(ecg):
    data = write(ecg, 250, rate="", unit=None)
    with pytest.raises(ReadError, match=r"states no sampling rate.*states no unit"):
        read(data, name="e.xml")
    np.testing.assert_allclose(read(data, name="e.xml", fs=250, unit="uV").signal, ecg, atol=1e-6)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (b"ECG_RHYTHMS", b"ECG_AVERAGES", "only averaged beats"),
        (b"<exponent>1<", b"<exponent>2<", "exponent 2"),
        (b"<samplecount>500<", b"<samplecount>501<", "announces 501 samples for lead I and holds 500"),
        (b"COMMASEPARATE", b"ZIPPED", "written as 'zipped'"),
        (b"<unitperbit>1</unitperbit>", b"", "no gain"),
        (b"<name>V6<", b"<name>V5<", "lead V5 is there twice"),
    ],
)
def test_files_that_are_refused(schiller, old, new, sentence):
    assert old in schiller
    with pytest.raises(ReadError, match=rf"^e\.xml.*{sentence}"):
        read(schiller.replace(old, new), name="e.xml")
