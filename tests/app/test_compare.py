"""The Compare page, section by section: one ECG, two models, many records, cost, operating points, curves."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from ecgnet import fold_scores, study_results
from ecgnet.cards import Stamp
from ecgnet.fold_scores import FoldScores
from ecgnet.inference import Predictor
from ecgnet.models import COMMITTEE, REGISTRY, SHOWN
from ecgnet.operating import Counts, predictive_values
from ecgnet.ptbxl import SUPERCLASSES
from ecgnet.states import StateLimits
from ecgnet.study_results import Study
from ecgnet.ui import predictors, selection
from ecgnet.ui.compare import record_set, set_answers, trade_off, two_models
from ecgnet.ui.compare.operating_points import operating_points_in_words
from ecgnet.weights import WeightsError, read_card


def said(app: AppTest) -> str:
    """All words on the page."""
    parts = [*app.markdown, *app.caption, *app.warning, *app.error, *app.info, *app.success]
    return "\n".join(str(part.value) for part in parts)


def choose(app: AppTest, label: str, value: object) -> AppTest:
    return next(group for group in app.button_group if group.label == label).set_value(value).run()


def select(app: AppTest, label: str, value: str) -> AppTest:
    return next(box for box in app.selectbox if box.label == label).set_value(value).run()


@pytest.fixture
def section(open_page: Callable) -> Callable[..., AppTest]:
    """section("Curves") opens the page at a section."""
    return lambda name, **options: open_page("compare", query={record_set.SECTION: name}, **options)


@pytest.fixture
def scores(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Made-up scores of the weights that are here, on 400 records a fold; nobody under 50 has HYP."""
    rng = np.random.default_rng(0)
    n = 800
    labels = rng.random((n, 5)) < [0.4, 0.3, 0.25, 0.2, 0.1]
    age = rng.uniform(20, 89, n)
    labels[age < 50, 4] = False
    sex = rng.integers(0, 2, n)
    logits = {
        name: (3 * labels - 2 + rng.normal(0, 1, (n, 5))).astype(np.float16)
        for name in REGISTRY
        if name != "spectrogram_cnn"
    }
    made = FoldScores(
        np.arange(n) + 1,
        np.where(np.arange(n) < n // 2, 9, 10),
        labels,
        sex == 1,
        sex == 0,
        age,
        logits,
        {name: read_card(name).stamp(Stamp.LOGITS) for name in logits},
    )
    monkeypatch.setenv("ECGNET_FOLD_SCORES", str(tmp_path / "scores.npz"))
    return fold_scores.save_fold_scores(made)


@pytest.fixture
def no_scores(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ECGNET_FOLD_SCORES", str(tmp_path / "none.npz"))


def test_a_section_is_chosen_above_the_page(section: Callable, scores: Path) -> None:
    app = choose(section("Accuracy and cost"), "Compare", "Curves")
    assert any(group.label == "Curve" for group in app.button_group)
    assert not app.exception


def test_where_all_agree_it_is_said_first(section: Callable, no_scores: None) -> None:
    app = section(record_set.ONE, link="demo/demo-01")
    assert not app.exception
    assert app.success[0].value.startswith("The three fusion strategies agree")
    assert "No intervals: none.npz is missing" in said(app)


def test_where_they_disagree_the_cause_is_told(section: Callable, monkeypatch, scores: Path) -> None:
    whole = predictors.predictions

    def torn(shown, names=SHOWN):
        found = whole(shown, names)
        for p in found:
            if p.model == "early_fusion":
                p.probabilities[:] = [0.05, 0.95, 0.1, 0.1, 0.1]
        return found

    monkeypatch.setattr(predictors, "predictions", torn)
    app = section(record_set.ONE, link="demo/demo-01")
    assert not app.exception
    assert "Early fusion (95 %) calls **Myocardial infarction (MI)**" in app.warning[0].value
    assert any(w in app.warning[0].value for w in ("The difference comes from", "No single view accounts"))
    assert "settled" not in said(app)


def test_each_strategy_tells_its_parts_time_and_trust(section: Callable, scores: Path) -> None:
    app = section(record_set.ONE, link="demo/demo-05")
    words = said(app)
    assert words.count(" ms on ") == 3
    assert "where it listened, not what it concluded" in words
    assert "they add up to" in words
    assert "similar answers on fold 9" in words
    choose(app, "To the probability of", "CD")
    assert not app.exception
    assert any(button.label.startswith("Explain CD in words") for button in app.button)


def test_the_committee_is_asked_on_request_and_adds_its_members(section: Callable, scores: Path) -> None:
    app = section(record_set.ONE, link="demo/demo-05")
    assert REGISTRY[COMMITTEE].title not in said(app)
    next(toggle for toggle in app.toggle if toggle.label.startswith("Ask the committee")).set_value(
        True
    ).run()
    assert not app.exception
    assert f"**{REGISTRY[COMMITTEE].title}**" in said(app)
    assert said(app).count(" ms on ") == 4
    assert said(app).count("they add up to") == 2  # late fusion and the committee


def test_an_incomplete_record_keeps_its_ecg(section: Callable, monkeypatch, synthetic_record) -> None:
    from ecgnet.record import Record
    from ecgnet.ui.library import Shown

    signal = synthetic_record.signal[:, ::5].copy()
    signal[6] = np.nan
    record = Record(signal, 100, "own", "test", synthetic_record.metadata)
    monkeypatch.setattr(selection, "shown", lambda: Shown(record, "Own", "A test.", None, "", "own"))
    app = section(record_set.ONE)
    assert not app.exception
    assert not app.error
    assert "lead V1 was not recorded" in said(app)


def test_a_fusion_without_weights_leaves_the_others(section: Callable, monkeypatch, no_scores: None) -> None:
    whole = predictors.predictor

    def predictor(name: str) -> Predictor:
        if name == "early_fusion":
            raise WeightsError("early_fusion.safetensors is missing from weights/.")
        return whole(name)

    monkeypatch.setattr(predictors, "predictor", predictor)
    app = section(record_set.ONE)
    assert not app.exception
    assert app.warning[0].value == "early_fusion.safetensors is missing from weights/."
    assert "**Late fusion**" in said(app)


def test_two_models_differ_in_words_and_on_fold_10(section: Callable, scores: Path) -> None:
    app = section("Two models", link="demo/demo-05")
    select(app, "The other", "spectrum_cnn_transformer")
    assert not app.exception
    assert "Macro AUC" in said(app)
    assert "They call the same classes on" in said(app)
    select(app, "The other", "spectrogram_cnn")
    assert "Spectrogram: 2D-CNN has no scores on folds 9 and 10" in said(app)
    select(app, "The other", "late_fusion")
    assert "two different models" in said(app)


def test_differences_are_told_the_largest_first() -> None:
    labels = ("NORM", "MI", "STTC", "CD", "HYP")

    def answer(values: list[float], called: tuple[str, ...]) -> SimpleNamespace:
        return SimpleNamespace(labels=labels, probabilities=np.array(values), called=called)

    lines = two_models.said(answer([0.1, 0.8, 0.3, 0, 0], ("MI",)), answer([0.1, 0.2, 0.4, 0, 0], ()))
    assert lines == [
        "**MI**: 80 % (called) against 20 %, 60 points more.",
        "**STTC**: 30 % against 40 %, 10 points less.",
        "NORM, CD, HYP: within 5 points.",
    ]


def test_records_are_parsed_as_people_paste_them() -> None:
    sources = {"PTB-XL": pd.Index([1, 2, 3, 5, 9]), "Demo library": pd.Index(["demo-01"])}
    found = set_answers.parse("9; 1-4, ptbxl/5\ndemo-01 77 x", sources, most=200)
    assert found.records == (
        ("PTB-XL", "9"),
        ("PTB-XL", "1"),
        ("PTB-XL", "2"),
        ("PTB-XL", "3"),
        ("PTB-XL", "5"),
        ("Demo library", "demo-01"),
    )
    assert set(found.refused) == {"77", "x"}
    assert found.refused["77"] == "PTB-XL has no record 77."


def test_a_range_that_names_nothing_is_refused_as_a_number_is() -> None:
    demo = {"Demo library": pd.Index(["demo-01"])}
    found = set_answers.parse("13, 13-20,", demo, most=200)
    assert found.refused == dict.fromkeys(
        ("13", "13-20"), "PTB-XL is not open here, so numbers name nothing."
    )
    assert set_answers.parse("70-80", {"PTB-XL": pd.Index([1])}, most=200).refused == {
        "70-80": "PTB-XL has no record 70-80."
    }


def test_a_long_range_is_cut_and_says_so() -> None:
    found = set_answers.parse("1-999999999", {"PTB-XL": pd.Index(range(1, 5000))}, most=20)
    assert len(found.records) == 20
    assert found.words.startswith("The first 20")


def test_a_set_is_judged_and_what_cannot_be_is_named(section: Callable, no_scores: None) -> None:
    app = section("Many records")
    choose(app, "Records", "ids")
    app.multiselect[0].set_value(["waveform_cnn", "early_fusion"]).run()
    app.text_area[0].set_value("demo-01, demo-05 nonsense").run()
    assert not app.exception
    assert "The models call different classes on" in said(app)
    table = next(frame.value for frame in app.dataframe if "Why" in frame.value)
    assert list(table["Record"]) == ["nonsense"]
    rows = next(frame.value for frame in app.dataframe if "Label" in frame.value)
    assert set(rows["Record"]) == {"demo-01", "demo-05"}


def test_without_ptbxl_a_draw_and_without_uploads_a_set_are_sentences(section: Callable) -> None:
    app = section("Many records")
    assert "PTB-XL is not open here" in said(app)
    choose(app, "Records", "uploads")
    assert "Nothing was uploaded" in said(app)
    assert not app.exception


def test_uploads_that_cannot_be_judged_are_listed_with_the_reason(
    section: Callable, synthetic_record
) -> None:
    from ecgnet.record import Record
    from ecgnet.ui.library import Shown

    def shown(name: str, signal: np.ndarray) -> Shown:
        record = Record(signal, 500, name, "test", synthetic_record.metadata)
        return Shown(record, name, "A test.", None, "", name)

    gap = synthetic_record.signal.copy()
    gap[7] = np.nan
    app = section("Many records")
    app.session_state["uploads"] = {
        "whole": shown("whole", synthetic_record.signal),
        "gap": shown("gap", gap),
    }
    app.multiselect[0].set_value(["waveform_cnn"]).run()
    choose(app, "Records", "uploads")
    assert not app.exception
    assert "2 uploads of this visit" in said(app)
    table = next(frame.value for frame in app.dataframe if "Why" in frame.value)
    assert list(table["Record"]) == ["gap"]
    assert "lead V2 was not recorded" in table["Why"].iloc[0]


def test_an_upload_that_cannot_be_read_is_not_judged_among_many(section: Callable) -> None:
    from ecgnet.record import Record
    from ecgnet.ui.library import Shown

    noise = Record(np.random.default_rng(0).normal(0, 0.3, (12, 1000)), 100, "noise", "test")
    app = section("Many records")
    app.session_state["uploads"] = {"noise": Shown(noise, "noise", "A test.", None, "", "noise")}
    app.multiselect[0].set_value(["waveform_cnn"]).run()
    choose(app, "Records", "uploads")
    table = next(frame.value for frame in app.dataframe if "Why" in frame.value)
    assert table["Why"].iloc[0].startswith("No QRS complexes stand out")
    assert not any("Label" in frame.value for frame in app.dataframe)


def test_what_is_known_of_records_beyond_the_limit_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = ("Demo library", "demo-01"), ("Demo library", "demo-05")
    monkeypatch.setattr(set_answers, "MOST_COMPUTED", 0)
    monkeypatch.setattr(
        set_answers, "_remembered", lambda rows, names: rows[first].update(waveform_cnn=np.zeros(5))
    )
    told = set_answers.answer(set_answers.ChosenRecords((first, second)), ("waveform_cnn", "early_fusion"))
    assert told.records == (first,)
    assert told.table(np.array([0]))["Early fusion"].item() == "–"
    assert told.refused["demo-05"].startswith("not judged yet")


def limits() -> StateLimits:
    return StateLimits(SUPERCLASSES, np.full(5, 0.1), np.full(5, 0.5))


def test_a_model_that_did_not_answer_does_not_disagree() -> None:
    probabilities = np.zeros((3, 3, 5))
    probabilities[:, :2, 1] = 0.9
    probabilities[0, 2] = np.nan
    probabilities[1, 0] = np.nan
    names = ("early_fusion", "intermediate_fusion", "late_fusion")
    records = tuple(("PTB-XL", str(k)) for k in range(3))
    told = set_answers.SetAnswers(
        records, ("0", "1", "2"), names, probabilities, (limits(),) * 3, None, {}, ""
    )
    assert told.disputed.tolist() == [False, True, True]


@pytest.mark.parametrize(
    ("sources", "words"),
    [
        (("PTB-XL", "PTB-XL"), "labelled by cardiologists"),
        (("Demo library", "Demo library"), "drawn as"),
        (("Demo library", "PTB-XL"), "label"),
    ],
)
def test_the_legend_says_who_labelled(
    sources: tuple[str, str], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []
    monkeypatch.setattr(record_set.st, "caption", written.append)
    records = tuple((source, str(k)) for k, source in enumerate(sources))
    truth = np.ones((2, 5), bool)
    record_set._legend(
        set_answers.SetAnswers(
            records, ("0", "1"), ("late_fusion",), np.zeros((2, 1, 5)), np.ones((1, 5)), truth, {}, ""
        )
    )
    assert written[0].endswith(f"●: {words}.")


def test_a_draw_takes_its_answers_from_the_scores(section: Callable, scores: Path, tiny_ptbxl: Path) -> None:
    app = section("Many records", ptbxl=tiny_ptbxl)
    assert not app.exception
    assert "Draw 1: 6 of fold 10's 6 records" in said(app)
    assert any("Label" in frame.value for frame in app.dataframe)


def test_a_finding_is_chosen_by_the_filters_of_browse(
    section: Callable, scores: Path, tiny_ptbxl: Path
) -> None:
    app = section("Many records", ptbxl=tiny_ptbxl)
    choose(app, "Records", "finding")
    assert "Choose a finding" in said(app)
    choose(app, "Superclass", ["CD"])
    assert "of 60 records fit" in said(app)
    assert not app.exception


def test_a_row_opens_its_record(monkeypatch: pytest.MonkeyPatch) -> None:
    state: dict = {}
    monkeypatch.setattr(record_set.st, "session_state", state)
    monkeypatch.setattr(selection, "select", lambda *record: state.update(record=record))
    record_set.open_record("PTB-XL", "12")
    assert state == {"record": ("PTB-XL", "12"), f"chosen-{record_set.SECTION}": record_set.ONE}


def test_the_widest_apart_come_first_and_a_gap_does_not_count() -> None:
    probabilities = np.zeros((3, 2, 5))
    probabilities[1, 0, 2] = 0.6
    probabilities[2, 1] = np.nan
    records = tuple(("PTB-XL", str(k)) for k in range(3))
    found = set_answers.SetAnswers(
        records,
        ("0", "1", "2"),
        ("early_fusion", "late_fusion"),
        probabilities,
        (limits(),) * 2,
        None,
        {},
        "",
    )
    np.testing.assert_allclose(found.distance, [0, 0.6, 0])
    assert found.distance_gaps == 1
    assert list(found.table(np.array([1, 2]))["Late fusion"]) == ["none", "–"]


STUDY = {
    "study": "fusion",
    "weights": {},
    "values": {
        "late_fusion": {
            "macs_million": {"value": 1692},
            "milliseconds": {"value": 31.8},
            "deletion_gain": {"value": 0.12, "low": 0.1, "high": 0.14},
        },
        "early_fusion": {"macs_million": {"value": 498}},
    },
    "findings": ["Late fusion is the strongest, -0.01 apart."],
}


@pytest.fixture
def results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(study_results, "RESULTS", tmp_path)
    return tmp_path


def test_a_study_of_an_older_layout_says_what_to_do(
    section: Callable, results: Path, no_scores: None
) -> None:
    older = {"study": "fusion", "tables": [], "findings": []}
    (results / "fusion.json").write_text(json.dumps(older))
    app = section("Accuracy and cost")
    assert not app.exception
    assert (
        "fusion.json is in the layout of another version of ECGNet (KeyError: 'values'); run ecgnet study"
        in said(app)
    )


def test_cost_recommendation_and_explanation_quality_come_from_the_studies(
    section: Callable, results: Path, scores: Path
) -> None:
    for name in ("fusion", "explanations"):
        (results / f"{name}.json").write_text(json.dumps(STUDY))
    app = section("Accuracy and cost")
    assert not app.exception
    assert "Late fusion is the strongest, −0.01 apart." in said(app)
    choose(app, "Against", "milliseconds")
    assert "CPU time a record not measured: " in said(app)
    choose(app, "Accuracy for", "explanation")
    assert not app.exception
    assert "Deletion against random" in app.dataframe[0].value


def test_findings_of_earlier_weights_are_called_so(section: Callable, results: Path, no_scores: None) -> None:
    now = {name: read_card(name).checksum for name in ("early_fusion", "late_fusion")}
    for name in ("fusion", "explanations"):
        content = STUDY | {"study": name, "weights": now | {"late_fusion": "another"}}
        (results / f"{name}.json").write_text(json.dumps(content))
    app = section("Accuracy and cost")
    assert "Measured on earlier weights of Late fusion; `ecgnet study fusion`" in said(app)
    choose(app, "Accuracy for", "explanation")
    assert "Measured on earlier weights of Late fusion; `ecgnet study explanations`" in said(app)


def test_a_study_that_does_not_name_its_weights_is_not_called_old() -> None:
    unnamed = Study("fusion", {}, {}, ())
    assert trade_off.outdated(unnamed, {"late_fusion": read_card("late_fusion")}) == ""


def test_what_no_study_measured_is_said(section: Callable, results: Path, no_scores: None) -> None:
    app = section("Accuracy and cost")
    words = said(app)
    assert "The study has not been run" in words
    assert "Explanation quality has not been measured" in words
    select(app, "Patients", "female")
    assert not app.exception
    assert "none.npz is missing" in said(app)


def test_a_subgroup_has_intervals_from_the_scores(section: Callable, results: Path, scores: Path) -> None:
    app = section("Accuracy and cost")
    select(app, "Patients", "under 50")
    table = app.dataframe[0].value.set_index("Model")
    assert "to" in table.at["Late fusion", "95 % interval"]
    assert np.isnan(table.at["Late fusion", "HYP"])  # nobody under 50 has it
    choose(app, "Accuracy for", "HYP")
    assert "No AUC for this choice" in said(app)


def test_a_sensitivity_is_chosen_on_fold_9_and_read_on_fold_10(section: Callable, scores: Path) -> None:
    app = section("Operating points")
    assert not app.exception
    choose(app, "Threshold", "by sensitivity")
    assert "chosen on fold 9 for a sensitivity of 95 % there. Read on fold 10" in said(app)
    choose(app, "Threshold", "by threshold")
    assert "as you chose" in said(app)
    assert [m.label for m in app.metric] == ["Sensitivity", "Specificity", "PPV", "NPV"]


def test_a_prevalence_of_nothing_leaves_the_rest(section: Callable, scores: Path) -> None:
    app = section("Operating points")
    next(s for s in app.slider if s.label.startswith("Prevalence")).set_value(0.0).run()
    assert not app.exception
    assert "nobody has MI" in said(app)
    assert [m.value for m in app.metric][2:] == ["–", "–"]
    assert app.metric[0].value.endswith("%")


def test_a_class_that_no_patient_of_a_group_has_is_a_sentence(section: Callable, scores: Path) -> None:
    app = section("Operating points")
    choose(app, "Class", "HYP")
    select(app, "Patients", "under 50")
    assert not app.exception
    assert "None of these records carries HYP" in said(app)
    app = section("Curves")
    choose(app, "Class", "HYP")
    select(app, "Patients", "under 50")
    assert "nothing to tell apart" in said(app)


def test_what_the_numbers_mean_for_a_thousand_patients() -> None:
    counts = Counts(90, 20, 10, 80)
    ppv, npv = predictive_values(counts, 0.1)
    lines = operating_points_in_words(counts, ppv, npv=npv, prevalence=0.1, label="MI")
    assert (
        lines[0] == "Of 1,000 such patients 100 have MI: 270 are called, 90 of them rightly; 10 are missed."
    )
    assert lines[1] == "Calls to read for one that is right: 3.0."
    assert lines[2] == "One in 73 of those not called has MI after all."


@pytest.mark.parametrize("kind", ["ROC", "Precision-recall", "Calibration", "Confusion", "Decision"])
def test_every_curve_is_drawn(section: Callable, scores: Path, kind: str) -> None:
    app = section("Curves")
    choose(app, "Curve", kind)
    assert not app.exception
    assert not app.error
    assert f"## {kind}" in said(app)


def test_without_scores_the_sections_say_what_to_run(section: Callable, no_scores: None) -> None:
    for name in ("Curves", "Operating points"):
        app = section(name)
        assert not app.exception
        assert "run `ecgnet weights measure`" in app.error[0].value
