"""Several recordings in one file: which one is read and why is told as data, and another can be asked for."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from ecgnet.readers import ReadError, read, read_apart, read_together
from ecgnet.record import LEADS
from tests.readers.writers import cardiosoft_xml, hl7_aecg, muse_xml, sapphire_xml, schiller_xml

FS = 250


def joined(one: bytes, other: bytes, begin: str, end: str) -> bytes:
    """One file with the part of another from begin to before end, put before that place in the first."""
    text, part = one.decode(), other.decode()
    part = part[part.rindex(begin) : part.rindex(end)]
    return (text[: text.rindex(end)] + part + text[text.rindex(end) :]).encode()


def cardiosoft(first: np.ndarray, second: np.ndarray) -> bytes:
    full = cardiosoft_xml.write(second, FS, disclosure=True)
    return joined(cardiosoft_xml.write(first, FS), full, "<FullDisclosure>", "</CardiologyXML>")


def muse(first: np.ndarray, second: np.ndarray) -> bytes:
    one, two = (muse_xml.write(signal, FS) for signal in (first, second))
    return joined(one, two, "<Waveform>", "</RestingECG>")


def aecg(first: np.ndarray, second: np.ndarray) -> bytes:
    one, two = (hl7_aecg.write(signal, FS, beat=False) for signal in (first, second))
    return joined(one, two, "<component><series>", "</AnnotatedECG>")


def sapphire(first: np.ndarray, second: np.ndarray) -> bytes:
    one, two = (sapphire_xml.write(signal, FS) for signal in (first, second))
    return joined(one, two, "<ecgWaveformMXG", "</wav>")


def schiller(first: np.ndarray, second: np.ndarray) -> bytes:
    one, two = (schiller_xml.write(signal, FS, leads=LEADS) for signal in (first, second))
    return joined(one, two, "<wavedata><type>ECG_RHYTHMS", "</event>")


several = pytest.mark.parametrize("write", [cardiosoft, muse, aecg, sapphire, schiller])


@several
def test_the_longer_of_two_is_read_and_why_is_said(ecg, write: Callable) -> None:
    (answer,) = read_together({"two": write(ecg, np.tile(ecg, 2))})
    assert answer.choice.number == 2
    assert len(answer.choice.titles) == 2
    assert answer.choice.why == "Number 2 of 2 is read, as it is the longest."
    assert "number 2 is read, as it is the longest" in answer.record.notes[0]


@several
def test_the_other_is_read_when_asked_for(ecg, write: Callable) -> None:
    data = write(ecg, np.tile(ecg / 2, 2))
    np.testing.assert_allclose(read(data, name="two", recording=1).signal, ecg, atol=0.002)
    with pytest.raises(ReadError, match=r"holds 2 .*, and number 3 was asked for"):
        read(data, name="two", recording=3)


def test_the_choice_comes_out_of_the_process_that_reads(ecg) -> None:
    (answer,) = read_apart({"two.xml": muse(ecg, np.tile(ecg, 2))}, recording=1)
    assert (answer.choice.number, answer.choice.why) == (1, "Number 1 of 2 is read, as asked for.")


def test_a_file_of_one_recording_has_no_choice(npz: bytes) -> None:
    assert read_together({"one.npz": npz})[0].choice is None


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda s: np.concatenate([s[:1], s[1:2, ::-1], s[2:]]), "it is sound"),
        (lambda s: np.tile(s, 2), "it is the longest"),
        (lambda s: s, "they are alike and it comes first"),
    ],
)
def test_reasons(ecg, spoil: Callable, why: str) -> None:
    other = spoil(ecg)
    pair = (other, ecg) if other.shape[1] > ecg.shape[1] else (ecg, other)
    (answer,) = read_together({"two": schiller(*pair)})
    assert answer.choice.number == 1
    assert why in answer.choice.why
