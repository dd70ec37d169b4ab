"""The map of ST deviations: a bar a lead, outwards where the segment is raised."""

from __future__ import annotations

import numpy as np

from ecgnet.figures import LIGHT
from ecgnet.figures.st_map import st_map


def bar(figure, lead: str):
    return next(trace for trace in figure.data if (trace.meta or {}).get("lead") == lead)


def test_a_raised_segment_points_outwards_and_a_lowered_one_inwards():
    figure = st_map({"II": 0.2, "aVL": -0.1}, LIGHT)
    for lead, grows in (("II", True), ("aVL", False)):
        radius = np.hypot(bar(figure, lead).x, bar(figure, lead).y)
        assert (radius[1] > radius[0]) == grows
        assert bar(figure, lead).line.color == (LIGHT.supports if grows else LIGHT.opposes)


def test_avr_is_drawn_turned_over():
    assert "−aVR +0.10" in st_map({"aVR": -0.1}, LIGHT).layout.meta["alt"]


def test_leads_that_are_not_there_have_no_bar_and_are_named():
    figure = st_map({}, LIGHT)
    assert "no lead measured" in figure.layout.meta["alt"]
    assert sum("V3" in str(note.text) for note in figure.layout.annotations) == 1
