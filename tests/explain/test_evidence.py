"""Which method a view begins with, from cards small enough to read."""

from __future__ import annotations

from ecgnet.explain import best_method, evidence, why_not
from ecgnet.weights import Card


def card(checksum: str = "c", **methods: tuple[float, float, float | None]) -> Card:
    """A card whose waveform was measured on 500 records: method → gain by deletion, its lower end, random weights."""
    rows = {
        name: {"deletion": [gain, low, gain + 0.1], "insertion": [0, 0, 0], "randomised": alike, "n": 500}
        for name, (gain, low, alike) in methods.items()
    }
    return Card({"checksum": "c", "explanations": {"checksum": checksum, "modalities": {"waveform": rows}}})


def test_the_most_faithful_method_without_a_fault_is_the_default():
    method, why = best_method(
        card(
            integrated_gradients=(0.2, 0.1, 0.0), input_x_gradient=(0.3, 0.2, 0.05), saliency=(0.4, 0.3, 0.5)
        ),
        "waveform",
    )
    assert method == "input_x_gradient"
    assert "On 500 ECGs" in why
    assert "30 % of the curves' span (95 % interval 20 to 40)" in why


def test_a_high_gain_on_few_records_does_not_win_by_luck():
    asked = card(gradient_shap=(0.5, 0.1, 0.0), integrated_gradients=(0.4, 0.38, 0.0))
    assert best_method(asked, "waveform")[0] == "integrated_gradients"


def test_methods_that_take_long_are_never_the_default():
    assert (
        best_method(card(saliency=(0.1, 0.05, 0.1), kernel_shap=(0.9, 0.8, 0.0)), "waveform")[0] == "saliency"
    )


def test_a_map_that_random_weights_give_as_well_is_no_default_and_says_why():
    asked = card(saliency=(0.4, 0.3, 0.45), integrated_gradients=(0.2, 0.1, 0.0))
    assert best_method(asked, "waveform")[0] == "integrated_gradients"
    assert "random weights gives much the same map (rank correlation 0.45)" in why_not(
        asked, "waveform", method="saliency"
    )
    assert why_not(asked, "waveform", method="integrated_gradients") == ""


def test_a_method_no_better_than_chance_is_no_default():
    asked = card(saliency=(0.1, -0.01, 0.0), input_x_gradient=(0.05, 0.01, 0.0))
    assert best_method(asked, "waveform")[0] == "input_x_gradient"
    assert "does not beat random orders" in why_not(asked, "waveform", method="saliency")


def test_where_every_method_fails_it_is_said():
    method, why = best_method(card(integrated_gradients=(0.1, -0.1, 0.0)), "waveform")
    assert method == "integrated_gradients"
    assert "No method passed every test" in why
    assert "with care" in why


def test_maps_carried_back_to_the_trace_are_not_vouched_for_by_those_on_the_view():
    asked = card(saliency=(0.4, 0.3, 0.45), input_x_gradient=(0.3, 0.2, 0.05))
    method, why = best_method(asked, "waveform", carried=True)
    assert method == "integrated_gradients"
    assert why == why_not(asked, "waveform", method="saliency", carried=True)
    assert why == "Maps drawn on the trace have not been measured for this model."


def test_evidence_of_other_weights_does_not_count():
    old = card("another checksum", saliency=(0.4, 0.3, 0.0))
    assert evidence(old, "waveform") == {}
    method, why = best_method(old, "waveform")
    assert method == "integrated_gradients"
    assert "has not been measured yet" in why
