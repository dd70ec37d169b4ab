"""Every page runs on the demo library and says what it must."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from ecgnet.inference import Predictor
from ecgnet.ui import predictors
from ecgnet.ui.texts import NOTICE
from ecgnet.weights import WeightsError

PAGES = ("browse", "upload", "validate", "explain", "compare", "models")


def said(app: AppTest) -> str:
    """All words on the page."""
    parts = [*app.markdown, *app.caption, *app.warning, *app.error, *app.info, *app.success]
    return "\n".join(str(part.value) for part in parts)


@pytest.mark.parametrize("page", PAGES)
def test_page_opens_without_error_and_carries_the_notice_and_the_device(
    open_page: Callable, page: str
) -> None:
    app = open_page(page)
    assert not app.exception
    assert not app.error
    assert NOTICE in said(app)
    assert "Running on" in said(app)


def test_models_says_behind_what_uploads_are_read(open_page: Callable) -> None:
    assert "audit hook" in said(open_page("models"))


def test_browse_says_that_a_demo_record_is_synthetic(open_page: Callable) -> None:
    app = open_page("browse")
    assert "(synthetic)" in said(app)
    assert "no patient" in said(app)


def test_models_shows_the_tasks_of_the_71_statements(open_page: Callable) -> None:
    app = open_page("models")
    (tasks,) = [frame.value for frame in app.dataframe if "Task" in frame.value.columns]
    assert {"all", "rhythm", "form"} <= set(tasks["Task"])


def test_models_shows_the_cards_of_models_without_epochs(open_page: Callable) -> None:
    app = open_page("models")
    learnt = {
        "waveform_kernels": "A linear rule, fitted in one step",
        "waveform_measurements": "Trees, grown",
    }
    for name, words in learnt.items():
        next(box for box in app.selectbox if box.label == "Card").set_value(name).run()
        assert not app.exception
        assert words in said(app)


def test_browse_shows_all_seven_models(open_page: Callable) -> None:
    app = open_page("browse")
    app.session_state["answers-otherwise"] = True
    table = next(frame.value for frame in app.run().dataframe if "Weights" in frame.value)
    assert len(table) == 7


def test_a_link_opens_its_record(open_page: Callable) -> None:
    app = open_page("browse", link="demo/demo-06")
    assert app.session_state["current"] == ("Demo library", "demo-06")


@pytest.mark.parametrize(
    ("link", "words"),
    [
        ("demo/none-such", "none-such, which is not in Demo library"),
        ("ptbxl/30", "record 30 of PTB-XL, and PTB-XL is not open on this machine"),
        ("upload/1", "Uploads stay in the memory of one visit"),
        ("nonsense", "nonsense, which is not in Demo library"),
    ],
)
def test_a_link_to_nowhere_is_a_sentence_and_no_other_record_until_one_is_chosen(
    open_page: Callable, link: str, words: str
) -> None:
    app = open_page("browse", link=link)
    assert words in said(app)
    assert not app.get("plotly_chart")
    assert app.query_params["record"] == link
    next(button for button in app.button if button.label == "Next").click().run()
    assert app.session_state["current"] == ("Demo library", "demo-01")


def test_a_filter_that_fits_nothing_says_so(open_page: Callable) -> None:
    app = open_page("browse")
    app.text_input[0].set_value("no such word").run()
    assert "No record fits" in said(app)


def test_an_unreadable_data_set_is_a_sentence_and_the_demo_opens(open_page: Callable, tmp_path) -> None:
    app = open_page("browse", ptbxl=tmp_path)
    assert "ptbxl_database.csv is missing" in app.warning[0].value
    assert not app.exception
    assert app.session_state["current"][0] == "Demo library"


def test_each_modality_of_the_default_fusion_is_explained_on_its_own_plot(open_page: Callable) -> None:
    app = open_page("explain", state={"method": "input_x_gradient"})
    views = next(group for group in app.button_group if group.label == "View")
    assert set(views.options) >= {"Waveform", "Spectrum", "Spectrogram"}
    for view in ("waveform", "spectrum", "spectrogram", "metadata"):
        next(group for group in app.button_group if group.label == "View").set_value(view).run()
        assert not app.exception, view
        assert not app.error, view


def test_compare_sets_three_fusions_side_by_side(open_page: Callable) -> None:
    app = open_page("compare")
    assert sum(m.value.startswith("**") and "fusion**" in m.value for m in app.markdown) == 3


def test_compare_can_leave_out_patient_data(open_page: Callable) -> None:
    app = open_page("compare")
    app.toggle[0].set_value(False).run()
    assert "no metadata" in said(app)


def test_ptbxl_record_is_shown_beside_its_labels(open_page: Callable, ptbxl_folder) -> None:
    app = open_page("browse", ptbxl=ptbxl_folder)
    assert not app.error
    assert "PTB-XL record 1" in said(app)
    assert "labelled by cardiologists: Normal ECG (NORM)" in said(app)


def csv(signal: np.ndarray, header: str) -> bytes:
    """A CSV export as a spreadsheet would write it."""
    rows = "\n".join(",".join(f"{v:.4f}" for v in row) for row in signal.T)
    return f"{header}\n{rows}\n".encode()


def test_an_uploaded_csv_is_read_and_judged_and_a_broken_one_says_why(
    open_page: Callable, synthetic_record
) -> None:
    from ecgnet.record import LEADS

    app = open_page("upload")
    times = np.arange(synthetic_record.n_samples) / synthetic_record.fs
    good = csv(np.vstack([times, synthetic_record.signal]), "time_s," + ",".join(f"{n} (mV)" for n in LEADS))
    app.file_uploader[0].set_value([("good.csv", good, "text/csv"), ("empty.csv", b"", "text/csv")]).run()
    assert not app.exception
    assert [error.value for error in app.error if "empty.csv" in error.value]
    assert "What the models say" in said(app)


def test_a_model_whose_weights_do_not_fit_is_left_out_and_named(open_page: Callable, monkeypatch) -> None:
    whole = predictors.predictor

    def predictor(name: str) -> Predictor:
        if name == "early_fusion":
            raise WeightsError("early_fusion.safetensors is missing from weights/.")
        return whole(name)

    monkeypatch.setattr(predictors, "predictor", predictor)
    app = open_page("browse")
    assert not app.exception
    assert [w.value for w in app.warning] == ["early_fusion.safetensors is missing from weights/."]
    assert "heatmap" in {chart.key for chart in app.get("plotly_chart")}
