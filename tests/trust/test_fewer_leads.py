"""Records that lack leads: what is derived, which set judges, and what is said."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecgnet.cards import Card, Stamp, WeightsError
from ecgnet.demo import draw
from ecgnet.inference import Prediction
from ecgnet.notices import NoticeKind, texts
from ecgnet.ptbxl import SUPERCLASSES
from ecgnet.record import LEADS, Record, RecordError
from ecgnet.trust import fewer_leads
from ecgnet.trust.fewer_leads import CHEST, LIMB, SETS

WHOLE = draw("norm_male", 1, fs=100)
COVARIANCE = fewer_leads.covariance(np.stack([draw("norm_male", k, fs=100).signal for k in range(2, 8)]))


def lacking(*leads: str) -> Record:
    """The drawn ECG without some leads."""
    signal = WHOLE.signal.copy()
    signal[[LEADS.index(lead) for lead in leads]] = np.nan
    return Record(signal, 100, "file", "drawn")


def having(*leads: str) -> Record:
    return lacking(*(lead for lead in LEADS if lead not in leads))


@pytest.fixture
def card() -> Card:
    """A card that knows every set: Platt scaling of slope 2, limits of 0.2 and 0.6."""
    known = {
        "calibration": {
            "slope": dict.fromkeys(SUPERCLASSES, 2.0),
            "intercept": dict.fromkeys(SUPERCLASSES, 0.0),
        },
        "thresholds": dict.fromkeys(SUPERCLASSES, 0.4),
        "reliance": {
            "alpha": 0.1,
            "records": 1900,
            "present_from": dict.fromkeys(SUPERCLASSES, 0.2),
            "absent_to": dict.fromkeys(SUPERCLASSES, 0.6),
        },
        "macro_auc": 0.8512,
        "loss": -0.0816,
    }
    made = Card({"name": "any", "checksum": "abc"})
    made.content["trust"] = {
        "stamp": made.stamp(Stamp.ANSWERS),
        "all_leads": {},
        "lead_sets": {s.name: known for s in SETS},
    }
    made.content["trust"]["lead_covariance"] = COVARIANCE.tolist()
    return made


@dataclass
class Predictor:
    """Stands for a network: keeps what it was asked, answers logits of 1."""

    card: Card

    def __post_init__(self) -> None:
        self.model = SimpleNamespace(card=self.card)
        self.asked: list[Record] = []

    def predict(self, records: list[Record]) -> list[Prediction]:
        self.asked += records
        half = np.full(5, 0.5)
        return [Prediction("any", SUPERCLASSES, np.ones(5), half, half, np.ones(71), "any@abc", "CPU", 1.0)]


@given(st.lists(st.sampled_from(LIMB), min_size=2, unique=True))
def test_two_limb_leads_of_any_kind_give_all_six(kept: list[str]):
    out = fewer_leads.derived(having(*kept, *CHEST))
    assert out.complete
    np.testing.assert_allclose(
        out.signal, WHOLE.signal, atol=0.005
    )  # the drawn ECG is rounded to whole microvolts


def test_derived_leads_are_named():
    out = fewer_leads.derived(having("I", "II"))
    assert out.notes[-1] == "III, aVR, aVL, aVF: computed from I and II, exactly."


def test_recorded_leads_stay_as_they_are():
    out = fewer_leads.derived(lacking("III"))
    rest = [k for k, lead in enumerate(LEADS) if lead != "III"]
    np.testing.assert_array_equal(out.signal[rest], WHOLE.signal[rest])


def test_one_limb_lead_derives_nothing():
    record = having("I", *CHEST)
    assert fewer_leads.derived(record) is record


@pytest.mark.parametrize(
    ("there", "name"),
    [
        (("I",), "one"),
        (("I", *CHEST), "one"),
        (("I", "II"), "limb"),
        (("III", "aVF", "V1"), "limb"),
        (LIMB, "limb"),
        (("I", "II", "V2"), "limb_v2"),
        (("I", "II", "V2", "V4", "V5"), "limb_v2"),
        (("I", "II", "V1", "V2", "V3", "V4", "V6"), "chest_lead_missing"),
    ],
)
def test_the_largest_measured_set_judges(there: tuple[str, ...], name: str, card: Card):
    assert fewer_leads.choose_leads(having(*there), card).lead_set.name == name


def test_a_lead_with_a_gap_is_not_used(card: Card):
    signal = WHOLE.signal.copy()
    signal[LEADS.index("V3"), 100:110] = np.nan
    choice = fewer_leads.choose_leads(Record(signal, 100, "file", "drawn"), card)
    assert choice.used == tuple(lead for lead in LEADS if lead != "V3")


def test_chest_leads_alone_are_not_judged(card: Card):
    with pytest.raises(RecordError, match="needs lead I, or any two limb leads"):
        fewer_leads.choose_leads(having(*CHEST), card)


def test_a_model_that_was_not_measured_says_so():
    with pytest.raises(WeightsError, match="was not measured; run ecgnet study trust"):
        fewer_leads.choose_leads(having("I"), Card({"name": "any", "checksum": "abc"}))


def test_statistics_of_other_weights_are_not_used(card: Card):
    card.content["checksum"] = "def"
    with pytest.raises(WeightsError, match="was not measured"):
        fewer_leads.choose_leads(having("I"), card)


def test_the_answer_has_the_sets_calibration_and_names_leads_and_loss(card: Card):
    predictor = Predictor(card)
    found = fewer_leads.predict_from_leads(having("I", "II", "V5"), predictor)
    np.testing.assert_allclose(found.probabilities, 1 / (1 + np.exp(-2)))
    np.testing.assert_array_equal(found.limits.high, 0.6)
    assert texts(*found.notices) == (
        "III, aVR, aVL, aVF: computed from I and II, exactly.",
        "Judged by the limb leads alone (I, II, III, aVR, aVL, aVF), the others estimated from them for the networks: on "
        "PTB-XL's test fold macro AUC is then 0.851, 0.082 below that of twelve leads. V5 was not used.",
    )
    assert [notice.kind for notice in found.notices] == [NoticeKind.LEADS_DERIVED, NoticeKind.FEWER_LEADS]
    (asked,) = predictor.asked
    assert asked.complete
    np.testing.assert_array_equal(asked.signal[:2], WHOLE.signal[:2])


def test_leads_that_are_not_used_are_not_seen(card: Card):
    predictor = Predictor(card)
    fewer_leads.predict_from_leads(having("I", "II"), predictor)
    fewer_leads.predict_from_leads(having("I", "II", "V5"), predictor)
    np.testing.assert_array_equal(predictor.asked[0].signal, predictor.asked[1].signal)


def test_an_estimate_comes_closer_than_nothing():
    used = tuple(lead for lead in LEADS if lead != "V4")
    found = fewer_leads.estimated(WHOLE.signal, used, covariance=COVARIANCE)[LEADS.index("V4")]
    missing = WHOLE.lead("V4") - WHOLE.lead("V4").mean()
    assert np.std(found - missing) < 0.5 * np.std(missing)


@given(st.sets(st.sampled_from(LEADS), min_size=1, max_size=11))
def test_given_leads_are_left_alone_and_estimates_stay_of_their_size(used: set[str]):
    found = fewer_leads.estimated(WHOLE.signal, tuple(used), covariance=COVARIANCE)
    for k, lead in enumerate(LEADS):
        if lead in used:
            np.testing.assert_array_equal(found[k], WHOLE.signal[k])
    assert np.abs(found).max() < 3 * np.abs(WHOLE.signal).max()


def test_no_statement_is_called_from_fewer_leads(card: Card):
    assert fewer_leads.predict_from_leads(having("I"), Predictor(card)).stated == {}


def test_eight_leads_are_judged_as_twelve(card: Card):
    found = fewer_leads.predict_from_leads(having("I", "II", *CHEST), Predictor(card))
    np.testing.assert_array_equal(found.probabilities, 0.5)
    assert texts(*found.notices) == ("III, aVR, aVL, aVF: computed from I and II, exactly.",)
