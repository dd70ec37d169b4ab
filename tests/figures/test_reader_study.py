"""A reader study in two pictures."""

from __future__ import annotations

import pytest

from ecgnet.figures import LIGHT
from ecgnet.figures.reader_study import changes_figure

KINDS = ("all cases", "ECGNet shown right", "ECGNet shown wrong")


@pytest.mark.parametrize(("harmed", "step"), [((0, 0, 0), 1), ((3, 0, 3), 1), ((40, 20, 20), None)])
def test_no_number_of_answers_stands_on_its_axis_twice(harmed: tuple[int, ...], step: int | None):
    axis = changes_figure(KINDS, harmed, wrong_right=(1, 1, 0), theme=LIGHT).layout.xaxis
    assert axis.dtick == step
    assert axis.range[1] > max(*harmed, 1)
