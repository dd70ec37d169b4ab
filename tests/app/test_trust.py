"""What the app holds back or qualifies: unreadable records, exchanged electrodes, missing leads, uncertain answers."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from ecgnet import electrodes, weights
from ecgnet.demo import draw
from ecgnet.inference import Prediction, Predictor
from ecgnet.leads import exchange
from ecgnet.models import DEFAULT
from ecgnet.notices import Notice, NoticeKind
from ecgnet.ptbxl import SUPERCLASSES
from ecgnet.record import LEADS, Record
from ecgnet.trust import Trust

WHOLE = draw("norm_male", 1, fs=100)
needs_weights = pytest.mark.skipif(not weights.available(), reason="weights/ is empty")
needs_electrodes = pytest.mark.skipif(
    bool(electrodes.verify_detector()), reason="weights/electrodes.* are not there"
)


def answering(record) -> None:  # run on its own, where no other name is known
    """What stands where the models answer."""
    import streamlit as st

    from ecgnet.ui.library import Shown
    from ecgnet.ui.record import cautions

    cautions.show_reading(Shown(record, "A record", "", None, "", "test"), st.container())


def reading(record) -> None:
    """What stands around the sheet."""
    from ecgnet.ui.library import Shown
    from ecgnet.ui.record import lead_reversal, measurements, readings, views

    shown = Shown(record, "A record", "", None, "", "test")
    with views.three_views(shown):
        measurements.panel(shown, readings.reading_of(shown))
        lead_reversal.notice(shown)


def comparing(record) -> None:
    """Compare's section on one ECG."""
    from ecgnet.ui.compare import strategies
    from ecgnet.ui.library import Shown

    strategies.one_record(Shown(record, "A record", "", None, "", "test"))


def run(record: Record, script: Any = answering) -> AppTest:
    app = AppTest.from_function(script, args=(record,), default_timeout=120).run()
    assert not app.exception
    return app


def said(app: AppTest) -> str:
    return "\n".join(str(part.value) for part in (*app.markdown, *app.caption, *app.warning, *app.info))


def charts(app: AppTest) -> set[str]:
    return {chart.key for chart in app.get("plotly_chart")}


def press(app: AppTest, label: str) -> AppTest:
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception
    return app


def noise() -> Record:
    signal = np.random.default_rng(0).normal(0, 0.3, (12, 1000))
    return Record(signal, 100, "noise", "test")


def without(*leads: str) -> Record:
    signal = WHOLE.signal.copy()
    signal[[LEADS.index(lead) for lead in leads]] = np.nan
    return replace(WHOLE, signal=signal)


@needs_weights
def test_noise_is_not_judged_until_that_is_asked_for_and_the_warning_stays():
    app = run(noise())
    assert "Not judged." in said(app)
    assert "No QRS complexes stand out" in said(app)
    assert "heatmap" not in charts(app)
    press(app, "Judge it anyway")
    assert "heatmap" in charts(app)
    assert "Do not rely on the answer" in said(app)
    assert "No QRS complexes stand out" in said(app)


@needs_weights
def test_compare_withholds_noise_too_and_shows_its_sheet():
    app = run(noise(), comparing)
    assert "Not judged." in said(app)
    assert charts(app) == {"sheet"}
    press(app, "Judge it anyway")
    assert "Side by side" in said(app)
    assert not any(word in said(app) for word in ("settled", "learnt from"))


@needs_weights
def test_compare_calls_no_answer_to_an_unlike_ecg_settled(monkeypatch: pytest.MonkeyPatch):
    def judge(answer: Prediction, *about: object, card: object) -> Trust:
        known = False if answer.model == DEFAULT else None  # only the default model knows what is usual
        return Trust(
            known,
            sets=dict.fromkeys(SUPERCLASSES, "absent"),
            notices=(Notice(NoticeKind.FAMILIARITY, "It is far beyond."),),
        )

    monkeypatch.setattr("ecgnet.judge.judge_trust", judge)
    monkeypatch.setattr("ecgnet.ui.record.cautions.judge_trust", judge)
    app = run(WHOLE, comparing)
    for _ in ("with age and sex", "without"):
        assert said(app).count("It is far beyond.") == 1
        assert "settled" not in said(app)
        app.toggle[0].set_value(False).run()


@needs_weights
def test_compare_calls_answers_to_a_usual_ecg_settled(monkeypatch: pytest.MonkeyPatch):
    made = Trust(True, sets=dict.fromkeys(SUPERCLASSES, "absent"))
    monkeypatch.setattr("ecgnet.ui.record.cautions.judge_trust", lambda *about, card: made)
    assert said(run(WHOLE, comparing)).count("settled") == 3


@needs_weights
def test_a_record_that_can_be_read_is_judged_unasked():
    app = run(WHOLE)
    assert "heatmap" in charts(app)
    assert "Not judged" not in said(app)
    assert "Judge it anyway" not in [button.label for button in app.button]


@needs_weights
def test_a_card_without_statistics_says_nothing_of_trust(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(weights.Card, "trust", property(lambda card: None))
    assert "least sure" not in said(run(WHOLE))


@needs_weights
def test_an_unlike_ecg_is_said(monkeypatch: pytest.MonkeyPatch):
    words = (
        "This ECG is unlike those that the model learnt from: in its signal it lies at 2.0 times the limit."
    )
    made = Trust(False, 2.0, notices=(Notice(NoticeKind.FAMILIARITY, words),))
    monkeypatch.setattr("ecgnet.judge.judge_trust", lambda *about, card: made)
    assert said(run(WHOLE)).count(words) == 1


@needs_weights
def test_a_paced_ecg_is_said_to_be_one_and_not_settled(monkeypatch: pytest.MonkeyPatch):
    paced = Notice(NoticeKind.PACED, "This ECG looks paced.")
    made = Trust(True, sets=dict.fromkeys(SUPERCLASSES, "absent"), notices=(paced,))
    monkeypatch.setattr("ecgnet.judge.judge_trust", lambda *about, card: made)
    monkeypatch.setattr("ecgnet.judge.is_paced", lambda *about: True)
    monkeypatch.setattr("ecgnet.ui.record.cautions.judge_trust", lambda *about, card: made)
    words = said(run(WHOLE, comparing))
    assert words.count("looks paced") == 1
    assert "settled" not in words


@needs_weights
def test_leads_that_others_determine_are_answered_from_on_request():
    app = run(without("III", "aVR"))
    assert "not recorded" in said(app)
    assert "bars" not in charts(app)
    press(app, "Answer from the leads that are there")
    assert "bars" in charts(app)
    assert "computed from" in said(app)


@needs_weights
def test_the_answer_from_fewer_leads_states_its_loss(monkeypatch: pytest.MonkeyPatch):
    def judged(record: Record, predictor: Predictor) -> Prediction:
        loss = Notice(NoticeKind.FEWER_LEADS, "Judged without V1: macro AUC is 0.01 below.")
        return replace(predictor.predict([WHOLE])[0], notices=(loss,))

    rest = tuple(lead for lead in LEADS if lead != "V1")
    monkeypatch.setattr(
        "ecgnet.ui.record.cautions.choose_leads", lambda record, card: SimpleNamespace(used=rest)
    )
    monkeypatch.setattr("ecgnet.ui.record.cautions.predict_from_leads", judged)
    app = run(without("V1"))
    assert "lead V1 was not recorded" in said(app)
    press(app, "Answer from the leads that are there")
    assert "Judged without V1: macro AUC is 0.01 below." in said(app)
    assert "bars" in charts(app)


@needs_weights
def test_where_nothing_is_known_of_fewer_leads_nothing_is_offered(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(weights.Card, "trust", property(lambda card: None))
    app = run(without("V1"))
    assert "Answer from the leads that are there" not in [button.label for button in app.button]
    assert "lead V1 was not recorded" in said(app)


@needs_weights
def test_a_good_record_of_few_leads_is_not_called_unreadable():
    app = run(without(*LEADS[2:10]))
    assert "hold no signal" not in said(app)
    press(app, "Answer from the leads that are there")
    assert "Judged by the limb leads alone" in said(app)
    assert "Do not rely on the answer" not in said(app)


@needs_weights
def test_a_record_without_the_leads_that_an_answer_needs_is_not_judged():
    app = run(without(*LEADS[:10]))
    assert "leads I, II" in said(app)
    assert "Answer from the leads that are there" not in [button.label for button in app.button]


@needs_weights
@pytest.mark.parametrize("missing", [("V1",), ("III", "aVR"), LEADS[2:]])
def test_noise_in_the_leads_that_are_there_is_judged_on_request_without_badges(missing: tuple[str, ...]):
    signal = noise().signal.copy()
    signal[[LEADS.index(lead) for lead in missing]] = np.nan
    app = run(Record(signal, 100, "noise", "test"))
    assert "**Not judged.** No" in said(app)
    press(app, "Answer from the leads that are there")
    assert "Judged on request. Do not rely on the answer." in said(app)
    assert "Not judged" not in said(app)
    assert not any(f"{label} present" in said(app) for label in SUPERCLASSES)


@pytest.fixture
def turned() -> Record:
    return replace(WHOLE, signal=exchange(WHOLE.signal, "RA/LA"))


@needs_electrodes
def test_exchanged_electrodes_are_said_once_and_nothing_is_corrected_unasked(turned: Record):
    app = run(turned, reading)
    assert len([w for w in app.warning if "arm" in str(w.value)]) == 1
    assert "Looks like the right and left arm electrodes are exchanged" in said(app)
    assert charts(app) == {"sheet"}


@needs_electrodes
@needs_weights
def test_the_corrected_reading_stands_beside_the_one_as_recorded(turned: Record):
    app = run(turned, reading)
    next(toggle for toggle in app.toggle if "corrected" in toggle.label).set_value(True).run()
    assert not app.exception
    assert charts(app) == {"sheet", "sheet-corrected"}
    table = next(frame.value for frame in app.dataframe if "As recorded" in frame.value)
    assert list(table.columns) == ["As recorded", "Corrected by calculation"]
    assert table.loc["QRS axis"].nunique() == 2
    assert set(SUPERCLASSES) <= set(table.index)  # the state of each class in both


@needs_electrodes
def test_nothing_is_said_of_electrodes_where_nothing_was_found():
    app = run(WHOLE, reading)
    assert "exchanged" not in said(app)


def test_without_weights_for_it_the_rule_for_the_arms_speaks(turned: Record, monkeypatch: pytest.MonkeyPatch):
    def missing(*about: object) -> None:
        raise weights.WeightsError("electrodes.json is missing")

    monkeypatch.setattr(electrodes, "find_exchange", missing)
    assert "Arm electrodes may be swapped" in said(run(turned, reading))
