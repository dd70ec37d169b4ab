"""HL7 aECG: origin, scale, units, time steps; sets of leads one after the other; never the representative beat."""

from __future__ import annotations

import numpy as np
import pytest
from ecgdatakit.parsing.parsers.hl7_aecg import HL7aECGParser

from ecgnet.readers import ReadError, plausibility, read
from tests.readers.expected import assert_agrees, assert_as_expected, second_decoder
from tests.readers.writers.hl7_aecg import write


@pytest.fixture(scope="session")
def aecg(ecg) -> bytes:
    return write(ecg, 250)


def test_real_file(samples):
    path = samples / "fda_subject1_0.xml"
    record = read(path)
    assert_as_expected(record, samples)
    assert_agrees(record, second_decoder(HL7aECGParser, path))
    assert (record.metadata.age, record.metadata.sex) == (46, "male")
    assert plausibility(record) == ()


def test_the_same_ecg_as_scp(samples):
    try:
        other = read(samples / "ecgtoolkit_Example.scp")
    except ReadError:
        pytest.skip("SCP-ECG is not read here")
    np.testing.assert_allclose(read(samples / "fda_subject1_0.xml").signal, other.signal, atol=1e-4)


@pytest.mark.parametrize("facts", [{}, {"origin": -50.0}, {"unit": "mV"}, {"origin": 20.0, "unit": "mV"}])
def test_a_second_decoder_reads_the_same(tmp_path, ecg, facts):
    path = tmp_path / "ecg.xml"
    path.write_bytes(write(ecg, 250, **facts))
    record = read(path)
    assert_agrees(record, second_decoder(HL7aECGParser, path))
    np.testing.assert_allclose(record.signal, ecg, atol=1e-6)


@pytest.mark.parametrize(
    ("increment", "fs"),
    [
        ('value="0.004" unit="s"', 250),
        ('value="4" unit="ms"', 250),
        ('value="1953.125" unit="us"', 512),
        ('value="0.00390625" unit="s"', 256),
        ('value="0.003333" unit="s"', 300.03),
    ],
)
def test_the_rate_follows_from_the_step(ecg, increment, fs):
    record = read(write(ecg, 250, increment=f"<increment {increment}/>"), name="e.xml")
    assert record.fs == pytest.approx(fs, rel=1e-6)


@pytest.mark.parametrize("prefix", ["MDC_ECG_LEAD_", "NOM_ECG_LEAD_", "MINDRAY_ECG_LEAD_"])
def test_nomenclatures_of_leads(ecg, prefix):
    np.testing.assert_allclose(read(write(ecg, 250, prefix=prefix), name="e").signal, ecg, atol=1e-6)


@pytest.mark.parametrize("parts", [2, 4])
def test_sets_one_after_the_other_are_laid_side_by_side(ecg, parts):
    data = write(ecg, 250, parts=parts)
    with pytest.raises(ReadError, match="samples are missing"):
        read(data, name="e.xml")
    record = read(data, name="e.xml", partial=True)
    assert f"{parts} sequence sets" in record.notes[0]
    there = ~np.isnan(record.signal)
    assert there.sum() == record.signal.size // parts
    np.testing.assert_allclose(record.signal[there], ecg[there], atol=1e-6)


def test_of_two_series_the_fuller_one_is_read(aecg, ecg):
    poorer = write(ecg / 2, 250, leads=("I", "II"), beat=False).decode()
    poorer = poorer[poorer.index("<component><series>") : poorer.index("</AnnotatedECG>")]
    record = read(aecg.replace(b"</AnnotatedECG>", poorer.encode() + b"</AnnotatedECG>"), name="e.xml")
    np.testing.assert_allclose(record.signal, ecg, atol=1e-6)
    assert record.notes[0].startswith("The file holds 2 rhythm series (1: rhythm, 2 s; 2: rhythm, 2 s)")


def test_what_the_file_leaves_out_is_asked_and_answered(ecg):
    data = write(ecg, 250, unit="", increment="")
    with pytest.raises(ReadError, match=r"states no sampling rate.*states no unit") as caught:
        read(data, name="e.xml")
    assert caught.value.question.asks == ("fs", "unit")
    np.testing.assert_allclose(read(data, name="e.xml", fs=250, unit="uV").signal, ecg, atol=1e-6)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (b'"RHYTHM"', b'"REPRESENTATIVE_BEAT"', "only representative beats"),
        (b"<component><series>", b"<component><other>", "no whole XML"),
        (b"<component>", b"<part>", "no whole XML"),
        (b' unit="s"/></value>', b' unit="fortnight"/></value>', "not by s, ms or us"),
        (b'<scale value="1" unit="uV"/>', b"", "no gain for lead I"),
        (b'<scale value="1"', b'<scale value="0"', "no gain for lead I"),
        (b'<scale value="1" unit="uV"', b'<scale value="1" unit="mmHg"', "lead I is in 'mmHg'"),
        (b"LEAD_V6", b"LEAD_V5", "lead V5 is there twice"),
        (b"<digits>", b"<digits>7 ", "different lengths|no whole"),
    ],
)
def test_files_that_are_refused(aecg, old, new, sentence):
    assert old in aecg
    with pytest.raises(ReadError, match=rf"^e\.xml.*({sentence})"):
        read(aecg.replace(old, new, 1 if old == b"<digits>" else -1), name="e.xml")


def test_sets_without_a_start_are_refused(ecg):
    data = write(ecg, 250, parts=4).replace(b'<head value="0"', b'<head value=""')
    with pytest.raises(ReadError, match="does not state when each begins"):
        read(data, name="e.xml", partial=True)
