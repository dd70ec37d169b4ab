"""Mortara ELI XML: channels in mV by their units per mV; never the typical cycle."""

from __future__ import annotations

import numpy as np
import pytest
from ecgdatakit.parsing.parsers.mortara_el250 import MortaraEL250Parser

from ecgnet.readers import ReadError, read
from tests.readers.expected import assert_agrees, second_decoder
from tests.readers.writers._texts import EIGHT
from tests.readers.writers.mortara_xml import write


@pytest.fixture(scope="session")
def eli(ecg) -> bytes:
    return write(ecg, 250)


def test_a_second_decoder_reads_the_same(tmp_path, eli, ecg):
    path = tmp_path / "ecg.xml"
    path.write_bytes(eli)
    record = read(path)
    np.testing.assert_allclose(record.signal, ecg, atol=1e-6)
    assert_agrees(record, second_decoder(MortaraEL250Parser, path))


def test_duration_may_be_in_milliseconds(ecg):
    np.testing.assert_allclose(read(write(ecg, 250, duration="2000"), name="e").signal, ecg, atol=1e-6)


def test_units_per_mv(ecg):
    record = read(write(ecg, 250, gain='UNITS_PER_MV="500"', leads=EIGHT), name="e")
    np.testing.assert_allclose(record.signal, 2 * ecg, atol=1e-6)


def test_an_offset_is_noted(ecg):
    record = read(write(ecg, 250, offset=7), name="e.xml")
    assert "OFFSET is not 0" in record.notes[0]
    np.testing.assert_allclose(record.signal, ecg, atol=1e-6)


def test_a_rate_left_out_is_asked_and_answered(ecg):
    data = write(ecg, 250, rate="")
    with pytest.raises(ReadError, match="states no sampling rate") as caught:
        read(data, name="e.xml")
    assert caught.value.question.asks == ("fs",)
    assert read(data, name="e.xml", fs=250).fs == 250


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"gain": ""}, "no gain for lead I"),
        ({"duration": "499"}, "announces 499 samples for lead I and holds 500"),
        ({"bits": 24}, "lead I has BITS 24"),
        ({"leads": ("I", "II", "V1")}, "lead V2, V3, V4, V5, V6 are missing"),
    ],
)
def test_files_that_are_refused(ecg, facts, sentence):
    with pytest.raises(ReadError, match=rf"^e\.xml.*{sentence}"):
        read(write(ecg, 250, **facts), name="e.xml")


def test_a_typical_cycle_is_no_rhythm(eli):
    with pytest.raises(ReadError, match="only measurements or a typical cycle"):
        read(eli.replace(b"<CHANNEL", b"<OTHER"), name="e.xml")


def test_two_rates_are_refused(eli):
    with pytest.raises(ReadError, match="different sampling rates"):
        read(
            eli.replace(
                b'<CHANNEL NAME="I" OFFSET="0" DURATION="500" SAMPLE_FREQ="250"',
                b'<CHANNEL NAME="I" OFFSET="0" DURATION="500" SAMPLE_FREQ="500"',
            ),
            name="e.xml",
        )
