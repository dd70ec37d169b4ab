"""GE Sapphire XML: the rhythm in mV, its invalid value as a gap; never the median template."""

from __future__ import annotations

import numpy as np
import pytest

from ecgnet.readers import ReadError, read
from tests.readers.writers.sapphire_xml import write


@pytest.fixture(scope="session")
def sapphire(ecg) -> bytes:
    return write(ecg, 250)


def test_the_rhythm_is_read(sapphire, ecg):
    record = read(sapphire, name="e.xml")
    np.testing.assert_allclose(record.signal, ecg, atol=1e-6)
    assert (record.fs, record.notes) == (250, ())


def test_scale_and_unit_may_stand_at_each_lead(sapphire, ecg):
    data = sapphire.replace(b'ecgWaveformMXG S="1" U="uV"', b"ecgWaveformMXG").replace(
        b"<ecgWaveform ", b'<ecgWaveform S="2" U="uV" '
    )
    np.testing.assert_allclose(read(data, name="e.xml").signal, 2 * ecg, atol=1e-6)


def test_an_invalid_value_is_a_gap(ecg):
    signal = ecg.copy()
    signal[6, 10:40] = np.nan
    data = write(signal, 250)
    with pytest.raises(ReadError, match=r"samples are missing \(NaN\) in lead V1 \(30\)"):
        read(data, name="e.xml")
    np.testing.assert_allclose(read(data, name="e.xml", partial=True).signal, signal, atol=1e-6)


def test_kilohertz(ecg):
    assert read(write(ecg, 250, rate='<sampleRate V="0.25" U="kHz"/>'), name="e.xml").fs == 250


def test_what_the_file_leaves_out_is_asked_and_answered(ecg):
    data = write(ecg, 250, rate="", facts='S="1"')
    with pytest.raises(ReadError, match=r"states no sampling rate.*states no unit"):
        read(data, name="e.xml")
    np.testing.assert_allclose(read(data, name="e.xml", fs=250, unit="uV").signal, ecg, atol=1e-6)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (b"wav>", b"var>", "no rhythm waveform"),
        (b'asizeVT="500"', b'asizeVT="5000"', "announces 5000 samples for lead I and holds 500"),
        (b' S="1"', b"", "no gain for lead I"),
        (b'U="uV"', b'U="mm"', "lead I is in 'mm'"),
        (b'lead="V6"', b'lead="V5"', "lead V5 is there twice"),
    ],
)
def test_files_that_are_refused(sapphire, old, new, sentence):
    assert old in sapphire
    with pytest.raises(ReadError, match=rf"^e\.xml.*{sentence}"):
        read(sapphire.replace(old, new), name="e.xml")
