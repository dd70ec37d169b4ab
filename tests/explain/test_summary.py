"""Shares and sentences, from attributions small enough to add up by eye."""

from __future__ import annotations

import numpy as np
import pytest

from ecgnet.explain import (
    Explanation,
    ExplanationError,
    band_shares,
    field_shares,
    lead_shares,
    lead_sums,
    modality_shares,
    modality_sums,
    summarise,
)
from ecgnet.record import LEADS


def explanation(modality: str, values: np.ndarray, method: str = "integrated_gradients") -> Explanation:
    return Explanation(modality, method, "MI", values, 0.0, "nothing", 1.0, 0.0)


def waveform(**leads: float) -> Explanation:
    """Each lead's amount split over two samples, one of them against the label (-1 : +3)."""
    values = np.zeros((12, 1000))
    for name, amount in leads.items():
        values[LEADS.index(name), [100, 200]] = -amount / 4, amount * 3 / 4
    return explanation("waveform", values)


def test_leads_share_the_absolute_sum():
    shares = lead_shares(waveform(V2=6, V3=3, aVF=1))
    assert tuple(shares) == LEADS
    assert sum(shares.values()) == pytest.approx(1)
    assert [shares[name] for name in ("V2", "V3", "aVF", "I")] == pytest.approx([0.6, 0.3, 0.1, 0])


def test_the_top_leads_for_and_against_in_words():
    pro, contra = summarise(waveform(V2=5, V3=3, I=1, aVF=-1))
    assert pro == "90 % of the evidence speaks for MI, most of all V2, V3 and I (90 %)."
    assert contra == "10 % speaks against it, most of all aVF (10 %)."


def test_a_lead_that_speaks_against_is_never_named_for_it():
    (pro, contra) = summarise(waveform(V2=1, aVF=-6))
    assert "aVF" not in pro
    assert contra == "86 % speaks against it, most of all aVF (86 %)."
    assert summarise(waveform(aVF=-6))[0] == "No lead as a whole speaks for MI."


def test_leads_without_evidence_are_not_named():
    (sentence,) = summarise(waveform(V2=5, V3=1))
    assert sentence.endswith("most of all V2 and V3 (100 %).")


def test_no_side_is_said_to_have_nothing():
    assert summarise(waveform(V2=999, aVF=-1)) == (
        "All of the evidence speaks for MI, most of all V2 (100 %).",
    )
    assert summarise(waveform(V2=1, aVF=-999)) == (
        "No lead as a whole speaks for MI.",
        "All of the evidence speaks against it, most of all aVF (100 %).",
    )


def test_evidence_that_is_everywhere_is_called_spread():
    sentence = summarise(explanation("waveform", np.ones((12, 1000))))[0]
    assert "spread over many leads" in sentence
    assert "(25 %)" in sentence


def test_the_parts_of_the_leads_keep_their_signs():
    sums = lead_sums(waveform(V2=6, aVF=-2))
    assert (sums["V2"], sums["aVF"], sums["I"]) == pytest.approx((0.75, -0.25, 0))


def test_saliency_is_about_sensitivity_and_takes_no_side():
    (sentence,) = summarise(explanation("waveform", np.ones((12, 1000)), "saliency"))
    assert "most sensitive" in sentence


def test_bands_of_the_spectrum():
    values = np.zeros((12, 501))
    values[:, [2, 30, 50, 399, 400, 500]] = 1  # 0.2, 3, 5, 39.9, 40 and 50 Hz
    shares = band_shares(explanation("spectrum", values))
    assert list(shares.values()) == pytest.approx([1 / 6, 1 / 6, 1 / 6, 1 / 6, 2 / 6])
    assert "The strongest band is 40-50 Hz (33 %)." in summarise(explanation("spectrum", values))


def test_bands_of_the_spectrogram():
    values = np.zeros((12, 33, 126))
    values[0, [0, 1, 5, 20], :] = -1  # 0, 1.6, 7.8 and 31 Hz
    shares = band_shares(explanation("spectrogram", values))
    assert list(shares.values()) == pytest.approx([0.25, 0.25, 0.25, 0.25, 0])
    assert lead_shares(explanation("spectrogram", values))["I"] == 1


def test_fields_of_the_patient():
    found = explanation("metadata", np.array([1.0, -2.0, 0.5, 0.5]))
    assert field_shares(found) == pytest.approx({"age": 0.75, "sex": 0.25})
    assert summarise(found)[0] == "Of the patient data, age weighs most for MI (75 %)."


def test_modalities_share_and_sum():
    found = {"waveform": waveform(V1=4), "metadata": explanation("metadata", np.array([1.0, 0, 0, 0]))}
    assert modality_shares(found) == pytest.approx({"waveform": 0.8, "metadata": 0.2})
    assert modality_sums(found) == pytest.approx({"waveform": 2.0, "metadata": 1.0})


def test_nothing_is_said_of_nothing():
    found = explanation("spectrum", np.zeros((12, 501)))
    assert set(lead_shares(found).values()) == {0.0}
    assert summarise(found) == ("Nothing in the spectrum moved the answer for MI.",)


def test_questions_that_make_no_sense_are_refused():
    with pytest.raises(ExplanationError, match="no leads"):
        lead_shares(explanation("metadata", np.ones(4)))
    with pytest.raises(ExplanationError, match="no frequency axis"):
        band_shares(waveform(I=1))
    with pytest.raises(ExplanationError, match="no patient fields"):
        field_shares(waveform(I=1))
    with pytest.raises(ExplanationError, match="cannot be compared"):
        modality_shares({"metadata": explanation("metadata", np.ones(4), "saliency")})
