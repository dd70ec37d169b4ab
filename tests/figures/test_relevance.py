"""Grids, curves and coloured beats show the numbers they were given."""

from __future__ import annotations

import numpy as np
import pytest

from ecgnet.explain import WAVES
from ecgnet.figures import DARK, LIGHT
from ecgnet.figures.beat_relevance import beat_relevance
from ecgnet.figures.relevance import map_curves, patient_curves, relevance_grid
from ecgnet.record import LEADS

TIMES = np.arange(-75, 151) * 0.004
MARKS = {"p_onset": -0.2, "p_offset": -0.1, "qrs_onset": -0.05, "qrs_offset": 0.05}


def grid(values: np.ndarray, **how):
    about = {"title": "Sums", "ends": ("against MI", "for MI"), "unit": "log-odds"} | how
    return relevance_grid(values, LEADS, columns=WAVES, theme=LIGHT, **about)


@pytest.fixture
def sums():
    values = np.zeros((12, 6))
    values[7, 2], values[1, 0] = 1.5, -0.75
    return values


def numbers(figure) -> dict[tuple[str, str], str]:
    notes = [note for note in figure.layout.annotations if note.name == "number"]
    return {(note.y, note.x): note.text for note in notes}


def test_the_grid_is_even_about_zero_and_has_a_number_in_each_cell(sums):
    figure = grid(sums)
    heat = figure.data[0]
    assert (heat.zmin, heat.zmax) == (-1.5, 1.5)
    assert heat.colorbar.ticktext == ("against MI", "0", "for MI")
    shown = numbers(figure)
    assert len(shown) == 72
    assert (shown["V2", "QRS"], shown["II", "P"], shown["I", "T"]) == ("+1.50", "−0.75", "0")


def test_the_grid_describes_its_strongest_cells(sums):
    alt = grid(sums).layout.meta["alt"]
    assert alt.startswith("Sums: strongest V2 QRS +1.50, II P −0.75")


def test_what_is_written_may_differ_from_what_is_coloured(sums):
    written = np.full((12, 6), 0.9)
    written[7, 2] = 0.34
    sums[3, 3] = written[3, 3] = np.nan
    shown = numbers(grid(sums, written=written, scale=0.5))
    assert (shown["V2", "QRS"], shown["I", "P"], shown["aVR", "ST"]) == ("0.34", "0.90", "–")


def test_a_grid_of_nothing_can_be_drawn():
    assert grid(np.zeros((12, 6))).data[0].zmax == 1.0


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_each_lead_has_its_beat_and_its_colours_lie_on_it(theme):
    signal, values = np.zeros((12, len(TIMES))), np.zeros((12, len(TIMES)))
    signal[7] = np.exp(-((TIMES / 0.03) ** 2))
    values[7, 70:80] = 2.0
    figure = beat_relevance(TIMES, signal, values=values, theme=theme, target="MI", count=9, marks=MARKS)
    line = next(trace for trace in figure.data if trace.meta["kind"] == "beat")
    assert len(line.y) == 12 * (len(TIMES) + 1)
    full = next(t for t in figure.data if t.meta == {"kind": "relevance", "sign": 1, "level": 2})
    beat = slice(7 * (len(TIMES) + 1), 8 * (len(TIMES) + 1) - 1)
    places = set(zip(line.x[beat], line.y[beat], strict=True))
    drawn = [(x, y) for x, y in zip(full.x, full.y, strict=True) if np.isfinite(x)]
    assert len(drawn) == 10
    assert set(drawn) <= places
    assert figure.layout.yaxis.scaleratio == pytest.approx(0.4)  # 0.2 s are as long as 0.5 mV are high
    assert {t.meta["wave"] for t in figure.data if t.meta["kind"] == "wave"} == {"P", "QRS"}
    assert "9 beats" in figure.layout.meta["alt"]
    assert "V2" in figure.layout.meta["alt"]


def test_nothing_against_has_no_legend():
    values = np.zeros((12, len(TIMES)))
    values[0, 75] = 1.0
    figure = beat_relevance(TIMES, np.zeros_like(values), values=values, theme=LIGHT, target="MI", count=2)
    assert [t.name for t in figure.data if t.showlegend] == ["speaks for MI"]


def test_the_maps_curve_stands_beside_the_random_ones():
    share, curve = np.linspace(0, 1, 11), np.linspace(0.9, 0.1, 11) ** 2
    random = np.tile(np.linspace(0.8, 0.1, 11), (4, 1))
    figure = map_curves(
        share, curve, random=random, theme=LIGHT, title="Taken away", across="Pieces (%)", target="MI"
    )
    assert [t.name for t in figure.data].count("random order") == 4
    np.testing.assert_allclose(figure.data[-1].x, 100 * share)
    np.testing.assert_allclose(figure.data[-1].y, curve)
    assert "0.25 in the map's order, 0.45 in random order" in figure.layout.meta["alt"]


def test_a_line_for_each_sex_and_a_mark_for_this_patient():
    ages = np.arange(20, 96, 5)
    lines = {"female": np.linspace(0.2, 0.4, 16), "male": np.linspace(0.3, 0.5, 16)}
    figure = patient_curves(ages, lines, theme=DARK, target="HYP", threshold=0.35, here=(60.0, 0.31))
    assert [t.name for t in figure.data] == ["female", "male", "threshold", "this patient"]
    assert "female 0.20 at 20 and 0.40 at 95 years" in figure.layout.meta["alt"]
