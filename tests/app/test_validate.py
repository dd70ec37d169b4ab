"""The page Validate on a small folder, and the site profile above every page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ecgnet.cards import Stamp
from ecgnet.models import DEFAULT
from ecgnet.site_profile import IN_USE, SiteProfile, Transform, limits_at, save_profile
from ecgnet.ui import predictors
from ecgnet.ui.validate import inputs
from ecgnet.weights import read_card
from tests.app.test_pages import said
from tests.archive.conftest import write_csv


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """One branch answers in place of the fusion."""
    monkeypatch.setattr(predictors, "default_model", lambda: "waveform_cnn")
    monkeypatch.setattr(inputs, "folders_may_be_read", lambda: True)


@pytest.fixture
def ecgs(tmp_path: Path) -> Path:
    for k, entry in enumerate(("imi", "norm_male")):
        write_csv(tmp_path / "ecgs" / f"{k}.csv", k, entry)
    return tmp_path / "ecgs"


@pytest.fixture
def profile_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    card = read_card(DEFAULT)
    shipped = card.state_limits
    limits = limits_at("Ward A", shipped.low, high=shipped.high, patients=120, refitted=())
    made = replace(Transform.identity(), offset=np.full(5, -12.0))
    profile = SiteProfile(
        "Ward A", "2026-11-27", DEFAULT, card.weights_id, card.stamp(Stamp.ANSWERS), "offset", ("MI",), made, limits,
        (), 120, 120, {"MI": 30},
    )  # fmt: skip
    path = save_profile(profile, tmp_path / "site.json")
    monkeypatch.setenv(IN_USE, str(path))
    return path


def test_a_folder_without_labels_says_what_can_be_said(open_page: Callable, small, ecgs: Path):
    app = open_page("validate")
    app.radio(key="validate-way").set_value(inputs.NONE)
    app.text_input(key="validate-folder").set_value(str(ecgs)).run()
    app.button(key="validate-go").click().run()
    assert not app.exception and not app.error, [e.value for e in app.error]
    assert "Without labels nothing can be said" in said(app)


def test_a_folder_that_is_not_there_is_told(open_page: Callable, small):
    app = open_page("validate")
    app.radio(key="validate-way").set_value(inputs.NONE)
    app.text_input(key="validate-folder").set_value("/no/such/folder").run()
    app.button(key="validate-go").click().run()
    assert "is no folder of this machine" in app.error[0].value


def test_an_app_that_others_reach_reads_no_folder_of_the_server(open_page: Callable):
    app = open_page("validate")
    assert not app.text_input and "listens on 127.0.0.1 alone" in said(app)


def test_the_profile_is_named_on_the_page_and_one_click_turns_it_off(open_page: Callable, profile_file: Path):
    app = open_page("validate")
    assert app.toggle[0].label.startswith("Site profile Ward A#")
    assert "labelled ECGs of Ward A" in said(app)
    app.toggle[0].set_value(False).run()
    assert "Off: all answers are as shipped" in said(app)


def test_a_profile_edited_by_hand_is_told_and_not_used(open_page: Callable, profile_file: Path):
    profile_file.write_text(profile_file.read_text().replace('"MI": -12.0', '"MI": -1.0'))
    app = open_page("validate")
    assert "was changed after ecgnet adapt wrote it" in app.error[0].value


def test_the_ecg_on_screen_is_answered_by_the_profile(open_page: Callable, profile_file: Path):
    app = open_page("browse", link="demo/demo-06", state={"answers-otherwise": True})
    table = next(frame.value for frame in app.dataframe if "Weights" in frame.value)
    assert (
        sum("Ward A#" in str(weights) for weights in table["Weights"]) == 1
    )  # of the model that it was fitted to
