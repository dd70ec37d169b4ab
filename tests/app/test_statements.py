"""The statements below the models' answers."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from ecgnet.statements import STATEMENTS


def page(prediction) -> None:  # read apart from this file: no names of its own
    from ecgnet.ui.record.scp import stated

    stated(prediction)


def words(stated: dict[str, float], threshold: float) -> list[str]:
    """What is written for a model that makes these statements."""
    prediction = SimpleNamespace(
        stated=stated, statement_thresholds=np.full(len(STATEMENTS), threshold, float)
    )
    app = AppTest.from_function(page, args=(prediction,)).run()
    assert not app.exception
    return [element.value for element in (*app.markdown, *app.caption)]


def test_a_statement_stands_under_its_superclass_with_its_probability():
    assert any(
        "**CD:** complete right bundle branch block 0.93" in line for line in words({"CRBBB": 0.93}, 0.5)
    )


@pytest.mark.parametrize(("threshold", "said"), [(0.5, True), (np.inf, False)])
def test_that_none_is_reached_is_said_of_a_model_with_thresholds_only(threshold: float, said: bool):
    assert ("No statement reaches its threshold." in words({}, threshold)) is said
