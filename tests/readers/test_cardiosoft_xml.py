"""GE CardioSoft XML: strip and full disclosure in mV, the median beat never."""

from __future__ import annotations

import numpy as np
import pytest

from ecgnet.readers import ReadError, plausibility, read
from ecgnet.record import LEADS
from tests.readers.expected import assert_as_expected
from tests.readers.writers.cardiosoft_xml import write


@pytest.fixture(scope="session")
def strip(ecg) -> bytes:
    return write(ecg, 250)


def test_real_file(samples):
    record = read(samples / "deepecg_dummy_ecg.xml")
    assert_as_expected(record, samples)
    assert (record.notes, plausibility(record)) == ((), ())


def test_all_leads_of_a_full_disclosure(ecg):
    record = read(write(ecg, 250, disclosure=True), name="e.xml")
    np.testing.assert_allclose(record.signal, ecg, atol=1e-6)


def test_the_fuller_of_strip_and_disclosure_is_read(ecg, strip):
    three = write(ecg / 2, 250, leads=("I", "II", "V1"), disclosure=True).decode()
    disclosure = three[three.index("<FullDisclosure>") : three.index("</CardiologyXML>")]
    both = strip.replace(b"</CardiologyXML>", disclosure.encode() + b"</CardiologyXML>")
    record = read(both, name="e.xml")
    np.testing.assert_allclose(record.signal, ecg, atol=1e-6)
    assert record.notes == (
        "The file holds 2 recordings (1: strip, 2 s; 2: full disclosure, 2 s); number 1 is read, "
        "as it has the most leads.",
    )


def test_a_sound_strip_is_read_before_a_spoilt_full_disclosure(ecg, strip):
    spoilt = np.tile(ecg, 3)
    spoilt[1] = spoilt[1, ::-1]
    longer = write(spoilt, 250, disclosure=True).decode()
    disclosure = longer[longer.index("<FullDisclosure>") : longer.index("</CardiologyXML>")]
    both = strip.replace(b"</CardiologyXML>", disclosure.encode() + b"</CardiologyXML>")
    np.testing.assert_allclose(read(both, name="e.xml").signal, ecg, atol=1e-6)
    assert read(both, name="e.xml", recording=2).duration == 6


def test_what_the_file_leaves_out_is_asked_and_answered(ecg):
    data = write(ecg, 250, unit="", rate="<SampleRate/>", disclosure=True)
    data = data.replace(",".join(LEADS).encode(), b"")
    with pytest.raises(ReadError, match=r"no sampling rate.*no unit.*does not name its 12 columns") as caught:
        read(data, name="e.xml")
    assert caught.value.question.asks == ("fs", "unit", "leads")
    assert caught.value.question.likely["leads"][0] == LEADS
    record = read(data, name="e.xml", fs=250, unit="uV", leads=LEADS)
    np.testing.assert_allclose(record.signal, ecg, atol=1e-6)
    with pytest.raises(ReadError, match="12 signals, and 2 leads were stated"):
        read(data, name="e.xml", fs=250, unit="uV", leads=("I", "II"))


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (b"StripData", b"OtherData", "neither a strip nor a full disclosure"),
        (b"<NumberOfLeads>12", b"<NumberOfLeads>8", "announces 8 leads and holds 12"),
        (b"Total>500<", b"Total>5000<", "announces 5000 samples for lead I and holds 500"),
        (b'"uVperLsb">1<', b'"uVperLsb"><', "no gain for its strip"),
        (b'lead="V6"', b'lead="V5"', "lead V5 is there twice"),
        (b'lead="V6"', b'lead="X"', "lead V6 is missing. Left out.*: X"),
        (b"uVperLsb", b"furlongs", "lead I is in 'furlongs'"),
    ],
)
def test_files_that_are_refused(strip, old, new, sentence):
    assert old in strip
    with pytest.raises(ReadError, match=rf"^e\.xml.*{sentence}"):
        read(strip.replace(old, new), name="e.xml")


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (b"<NumberOfChannels>12", b"<NumberOfChannels>11", "announces 11 channels and names 12"),
        (b",</FullDisclosureData>", b",7,</FullDisclosureData>", "ends within a sample"),
        (
            b"<FullDisclosureData>",
            b"<FullDisclosureData><SampleCountTotal>7</SampleCountTotal>",
            "announces 7",
        ),
    ],
)
def test_disclosures_that_are_refused(ecg, old, new, sentence):
    data = write(ecg, 250, disclosure=True)
    assert old in data
    with pytest.raises(ReadError, match=rf"^e\.xml.*{sentence}"):
        read(data.replace(old, new), name="e.xml")


@pytest.mark.parametrize("total", [500, 6000])
def test_a_disclosure_counts_one_channel_or_all(ecg, total):
    count = f"<FullDisclosureData><SampleCountTotal>{total}</SampleCountTotal>".encode()
    data = write(ecg, 250, disclosure=True).replace(b"<FullDisclosureData>", count)
    np.testing.assert_allclose(read(data, name="e.xml").signal, ecg, atol=1e-6)


def test_a_gap_is_not_closed_over(strip):
    first = strip.index(
        b">", strip.index(b"<StripData>") + strip[strip.index(b"<StripData>") :].index(b"<WaveformData")
    )
    comma = strip.index(b",", first)
    gap = strip[: first + 1] + strip[comma:]  # the first sample of lead I is empty
    assert read(gap, name="e.xml").gaps == {"I": 1}
