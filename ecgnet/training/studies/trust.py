"""How far an answer may be relied on: guarantees, abstention, calibration, strangers, fewer leads, disturbances.

Everything is fitted on fold 9, with features of folds 1 to 8 for what is usual, and read on fold 10; the shipped statistics
go into the cards under "trust" and into weights/familiarity.npz, stamped with the weights that they belong to.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import binom

from ecgnet.cards import Card, Stamp, available, read_card, save_card
from ecgnet.metrics import calibration_error
from ecgnet.models import DEFAULT, REGISTRY
from ecgnet.ptbxl import TEST_FOLD, VALIDATION_FOLD
from ecgnet.store import prepare
from ecgnet.study_results import StudyValue
from ecgnet.training import electrode_rates
from ecgnet.training.studies import _answers, _incomplete, _unfamiliar
from ecgnet.training.studies._answers import Fold
from ecgnet.training.studies._bench import Bench, Result, Table
from ecgnet.training.studies._calibration import error_by_chance
from ecgnet.training.studies._code import code_stamp
from ecgnet.training.studies._scored import scored
from ecgnet.trust import familiarity, fewer_leads
from ecgnet.trust.reliance import ALPHA, CALLED, MISSED, SCORE, Reliance

QUESTION = "When may an answer be relied on, and when should the reader look alone?"


def run(bench: Bench) -> Result:
    """Measures all of it for the default model, what is cheap for every model, and writes the shipped statistics."""
    folds = {k: _fold(bench, k) for k in (VALIDATION_FOLD, TEST_FOLD)}
    names = available()
    cards = {name: read_card(name) for name in names}
    every = {
        k: scored(bench.folder / "scores", names, fold.data.signals, fold.data.metadata)
        for k, fold in folds.items()
    }
    reliances = {name: _reliance(cards[name], folds, every, name) for name in names}
    card, own = cards[DEFAULT], reliances[DEFAULT]
    seen = {k: found[DEFAULT] for k, found in every.items()}
    settings = {"weights": card.stamp(Stamp.ANSWERS)}

    usual = _unfamiliar.reference(bench)
    known = familiarity.fit_familiarity(
        usual[1].hidden,
        _unfamiliar.millivolts(usual[0]),
        held_hidden=seen[9].hidden,
        held_wave=_unfamiliar.millivolts(folds[9].data),
        stamp=card.stamp(Stamp.ANSWERS),
    )
    strange = settings | {"code": code_stamp(*_unfamiliar.SOURCES), "reference": _unfamiliar.REFERENCE}
    chosen = _unfamiliar.choice_rows(bench, strange, known, usual, folds[9], seen[9])
    met, flagged = _unfamiliar.test_rows(bench, strange, known, folds[10], seen[10])

    incomplete = settings | {"code": code_stamp(*_incomplete.SOURCES)}
    incomplete |= {"reference": _unfamiliar.REFERENCE}
    covariance = fewer_leads.covariance(_unfamiliar.millivolts(usual[0])).round(7)
    filled = _incomplete.fill_rows(bench, incomplete, folds[9], covariance)
    sets = _incomplete.lead_sets(bench, incomplete, card, folds, seen, covariance)
    disturbed = _incomplete.disturbed_rows(bench, incomplete, card, folds[10], seen[10])

    abstaining = _answers.abstention_rows(card, folds, seen)
    methods = _answers.calibration_rows(folds, seen)
    errors = [_errors(cards[name], folds[10], every[10][name].logits, reliances[name]) for name in names]
    electrodes = _electrodes(bench)
    familiarity.save_familiarity(known)
    default = {
        "lead_sets": sets,
        "lead_covariance": covariance.tolist(),
        "familiarity": {"flagged": flagged, "strangers": {row["stranger"]: row["AUROC"] for row in met}},
        "disturbed": {
            row["signal"]: {"macro_auc": row["macro AUC"], "change": row.get("change", "")}
            for row in disturbed
        },
    }
    _write_cards(cards, reliances, default)

    tables = [
        _answers.sets_table(own),
        _answers.guarantees_table(own),
        Table(
            "Macro AUC gained on the answered records when the least sure fifth is left to the reader; the limit is fold "
            "9's.",
            pd.DataFrame(abstaining),
        ),
        Table(
            "Ways to calibrate the default's logits; five parts of fold 9 by patient.", pd.DataFrame(methods)
        ),
        Table(
            "Every model on fold 10: expected calibration error (15 bins, mean of the classes), what chance alone would "
            "show if these probabilities were perfectly right, and the coverage of the sets.",
            pd.DataFrame(errors),
        ),
        *_unfamiliar.tables(chosen, met, flagged),
        Table(
            f"What stands for missing leads: macro AUC on {_incomplete.FILL_SAMPLE} patients of fold 9.",
            pd.DataFrame(filled),
        ),
        _incomplete.leads_table(sets, folds[10].data),
        Table(
            f"Disturbed signals, {_incomplete.DISTURBED_SAMPLE} patients of fold 10; changes are paired.",
            pd.DataFrame(disturbed),
        ),
    ]
    tables.append(Table("Exchanged electrodes found, fold 10.", electrodes))
    figure = {"macro AUC": {row["signal"]: row["macro AUC"] for row in disturbed}}
    findings = _findings(own, abstaining, methods, errors, met, sets, disturbed)
    values = {name: _values(row) for name, row in zip(names, errors, strict=True)}
    values[DEFAULT] |= {f"macro_auc: {row['signal']}": StudyValue(row["macro AUC"]) for row in disturbed}
    return Result(tables, findings, figure, ("", "macro AUC"), values)


def _values(row: dict[str, Any]) -> dict[str, StudyValue]:
    """What programs read of a model's row in the table of calibration errors."""
    return {
        "calibration_error": StudyValue(row["ECE"]),
        "calibration_error_by_chance": StudyValue(row["by chance"]),
        "coverage": StudyValue(row["coverage"]),
    }


def _fold(bench: Bench, number: int) -> Fold:
    data = bench.data([number], every=True)
    patients = bench.catalogue.table.loc[data.ecg_ids, "patient_id"].to_numpy()
    return Fold(data, patients, data.superclasses.numpy().any(1))


def _reliance(card: Card, folds: dict[int, Fold], every: dict[int, Any], name: str) -> Reliance:
    found = _answers.fit_promises(card, folds[9], every[9][name].logits)
    p = card.calibrate(every[10][name].logits[folds[10].judged])
    found.measured.update(_answers.measure_reliance(found, folds[10].truth, p, card.thresholds))
    return found


def _errors(card: Card, fold: Fold, logits: np.ndarray, found: Reliance) -> dict[str, Any]:
    p = card.calibrate(logits[fold.judged])
    by_class = calibration_error(fold.truth, p)
    mean, low, high = error_by_chance(p)
    return {
        "model": REGISTRY[card.name].title,
        "ECE": round(float(by_class.mean()), 4),
        "by chance": round(mean, 4),
        "95 % by chance": f"{low:.4f} to {high:.4f}",
        "beyond chance": round(float(by_class.mean()) - mean, 4),
        **dict(zip(card.labels, by_class.round(4).tolist(), strict=True)),
        "coverage": found.measured["coverage"],
    }


def _electrodes(bench: Bench) -> pd.DataFrame:
    """The table of exchanged electrodes."""

    def compute() -> dict[str, Any]:
        found = electrode_rates.evaluate(bench.catalogue, prepare(bench.catalogue), fold=TEST_FOLD)
        return {"columns": list(found.columns), "rows": found.to_numpy(object).tolist()}

    kept = bench.kept("electrodes", {"code": code_stamp(electrode_rates)}, compute=compute)
    return pd.DataFrame(kept["rows"], columns=kept["columns"])


def _write_cards(cards: dict[str, Card], reliances: dict[str, Reliance], default: dict[str, Any]) -> None:
    """Each card's `trust`, with more in the default's, before the log, which is the longest part. A card that was replaced
    meanwhile stays as it is."""
    for name, measured in cards.items():
        card = read_card(name)
        if card.stamp(Stamp.ANSWERS) != measured.stamp(Stamp.ANSWERS):
            print(f"{name}: its weights changed during the study; run it again.", flush=True)
            continue
        found = {
            "stamp": card.stamp(Stamp.ANSWERS),
            "checksum": card.checksum,
            "fitted": f"fold {VALIDATION_FOLD}, one record a patient",
            "all_leads": reliances[name].to_dict(),
        }
        if name == DEFAULT:
            found |= default
        save_card(card.with_parts(trust=found).content)


def _findings(
    own: Reliance,
    abstaining: list[dict[str, Any]],
    methods: list[dict[str, Any]],
    errors: list[dict[str, Any]],
    met: list[dict[str, Any]],
    sets: dict[str, Any],
    disturbed: list[dict[str, Any]],
) -> list[str]:
    labels = own.sets.labels
    covered = own.measured["coverage"]
    kinds = {
        label: (own.measured[label]["covered"], own.measured[label]["covered_absent"]) for label in labels
    }
    label, _ = min(kinds.items(), key=lambda item: min(item[1]))
    best = max(abstaining, key=lambda row: row["fold 9"] if "95 %" in row else -1)
    shipped = next(row for row in abstaining if row["score"] == SCORE)
    platt = next(row for row in methods if row["method"] == "Platt")
    held = "log loss, fold 9 held out"
    least = min(methods, key=lambda row: row[held])
    error = next(row for row in errors if row["model"] == REGISTRY[DEFAULT].title)
    gross = min((row for row in met if row["kind"] == "no ECG"), key=lambda row: row["AUROC"])
    missed = [row["stranger"] for row in met if row["AUROC"] < 0.8]
    worst = min(disturbed[1:], key=lambda row: row["macro AUC"])
    return [
        f"The sets hold the truth in {covered:.1%} of all answers on fold 10, promised were {1 - ALPHA:.0%}; the worst "
        f"class is {label}: {kinds[label][0]:.1%} of those with it, {kinds[label][1]:.1%} of those without.",
        *_promises(own),
        f"Leaving the least sure fifth to the reader by “{shipped['score']}”, as the program does, gains "
        f"{shipped['fold 10']:+.4f} macro AUC ({shipped['95 %']}) on the records answered; fold 9 would choose "
        f"“{best['score']}” ({best['fold 10']:+.4f} on fold 10).",
        f"Platt scaling costs {platt[held] - least[held]:+.4f} log loss on held-out patients of fold 9 against the best "
        f"way, {least['method']}.",
        f"Of the default's calibration error of {error['ECE']:.4f}, perfectly right probabilities would show "
        f"{error['by chance']:.4f} ({error['95 % by chance']}) on as many records: the bins' own noise.",
        f"What is no ECG is told from ECGs with an AUROC of {gross['AUROC']:.3f} or more (lowest: {gross['stranger']}); "
        + (
            f"not seen (below 0.8): {', '.join(missed)}."
            if missed
            else "none of the strangers stays below 0.8."
        ),
        f"With I and II alone macro AUC changes by {sets['limb']['loss']:+.4f}, with I alone by {sets['one']['loss']:+.4f}, "
        f"without one chest lead by {sets['chest_lead_missing']['loss']:+.4f}.",
        f"The worst disturbance is {worst['signal']}: {worst['change']}.",
    ]


def _promises(own: Reliance) -> list[str]:
    """Whether the promised rates of rule-out and rule-in were kept, and where not, whether that may be chance."""
    said = []
    for kind, rate, words in (
        ("missed", MISSED, "missed by rule-out"),
        ("called", CALLED, "called by rule-in"),
    ):
        over = {
            label: found
            for label in own.sets.labels
            if (found := own.measured[label][kind]) is not None and found > rate
        }
        text = f"At most {rate:.0%} {words} was promised for each class and kept for {len(own.sets.labels) - len(over)} of "
        text += f"{len(own.sets.labels)}"
        for label, found in over.items():
            n = own.measured[label]["with" if kind == "missed" else "without"]
            chance = binom.sf(round(found * n) - 1, n, rate)
            text += f"; {label} reads {found:.1%} of {n}, " + (
                f"which {rate:.0%} makes by chance with p = {chance:.2f}"
                if chance > 0.05
                else "more than chance"
            )
        said.append(text + ".")
    return said
