"""The printed page, measured in the PDF itself: its content stream is read back in millimetres."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf.generic import NameObject, StreamObject

from ecgnet import weights
from ecgnet.__main__ import main
from ecgnet.electrodes import corrected
from ecgnet.inference import Prediction, Predictor
from ecgnet.judge import Reading, judge
from ecgnet.leads import exchange
from ecgnet.models import DEFAULT
from ecgnet.paper import AS_RECORDED
from ecgnet.record import LEADS, Identity, Metadata, Record
from ecgnet.report import PAGES, _page, report, what_moved
from ecgnet.report._letters import HELVETICA, Face, face_for, main_face, usual_face, visual
from ecgnet.report.files import judged_report, report_path
from ecgnet.signal import DisplayFilter

MM = 25.4 / 72
LABELS = ("NORM", "MI", "STTC", "CD", "HYP")
TEXTS = re.compile(rb"\((?:\\.|[^\\)])*\)", re.DOTALL)
LINES = re.compile(rb"^[-\d. mlS]+\n", re.MULTILINE)
"""In a page's content: its texts, and the rows that draw its lines."""


@dataclass
class Drawing:
    """What a page draws, in mm from its lower left corner: paths as (n, 2) with their pen's width, rectangles as (x, y,
    width, height), and where each text begins."""

    size: tuple[float, float]
    paths: list[tuple[float, np.ndarray]] = field(default_factory=list)
    rectangles: list[tuple[float, ...]] = field(default_factory=list)
    texts: list[tuple[float, float]] = field(default_factory=list)

    def lines(self, width: float, upright: bool) -> np.ndarray:
        """Places of the straight upright (or level) lines of one pen, ascending."""
        axis = 0 if upright else 1
        pairs = [p for w, p in self.paths if len(p) == 2 and abs(w - width) < 0.01]
        return np.unique([p[0, axis] for p in pairs if p[0, axis] == p[1, axis]])

    def pulses(self) -> list[np.ndarray]:
        """The calibration pulses, the only lines of six points."""
        return [p for _, p in self.paths if len(p) == 6]

    def traces(self) -> list[np.ndarray]:
        """The strips, from the top of the page down."""
        return sorted(
            (p for _, p in self.paths if len(p) > 6), key=lambda p: (-round(np.median(p[:, 1])), p[0, 0])
        )


def operations(page: pypdf.PageObject) -> Iterator[tuple[list[float], str]]:
    """What a page draws, by operator, with its numbers; texts and names left out. pypdf's own takes a second a page."""
    numbers = []
    for token in TEXTS.sub(b"", page.get_contents().get_data()).decode("latin-1").split():
        if token[0] in "-.0123456789":
            numbers.append(float(token))
        elif token[0] != "/":
            yield numbers, token
            numbers = []


def drawn(pdf: bytes, number: int = 0) -> Drawing:
    page = pypdf.PdfReader(io.BytesIO(pdf)).pages[number]
    drawing = Drawing((float(page.mediabox.width) * MM, float(page.mediabox.height) * MM))
    width, path, kept = 0.2, [], []
    for operands, operator in operations(page):
        numbers = [value * MM for value in operands]
        match operator:
            case "q":
                kept.append(width)
            case "Q":
                width = kept.pop()
            case "cm":
                raise AssertionError("a transformation would make these millimetres untrue")
            case "w":
                width = numbers[0]
            case "m":
                path = [numbers]
            case "l":
                path.append(numbers)
            case "S":
                drawing.paths.append((width, np.array(path)))
            case "re":
                drawing.rectangles.append(tuple(numbers))
            case "Td":
                drawing.texts.append(tuple(numbers))
    return drawing


def without_lines(pdf: bytes) -> bytes:
    """The pages without their lines, of which an ECG has twenty thousand: their words are then read quickly."""
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf))
    for page in writer.pages:
        content = StreamObject()
        content.set_data(LINES.sub(b"", page.get_contents().get_data()))
        page[NameObject("/Contents")] = writer._add_object(content)
    kept = io.BytesIO()
    writer.write(kept)
    return kept.getvalue()


def words(page: pypdf.PageObject) -> str:
    """The words of a page, read without its lines."""
    content = StreamObject()
    content.set_data(LINES.sub(b"", page.get_contents().get_data()))
    page[NameObject("/Contents")] = content
    return page.extract_text()


def read(pdf: bytes) -> str:
    """The words of all pages."""
    return "\n".join(words(page) for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)


@cache
def bare(record: Record) -> Reading:
    """A reading for which no model was asked."""
    return judge(record, [])


def answered(record: Record, *predictions: Prediction) -> Reading:
    """A reading with made-up answers, the first of them the leading one."""
    states = {answer.model: answer.states for answer in predictions}
    return replace(
        bare(record),
        predictions=predictions,
        states=states[predictions[0].model],
        states_by_model=states,
        requested=bare(record).unreadable is not None,
    )


def printed(record: Record, *predictions: Prediction, **options: object) -> bytes:
    """The report on a record, with these answers."""
    return report(answered(record, *predictions) if predictions else bare(record), **options)


def prediction(model: str, **changes: object) -> Prediction:
    given = {
        "model": model,
        "labels": LABELS,
        "logits": np.zeros(5),
        "probabilities": np.array([0.07, 0.81, 0.62, 0.13, 0.24]),
        "thresholds": np.array([0.4, 0.3, 0.35, 0.3, 0.25]),
        "statements": np.zeros(71),
        "weights_id": f"{model}@0123456789ab",
        "device": "CPU",
        "milliseconds": 1.0,
    }
    return Prediction(**(given | changes))


@pytest.fixture(scope="module")
def ticking() -> Record:
    """A spike of 1 mV on every full second in every lead, on a flat line."""
    signal = np.zeros((12, 2000), np.float32)
    signal[:, ::200] = 1.0
    return Record(signal, 200, "ticking", "a clock", Metadata(63, "female"))


@pytest.mark.parametrize(("page", "width", "height"), [("A4", 297, 210), ("Letter", 279.4, 215.9)])
def test_the_page_has_its_size_and_lies_across(ticking: Record, page: str, width: float, height: float):
    assert drawn(printed(ticking, page=page)).size == pytest.approx((width, height), abs=0.01)


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("upright", [True, False])
def test_small_squares_are_1_mm_and_large_ones_5_mm(ticking: Record, page: str, upright: bool):
    drawing = drawn(printed(ticking, page=page))
    small, large = drawing.lines(0.08, upright), drawing.lines(0.2, upright)
    assert len(small) > 140
    assert np.abs(np.diff(small) - 1).max() < 0.01
    assert np.abs(np.diff(large) - 5).max() < 0.01
    assert np.abs(small - small[0] - np.arange(len(small))).max() < 0.01  # nor does it add up


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("layout", ["3x4", "6x2", "12x1"])
@pytest.mark.parametrize(("speed", "gain"), [(25, 10), (50, 20), (12.5, 5)])
def test_the_calibration_pulse_is_1_mv_high_and_200_ms_wide(
    ticking: Record, page: str, layout: str, speed: float, gain: float
):
    for pulse in drawn(
        printed(ticking, page=page, settings=replace(AS_RECORDED, layout=layout, speed=speed, gain=gain))
    ).pulses():
        foot, top = pulse[1], pulse[2]
        assert top[1] - foot[1] == pytest.approx(gain, abs=0.01)
        assert pulse[3, 0] - top[0] == pytest.approx(0.2 * speed, abs=0.01)


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(("speed", "gain"), [(25, 10), (50, 5), (12.5, 20)])
def test_a_second_and_a_millivolt_have_their_length(ticking: Record, page: str, speed: float, gain: float):
    strip = drawn(
        printed(ticking, page=page, settings=replace(AS_RECORDED, layout="12x1", speed=speed, gain=gain))
    ).traces()[0]
    zero = np.median(strip[:, 1])
    spikes = strip[strip[:, 1] > zero + 0.9 * gain]
    assert np.diff(spikes[:, 0]) == pytest.approx(speed, abs=0.01)
    assert spikes[:, 1] - zero == pytest.approx(gain, abs=0.01)


def test_the_traces_begin_on_a_heavy_line(ticking: Record):
    drawing = drawn(printed(ticking))
    assert np.abs(drawing.lines(0.2, upright=True) - drawing.traces()[0][0, 0]).min() < 0.01


@settings(max_examples=12, deadline=None)
@given(
    page=st.sampled_from(list(PAGES)),
    layout=st.sampled_from(["3x4", "6x2", "12x1"]),
    speed=st.sampled_from([12.5, 25, 50]),
    gain=st.sampled_from([5, 10, 20]),
    scale=st.sampled_from([0.1, 1.0, 8.0, 300.0]),
    offset=st.sampled_from([0.0, -4.0, 50.0]),
)
def test_nothing_lies_outside_the_page(
    page: str, layout: str, speed: float, gain: float, scale: float, offset: float
):
    noise = np.random.default_rng(1).normal(0, 1, (12, 1500)).astype(np.float32)
    record = Record(noise * scale + offset, 150, "W" * 300, "w" * 300, notes=("A note. " * 200,))
    answers = [prediction(f"{m}_fusion") for m in ("late", "early", "intermediate")]
    pdf = printed(
        record,
        *answers,
        page=page,
        explanation="words " * 300,
        settings=replace(AS_RECORDED, layout=layout, speed=speed, gain=gain),
    )
    drawing = drawn(pdf)
    width, height = drawing.size
    corners = [(x, y, x + w, y + h) for x, y, w, h in drawing.rectangles]
    points = np.concatenate(
        [*(p for _, p in drawing.paths), np.reshape(corners, (-1, 2)), np.array(drawing.texts)]
    )
    assert points.min() >= 0
    assert points[:, 0].max() <= width
    assert points[:, 1].max() <= height


def test_the_print_dialogue_is_asked_not_to_scale(ticking: Record):
    catalogue = pypdf.PdfReader(io.BytesIO(printed(ticking))).trailer["/Root"]
    assert catalogue["/ViewerPreferences"]["/PrintScaling"] == "/None"


def test_the_words_below_are_true_to_the_controls(ticking: Record):
    text = read(
        printed(
            ticking,
            settings=replace(
                AS_RECORDED,
                layout="6x2",
                order="cabrera",
                speed=50,
                gain=5,
                display=DisplayFilter("0.5-40", 50),
            ),
        )
    )
    assert (
        "50 mm/s · 5 mm/mV · 0.5-40 Hz, notch 50 Hz · 6 × 2, Cabrera order · 0.0 to 5.0 s of 10.0 s" in text
    )


def test_the_filter_changes_the_drawing_and_not_the_measurements(ticking: Record):
    hum = 0.1 * np.sin(2 * np.pi * 50 * np.arange(2000) / 200)
    noisy = replace(ticking, signal=ticking.signal + hum.astype(np.float32))
    raw, calm = (
        printed(noisy),
        printed(noisy, settings=replace(AS_RECORDED, display=DisplayFilter("raw", 50))),
    )
    quiet = slice(350, 390)  # between two spikes
    height = [np.ptp(drawn(pdf).traces()[-1][quiet, 1]) for pdf in (raw, calm)]
    assert height == pytest.approx([2, 0], abs=0.6)  # mm
    assert numbers_of(raw) == numbers_of(calm)


def numbers_of(pdf: bytes) -> list[str]:
    """The lines of the measurements."""
    starts = ("Heart rate", "PR", "QRS", "QT", "Rhythm")
    lines = read(pdf).splitlines()
    return [f"{a} {b}" for a, b in pairwise(lines) if a.startswith(starts)]


def test_a_normal_ecg_is_measured(synthetic_record: Record):
    assert any(
        line.startswith("Heart rate") and "/min" in line for line in numbers_of(printed(synthetic_record))
    )


@pytest.mark.parametrize(
    ("layout", "strips"), [("3x4", 13), ("6x2", 12), ("12x1", 12)], ids=["3x4", "6x2", "12x1"]
)
def test_every_lead_is_drawn(ticking: Record, layout: str, strips: int):
    pdf = printed(ticking, settings=replace(AS_RECORDED, layout=layout))
    assert len(drawn(pdf).traces()) == strips
    assert set(LEADS) <= set(read(pdf).split())


def test_cabrera_turns_avr_over(ticking: Record):
    strips = drawn(printed(ticking, settings=replace(AS_RECORDED, layout="12x1", order="cabrera"))).traces()
    upright = [np.max(p[:, 1]) - np.median(p[:, 1]) > 9 for p in strips]
    assert upright == [True, True, False, *[True] * 9]  # aVL, I, −aVR, …
    assert "−aVR" in read(printed(ticking, settings=replace(AS_RECORDED, order="cabrera")))


def test_a_missing_lead_is_left_blank_and_said(ticking: Record):
    signal = ticking.signal.copy()
    signal[LEADS.index("V3")] = np.nan
    pdf = printed(replace(ticking, signal=signal), settings=replace(AS_RECORDED, layout="12x1"))
    assert len(drawn(pdf).traces()) == 11
    assert "not recorded" in read(pdf)
    assert "11 of 12; without V3" in read(pdf)
    assert "The models need all 12 leads in full. Not recorded: lead V3." in read(pdf)


def test_a_gap_interrupts_the_trace(ticking: Record):
    signal = ticking.signal.copy()
    signal[0, 400:800] = np.nan
    first, second, *_ = drawn(
        printed(replace(ticking, signal=signal), settings=replace(AS_RECORDED, layout="12x1"))
    ).traces()
    assert second[0, 0] - first[-1, 0] == pytest.approx(2.005 * 25, abs=0.02)


def test_a_short_record_is_not_stretched(ticking: Record):
    pdf = printed(
        replace(ticking, signal=ticking.signal[:, :800]), settings=replace(AS_RECORDED, layout="12x1")
    )
    strip = drawn(pdf).traces()[0]
    assert np.ptp(strip[:, 0]) == pytest.approx(799 / 200 * 25, abs=0.01)
    assert "0.0 to 4.0 s of 4.0 s" in read(pdf)


def test_of_a_long_record_the_seconds_that_were_read_are_drawn(ticking: Record):
    long = replace(ticking, signal=np.tile(ticking.signal, (1, 6)))
    assert "24.5 to 34.5 s of 60.0 s" in read(printed(long))
    fast = replace(AS_RECORDED, speed=50)
    assert "27.5 to 32.5 s of 60.0 s" in read(printed(long, settings=fast, start=3))
    assert "29.5 to 34.5 s of 60.0 s" in read(printed(long, settings=fast, start=1e9))


def test_what_leaves_the_paper_is_said(ticking: Record):
    signal = ticking.signal.copy()
    signal[6, 777] = 40
    pdf = printed(replace(ticking, signal=signal), settings=replace(AS_RECORDED, layout="12x1"))
    assert "V1 reaches beyond the paper at 10 mm/mV." in read(pdf)


def test_a_far_off_baseline_is_taken_out_and_said(ticking: Record):
    signal = ticking.signal.copy()
    signal[10] += 3.2
    pdf = printed(replace(ticking, signal=signal))
    assert "V5: a baseline of +3.2 mV is taken out." in read(pdf)
    assert "beyond the paper" not in read(pdf)


def test_the_head_tells_patient_source_rate_and_date(ticking: Record):
    text = read(printed(ticking, made=datetime(2024, 5, 6)))
    for words in ("ticking", "63 years", "female", "a clock", "10 s at 200 Hz", "2024-05-06"):
        assert words in text
    assert "Research use only, not a diagnosis" in text


def test_identity_is_printed_only_when_asked_for(ticking: Record):
    named = replace(ticking, identity=Identity("Ada Example", "1954-02-03", "PID-77"))
    plain, asked = printed(named), printed(named, identity=True)
    for secret in ("Ada Example", "1954-02-03", "PID-77"):
        assert secret not in read(plain)
        assert secret in read(asked)
    assert all("Ada" not in str(v) for v in pypdf.PdfReader(io.BytesIO(asked)).metadata.values())


def test_the_default_model_answers_first_with_its_weights(ticking: Record):
    other = next(name for name in ("waveform_cnn", "early_fusion") if name != DEFAULT)
    text = read(printed(ticking, prediction(DEFAULT), prediction(other)))
    assert text.index("Late fusion") < text.index("Waveform: 1D-CNN" if other == "waveform_cnn" else "Early")
    assert {f"{other}@0123456789ab", f"{DEFAULT}@0123456789ab"} <= set(text.replace(",", " ").split())
    assert "81" in text.split()


def test_bars_are_as_long_as_the_probabilities_and_marked_at_the_thresholds(ticking: Record):
    drawing = drawn(printed(ticking, prediction(DEFAULT)))
    bars = [r for r in drawing.rectangles if abs(abs(r[3]) - 1.1) < 0.01]
    backs, fills = bars[::2], bars[1::2]
    assert [f[2] / b[2] for b, f in zip(backs, fills, strict=True)] == pytest.approx(
        [0.07, 0.81, 0.62, 0.13, 0.24], abs=0.002
    )
    marks = [p[0, 0] for w, p in drawing.paths if abs(w - 0.3) < 0.01 and np.ptp(p[:, 1]) < 2.1]
    assert [(m - b[0]) / b[2] for m, b in zip(marks, backs, strict=True)] == pytest.approx(
        [0.4, 0.3, 0.35, 0.3, 0.25], abs=0.002
    )


def test_the_explanation_is_printed(ticking: Record):
    assert "comes from V2 and V3" in read(
        printed(ticking, prediction(DEFAULT), explanation="It comes from V2 and V3.")
    )


@pytest.mark.parametrize(
    "name", ["Łukasz Żółć", "Ngô Đình Diệm", "Иван Ёжиков", "Ελένη Παπαδοπούλου", "Ægir Þórsson"]
)
def test_names_are_printed_in_their_letters(ticking: Record, name: str):
    assert name in read(printed(replace(ticking, identity=Identity(name)), identity=True))


def test_arabic_is_joined_and_runs_from_right_to_left():
    assert visual("محمد") == "ﺪﻤﺤﻣ"  # final dal, medial mim, medial hah, initial mim


def test_hebrew_runs_from_right_to_left_with_its_brackets_turned():
    assert visual("רבין (כהן)") == "(ןהכ) ןיבר"


@settings(max_examples=15, deadline=None)
@given(name=st.text(min_size=1, max_size=30))
def test_any_name_is_printed(ticking: Record, name: str):
    assert printed(replace(ticking, identity=Identity(name)), identity=True).startswith(b"%PDF")


def test_a_font_of_one_cut_is_embedded_once(ticking: Record, monkeypatch: pytest.MonkeyPatch):
    whole = main_face()
    only = Face(whole.regular, whole.regular, frozenset(map(ord, "洞")))
    monkeypatch.setattr(_page, "system_face", lambda _: only)
    named = replace(ticking, identity=Identity("洞"))
    assert printed(named, identity=True).count(b"/FontFile2") == printed(ticking).count(b"/FontFile2") + 1


def test_without_any_font_names_are_spelled_in_latin_letters(
    ticking: Record, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(_page, "face_for", lambda _: HELVETICA)
    monkeypatch.setattr(_page, "system_face", lambda _: None)
    text = read(printed(replace(ticking, identity=Identity("Žofie Жак")), identity=True))
    assert "Zofie ZheAKa" in text


def test_the_usual_letters_come_from_a_smaller_font_and_others_from_the_whole_one():
    usual, whole = face_for(frozenset(map(ord, "QTc ≥ 450 ms, Δ −µV"))), face_for(frozenset(map(ord, "Жак")))
    assert whole == main_face()
    assert usual.known < whole.known
    assert usual.regular.stat().st_size < 0.5 * whole.regular.stat().st_size


def test_a_page_is_printed_where_no_smaller_font_can_be_kept(
    ticking: Record, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    (tmp_path / "file").touch()
    monkeypatch.setenv("ECGNET_CACHE", str(tmp_path / "file"))
    usual_face.cache_clear()
    try:
        assert usual_face() == main_face()
    finally:
        usual_face.cache_clear()


def test_letters_come_with_the_installed_packages():
    face = main_face()
    assert face.regular is not None and "site-packages" in str(face.regular)
    assert {ord(letter) for letter in "ΩЖمאễ−°≥…"} <= face.known


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"page": "A5"}, "page must be one of A4, Letter"),
        ({"settings": replace(AS_RECORDED, layout="4x3")}, "layout must be one of"),
        ({"settings": replace(AS_RECORDED, order="random")}, "order must be one of"),
        ({"settings": replace(AS_RECORDED, speed=30)}, "speed must be one of 12.5, 25, 50 mm/s"),
        ({"settings": replace(AS_RECORDED, gain=11)}, "gain must be one of 5, 10, 20 mm/mV"),
    ],
)
def test_what_there_is_not_is_refused(ticking: Record, wrong: dict, message: str):
    with pytest.raises(ValueError, match=message):
        printed(ticking, **wrong)


def test_two_files_of_one_name_give_two_reports(tmp_path: Path):
    taken: set[Path] = set()
    paths = [report_path(tmp_path, file, taken=taken) for file in ("a/ecg 1.xml", "b/ecg 1.xml", "..")]
    assert [path.name for path in paths] == ["ecg-1.pdf", "ecg-1-2.pdf", "report.pdf"]


needs_weights = pytest.mark.skipif(
    "waveform_cnn" not in weights.available(), reason="weights/waveform_cnn.json is not there"
)


@needs_weights
def test_the_command_line_writes_a_page_for_each_file(
    tiny_ptbxl: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    files = [tiny_ptbxl / f"records100/00000/0000{k}_lr.hea" for k in (1, 2)]
    bad = tmp_path / "notes.txt"
    bad.write_text("this is no ECG")
    out = tmp_path / "printed"
    options = ("--out", str(out), "--page", "Letter", "--model", "waveform_cnn")
    assert main(["report", *map(str, [*files, bad]), *options]) == 1
    assert sorted(path.name for path in out.iterdir()) == ["00001_lr.pdf", "00002_lr.pdf"]
    pdf = (out / "00001_lr.pdf").read_bytes()
    assert drawn(pdf).size[0] == pytest.approx(279.4, abs=0.01)
    assert "%, waveform: " in read(pdf)
    assert "notes.txt" in capsys.readouterr().err


@needs_weights
def test_what_moved_the_answer_names_a_class_that_was_found_and_the_leads(synthetic_record: Record):
    predictor = Predictor("waveform_cnn")
    reading = judge(synthetic_record, [predictor])
    target = max(reading.found or LABELS, key=reading.prediction.probability)
    text = what_moved(predictor, reading)
    assert text.startswith(f"{target} {100 * reading.prediction.probability(target):.0f} %, waveform: ")
    assert any(lead in text for lead in LEADS)


@pytest.fixture(scope="module")
def noise() -> Record:
    return Record(np.random.default_rng(0).normal(0, 0.3, (12, 1000)), 100, "noise", "test")


def test_a_record_that_cannot_be_read_is_printed_without_an_answer_and_with_the_reason(noise: Record):
    text = read(printed(noise))
    assert "Not judged. No QRS complexes stand out" in " ".join(text.split())


def test_an_answer_on_request_keeps_its_warning(noise: Record):
    assert "judged on request, do not rely on it" in read(printed(noise, prediction(DEFAULT)))


def test_what_speaks_against_an_answer_is_printed_above_the_ecg(synthetic_record: Record):
    warnings = ("This ECG looks paced.", "The answer is among the least sure; read this ECG yourself.")
    reading = replace(answered(synthetic_record, prediction(DEFAULT)), warnings=warnings)
    first = words(pypdf.PdfReader(io.BytesIO(report(reading))).pages[0])
    assert all(warning in first for warning in warnings)


def test_a_report_on_noise_is_judged_only_anyway(noise: Record, monkeypatch: pytest.MonkeyPatch):
    asked = []
    monkeypatch.setattr("ecgnet.report.files.what_moved", lambda *about: "")
    monkeypatch.setattr(
        "ecgnet.judge.predict_together",
        lambda predictors, records: asked.append(records) or {DEFAULT: [prediction(DEFAULT)]},
    )
    predictors = [SimpleNamespace(name=DEFAULT, model=SimpleNamespace(card=None))]
    judged_report(noise, predictors)
    assert not asked
    judged_report(noise, predictors, anyway=True)
    assert asked


def test_the_report_says_which_version_is_printed(synthetic_record: Record):
    turned = replace(synthetic_record, signal=exchange(synthetic_record.signal, "RA/LA"))
    assert "Printed as recorded, not corrected" in " ".join(read(printed(turned)).split())
    text = read(printed(corrected(turned, "RA/LA"), version="Corrected by calculation (RA/LA exchanged)"))
    assert "Corrected by calculation (RA/LA exchanged)" in text
    assert "Printed as recorded" not in text
