"""The printed report in German, and what does not depend on the language."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pypdf
import pytest

from ecgnet import demo
from ecgnet.judge import Reading, judge
from ecgnet.language import speaking
from ecgnet.reading.contract import to_values
from ecgnet.report import report
from ecgnet.signature import reading_hash


@pytest.fixture(scope="module")
def readings() -> tuple[Reading, Reading]:
    """The reading of one record in English and in German."""
    record = demo.demo_library()[4].record
    english = judge(record)
    with speaking("de"):
        return english, judge(record)


def test_the_report_speaks_german(readings: tuple[Reading, Reading]) -> None:
    with speaking("de"):
        pages = pypdf.PdfReader(io.BytesIO(report(readings[1]))).pages
    text = " ".join(page.extract_text() for page in pages)
    for words in (
        "Nur für Forschungszwecke, keine Diagnose",
        "Herzfrequenz",
        "QRS-Dauer",
        "Grenzen",
    ):
        assert words in text
    for words in ("Research use only", "Heart rate", "Limits", "not to be relied on"):
        assert words not in text


def test_signature_and_json_do_not_depend_on_the_language(readings: tuple[Reading, Reading]) -> None:
    english, german = readings
    assert german.conclusion.text != english.conclusion.text
    assert reading_hash(german) == reading_hash(english)
    assert to_values(german)["reading"] == to_values(english)["reading"]
    assert to_values(german)["conclusion"] == to_values(english)["conclusion"]


@pytest.mark.parametrize("what", ["short, a lead flat", "long, its middle silent", "noise"])
def test_the_english_twin_is_the_reading_in_english(what: str) -> None:
    """Notices of the networks, of the window and of the quality too."""
    record = demo.demo_library()[0].record
    signal = record.signal.copy()
    if what.startswith("short"):
        signal = signal[:, : int(5 * record.fs)]
        signal[6] = 0
    elif what.startswith("long"):
        signal = np.concatenate([signal, 0 * signal, signal], 1)
    else:
        signal = np.random.default_rng(1).normal(0, 0.3, signal.shape).astype(np.float32)
    record = replace(record, signal=signal)
    english = judge(record)
    told = {*english.warnings, *english.quality.sentences} - {*record.notes}
    with speaking("de"):
        german = judge(record)
        assert told
        assert not told & {*german.warnings, *german.quality.sentences}
    assert german.in_english.warnings == english.warnings
    assert german.in_english.text() == english.text()
    assert stable(to_values(german)) == stable(to_values(english))


def stable(values: object) -> object:
    """Without what a clock measured."""
    if isinstance(values, dict):
        return {key: stable(value) for key, value in values.items() if key != "milliseconds"}
    return [stable(value) for value in values] if isinstance(values, list) else values
