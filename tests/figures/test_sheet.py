"""The sheet is paper: squares, proportion and calibration are those of 25 mm/s and 10 mm/mV."""

from __future__ import annotations

import numpy as np
import pytest

from ecgnet.figures import DARK, LIGHT, Highlight, TimeAttention, ecg_sheet
from ecgnet.record import LEADS, Record


def make_record(fs: float = 100, seconds: float = 10, gain: float = 1.0) -> Record:
    t = np.arange(round(fs * seconds)) / fs
    signal = np.stack([gain * (0.2 + 0.05 * k) * np.sin(2 * np.pi * (1 + 0.1 * k) * t) for k in range(12)])
    return Record(signal, fs, "made up", "test")


def of_kind(figure, kind):
    return [trace for trace in figure.data if (trace.meta or {}).get("kind") == kind]


LAYOUTS = ("3x4", "6x2", "12x1")


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_the_squares_are_those_of_paper_and_a_millivolt_is_as_long_as_400_ms(layout, theme):
    drawn = ecg_sheet(make_record(), theme, layout=layout).layout
    assert (drawn.xaxis.minor.dtick, drawn.xaxis.dtick) == (0.04, 0.2)
    assert (drawn.yaxis.minor.dtick, drawn.yaxis.dtick) == (0.1, 0.5)
    assert (drawn.yaxis.scaleanchor, drawn.yaxis.scaleratio) == ("x", 0.4)
    assert drawn.meta["alt"].endswith(".")


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("width", [700, 1100])
def test_the_height_fits_the_paper(layout, width):
    drawn = ecg_sheet(make_record(), LIGHT, layout=layout, width=width).layout
    across, up = np.diff(drawn.xaxis.range)[0], np.diff(drawn.yaxis.range)[0]
    second = (width - drawn.margin.l - drawn.margin.r) / across
    millivolt = (drawn.height - drawn.margin.t - drawn.margin.b) / up
    assert millivolt == pytest.approx(0.4 * second, rel=0.005)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_each_row_has_a_pulse_of_1_mv_and_200_ms_on_whole_squares(layout):
    figure = ecg_sheet(make_record(), LIGHT, layout=layout)
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
    figure = ecg_sheet(record, LIGHT, layout=layout, start=start)
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
    figure = ecg_sheet(make_record(100, 30), LIGHT, layout="12x1", start=99)
    assert {trace.x0 for trace in of_kind(figure, "lead")} == {20.0}


def test_tall_leads_get_rows_further_apart_in_whole_squares():
    def gaps(gain):
        traces = of_kind(ecg_sheet(make_record(gain=gain), LIGHT, layout="12x1"), "lead")
        return -np.diff([trace.meta["offset"] for trace in traces])

    assert (gaps(0.3) == 1.5).all()
    assert (gaps(4) > 1.5).any()
    np.testing.assert_array_equal(gaps(4) * 2 % 1, 0)


def test_an_unknown_layout_is_refused():
    with pytest.raises(ValueError, match="layout"):
        ecg_sheet(make_record(), LIGHT, layout="2x6")


@pytest.mark.parametrize("fs", [100, 500])
def test_the_highlight_lies_on_the_trace_where_the_attribution_is(fs):
    record = make_record(fs, 30)
    values = np.zeros((12, 1000))
    values[LEADS.index("V2"), 300:320] = 1.0
    values[LEADS.index("aVL"), 500:520] = -0.7
    figure = ecg_sheet(
        record, LIGHT, layout="12x1", start=10, highlight=Highlight(values, 100, "MI", start=10)
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


def test_attention_over_time_keeps_its_place():
    weights = np.arange(1, 33) / np.arange(1, 33).sum()
    centres = (np.arange(32) + 0.5) * 10 / 32
    figure = ecg_sheet(make_record(), DARK, time_attention=TimeAttention(weights, centres))
    (band,) = of_kind(figure, "attention")
    np.testing.assert_allclose(band.x, np.arange(33) * 10 / 32)
    np.testing.assert_allclose(band.z, weights[None])
    assert figure.layout.yaxis.range[0] <= band.y[0] < band.y[1]
