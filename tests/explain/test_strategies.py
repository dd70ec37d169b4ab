"""Why models differ on a record: made-up answers whose cause is known, and a late fusion taken apart."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from ecgnet.explain import VIEWS, ExplanationError
from ecgnet.explain.strategies import differences, late_terms
from ecgnet.inference import Predictor
from ecgnet.models import BRANCHES
from ecgnet.record import Record

LABELS = ("NORM", "MI", "STTC", "CD", "HYP")
TITLES = {"a": "Early", "b": "Late", "c": "Midway"}


def answer(model: str, mi: float, threshold: float = 0.5) -> SimpleNamespace:
    probabilities = np.array([0.1, mi, 0.1, 0.1, 0.1])
    thresholds = np.array([0.5, threshold, 0.5, 0.5, 0.5])
    called = tuple(n for n, p, t in zip(LABELS, probabilities, thresholds, strict=True) if p >= t)
    return SimpleNamespace(
        model=model, labels=LABELS, probabilities=probabilities, thresholds=thresholds, called=called
    )


def without(found: SimpleNamespace, **changes: float) -> np.ndarray:
    """Answers without each view: the same but for those named."""
    table = np.repeat(found.probabilities[None], 1 + len(VIEWS), 0)
    for modality, mi in changes.items():
        table[next(k for k, v in enumerate(VIEWS, 1) if v.modality == modality), 1] = mi
    return table


def test_models_that_call_the_same_do_not_differ():
    two = [answer("a", 0.8), answer("b", 0.6)]
    assert differences(two, {p.model: without(p) for p in two}, left=VIEWS, titles=TITLES) == []


def test_the_view_whose_loss_brings_them_together_is_the_source():
    early, late = answer("a", 0.8), answer("b", 0.2)
    tables = {"a": without(early, spectrogram=0.22), "b": without(late, spectrogram=0.2)}
    (found,) = differences([early, late], tables, left=VIEWS, titles=TITLES)
    assert (found.label, found.callers, found.others, found.source) == ("MI", ("a",), ("b",), "spectrogram")
    assert found.cause == (
        "The difference comes from the spectrogram: without it none would call MI (Early 80 → 22 %, Late 20 → 20 %)."
    )


def test_a_view_that_speaks_against_it_in_the_others_is_a_source_too():
    early, late = answer("a", 0.8), answer("b", 0.2)
    tables = {"a": without(early), "b": without(late, waveform=0.75)}
    (found,) = differences([early, late], tables, left=VIEWS, titles=TITLES)
    assert found.source == "waveform"
    assert "they would agree that MI is there" in found.cause


def test_what_no_single_view_accounts_for_is_said():
    early, late = answer("a", 0.8), answer("b", 0.2)
    tables = {"a": without(early, waveform=0.7, spectrum=0.75), "b": without(late)}
    (found,) = differences([early, late], tables, left=VIEWS, titles=TITLES)
    assert found.source == ""
    assert found.cause.startswith("No single view")


def test_a_view_whose_loss_turns_the_difference_round_is_not_its_source():
    early, late = answer("a", 0.8), answer("b", 0.2)
    tables = {"a": without(early, waveform=0.05), "b": without(late, waveform=0.6)}
    (found,) = differences([early, late], tables, left=VIEWS, titles=TITLES)
    assert found.source == ""


def test_a_view_without_which_all_would_call_it_is_the_source_even_where_the_order_turns():
    midway, early = answer("c", 0.55), answer("a", 0.2)
    tables = {"c": without(midway), "a": without(early, spectrogram=0.9, waveform=0.45)}
    (found,) = differences([midway, early], tables, left=VIEWS, titles=TITLES)
    assert found.source == "spectrogram"


def test_one_model_may_be_parted_by_its_threshold_and_another_by_a_view():
    midway, late, early = (
        answer("c", 0.31, threshold=0.29),
        answer("b", 0.37, threshold=0.41),
        answer("a", 0.05),
    )
    tables = {"c": without(midway), "b": without(late), "a": without(early, spectrum=0.4)}
    (found,) = differences([midway, late, early], tables, left=VIEWS, titles=TITLES)
    assert found.source == "spectrum"
    assert found.cause.endswith("Late is parted from it by the thresholds alone (29 to 41 %).")


def test_a_view_that_one_of_them_does_not_read_is_said():
    early, late = answer("a", 0.8), answer("b", 0.2)
    tables = {"a": without(early, metadata=0.25), "b": without(late, metadata=np.nan)}
    (found,) = differences([early, late], tables, left=VIEWS, titles=TITLES)
    assert found.source == "metadata"
    assert "Late, which does not read it, 20 %" in found.cause


def test_thresholds_that_part_equal_probabilities_are_the_cause():
    strict, lax = answer("a", 0.42, threshold=0.45), answer("b", 0.40, threshold=0.3)
    (found,) = differences(
        [strict, lax], {p.model: without(p) for p in (strict, lax)}, left=VIEWS, titles=TITLES
    )
    assert found.near
    assert found.cause.startswith("It comes from the thresholds (30 to 45 %)")


def test_probabilities_on_both_sides_of_a_threshold_are_borderline():
    over, under = answer("a", 0.51), answer("b", 0.48)
    (found,) = differences(
        [over, under], {p.model: without(p) for p in (over, under)}, left=VIEWS, titles=TITLES
    )
    assert "borderline" in found.cause


@pytest.mark.parametrize("name", ["late_fusion", "late_fusion_without_metadata"])
def test_a_late_fusion_is_the_sum_of_its_terms(synthetic_record: Record, name: str):
    branches = {b: Predictor(b).predict([synthetic_record])[0].logits for b in BRANCHES}
    fusion = Predictor(name)
    answer = fusion.predict([synthetic_record])[0]
    terms = late_terms(fusion, branches, record=synthetic_record, label="NORM")
    p = answer.probability("NORM")
    assert terms.total == pytest.approx(np.log(p / (1 - p)), abs=1e-3)
    assert set(terms.weights) == set(BRANCHES)
    assert np.isnan(terms.patient) == ("without" in name)


def test_only_a_late_fusion_has_terms(synthetic_record: Record):
    with pytest.raises(ExplanationError, match="only a late fusion"):
        late_terms(Predictor("early_fusion"), {}, record=synthetic_record, label="MI")
