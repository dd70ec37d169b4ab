"""Early, intermediate or late: the question that ECGNet grew from."""

from __future__ import annotations

import time
from typing import Any

import pandas as pd
import torch
from torch.utils.flop_counter import FlopCounterMode

from ecgnet.demo import draw
from ecgnet.fold_scores import load_fold_scores
from ecgnet.metrics import paired_gain
from ecgnet.modality_transform import ModalityTransform
from ecgnet.models import BRANCHES, COMMITTEE, FUSIONS, REGISTRY, Kind, names_of, twin
from ecgnet.models.prepared import fastest
from ecgnet.ptbxl import TEST_FOLD
from ecgnet.store import FS
from ecgnet.study_results import StudyValue, by_class
from ecgnet.training.studies._bench import Bench, Result, Table, training_seconds
from ecgnet.training.studies._maps_page import IG, Strategy, overlap, strategy
from ecgnet.weights import Model, WeightsError, load, read_card

QUESTION = "Where should waveform, spectrum, spectrogram and patient data meet: early, midway or at the end?"
NAMES = (*(twin(name, metadata=metadata) for name in FUSIONS for metadata in (True, False)), COMMITTEE)
"""What joins views, or models."""
SINGLE = names_of(Kind.BRANCH, Kind.MEMBER)


def run(bench: Bench) -> Result:
    """Every fusion, with and without metadata, and the committee on fold 10: accuracy as the cards have it, with paired
    differences, and what it costs. Raises WeightsError where a card or a score is missing."""
    asked = (*SINGLE, *NAMES)
    cards = {name: read_card(name) for name in asked}
    checksums = {name: card.checksum for name, card in cards.items()}
    best = max(SINGLE, key=_chosen_by)

    def gains() -> dict[str, Any]:
        scores = load_fold_scores().fold(TEST_FOLD)
        single = scores.probabilities(best, cards[best])
        return {
            name: paired_gain(scores.labels, single, second=scores.probabilities(name, card))
            for name, card in cards.items()
        }

    gained = bench.kept("gains", checksums | {"single": best}, compute=gains)
    found = {name: card.content["test"] | {"gain": gained[name]} for name, card in cards.items()}
    cost = bench.kept(
        "cost", checksums, compute=lambda: {name: _cost(load(name, torch.device("cpu"))) for name in asked}
    )
    explained = {
        name: strategy(
            name, {view: by_method[IG].deletion for view, by_method in maps.items()}, maps["waveform"][IG].n
        )
        for name in FUSIONS
        if (maps := read_card(name).explanations)
    }
    shown = (*dict.fromkeys((best, BRANCHES[0], *names_of(Kind.MEMBER))), *NAMES)
    rows = [
        {
            "model": REGISTRY[name].title,
            "macro AUC": found[name]["macro_auc"],
            "95 %": "{:.3f} to {:.3f}".format(*found[name]["macro_auc_interval"]),
            **found[name]["auc"],
            "gain over best single": "{:+.4f} ({:+.4f} to {:+.4f})".format(*found[name]["gain"]),
            "macro F1": found[name]["macro_f1"],
            "mean accuracy": found[name]["mean_accuracy"],
            "calibration error": found[name]["expected_calibration_error"],
        }
        for name in shown
    ]
    prices = [
        {
            "model": REGISTRY[name].title,
            "parameters (million)": round(cost[name]["parameters"] / 1e6, 2),
            "multiply-accumulates (million)": round(cost[name]["macs"] / 1e6),
            "CPU (ms a record)": round(cost[name]["milliseconds"], 1),
            "training (min)": round(training_seconds(name) / 60, 1),
            **({"maps against random": explained[name].gain} if name in explained else {}),
        }
        for name in asked
    ]
    figure = {REGISTRY[name].title: found[name]["auc"] for name in (best, *FUSIONS, COMMITTEE)}
    tables = [
        Table(
            "Accuracy on fold 10; gains are paired, record by record, over the single network that fold 9 likes best.",
            pd.DataFrame(rows),
        ),
        Table(
            "Cost, branches counted in. Milliseconds: the processor's time for one record from its samples to the logits, "
            "the middle of 20. Training includes the branches and the rounds that they went on from. Maps against random: "
            "how much sooner the answer falls when it is taken away by the map of integrated gradients, from the study of "
            "the explanations.",
            pd.DataFrame(prices),
        ),
    ]
    values = {name: _values(found[name], cost[name], training_seconds(name)) for name in asked}
    for name, ranked in explained.items():
        values[name]["deletion_gain"] = StudyValue(ranked.gain, ranked.low, ranked.high)
    return Result(tables, _recommended(best, found, cost, explained), figure, ("", "AUC"), values)


def _values(found: dict[str, Any], cost: dict[str, float], seconds: float) -> dict[str, StudyValue]:
    return {
        "macro_auc": StudyValue(found["macro_auc"], *found["macro_auc_interval"]),
        **by_class(found["auc"]),
        "gain_over_best_branch": StudyValue.of(found["gain"]),
        "macro_f1": StudyValue(found["macro_f1"]),
        "mean_accuracy": StudyValue(found["mean_accuracy"]),
        "calibration_error": StudyValue(found["expected_calibration_error"]),
        "parameters_million": StudyValue(round(cost["parameters"] / 1e6, 2)),
        "macs_million": StudyValue(round(cost["macs"] / 1e6)),
        "milliseconds": StudyValue(round(cost["milliseconds"], 1)),
        "training_minutes": StudyValue(round(seconds / 60, 1)),
    }


def _recommended(
    best: str, found: dict[str, Any], cost: dict[str, Any], explained: dict[str, Strategy]
) -> list[str]:
    """Which for which use; what joins has to earn its cost against the single network that is `best` on fold 9."""

    def title(name: str) -> str:
        return REGISTRY[name].title

    def area(name: str) -> float:
        return found[name]["macro_auc"]

    def milliseconds(name: str) -> float:
        return cost[name]["milliseconds"]

    winner = max(NAMES, key=_chosen_by)
    quickest = min(NAMES, key=milliseconds)
    blind = max((name for name in NAMES if not REGISTRY[name].metadata), key=_chosen_by)
    gain, low, high = found[winner]["gain"]
    said = [
        f"For the most accurate answer: {title(winner)}, the strongest by fold 9; fold 10 reads {area(winner):.4f}, "
        f"{gain:+.4f} ({low:+.4f} to {high:+.4f}) against {title(best)} alone: "
        + ("a gain beyond chance." if low > 0 else "no gain that fold 10 can tell from chance."),
        f"For many records or a slow machine: {title(best)} alone, {milliseconds(best):.0f} ms a record against "
        f"{milliseconds(winner):.0f} ms. The quickest that joins, {title(quickest)}, takes {milliseconds(quickest):.0f} ms, "
        f"at {area(quickest) - area(winner):+.4f} macro AUC.",
        f"Where age and sex are unknown or shall not count: {title(blind)}, {area(blind):.4f} on fold 10.",
    ]
    if explained:
        ranked = sorted(explained, key=lambda name: -explained[name].gain)
        gains = [f"{title(n)} {explained[n].gain:+.3f} ({explained[n].interval})" for n in ranked]
        alike = overlap([explained[n] for n in ranked])
        said.append(
            f"For reasons that hold: by what their maps gain over random deletion, {', '.join(gains)}"
            + ("; no difference beyond chance between first and last." if alike else ".")
        )
    return said


@torch.inference_mode()
def _cost(model: Model) -> dict[str, float]:
    """Parameters with those of the branches, multiply-accumulates and milliseconds of one record, of all processors: of a
    drawn ECG, since measuring noise takes another time."""
    network = fastest(model.network, torch.device("cpu"))
    transform = ModalityTransform(model.card.spec)
    wave, metadata = torch.tensor(draw("norm_female", 1, fs=FS).signal)[None], torch.zeros(1, 4)
    needs = model.network.needs
    with FlopCounterMode(display=False) as counter:
        model.network(transform(wave, metadata, needs))
    taken = []
    for _ in range(23):
        began = time.process_time()
        network(transform(wave, metadata, needs))
        taken.append(time.process_time() - began)
    return {
        "parameters": sum(p.numel() for p in model.network.parameters()),
        "macs": counter.get_total_flops() / 2,
        "milliseconds": sorted(taken[3:])[10] * 1000,
    }


def _chosen_by(name: str) -> float:
    """Macro AUC on fold 9; of a late fusion, which was fitted there, the cross-validated one."""
    card = read_card(name)
    if (crossed := card.training.cross_validated_macro_auc) is not None:
        return crossed
    if card.validation is None:
        raise WeightsError(f"{name}.json has no metrics on fold 9; run ecgnet weights measure.")
    return card.validation.macro_auc
