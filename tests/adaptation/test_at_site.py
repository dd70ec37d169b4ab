"""A profile that is on: what it changes in a reading, and that everything names it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ecgnet import weights
from ecgnet.cards import Stamp
from ecgnet.demo import draw
from ecgnet.inference import Predictor
from ecgnet.judge import Reading, judge
from ecgnet.report import report
from ecgnet.site_profile import SiteProfile, Transform, limits_at

MODEL = "waveform_cnn"


@pytest.fixture(scope="module")
def predictor() -> Predictor:
    if MODEL not in weights.available():
        pytest.skip(f"weights/{MODEL}.json is not there")
    return Predictor(MODEL)


@pytest.fixture(scope="module")
def profile(predictor: Predictor) -> SiteProfile:
    """Log-odds of infarction lowered by 12: what was certain is doubtful here."""
    card = predictor.model.card
    transform = replace(Transform.identity(), offset=np.array([0.0, -12.0, 0.0, 0.0, 0.0]))
    shipped = card.state_limits
    limits = limits_at("Ward A", shipped.low, high=shipped.high, patients=120, refitted=())
    return SiteProfile(
        "Ward A", "2026-11-27", MODEL, card.weights_id, card.stamp(Stamp.ANSWERS), "offset", ("MI",), transform,
        limits, (), 120, 120, {"MI": 30},
    )  # fmt: skip


@pytest.fixture(scope="module")
def readings(predictor: Predictor, profile: SiteProfile) -> tuple[Reading, Reading]:
    record = draw("imi", 1)
    return judge(record, [predictor]), judge(record, [predictor], profile=profile)


def test_probabilities_and_states_are_the_sites_and_logits_stay(readings):
    shipped, site = readings
    assert (shipped.states["MI"], site.states["MI"]) == ("present", "absent")
    assert np.array_equal(shipped.prediction.logits, site.prediction.logits)
    assert site.prediction.probability("STTC") == pytest.approx(shipped.prediction.probability("STTC"))


def test_the_reading_names_the_profile(readings, profile: SiteProfile):
    shipped, site = readings
    assert profile.sentence in site.warnings and profile.sentence not in shipped.warnings
    assert profile.name in site.prediction.weights_id
    assert profile.sentence in site.text()


def test_trust_promises_nothing_of_ptbxl_and_stays_as_sure_as_shipped(readings, profile: SiteProfile):
    shipped, site = readings
    assert profile.sentence in site.trust.sentences
    assert site.trust.confidence == pytest.approx(shipped.trust.confidence)
    assert "PTB-XL" not in site.prediction.limits.promise()


def test_a_printed_reading_is_made(readings):
    assert report(readings[1]).startswith(b"%PDF-")


def test_a_profile_of_another_model_changes_nothing(predictor: Predictor, profile: SiteProfile):
    other = judge(draw("imi", 1), [predictor], profile=replace(profile, model="late_fusion"))
    assert other.prediction.profile is None
