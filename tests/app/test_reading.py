"""Reading an ECG: the controls, the link that keeps them, and records that are not as one would wish."""

from __future__ import annotations

import base64
import json
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from ecgnet.demo import draw
from ecgnet.record import LEADS, Record

WHOLE = draw("norm_male", 1, fs=500)


def page(record) -> None:  # run on its own, where no other name is known
    """What Browse and Upload show of a record."""
    from ecgnet.ui.library import Shown
    from ecgnet.ui.record import cautions, views

    shown = Shown(record, "A record", "", None, "", "test")
    cautions.show_reading(shown, views.three_views(shown))


def reading(record) -> None:
    """The same without the models."""
    from ecgnet.ui import link
    from ecgnet.ui.library import Shown
    from ecgnet.ui.record import measurements, readings, views

    link.begin()
    shown = Shown(record, "A record", "", None, "", "test")
    with views.three_views(shown):
        measurements.panel(shown, readings.reading_of(shown))


def read(record: Record = WHOLE, script: Any = reading, **link: str) -> AppTest:
    """The page as a link with these controls opens it."""
    app = AppTest.from_function(script, args=(record,), default_timeout=120)
    for key, value in link.items():
        app.query_params[key] = value
    return app.run()


def choose(app: AppTest, key: str, value: Any) -> AppTest:
    next(group for group in app.button_group if group.key == key).set_value(value)
    return app.run()


def drawn(app: AppTest, key: str = "sheet") -> dict[str, Any]:
    """The figure as the browser gets it."""
    return json.loads(next(c for c in app.get("plotly_chart") if c.key == key).proto.spec)


def traces(figure: dict[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    return {trace["name"]: trace for trace in figure["data"] if trace.get("meta", {}).get("kind") == kind}


def numbers(values: dict[str, str] | list) -> np.ndarray:
    """An array as plotly sends it."""
    if isinstance(values, list):
        return np.array(values, float)
    return np.frombuffer(base64.b64decode(values["bdata"]), values["dtype"])


def notes(figure: dict[str, Any]) -> list[str]:
    return [note["text"] for note in figure["layout"]["annotations"]]


def said(app: AppTest) -> str:
    return "\n".join(str(part.value) for part in (*app.markdown, *app.caption, *app.warning, *app.info))


def lacking(**samples: slice) -> Record:
    """The record without these samples of these leads."""
    signal = WHOLE.signal.copy()
    for lead, part in samples.items():
        signal[LEADS.index(lead), part] = np.nan
    return Record(signal, WHOLE.fs, "incomplete", "test")


EVERYTHING = slice(None)


def test_the_default_is_the_paper_of_every_cart() -> None:
    figure = drawn(read())
    layout = figure["layout"]
    assert (layout["xaxis"]["minor"]["dtick"], layout["xaxis"]["dtick"]) == (0.04, 0.2)
    assert (layout["yaxis"]["minor"]["dtick"], layout["yaxis"]["dtick"]) == (0.1, 0.5)
    assert layout["yaxis"]["scaleratio"] == 0.4
    assert "25 mm/s 10 mm/mV 0.05-150 Hz" in notes(figure)
    assert set(traces(figure, "lead")) == set(LEADS)
    assert set(traces(figure, "rhythm")) == {"II rhythm"}


def test_a_link_opens_the_sheet_as_it_was_set() -> None:
    link = {
        "layout": "6x2",
        "order": "cabrera",
        "speed": "50",
        "gain": "20",
        "filter": "0.5-40",
        "notch": "60",
    }
    figure = drawn(read(**link))
    assert "50 mm/s 20 mm/mV 0.5-40 Hz, notch 60 Hz" in notes(figure)
    assert "−aVR" in traces(figure, "lead")
    assert not traces(figure, "rhythm")
    assert figure["layout"]["yaxis"]["scaleratio"] == 0.4  # 20 mm/mV over 50 mm/s


def test_a_link_without_sense_opens_the_default() -> None:
    figure = drawn(read(layout="9x9", speed="1000", filter="none"))
    assert "25 mm/s 10 mm/mV 0.05-150 Hz" in notes(figure)


@pytest.mark.parametrize("layout", ["3x4", "6x2", "12x1"])
def test_each_layout_shows_each_lead_once(layout: str) -> None:
    figure = drawn(choose(read(), "layout", layout))
    assert sorted(traces(figure, "lead")) == sorted(LEADS)


def test_the_filter_changes_the_sheet_and_never_the_prediction() -> None:
    app = read(script=page)
    app.session_state["answers-otherwise"] = True
    before, raw = app.run().dataframe[0].value, drawn(choose(app, "filter", "raw"))
    filtered = drawn(choose(app, "filter", "0.5-40"))
    assert not np.array_equal(*(numbers(traces(f, "lead")["V2"]["customdata"]) for f in (raw, filtered)))
    after = app.dataframe[0].value
    shares = [column for column in before if column.endswith("(%)")]
    assert before[shares].equals(after[shares])
    assert "40 Hz low-pass" in said(app)


def test_a_100_hz_record_says_its_bandwidth_and_a_500_hz_record_is_shown_as_it_is() -> None:
    slow = read(draw("norm_male", 1, fs=100))
    assert "Bandwidth up to 50 Hz" in said(slow)
    assert "25 mm/s 10 mm/mV 0.05-50 Hz" in notes(drawn(slow))
    assert "andwidth" not in said(read())
    rhythm = traces(drawn(read()), "rhythm")["II rhythm"]
    assert rhythm["dx"] == 0.002


def test_measurements_are_to_be_verified() -> None:
    app = read()
    titles = [metric.label for metric in app.metric]
    assert [title.split(",")[0] for title in titles] == [
        "Heart rate", "PR", "QRS", "QT", "QTc Bazett", "QTc Fridericia", "QRS axis", "Rhythm"
    ]  # fmt: skip
    assert all("verify" in metric.help for metric in app.metric)
    assert "verify" in said(app)
    assert "No fault found" in said(app)


def test_what_cannot_be_measured_says_why() -> None:
    flat = Record(np.zeros((12, 5000)), 500, "flat", "test")
    app = read(flat)
    assert not app.exception
    *numbers_, rhythm = app.metric
    assert all(metric.value == "not measurable" for metric in numbers_)
    assert all(metric.help.startswith("Not measurable: ") for metric in numbers_)
    assert rhythm.value == "Not determined"
    assert "flat" in app.warning[0].value
    assert len(traces(drawn(app), "lead")) == 12


def test_beat_marks_are_drawn_when_asked_for() -> None:
    assert not traces(drawn(read()), "beats")
    marks = traces(drawn(read(marks="true")), "beats")
    assert {"P", "QRS", "T", "R"} <= set(marks)
    assert np.isfinite(numbers(marks["R"]["x"])).sum() > 5


def test_calipers_by_numbers_are_exact_and_drawn() -> None:
    app = choose(read(), "layout", "12x1")
    app = choose(app, "filter", "raw")
    first, second = (w for w in app.number_input if w.label.endswith("point (s)"))
    first.set_value(1.0)
    second.set_value(1.812)
    app.run()
    words = next(m.value for m in app.markdown if m.value.startswith("**II: 812 ms"))
    rise = float(WHOLE.lead("II")[906] - WHOLE.lead("II")[500])
    assert f"{abs(rise):.3f} mV" in words
    assert "73.9/min" in words
    assert traces(drawn(app), "caliper")


def test_a_missing_lead_is_said_and_the_models_stay_calm() -> None:
    app = read(lacking(V1=EVERYTHING), script=page)
    assert not app.exception
    assert not app.error
    figure = drawn(app)
    assert "V1: not recorded" in notes(figure)
    assert "V1" not in traces(figure, "lead")
    assert "V1" in app.warning[0].value
    assert "lead V1 was not recorded" in app.info[0].value


INCOMPLETE = {
    "one lead": lacking(**{lead: EVERYTHING for lead in LEADS if lead != "II"}),
    "three leads": lacking(**dict.fromkeys(LEADS[3:], EVERYTHING)),
    "gaps": lacking(**{lead: slice(1000, 1700) for lead in LEADS}),
    "2 s": Record(WHOLE.signal[:, :1000], 500, "short", "test"),
    "no beat": Record(np.random.default_rng(0).normal(0, 0.01, (12, 5000)), 500, "noise", "test"),
    "paced beats": Record(np.where(np.arange(5000) % 400 < 2, 4, WHOLE.signal), 500, "paced", "test"),
    "20 mV spikes": Record(np.where(np.arange(5000) % 1700 == 50, 20, WHOLE.signal), 500, "spikes", "test"),
    "250 Hz": Record(WHOLE.signal[:, ::2], 250, "other rate", "test"),
}


@pytest.mark.parametrize("view", ["waveform", "spectrum", "spectrogram"])
@pytest.mark.parametrize("name", INCOMPLETE)
def test_any_record_is_drawn_as_far_as_it_goes(name: str, view: str) -> None:
    app = read(INCOMPLETE[name])
    if view != "waveform":
        app = choose(app, "view", view)
    assert not app.exception
    assert drawn(app, "sheet" if view == "waveform" else view)["data"]


def test_of_a_long_record_only_the_window_on_screen_is_sent() -> None:
    hour = Record(np.tile(draw("norm_male", 1, fs=100).signal, (1, 360)), 100, "hour", "test")
    app = read(hour)
    (slider,) = app.slider
    app = slider.set_value(1800.0).run()
    figure = drawn(app)
    rhythm = traces(figure, "rhythm")["II rhythm"]
    assert rhythm["x0"] == 1800
    assert len(numbers(rhythm["y"])) == 1000
    assert len(json.dumps(figure)) < 100_000
    assert app.metric[0].value != "not measurable"
    app.toggle[0].set_value(True).run()
    times = numbers(traces(drawn(app), "beats")["R"]["x"])
    assert times.size and ((times >= 1800) & (times < 1810)).all()


def test_the_spectrum_is_shown_in_db_or_mv_for_all_leads_or_one() -> None:
    app = choose(read(), "view", "spectrum")
    assert drawn(app, "spectrum")["layout"]["yaxis"]["title"]["text"] == "Amplitude (dB re 1 mV)"
    assert set(traces(drawn(app, "spectrum"), "harmonics"))
    app = choose(choose(app, "scale", "mV"), "spectrum_leads", ["All"])
    figure = drawn(app, "spectrum")
    assert figure["layout"]["yaxis"]["title"]["text"] == "Amplitude (mV)"
    assert set(traces(figure, "lead")) == set(LEADS)
    assert "Hann" in said(app) and "0.1 Hz apart" in said(app)


def test_the_spectrogram_stands_under_its_waveform() -> None:
    app = choose(choose(read(), "view", "spectrogram"), "spectrogram_lead", "V2")
    layout = drawn(app, "spectrogram")["layout"]
    assert layout["xaxis"]["range"] == layout["xaxis2"]["range"]
    assert layout["xaxis"]["matches"] == "x2"
    assert "0.48 s" in said(app)


def test_a_saved_image_is_named_after_record_and_view_and_carries_the_notice() -> None:
    app = read(Record(WHOLE.signal, 500, "Jane/../record 7", "test"))
    chart = next(c for c in app.get("plotly_chart") if c.key == "sheet").proto
    image = json.loads(chart.config)["toImageButtonOptions"]
    assert image["filename"] == "ecgnet-Jane-..-record-7-3x4"
    assert "Research use only, not a diagnosis." in notes(drawn(app))
    assert chart.alt.startswith("12-lead ECG")
