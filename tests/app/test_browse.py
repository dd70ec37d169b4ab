"""Finding records on the Browse page, and the page of the data set."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from ecgnet import stored_answers
from ecgnet.ptbxl import Catalogue


def said(app: AppTest) -> str:
    """All words on the page."""
    parts = [*app.markdown, *app.caption, *app.warning, *app.error, *app.info]
    return "\n".join(str(part.value) for part in parts)


def listed(app: AppTest) -> pd.DataFrame:
    """The page of the list that is in sight."""
    tables = [frame.value for frame in app.dataframe if frame.value.columns[0].startswith("Record")]
    return next(table for table in tables if "Similarity" not in table)


def group(app: AppTest, label: str):
    """A row of pills by its label."""
    return next(group for group in app.button_group if group.label == label)


def press(app: AppTest, label: str) -> AppTest:
    return next(button for button in app.button if button.label == label).click().run()


@pytest.fixture
def browse(open_page: Callable[..., AppTest], tiny_ptbxl: Path) -> AppTest:
    """The page with 60 made-up records in PTB-XL's layout, none of them judged in advance."""
    return open_page("browse", ptbxl=tiny_ptbxl)


def test_all_records_are_listed_a_page_at_a_time(browse: AppTest):
    assert not browse.exception
    assert "**60** of 60 records" in said(browse)
    assert listed(browse).iloc[:, 0].tolist() == list(range(1, 13))


def test_a_filter_says_how_many_records_each_choice_would_leave(browse: AppTest):
    options = group(browse, "Superclass").options
    assert "NORM (9)" in options
    browse.text_input[0].set_value("afib").run()
    assert "NORM (0)" in group(browse, "Superclass").options


def test_filters_narrow_the_list_and_one_button_clears_them(browse: AppTest):
    group(browse, "Superclass").set_value(["MI"]).run()
    group(browse, "Sex").set_value(["female"]).run()
    left = listed(browse)
    assert 0 < len(left) < 12
    assert left["Label"].str.contains("MI").all()
    assert set(left["Sex"]) == {"f"}
    press(browse, "Clear")
    assert "**60** of 60 records" in said(browse)


def test_an_age_above_89_is_said_as_such(open_page: Callable, tiny_ptbxl: Path):
    assert "older than 89 years" in said(open_page("browse", ptbxl=tiny_ptbxl, link="ptbxl/8"))
    assert "older than 89 years" not in said(open_page("browse", ptbxl=tiny_ptbxl, link="ptbxl/9"))


def test_next_opens_the_next_record_of_those_found(browse: AppTest):
    group(browse, "Superclass").set_value(["MI"]).run()
    press(browse, "Next")
    assert browse.session_state["current"] == ("PTB-XL", "2")
    press(browse, "Next")
    assert browse.session_state["current"] == ("PTB-XL", "3")
    press(browse, "Previous")
    assert browse.session_state["current"] == ("PTB-XL", "2")


def test_the_list_turns_to_the_page_of_the_record_on_screen(open_page: Callable, tiny_ptbxl: Path):
    app = open_page("browse", ptbxl=tiny_ptbxl, link="ptbxl/30")
    assert 30 in listed(app).iloc[:, 0].tolist()


def test_a_filter_that_fits_nothing_says_so(browse: AppTest):
    browse.text_input[0].set_value("no such word").run()
    assert "No record fits" in said(browse)
    assert not browse.exception


def test_a_patients_other_record_is_offered_and_opened(open_page: Callable, tiny_ptbxl: Path):
    app = open_page("browse", ptbxl=tiny_ptbxl, link="ptbxl/1")
    assert "2 ECGs of this patient" in said(app)
    group(app, "Open").set_value(51).run()
    assert app.session_state["current"] == ("PTB-XL", "51")


def test_the_reading_of_a_later_ecg_stands_beside_the_one_before(open_page: Callable, tiny_ptbxl: Path):
    def read(link: str) -> str:
        app = open_page("browse", ptbxl=tiny_ptbxl, link=link)
        assert not app.exception
        return "".join(part.proto.body for part in app.get("html"))

    assert "Beside the earlier ECG PTB-XL 1" in read("ptbxl/51")
    assert "Beside the earlier ECG" not in read("ptbxl/1")


def test_without_predictions_the_page_offers_to_make_them(browse: AppTest):
    assert any(button.label == "Let the models answer for all records" for button in browse.button)
    assert not [g for g in browse.button_group if g.label == "Model against label"]


@pytest.fixture
def judged(tiny_ptbxl: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The made-up records; records 1 to 30 are judged in advance, as infarctions every one."""
    catalogue = Catalogue(tiny_ptbxl)
    ids = catalogue.table.index.to_numpy()
    probabilities = np.full((60, 1, 5), np.nan, np.float32)
    probabilities[:30] = [0, 1, 0, 0, 0]
    features = np.random.default_rng(0).normal(size=(60, 20)).astype(np.float16)
    made = stored_answers.StoredAnswers(
        ids, ("late_fusion",), probabilities, np.full((1, 5), 0.5), features, "late_fusion"
    )
    monkeypatch.setattr(stored_answers, "open_answers", lambda folder, weights: made)
    monkeypatch.setattr(stored_answers, "changed", lambda folder: hash(str(folder)) / 7)
    return tiny_ptbxl


def test_records_on_which_model_and_label_disagree_are_found(open_page: Callable, judged: Path):
    app = open_page("browse", ptbxl=judged)
    group(app, "Model against label").set_value(["agrees"]).run()
    assert set(listed(app)["Label"]) == {"MI"}
    assert "30 records are left out" in said(app)


def test_the_list_is_ordered_by_what_the_models_say(open_page: Callable, judged: Path):
    app = open_page("browse", ptbxl=judged)
    order = next(box for box in app.selectbox if box.label == "Order of the list")
    assert "urgency: how likely it is not normal" in order.options
    order.select("probability MI").run()
    assert not app.exception
    table = listed(app)
    assert (table["MI↓"] == 1).all()
    assert max(table.iloc[:, 0]) <= 30  # of the others nothing is known yet


def test_records_like_the_one_on_screen_are_of_other_patients(open_page: Callable, judged: Path):
    app = open_page("browse", ptbxl=judged, link="ptbxl/2")
    alike = next(frame.value for frame in app.dataframe if "Similarity" in frame.value)
    assert len(alike) == 8
    assert 102 not in set(alike["Patient"])
    assert alike["Record"].max() <= 30  # the others are not computed


def test_a_demo_record_finds_its_like_in_ptbxl(open_page: Callable, judged: Path):
    app = open_page("browse", ptbxl=judged, link="demo/demo-06")
    assert any("Similarity" in frame.value for frame in app.dataframe)


def test_the_data_set_is_shown_in_figures(open_page: Callable, tiny_ptbxl: Path):
    app = open_page("dataset", ptbxl=tiny_ptbxl)
    assert not app.exception
    assert not app.error
    assert "**60** ECGs" in said(app)
    assert len(app.get("plotly_chart")) >= 8


def test_without_ptbxl_the_page_says_how_to_get_it_and_nothing_else(open_page: Callable):
    app = open_page("dataset")
    assert "physionet.org/content/ptb-xl" in said(app)
    assert not app.get("plotly_chart")


def test_the_browsers_back_opens_the_record_before(browse: AppTest):
    press(browse, "Next")
    assert browse.query_params["record"] == "ptbxl/2"
    browse.query_params["record"] = "ptbxl/1"  # as the browser sends it on Back
    browse.run()
    assert browse.session_state["current"] == ("PTB-XL", "1")
    press(browse, "Next")
    assert browse.session_state["current"] == ("PTB-XL", "2")


def test_search_filters_and_order_stand_in_the_link(browse: AppTest):
    browse.text_input[0].set_value("infarction").run()
    group(browse, "Superclass").set_value(["MI"]).run()
    group(browse, "Sex").set_value(["female"]).run()
    browse.slider[0].set_value((45, 60)).run()
    next(box for box in browse.selectbox if box.label == "Order of the list").set_value("age").run()
    assert browse.query_params["find"] == "infarction"
    assert browse.query_params["find-superclass"] == "MI"
    assert browse.query_params["find-sex"] == "female"
    assert browse.query_params["find-ages"] == "45-60"
    assert browse.query_params["find-order"] == "age"
    press(browse, "Clear")
    assert not [name for name in browse.query_params if name.startswith("find") and name != "find-order"]


def test_a_sent_link_narrows_the_list_and_names_what_it_does_not_know(open_page: Callable, tiny_ptbxl: Path):
    app = open_page(
        "browse",
        ptbxl=tiny_ptbxl,
        link="ptbxl/2",
        query={
            "find-superclass": "MI",
            "find-fold": "3",
            "find-order": "age down",
            "find-device": "none such",
        },
    )
    assert listed(app)["Label"].str.contains("MI").all()
    assert listed(app).columns[2] == "Age↓"
    assert "Device none such" in said(app)
    assert not group(app, "Sex").value


def test_from_one_source_to_the_other_and_back_keeps_the_record(browse: AppTest):
    press(browse, "Next")
    group(browse, "Records from").set_value("Demo library").run()
    press(browse, "Next")
    group(browse, "Records from").set_value("PTB-XL").run()
    assert browse.session_state["current"] == ("PTB-XL", "2")
    group(browse, "Records from").set_value("Demo library").run()
    assert browse.session_state["current"] == ("Demo library", "demo-02")


def test_an_unknown_age_is_a_dash_in_the_list(browse: AppTest):
    table = next(frame for frame in browse.dataframe if frame.value.columns[0].startswith("Record"))
    assert table.proto.placeholder == "–"


def test_a_patients_two_ecgs_are_compared_the_newer_less_the_older(open_page: Callable, tiny_ptbxl: Path):
    app = open_page("browse", ptbxl=tiny_ptbxl, link="ptbxl/1", state={"compare-two": True})
    assert not app.exception
    assert "What changed" in said(app)
    table = next(frame.value for frame in app.dataframe if "Newer less older" in frame.value.columns)
    older, newer = (table.columns[k] for k in (1, 2))
    assert older.startswith("Older: 1 (")
    assert newer.startswith("Newer: 51 (")
    for how in ("Newer less older", "Side by side", "Beats of one lead"):
        group(app, "Drawn as").set_value(how).run()
        assert not app.exception
