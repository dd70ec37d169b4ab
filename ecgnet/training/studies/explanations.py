"""How far the maps of the Explain page can be trusted, method by method, and which one each view begins with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ecgnet.cards import read_card, save_card
from ecgnet.explain import ExplanationError, wave_at
from ecgnet.inference import Predictor, window_start
from ecgnet.measure import measure
from ecgnet.models import BRANCHES, FUSIONS, SHOWN
from ecgnet.progress import track
from ecgnet.ptbxl import SUPERCLASSES, TEST_FOLD, Catalogue
from ecgnet.training.pointing import CRITERIA, points
from ecgnet.training.studies import _maps
from ecgnet.training.studies._bench import Bench, Result
from ecgnet.training.studies._maps import ATTENTION, GRAD_CAM, Case, maps
from ecgnet.training.studies._maps_page import Found, correlation, report

QUESTION = (
    "Which explanations hold what they promise: of each view of the ECG, and of each way to join the views?"
)
RECORDS = {"quick": 500, "shading": 150, "slow": 20, "surrogate": 15, "fusion": 60}
"""Of fold 10, balanced over the five classes, by the cost of the methods; each explained for a class that it has."""
RANDOMISED, METRICS = 40, 15
"""The first so many of them are explained under random weights as well; and put to infidelity and sensitivity."""
POINTING = {"branch": 30, "fusion": 10}
"""Of each finding of the textbook."""
QUICK = ("integrated_gradients", "saliency", "input_x_gradient")
SHADING = (GRAD_CAM, ATTENTION)
SLOW = ("gradient_shap", "occlusion")
SURROGATE = ("kernel_shap", "lime")
JOINED = (*QUICK, ATTENTION)
MEASURES = ("deletion", "insertion", "signed", "absolute", "infidelity", "sensitivity", "information")
SEED = 0


def run(bench: Bench) -> Result:
    """Every branch and fusion, from the committed weights, on fold 10; what was found goes into the cards as well."""
    cases = choose(bench.catalogue, max(RECORDS.values()))
    found: dict[str, Found] = {}
    pointed: dict[str, dict[str, Any]] = {}
    for name in SHOWN:
        groups = {"fusion": JOINED} if name in FUSIONS else {"quick": QUICK, "shading": SHADING, "slow": SLOW}
        if name == BRANCHES[0]:
            groups["surrogate"] = SURROGATE
        found[name] = {}
        for group, methods in groups.items():
            number = RECORDS[group]
            settings = _stamp(name) | {"records": number, "methods": methods}
            settings |= {"randomised": RANDOMISED, "metrics": METRICS}
            row = bench.kept(
                f"{name}: {group}",
                settings,
                compute=lambda name=name, methods=methods, number=number: judge(
                    Predictor(name), cases[:number], methods=methods
                ),
            )
            for modality, by_method in row["modalities"].items():
                found[name].setdefault(modality, {}).update(by_method)
        number = POINTING["fusion" if name in FUSIONS else "branch"]
        pointed[name] = bench.kept(
            f"{name}: pointing",
            _stamp(name) | {"records": number},
            compute=lambda name=name, number=number: point(Predictor(name), bench.catalogue, number=number),
        )
        ship(name, found[name])
    return report(found, pointed, RANDOMISED, METRICS)


def _stamp(name: str) -> dict[str, Any]:
    card = read_card(name)
    return {"checksum": card.checksum, "branches": card.branches, "seed": SEED}


def choose(catalogue: Catalogue, number: int) -> list[Case]:
    """Records of fold 10 by a fixed seed, the classes in turn, each explained for the class that it was drawn for."""
    table = catalogue.table[catalogue.table["fold"] == TEST_FOLD]
    rng = np.random.default_rng(SEED)
    drawn, used = {}, set()
    for label in SUPERCLASSES:
        having = rng.permutation(table.index[[label in row for row in table["superclasses"]]].to_numpy())
        drawn[label] = [k for k in having if catalogue.has_signal(int(k)) and k not in used][
            : -(-number // len(SUPERCLASSES))
        ]
        used.update(drawn[label])
    turns = max(map(len, drawn.values()), default=0)
    picked = [
        (drawn[label][k], label) for k in range(turns) for label in SUPERCLASSES if k < len(drawn[label])
    ]
    return [_case(catalogue, int(k), label) for k, label in picked[:number]]


def _case(catalogue: Catalogue, ecg_id: int, target: str) -> Case:
    record = catalogue.record(ecg_id)
    return Case(record, measure(record).beats, target)


def judge(predictor: Predictor, cases: Sequence[Case], *, methods: Sequence[str]) -> dict[str, Any]:
    """Each measure of each method and modality: mean, low and high of its 95 % interval, and the number of records."""
    fresh = _maps.shuffled(predictor, SEED + 1)
    single = len(predictor.model.network.needs) == 1
    taken: dict[tuple[str, str], dict[str, list[float]]] = {}
    errors: list[float] = []

    def keep(rows: Mapping[tuple[str, str], Mapping[str, float]]) -> None:
        for key, row in rows.items():
            for measured, value in row.items():
                taken.setdefault(key, {}).setdefault(measured, []).append(value)

    for k, case in enumerate(track(cases, predictor.name)):
        drawn = {method: maps(predictor, case, method, errors) for method in methods}
        keep(_maps.faithfulness(predictor, case, drawn))
        if k < RANDOMISED:
            keep(_maps.randomised(drawn, {method: maps(fresh, case, method) for method in methods}))
        if k < METRICS:
            keep(_maps.unexplained(predictor, case, drawn))
            if single and set(methods) & {*QUICK, *SHADING}:
                keep(_maps.shaken(predictor, case, methods))
    by_modality: Found = {}
    for (modality, method), row in taken.items():
        by_modality.setdefault(modality, {})[method] = {
            measured: interval(row[measured]) for measured in MEASURES if measured in row
        } | {"n": len(row["deletion"])}
        if method == "integrated_gradients":
            by_modality[modality][method]["completeness"] = [
                round(float(f(errors)), 5) for f in (np.mean, lambda e: np.quantile(e, 0.95), np.max)
            ]
    return {"modalities": by_modality, "normal_beats": sum(case.against == "normal" for case in cases)}


def interval(values: Sequence[float], samples: int = 1000) -> list[float]:
    """The mean and its 95 % bootstrap interval over records (Efron 1979)."""
    array = np.asarray(values, float)
    rng = np.random.default_rng(SEED)
    means = array[rng.integers(0, len(array), (samples, len(array)))].mean(1)
    return [round(float(v), 4) for v in (array.mean(), *np.quantile(means, [0.025, 0.975]))]


def point(predictor: Predictor, catalogue: Catalogue, *, number: int) -> dict[str, Any]:
    """By the textbook's finding: the share of integrated gradients for the statement where it should lie, what chance gives,
    and their ratio with its interval. Compared with normal beats, as far as there is a rhythm."""
    table = catalogue.table[catalogue.table["fold"] == TEST_FOLD]
    rng = np.random.default_rng(SEED)
    rows = {}
    drawn: dict[tuple[int, str], dict[str, np.ndarray]] = {}
    for criterion in CRITERIA:
        if criterion.modality not in predictor.model.network.needs:
            continue
        having = table.index[
            [bool(set(criterion.codes) & set(row)) for row in table["statements"]]
        ].to_numpy()
        shares = []
        for ecg_id in map(int, np.sort(having)[rng.permutation(len(having))]):
            if len(shares) == number:
                break
            if not catalogue.has_signal(ecg_id):
                continue
            code = next(c for c in criterion.codes if c in table.at[ecg_id, "statements"])
            case = _case(catalogue, ecg_id, code)
            spec = predictor.model.card.spec
            try:
                if (ecg_id, code) not in drawn:
                    drawn[ecg_id, code] = maps(predictor, case, "integrated_gradients")
                start = window_start(case.record, spec)
                waves = (
                    wave_at(case.beats, start, fs=spec.fs, samples=spec.samples) if criterion.waves else None
                )
                shares.append(
                    points(
                        drawn[ecg_id, code][criterion.modality], criterion, waves=waves, nyquist=spec.fs / 2
                    )
                )
            except ExplanationError:
                continue
        if shares:
            share, chance = np.array(shares).T
            rows[criterion.title] = {
                "share": round(float(share.mean()), 4),
                "chance": round(float(chance.mean()), 4),
                "ratio": interval(share / chance),
                "n": len(shares),
            }
    return {"findings": rows}


def ship(name: str, found: Found) -> None:
    """Write what the app reads into the model's card, stamped with the checksum of its weights."""
    card = read_card(name)
    measured = {
        "checksum": card.checksum,
        "fold": TEST_FOLD,
        "modalities": {
            modality: {
                method: {
                    "deletion": row["deletion"],
                    "insertion": row["insertion"],
                    "randomised": correlation(method, row),
                    "n": row["n"],
                }
                for method, row in by_method.items()
            }
            for modality, by_method in found.items()
        },
    }
    save_card(card.with_parts(explanations=measured).content)
