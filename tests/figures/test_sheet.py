"""The sheet is paper: squares, proportion and calibration are what the controls say, and what was not recorded is said."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ecgnet.figures import DARK, LIGHT, Caliper, Highlight, TimeAttention, ecg_sheet
from ecgnet.measure import Beats
from ecgnet.paper import AS_RECORDED
from ecgnet.record import LEADS, Record
from ecgnet.signal import DisplayFilter


def make_record(fs: float = 100, seconds: float = 10, gain: float = 1.0) -> Record:
    t = np.arange(round(fs * seconds)) / fs
    signal = np.stack([gain * (0.2 + 0.05 * k) * np.sin(2 * np.pi * (1 + 0.1 * k) * t) for k in range(12)])
    return Record(signal, fs, "made up", "test")


def without(record: Record, *leads: str) -> Record:
    signal = record.signal.copy()
    signal[[LEADS.index(lead) for lead in leads]] = np.nan
    return Record(signal, record.fs, record.id, record.source)


def notes(figure) -> list[str]:
    return [note.text for note in figure.layout.annotations]


def of_kind(figure, kind):
    return [trace for trace in figure.data if (trace.meta or {}).get("kind") == kind]


LAYOUTS = ("3x4", "6x2", "12x1")


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_the_squares_are_those_of_paper_and_a_millivolt_is_as_long_as_400_ms(layout, theme):
    drawn = ecg_sheet(make_record(), theme, settings=replace(AS_RECORDED, layout=layout)).layout
    assert (drawn.xaxis.minor.dtick, drawn.xaxis.dtick) == (0.04, 0.2)
    assert (drawn.yaxis.minor.dtick, drawn.yaxis.dtick) == (0.1, 0.5)
    assert (drawn.yaxis.scaleanchor, drawn.yaxis.scaleratio) == ("x", 0.4)
    assert drawn.meta["alt"].endswith(".")


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("width", [700, 1100])
def test_the_height_fits_the_paper(layout, width):
    drawn = ecg_sheet(make_record(), LIGHT, width=width, settings=replace(AS_RECORDED, layout=layout)).layout
    across, up = np.diff(drawn.xaxis.range)[0], np.diff(drawn.yaxis.range)[0]
    second = (width - drawn.margin.l - drawn.margin.r) / across
    millivolt = (drawn.height - drawn.margin.t - drawn.margin.b) / up
    assert millivolt == pytest.approx(0.4 * second, rel=0.005)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_each_row_has_a_pulse_of_1_mv_and_200_ms_on_whole_squares(layout):
    figure = ecg_sheet(make_record(), LIGHT, settings=replace(AS_RECORDED, layout=layout))
    (pulse,) = of_kind(figure, "calibration")
    rows = {trace.meta["offset"] for trace in (*of_kind(figure, "lead"), *of_kind(figure, "rhythm"))}
    x, y = np.asarray(pulse.x).reshape(-1, 7), np.asarray(pulse.y).reshape(-1, 7)
    assert set(y[:, 0]) == rows
    np.testing.assert_allclose(y[:, 2] - y[:, 1], 1)
    np.testing.assert_allclose(x[:, 3] - x[:, 2], 0.2)
    assert all((2 * row) % 1 == 0 for row in rows)
    assert np.nanmax(x) < 0


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(
    ("fs", "seconds", "start"), [(100, 10, 0), (500, 10, 0), (257, 30, 7.3), (100, 4, 0)]
)
def test_each_lead_is_there_once_at_its_time_with_its_amplitude(layout, fs, seconds, start):
    record = make_record(fs, seconds)
    figure = ecg_sheet(record, LIGHT, start=start, settings=replace(AS_RECORDED, layout=layout))
    assert tuple(sorted(trace.name for trace in of_kind(figure, "lead"))) == tuple(sorted(LEADS))
    assert len(of_kind(figure, "rhythm")) == (layout == "3x4")
    for trace in (*of_kind(figure, "lead"), *of_kind(figure, "rhythm")):
        lead = record.lead(trace.name.split()[0])
        first = round(trace.x0 * fs)
        assert trace.x0 == pytest.approx(first / fs)
        assert trace.dx == pytest.approx(1 / fs)
        piece = lead[first : first + len(trace.y)]
        np.testing.assert_allclose(trace.y, piece + trace.meta["offset"], atol=2e-6)
        np.testing.assert_array_equal(trace.customdata, piece)
    names = [note.text for note in figure.layout.annotations]
    assert all(f"<b>{lead}</b>" in names for lead in LEADS)


def test_columns_follow_one_another_without_gap_or_overlap():
    figure = ecg_sheet(make_record(), LIGHT)
    row = [trace for trace in of_kind(figure, "lead") if trace.meta["offset"] == 0]
    assert [trace.name for trace in row] == ["I", "aVR", "V1", "V4"]
    assert [trace.x0 for trace in row] == [0, 2.5, 5, 7.5]
    assert sum(len(trace.y) for trace in row) == 1000


def test_a_window_past_the_end_shows_the_last_ten_seconds():
    figure = ecg_sheet(make_record(100, 30), LIGHT, start=99, settings=replace(AS_RECORDED, layout="12x1"))
    assert {trace.x0 for trace in of_kind(figure, "lead")} == {20.0}


def test_tall_leads_get_rows_further_apart_in_whole_squares():
    def gaps(gain):
        traces = of_kind(
            ecg_sheet(make_record(gain=gain), LIGHT, settings=replace(AS_RECORDED, layout="12x1")), "lead"
        )
        return -np.diff([trace.meta["offset"] for trace in traces])

    assert (gaps(0.3) == 1.5).all()
    assert (gaps(4) > 1.5).any()
    np.testing.assert_array_equal(gaps(4) * 2 % 1, 0)


def test_an_unknown_layout_is_refused():
    with pytest.raises(ValueError, match="layout"):
        ecg_sheet(make_record(), LIGHT, settings=replace(AS_RECORDED, layout="2x6"))


@pytest.mark.parametrize("fs", [100, 500])
def test_the_highlight_lies_on_the_trace_where_the_attribution_is(fs):
    record = make_record(fs, 30)
    values = np.zeros((12, 1000))
    values[LEADS.index("V2"), 300:320] = 1.0
    values[LEADS.index("aVL"), 500:520] = -0.7
    figure = ecg_sheet(
        record,
        LIGHT,
        start=10,
        highlight=Highlight(values, 100, "MI", start=10),
        settings=replace(AS_RECORDED, layout="12x1"),
    )
    offsets = {trace.name: trace.meta["offset"] for trace in of_kind(figure, "lead")}
    for sign, lead, begin in ((1, "V2", 13.0), (-1, "aVL", 15.0)):
        traces = [trace for trace in of_kind(figure, "highlight") if trace.meta["sign"] == sign]
        x = np.concatenate([trace.x for trace in traces])
        y = np.concatenate([trace.y for trace in traces])
        x, y = x[np.isfinite(x)], y[np.isfinite(x)]
        assert begin - 0.05 < x.min() < begin + 0.01
        assert begin + 0.18 < x.max() < begin + 0.25
        np.testing.assert_allclose(
            y, record.lead(lead)[np.round(x * fs).astype(int)] + offsets[lead], atol=1e-5
        )
    assert {trace.name for trace in figure.data if trace.showlegend} == {"speaks for MI", "speaks against MI"}


def test_an_attribution_of_nothing_draws_nothing():
    figure = ecg_sheet(make_record(), LIGHT, highlight=Highlight(np.zeros((12, 1000)), 100, "MI"))
    assert not any(np.isfinite(trace.x).any() for trace in of_kind(figure, "highlight"))


def test_a_sensitivity_is_neither_for_nor_against():
    values = np.zeros((12, 1000))
    values[0, 300:320] = 1.0
    words = "is sensitive for", "is sensitive for"
    figure = ecg_sheet(make_record(), LIGHT, highlight=Highlight(values, 100, "MI", words=words))
    assert {trace.name for trace in figure.data if trace.showlegend} == {"is sensitive for MI"}
    assert "coloured where it is sensitive for MI" in figure.layout.meta["alt"]


def test_attention_over_time_keeps_its_place():
    weights = np.arange(1, 33) / np.arange(1, 33).sum()
    centres = (np.arange(32) + 0.5) * 10 / 32
    figure = ecg_sheet(make_record(), DARK, time_attention=TimeAttention(weights, centres))
    (band,) = of_kind(figure, "attention")
    np.testing.assert_allclose(band.x, np.arange(33) * 10 / 32)
    np.testing.assert_allclose(band.z, weights[None])
    assert figure.layout.yaxis.range[0] <= band.y[0] < band.y[1]


@pytest.mark.parametrize("speed", [12.5, 25, 50])
@pytest.mark.parametrize("gain", [5, 10, 20])
def test_squares_are_millimetres_whatever_the_controls_say(speed, gain):
    figure = ecg_sheet(make_record(100, 30), LIGHT, settings=replace(AS_RECORDED, speed=speed, gain=gain))
    drawn = figure.layout
    assert drawn.xaxis.minor.dtick * speed == pytest.approx(1)
    assert drawn.xaxis.dtick * speed == pytest.approx(5)
    assert drawn.yaxis.minor.dtick * gain == pytest.approx(1)
    assert drawn.yaxis.dtick * gain == pytest.approx(5)
    assert drawn.yaxis.scaleratio == pytest.approx(gain / speed)  # square squares
    assert f"{speed:g} mm/s {gain:g} mm/mV unfiltered (to 50 Hz)" in notes(figure)
    (rhythm,) = of_kind(figure, "rhythm")
    assert len(rhythm.y) * rhythm.dx * speed == pytest.approx(250)  # mm of paper


@pytest.mark.parametrize("speed", [12.5, 25, 50])
def test_the_pulse_is_200_ms_and_rises_on_a_large_square_at_any_speed(speed):
    (pulse,) = of_kind(
        ecg_sheet(make_record(), LIGHT, settings=replace(AS_RECORDED, speed=speed)), "calibration"
    )
    x = np.asarray(pulse.x).reshape(-1, 7)
    np.testing.assert_allclose(x[:, 3] - x[:, 2], 0.2)
    squares = x[:, 2] * speed / 5
    np.testing.assert_allclose(squares, np.round(squares))
    assert np.nanmax(x) < 0


@pytest.mark.parametrize("layout", LAYOUTS)
def test_cabrera_order_turns_avr_round_and_says_so(layout):
    record = make_record()
    figure = ecg_sheet(record, LIGHT, settings=replace(AS_RECORDED, layout=layout, order="cabrera"))
    leads = sorted(
        of_kind(figure, "lead"), key=lambda t: (t.x0, -t.meta["offset"])
    )  # down the columns, from left to right
    assert [trace.name for trace in leads] == ["aVL", "I", "−aVR", "II", "aVF", "III", *LEADS[6:]]
    turned = next(trace for trace in leads if trace.name == "−aVR")
    first = round(turned.x0 * 100)
    piece = record.lead("aVR")[first : first + len(turned.y)]
    np.testing.assert_array_equal(turned.customdata, -piece)
    assert "<b>−aVR</b>" in notes(figure)


@pytest.mark.parametrize(("fs", "caption"), [(500, "0.05-150 Hz"), (100, "0.05-50 Hz")])
def test_the_paper_says_which_filter_it_shows(fs, caption):
    display = DisplayFilter("0.05-150")
    record = make_record(fs)
    figure = ecg_sheet(record, LIGHT, settings=replace(AS_RECORDED, layout="12x1", display=display))
    assert f"25 mm/s 10 mm/mV {caption}" in notes(figure)
    (trace,) = [t for t in of_kind(figure, "lead") if t.name == "V2"]
    np.testing.assert_allclose(trace.customdata, display.apply(record.signal, fs)[7], atol=1e-6)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_what_was_not_recorded_is_left_blank_and_said(layout):
    figure = ecg_sheet(
        without(make_record(), "V1", "aVF"), LIGHT, settings=replace(AS_RECORDED, layout=layout)
    )
    drawn = {trace.name for trace in of_kind(figure, "lead")}
    assert drawn == set(LEADS) - {"V1", "aVF"}
    assert {"V1: not recorded", "aVF: not recorded", "<b>V1</b>"} <= set(notes(figure))
    said = figure.layout.meta["alt"].partition("Not recorded: ")[2]
    assert set(said.rstrip(".").split(", ")) == {"V1", "aVF"}


def test_one_lead_alone_is_drawn_and_is_the_rhythm_strip():
    figure = ecg_sheet(without(make_record(), *(lead for lead in LEADS if lead != "V3")), LIGHT)
    assert [trace.name for trace in of_kind(figure, "lead")] == ["V3"]
    assert [trace.name for trace in of_kind(figure, "rhythm")] == ["V3 rhythm"]


@pytest.mark.parametrize("band", ["raw", "0.05-150", "0.5-40"])
def test_a_gap_is_a_gap_in_the_trace(band):
    signal = make_record().signal.copy()
    signal[:, 300:340] = np.nan
    figure = ecg_sheet(
        Record(signal, 100, "gap", "test"),
        LIGHT,
        settings=replace(AS_RECORDED, layout="12x1", display=DisplayFilter(band)),
    )
    for trace in of_kind(figure, "lead"):
        assert np.isnan(trace.y[300:340]).all()
        assert np.isfinite(np.delete(trace.y, np.s_[300:340])).all()


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_spike_of_20_mv_does_not_blow_up_the_paper_and_is_said(layout):
    signal = make_record().signal.copy()
    signal[0, 100] = 20
    figure = ecg_sheet(
        Record(signal, 100, "spike", "test"), LIGHT, settings=replace(AS_RECORDED, layout=layout)
    )
    assert any(text.startswith("I leaves the paper") and "20.0 mV" in text for text in notes(figure))
    assert np.diff(figure.layout.yaxis.range)[0] < 60  # mV


@pytest.mark.parametrize("signal", [np.zeros((12, 1000)), np.full((12, 2), 0.3)], ids=["zeros", "short"])
def test_a_flat_or_tiny_record_is_still_drawn(signal):
    figure = ecg_sheet(
        Record(signal, 100, "flat", "test"), LIGHT, settings=replace(AS_RECORDED, layout="12x1")
    )
    assert len(of_kind(figure, "lead")) == 12


@pytest.mark.parametrize("layout", LAYOUTS)
def test_beat_marks_stand_where_the_measurements_say(layout):
    nan = np.nan
    beats = Beats(
        r=[1.0, 2.0],
        p_onset=[0.80, nan],
        p_offset=[0.90, nan],
        qrs_onset=[0.95, 1.95],
        qrs_offset=[1.05, 2.05],
        t_onset=[nan, nan],
        t_peak=[nan, nan],
        t_offset=[1.40, nan],
        dominant=[True, True],
    )
    figure = ecg_sheet(make_record(), LIGHT, beats=beats, settings=replace(AS_RECORDED, layout=layout))
    marks = {trace.meta["wave"]: trace for trace in of_kind(figure, "beats")}
    places = {wave: {round(t, 3) for t in trace.x[np.isfinite(trace.x)]} for wave, trace in marks.items()}
    assert places == {"P": {0.8, 0.9}, "QRS": {0.95, 1.05, 1.95, 2.05}, "T": {1.4}, "R": {1.0, 2.0}}
    assert "R 2.000 s, 1000 ms after the last, 60/min" in marks["R"].customdata


def test_a_caliper_is_exact_to_the_sample():
    record = make_record(500)
    caliper = Caliper.at(record, "V2", start=1.2004, end=2.0127)
    assert (caliper.start, caliper.end) == (1.2, 2.012)
    assert caliper.milliseconds == pytest.approx(812)
    assert caliper.millivolts == pytest.approx(record.lead("V2")[1006] - record.lead("V2")[600], abs=1e-6)
    assert caliper.words.startswith("V2: 812 ms, ")
    assert caliper.words.endswith("73.9/min")


def test_a_caliper_is_drawn_on_its_lead():
    record = make_record()
    caliper = Caliper.at(record, "V2", start=1, end=2)
    figure = ecg_sheet(record, LIGHT, caliper=caliper, settings=replace(AS_RECORDED, layout="12x1"))
    (drawn,) = of_kind(figure, "caliper")
    offset = next(t.meta["offset"] for t in of_kind(figure, "lead") if t.name == "V2")
    assert drawn.y[1] == pytest.approx(offset + caliper.first)
    assert f"<b>{caliper.words}</b>" in notes(figure)
    assert not of_kind(
        ecg_sheet(record, LIGHT, caliper=caliper, settings=replace(AS_RECORDED, layout="3x4")), "caliper"
    )  # V2 is seen from 5 s on there


def test_a_caliper_over_one_moment_has_no_rate_and_over_a_gap_no_height():
    assert "/min" not in Caliper.at(make_record(), "I", start=3, end=3).words
    assert "not recorded" in Caliper.at(without(make_record(), "I"), "I", start=3, end=4).words


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_a_saved_image_carries_the_notice_on_the_page_s_colour(theme):
    figure = ecg_sheet(make_record(), theme)
    assert "Research use only, not a diagnosis." in notes(figure)
    assert figure.layout.paper_bgcolor == theme.background


@pytest.mark.parametrize("wrong", [{"order": "random"}, {"speed": 0}, {"gain": -1}])
def test_controls_without_sense_are_refused(wrong):
    with pytest.raises(ValueError, match=r"order must|above 0"):
        ecg_sheet(make_record(), LIGHT, settings=replace(AS_RECORDED, **wrong))
