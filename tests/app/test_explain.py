"""The Explain page on the demo library: every section, every way to draw, and what cannot be explained."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from ecgnet.explain import METHODS
from ecgnet.record import LEADS
from ecgnet.ui.explain.maps import MapRequest

MODEL = "waveform_cnn"
QUICK = {"method": "input_x_gradient"}


def said(app: AppTest) -> str:
    """All words on the page."""
    parts = [*app.markdown, *app.caption, *app.warning, *app.error, *app.info, *app.success]
    return "\n".join(str(part.value) for part in parts)


def choose(app: AppTest, label: str, value: str) -> AppTest:
    group = next(group for group in app.button_group if group.label == label)
    return group.set_value(value).run()


def select(app: AppTest, label: str, value: str) -> AppTest:
    return next(box for box in app.selectbox if box.label == label).set_value(value).run()


@pytest.fixture
def opened(open_page: Callable) -> AppTest:
    """The page with the quickest branch and method."""
    app = open_page("explain", link="demo/demo-05", state={"explained-model": MODEL, **QUICK})
    assert not app.exception
    assert not app.error
    return app


def test_the_summary_says_what_is_compared(opened: AppTest) -> None:
    assert "Compared with: the atlas' mean normal beat" in said(opened)
    choose(opened, "Compared with", "zero")
    assert "Compared with: a flat line at 0 mV in every lead." in said(opened)


def test_views_that_are_not_looked_at_are_not_explained(open_page: Callable, monkeypatch) -> None:
    """With the waveform on screen and no section that compares the views; the summary asks for the rest."""
    from ecgnet.ui.explain import maps

    made, explain = [], maps.explain

    def watched(*about: object, views: tuple[str, ...], **more: object) -> dict:
        made.append(views)
        return explain(*about, views=views, **more, steps=2)

    monkeypatch.setattr(maps, "explain", watched)
    app = open_page("explain", link="demo/demo-05", state={"section": "By wave"})
    assert made == [("waveform",)]
    choose(app, "Reasons", "Summary")
    assert made == [("waveform",), ("spectrum", "spectrogram", "metadata")]
    assert "add up to the change of the answer within" in said(app)
    choose(app, "View", "spectrum")
    assert len(made) == 2


def test_what_normal_beats_would_get_is_said_before_the_map(opened: AppTest) -> None:
    assert "Normal beats in the same rhythm would get" in said(opened)
    choose(opened, "Compared with", "zero")
    assert "Normal beats in the same rhythm" not in said(opened)


@pytest.mark.parametrize(
    ("normal", "here", "alike", "words"),
    [
        (0.004, 0.98, False, "would get under 1 % for MI, this ECG gets 98 %: the colours show what makes"),
        (0.98, 0.97, True, "nearly the same, so the colours show small things"),
    ],
)
def test_the_answer_for_normal_beats_in_words(normal: float, here: float, alike: bool, words: str) -> None:
    from ecgnet.ui.explain.in_words import against_normal

    assert words in against_normal("MI", normal, here=here, alike=alike)


def test_each_view_begins_with_the_method_that_was_measured_best(open_page: Callable) -> None:
    app = open_page("explain", link="demo/demo-05")
    assert next(box for box in app.selectbox if box.label == "Method").value == "best"
    assert any(words in said(app) for words in ("95 % interval", "has not been measured", "with care"))


def test_by_wave_names_the_waves_that_weigh_most(opened: AppTest) -> None:
    choose(opened, "Reasons", "By wave")
    assert "weighs most" in said(opened)
    assert "Mean of the" in said(opened)


def test_by_measurement_is_offered_for_a_model_that_reads_what_was_measured(opened: AppTest) -> None:
    def offered() -> list[str]:
        return next(box.options for box in opened.button_group if box.label == "Reasons")

    assert "By measurement" not in offered()
    next(box for box in opened.selectbox if box.label == "Method").set_value("best").run()
    next(box for box in opened.selectbox if box.label == "Model").set_value("waveform_measurements").run()
    choose(opened, "Reasons", "By measurement")
    assert "automated measurements, verify" in said(opened)
    next(box for box in opened.selectbox if box.label == "Model").set_value("waveform_cnn").run()
    assert not opened.exception
    assert "By measurement" not in offered()


def test_waves_that_were_not_found_are_named(open_page: Callable) -> None:
    app = open_page("explain", link="demo/demo-08", state=QUICK)  # atrial fibrillation: no P wave
    choose(app, "Reasons", "By wave")
    assert "no P and no PQ was found" in said(app)


def test_without_a_lead_the_probability_is_told_in_plain_numbers(opened: AppTest) -> None:
    choose(opened, "Ask further", "Without a lead")
    assert not opened.exception
    assert "Without V1 to V4 (anteroseptal) the probability of" in said(opened)


def test_another_patient_is_answered_by_a_model_that_reads_age(opened: AppTest) -> None:
    choose(opened, "Ask further", "Another patient")
    opened.slider[0].set_value(30).run()
    assert "does not read age and sex" in said(opened)
    assert "In a patient of 30 years" in said(opened)


def test_the_map_is_tested_in_words(opened: AppTest) -> None:
    choose(opened, "Ask further", "Is it any good?")
    assert "than random here" in said(opened) or "stands out from random" in said(opened)
    assert "rank correlation" in said(opened)  # with another method, chosen to begin with
    assert "ECGs that no model was trained on" in said(opened) or "Not measured" in said(opened)


def test_what_is_drawn_at_random_can_be_drawn_again(opened: AppTest) -> None:
    select(opened, "Method", "gradient_shap")
    choose(opened, "Ask further", "Is it any good?")
    next(button for button in opened.button if button.key == "seed").click().run()
    assert "its repetition with other random numbers **agree" in said(opened)


def test_a_slow_method_can_be_stopped(opened: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The button beside the bar goes back to the best method, so that the slow one is not begun anew."""
    from ecgnet.ui.explain import maps

    seen = []
    button = maps.st.button
    monkeypatch.setattr(maps.st, "button", lambda *a, **k: seen.append(k.get("on_click")) or button(*a, **k))
    select(opened, "Method", "occlusion")
    assert maps.begin_anew in seen
    assert not opened.exception


def test_views_that_take_too_long_are_left_and_the_map_stays(
    open_page: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ecgnet.ui.explain import maps

    def held_up(words: str, work: Callable, stop: Callable[[], None]) -> object:
        if "the other views" not in words:
            return work(lambda share: None)
        maps.st.button("Stop", on_click=stop)
        maps.st.stop()

    monkeypatch.setattr(maps, "with_progress", held_up)
    explain = maps.explain

    def one(*about: object, views: tuple[str, ...], **more: object) -> dict:
        found = explain(*about, **{**more, "method": "input_x_gradient"})
        return {view: found[view] for view in views}

    monkeypatch.setattr(maps, "explain", one)
    state = {"explained-model": "early_fusion", "method": "occlusion"}
    app = open_page("explain", link="demo/demo-05", state=state)
    next(button for button in app.button if button.label == "Stop").click().run()
    assert not any(button.label == "Stop" for button in app.button)
    assert next(box for box in app.selectbox if box.label == "Method").value == "occlusion"
    assert "Mean of the" in said(app)  # the section by wave


def test_another_method_that_takes_too_long_is_taken_back_alone(
    opened: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ecgnet.ui.explain import maps

    def held_up(words: str, work: object, stop: Callable[[], None]) -> None:
        maps.st.button("Stop", on_click=stop)
        maps.st.stop()

    monkeypatch.setattr(maps, "with_progress", held_up)
    choose(opened, "Ask further", "Is it any good?")
    select(opened, "Does another method see the same?", "occlusion")
    next(button for button in opened.button if button.label == "Stop").click().run()
    chosen = {box.label: box.value for box in opened.selectbox}
    assert chosen["Method"] == "input_x_gradient"
    assert chosen["Does another method see the same?"] == "saliency"
    assert "rank correlation" in said(opened)


def test_a_repetition_that_takes_too_long_is_stopped_alone(
    opened: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ecgnet.ui.explain import maps

    def held_up(words: str, work: Callable, stop: Callable[[], None]) -> object:
        if not words.startswith("Other random numbers"):
            return work(lambda share: None)
        maps.st.button("Stop", on_click=stop)
        maps.st.stop()

    monkeypatch.setattr(maps, "with_progress", held_up)
    monkeypatch.setitem(METHODS, "gradient_shap", replace(METHODS["gradient_shap"], slow=True))
    monkeypatch.setattr("ecgnet.explain.attributions.SAMPLES", 3)
    select(opened, "Method", "gradient_shap")
    choose(opened, "Ask further", "Is it any good?")
    next(button for button in opened.button if button.key == "seed").click().run()
    next(button for button in opened.button if button.label == "Stop").click().run()
    assert next(box for box in opened.selectbox if box.label == "Method").value == "gradient_shap"
    assert not any(button.label == "Stop" for button in opened.button)
    assert "rank correlation" in said(opened)


def test_methods_of_the_trace_are_compared_on_the_trace(
    opened: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ecgnet.ui.explain import map_check

    drawn, explanations = [], map_check.explanations

    def quick(asked: MapRequest, *rest: object, **more: object) -> dict:
        drawn.append((asked.method, asked.on_trace))
        return explanations(replace(asked, method="input_x_gradient"))

    monkeypatch.setattr(map_check, "explanations", quick)
    select(opened, "Model", "early_fusion")
    choose(opened, "Ask further", "Is it any good?")
    drawn.clear()
    select(opened, "Does another method see the same?", "lime")
    assert drawn == [("input_x_gradient", True), ("lime", True)]
    assert "on the trace, not with the map above" in said(opened)


def test_maps_carried_back_to_the_trace_are_called_unmeasured(opened: AppTest) -> None:
    select(opened, "Model", "early_fusion")
    select(opened, "Method", "best")
    choose(opened, "Draw on", "the trace")
    choose(opened, "Ask further", "Is it any good?")
    assert said(opened).count("Maps drawn on the trace have not been measured for this model.") == 2
    assert "ECGs that no model was trained on" not in said(opened)


def test_the_trace_and_normal_beats(opened: AppTest) -> None:
    select(opened, "Model", "spectrogram_cnn")
    choose(opened, "Draw on", "the trace")
    assert not opened.error
    assert "carried back" in said(opened)
    assert "mean normal beat" in said(opened)


def test_grad_cam_is_drawn_for_a_branch_and_excused_for_a_fusion(opened: AppTest) -> None:
    choose(opened, "Shade below", "Grad-CAM")
    assert "last convolutional layer" in said(opened)
    select(opened, "Model", "late_fusion")
    assert "choose one of the four" in said(opened)
    assert not opened.exception


@pytest.mark.parametrize("view", ["spectrum", "metadata"])
@pytest.mark.parametrize("section", ["By wave", "Is it any good?"])
def test_what_a_view_has_not_is_a_sentence(open_page: Callable, view: str, section: str) -> None:
    app = open_page("explain", state={"explained-model": "early_fusion", **QUICK})
    choose(app, "View", view)
    choose(app, "Reasons" if section == "By wave" else "Ask further", section)
    assert not app.exception
    assert not app.error


def upload(
    open_page: Callable, monkeypatch: pytest.MonkeyPatch, signal: np.ndarray, **metadata: object
) -> AppTest:
    """The page on a record of our own."""
    from ecgnet.record import Metadata, Record
    from ecgnet.ui import selection
    from ecgnet.ui.library import Shown

    record = Record(signal, 100, "own", "test", Metadata(**metadata))
    monkeypatch.setattr(selection, "shown", lambda: Shown(record, "Own", "A test.", None, "", "own"))
    return open_page("explain")


def test_an_incomplete_record_is_shown_and_not_judged(
    open_page: Callable, monkeypatch, synthetic_record
) -> None:
    signal = synthetic_record.signal[:, ::5].copy()
    signal[LEADS.index("V3")] = np.nan
    app = upload(open_page, monkeypatch, signal)
    assert not app.exception
    assert not app.error
    assert "lead V3 was not recorded" in said(app)


def test_a_short_record_of_an_unknown_patient_is_explained(
    open_page: Callable, monkeypatch, synthetic_record
) -> None:
    app = upload(open_page, monkeypatch, synthetic_record.signal[:, :2500:5].copy())
    assert not app.error
    choose(app, "Reasons", "By wave")
    assert "weighs most" in said(app)
    choose(app, "Ask further", "Another patient")
    assert "age unknown, sex unknown" in said(app)
    assert not app.exception


def test_a_record_without_beats_says_so(open_page: Callable, monkeypatch) -> None:
    rng = np.random.default_rng(0)
    app = upload(open_page, monkeypatch, rng.normal(0, 0.001, (12, 1000)))
    assert "Not judged." in said(app)
    next(button for button in app.button if button.label == "Judge it anyway").click().run()
    choose(app, "Reasons", "By wave")
    assert "No beat with its waves was found" in said(app)
    assert not app.error
    assert "Compared with a flat line: too few beats were found" in said(app)


def test_a_link_opens_the_class_and_the_view_that_it_names(open_page: Callable) -> None:
    app = open_page("explain", link="demo/demo-01", query={"class": "CD", "map": "spectrum"})
    chosen = {group.label: group.value for group in app.button_group}
    assert (chosen["Why this probability of"], chosen["View"]) == ("CD", "spectrum")
    assert app.query_params["class"] == "CD"
