"""The pages of the Python interface, made from the docstrings."""

from __future__ import annotations

import runpy
import warnings
from pathlib import Path

import pytest

from ecgnet.folders import ROOT


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Their folder; any warning of the tool, such as a name that does not resolve, is an error."""
    folder = tmp_path_factory.mktemp("python")
    script = runpy.run_path(str(ROOT / "docs/python_interface.py"))
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        script["build"](folder)
    return folder


@pytest.mark.parametrize(
    ("page", "name"),
    [
        ("ecgnet", "Predictor"),
        ("ecgnet/readers", "read"),
        ("ecgnet/explain", "explain"),
        ("ecgnet/trust", "judge_trust"),
        ("ecgnet/measure", "measure"),
        ("ecgnet/quality", "assess"),
        ("ecgnet/report", "report"),
        ("ecgnet/windows", "survey"),
    ],
)
def test_public_name_has_its_place_and_its_example(pages: Path, page: str, name: str):
    html = (pages / f"{page}.html").read_text("utf-8")
    section = html[html.index(f'id="{name}"') :]
    assert "&gt;&gt;&gt; " in section[: section.find("</section>")]


def test_app_and_training_are_left_out(pages: Path):
    assert not (pages / "ecgnet/ui.html").exists() and not (pages / "ecgnet/training.html").exists()
    assert "not a diagnosis" in (pages / "ecgnet.html").read_text("utf-8")
