"""The examples in the docstrings of the names that a program begins with; what they print is what they say."""

from __future__ import annotations

import doctest
import sys
from typing import Any

import pytest

from ecgnet.explain import explain
from ecgnet.inference import Predictor
from ecgnet.measure import measure
from ecgnet.quality import assess
from ecgnet.readers import read
from ecgnet.report import report
from ecgnet.trust import judge_trust
from ecgnet.windows import survey

PUBLIC = (read, Predictor, explain, judge_trust, measure, assess, report, survey)


@pytest.mark.parametrize("public", PUBLIC, ids=lambda public: public.__name__)
def test_example(public: Any, capsys: pytest.CaptureFixture[str]):
    module = sys.modules[public.__module__]
    finder = doctest.DocTestFinder(recurse=False)
    (example,) = finder.find(public, public.__name__, module, vars(module).copy())
    assert example.examples, f"{public.__name__} has no example"
    failed, _ = doctest.DocTestRunner().run(example)
    assert not failed, capsys.readouterr().out
