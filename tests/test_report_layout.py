"""The report's texts, by their boxes in the PDF: none lies over another, none over the ECG, and none is left out."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import takewhile

import numpy as np
import pdfplumber
import pytest

from ecgnet import demo
from ecgnet.judge import Reading, judge
from ecgnet.paper import AS_RECORDED
from ecgnet.reading.limits import Critical
from ecgnet.reading.lines import Line
from ecgnet.reading.set_aside import Stated
from ecgnet.record import LEADS, Metadata, Record
from ecgnet.recorder import RecorderReport
from ecgnet.report import PAGES, report
from ecgnet.report._letters import main_face, runs, system_face
from tests.test_report import MM, answered, drawn, prediction, without_lines

ASCENT, DESCENT = 0.72, 0.12
"""Of a font's size: what its letters take above and below the base line, but for accents and tails."""
NAMES = {*LEADS, "−aVR"}


@dataclass(frozen=True)
class Printed:
    """One page: its words, its letters without blanks in the order in which they were drawn, its size in points, and the
    highest and lowest of the paper's fine lines, between which the ECG lies (none behind the first page)."""

    words: list[Word]
    letters: str
    width: float
    height: float
    paper: tuple[float, float] | None


@dataclass(frozen=True)
class Word:
    """One word and its box in points, from the upper left corner."""

    text: str
    left: float
    top: float
    right: float
    bottom: float

    def covers(self, other: Word) -> bool:
        """Whether the boxes share more than half a point each way."""
        across = min(self.right, other.right) - max(self.left, other.left)
        down = min(self.bottom, other.bottom) - max(self.top, other.top)
        return across > 0.5 and down > 0.5


def words(page: pdfplumber.page.Page) -> list[Word]:
    found = []
    for word in page.extract_words(return_chars=True, use_text_flow=True, keep_blank_chars=False):
        first = word["chars"][0]
        base = page.height - first["matrix"][5]
        size = first["matrix"][0] * first["size"] if first["matrix"][0] > 2 else first["size"]
        found.append(Word(word["text"], word["x0"], base - ASCENT * size, word["x1"], base + DESCENT * size))
    return found


@lru_cache(maxsize=4)
def printed(pdf: bytes) -> tuple[Printed, ...]:
    """What stands on each page; parsing a PDF is slow."""
    pages = []
    with pdfplumber.open(io.BytesIO(without_lines(pdf))) as opened:
        for number, page in enumerate(opened.pages):
            fine = drawn(pdf, number).lines(0.08, upright=False) / MM
            paper = (page.height - fine.max(), page.height - fine.min()) if len(fine) else None
            letters = "".join(char["text"] for char in page.chars if char["text"].strip())
            pages.append(Printed(words(page), letters, page.width, page.height, paper))
    return tuple(pages)


def faults(pdf: bytes) -> list[str]:
    """Every pair of words that are printed over one another, and every word but the leads' names that lies on the ECG."""
    said = []
    for number, page in enumerate(printed(pdf), 1):
        there = sorted(page.words, key=lambda word: word.top)
        assert there
        for k, one in enumerate(there):
            below = takewhile(lambda two, one=one: two.top < one.bottom, there[k + 1 :])
            said += [f"page {number}: {one.text} and {two.text}" for two in below if one.covers(two)]
            if one.left < 0 or one.right > page.width or one.top < 0 or one.bottom > page.height:
                said.append(f"page {number}: {one.text} leaves the page")
        if number == 1:
            top, bottom = page.paper
            on_paper = {w.text for w in there if w.bottom > top and w.top < bottom} - NAMES
            said += [f"{text} lies on the ECG" for text in on_paper - {"not", "recorded"}]
    return said


def all_words(pdf: bytes) -> str:
    """All letters of all pages without blanks, in the order in which they were drawn."""
    return "".join(page.letters for page in printed(pdf))


def told(text: str, pdf_words: str) -> bool:
    """Whether a text stands in the PDF, in its letters or, where no font of this machine has them, spelled."""
    lacking = frozenset(map(ord, text)) - main_face().known
    faces = main_face(), system_face(lacking) if lacking else None
    return "".join("".join(piece for _, piece in runs(text, *faces)).split()) in pdf_words


@pytest.fixture(scope="module")
def library() -> dict[str, Reading]:
    """A third of the demo library, each with made-up answers of two models."""
    answers = prediction("late_fusion"), prediction("early_fusion")
    return {entry.record.id: answered(entry.record, *answers) for entry in demo.demo_library()[::3]}


def test_over_the_demo_library_no_text_lies_over_another_or_over_the_ecg(library: dict[str, Reading]):
    found = {key: faults(report(reading)) for key, reading in library.items()}
    assert {key: said for key, said in found.items() if said} == {}


@pytest.fixture(scope="module")
def crowded(library: dict[str, Reading]) -> Reading:
    """More of everything than a first page has room for."""
    reading = next(iter(library.values()))
    long = "A sentence about one thing that takes more than a line of a narrow column, number"
    statements = (
        *(f"Statement {k} of the cart, which is long enough for two lines" for k in range(40)),
        "洞調律" * 9,
    )
    record = replace(
        reading.record,
        id="identifier" * 12,
        source="source-" * 30,
        recorder=RecorderReport(
            statements=tuple(" ".join(text.split()) for text in statements), device="Cart 1"
        ),
    )
    return replace(
        reading,
        record=record,
        rhythm=replace(reading.rhythm, text="; ".join(f"{long} {k}" for k in range(6))),
        critical=tuple(Critical(f"{long} C{k}", "critical", "a source") for k in range(5)),
        warnings=tuple(f"{long} W{k}" for k in range(12)),
        statements=tuple(
            Stated("PVC", f"{long} S{k}", 0.4, None if k % 2 else "a reason") for k in range(30)
        ),
        conclusion=replace(reading.conclusion, text=". ".join(f"{long} Z{k}" for k in range(8))),
        lines=(
            *(Line("st_t", f"{long} L{k}", "criterion", f"because of {k}") for k in range(50)),
            *(Line("recorder", text, "recorder") for text in statements),
        ),
    )


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("layout", ["3x4", "12x1"])
def test_what_has_no_room_on_the_first_page_goes_behind_it(crowded: Reading, page: str, layout: str):
    pdf = report(crowded, page=page, settings=replace(AS_RECORDED, layout=layout), explanation="words " * 200)
    assert faults(pdf) == []
    there = all_words(pdf)
    texts = [line.text for line in crowded.lines] + [line.because for line in crowded.lines]
    texts += [value.text for value in crowded.critical]
    texts += [stated.text for stated in crowded.statements]
    texts += [crowded.conclusion.text, crowded.rhythm.text, crowded.record.id, crowded.record.source]
    texts += crowded.warnings
    assert [text for text in texts if not told(text, there)] == []


def test_each_page_says_that_it_is_no_diagnosis_and_which_of_how_many_it_is(crowded: Reading):
    pages = printed(report(crowded))
    assert len(pages) > 2
    for number, page in enumerate(pages, 1):
        assert "Researchuseonly,notadiagnosis" in page.letters
        assert f"Page{number}of{len(pages)}" in page.letters


def beats(*, leads: int = 12, seconds: float = 10.0, fs: float = 250) -> np.ndarray:
    """(12, T) mV: one shape of beat once a second in so many leads, the others not recorded."""
    t = np.arange(round(seconds * fs)) / fs
    signal = np.tile(np.exp(-((((t % 1) - 0.4) / 0.02) ** 2)), (12, 1))
    signal[leads:] = np.nan
    return signal


BAD = {
    "no beat": 0.02 * np.random.default_rng(1).standard_normal((12, 2500)),
    "one lead": beats(leads=1),
    "1 s": beats(seconds=1.0),
    "asystole": np.zeros((12, 2500)),
    "noise": np.random.default_rng(0).normal(0, 0.3, (12, 2500)),
}


@pytest.mark.parametrize("kind", BAD)
def test_of_what_cannot_be_read_it_is_printed_why(kind: str):
    reading = judge(Record(BAD[kind], 250, kind, "a test"), [])
    pdf = report(reading)
    assert faults(pdf) == []
    reasons = [value.reason for value in reading.ranges.values() if value.value is None]
    assert reasons
    there = all_words(pdf)
    assert all(told(line.text[1:], there) for line in reading.lines if line.topic != "conclusion")


def test_a_child_has_no_limits_and_an_unknown_sex_the_wider_ones():
    child = judge(Record(beats(), 250, "child", "a test", Metadata(7, "male")), [])
    assert told("No limits for this age", all_words(report(child)))
    unknown = judge(Record(beats(), 250, "unknown", "a test", Metadata(50)), [])
    assert told("sex not known: the wider limits", all_words(report(unknown)).replace("Sex", "sex"))


@pytest.mark.parametrize("lines", [0, 8, 16, 24])
def test_the_table_by_lead_stands_in_one_piece(library: dict[str, Reading], lines: int):
    reading = next(iter(library.values()))
    more = tuple(Line("other", f"one more line, number {k}", "measured") for k in range(lines))
    pages = printed(report(replace(reading, lines=reading.lines + more)))
    places = [(number, word) for number, page in enumerate(pages[1:]) for word in page.words]
    title = next((number, word) for number, word in places if word.text == "J+60")
    rows = [
        (number, word.left)
        for number, word in places
        if word.text in LEADS and number == title[0] and word.top > title[1].top and word.left < title[1].left
    ]
    assert len({left for _, left in rows if abs(left - rows[0][1]) < 1}) == 1
    assert sum(abs(left - rows[0][1]) < 1 for _, left in rows) >= len(LEADS)
