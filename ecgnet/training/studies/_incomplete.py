"""Fewer leads and disturbed signals: what the default's answers are then worth."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from ecgnet import scoring
from ecgnet.cards import Card, Platt
from ecgnet.leads import CHEST, LIMB, residual
from ecgnet.metrics import auroc, best_thresholds, macro_auroc, paired_gain
from ecgnet.models import DEFAULT
from ecgnet.ptbxl import SUPERCLASSES
from ecgnet.record import LEADS
from ecgnet.training import disturbances
from ecgnet.training.data import FoldData
from ecgnet.training.disturbances import DISTURBANCES
from ecgnet.training.finish import fit_platt
from ecgnet.training.studies._answers import Fold, measure_reliance
from ecgnet.training.studies._bench import Bench, Table
from ecgnet.training.studies._scored import Scored, scored, to_microvolts
from ecgnet.training.studies._unfamiliar import millivolts, part
from ecgnet.trust import fewer_leads, reliance
from ecgnet.trust.fewer_leads import SETS, LeadSet

LEADS_SAMPLE = {9: 700, 10: 400}
"""Patients of fold 9 by which a lead set is calibrated, and of fold 10 by which it is measured."""
FILL_SAMPLE, DISTURBED_SAMPLE = 150, 300
"""Patients of fold 9 by which it is settled what stands for missing leads; of fold 10 whose records are disturbed."""
SOURCES = (disturbances, fewer_leads, reliance, scoring)


def sample(fold: Fold, n: int) -> np.ndarray:
    """Rows of up to n judged records, one a patient, the same ones each time."""
    usable = fold.judged.copy()
    usable[fold.judged] = reliance.one_a_patient(fold.patients[fold.judged])
    return np.sort(np.random.default_rng(3).permutation(np.flatnonzero(usable))[:n])


def lead_sets(
    bench: Bench,
    settings: dict[str, Any],
    card: Card,
    folds: dict[int, Fold],
    seen: dict[int, Scored],
    covariance: np.ndarray,
) -> dict[str, dict[str, Any]]:
    """Each measured set as the card keeps it: title, leads, calibration and thresholds of fold 9, AUC and loss on fold 10,
    reliance."""
    rows = {k: sample(fold, LEADS_SAMPLE[k]) for k, fold in folds.items()}
    found = {}
    for lead_set in SETS:
        row = bench.kept(
            f"leads, {lead_set.title}",
            settings | {"n": LEADS_SAMPLE},
            compute=lambda s=lead_set: _lead_set(s, card, folds, seen, rows, covariance),
        )
        found[lead_set.name] = {k: v for k, v in row.items() if k != "seconds"}
    return found


def _lead_set(
    lead_set: LeadSet,
    card: Card,
    folds: dict[int, Fold],
    seen: dict[int, Scored],
    rows: dict[int, np.ndarray],
    covariance: np.ndarray,
) -> dict[str, Any]:
    data = {k: part(fold.data, rows[k]) for k, fold in folds.items()}
    truth = {k: found.superclasses.numpy() for k, found in data.items()}
    logits = {
        k: scored(None, [DEFAULT], lessened(found, lead_set, k, covariance), found.metadata)[DEFAULT].logits
        for k, found in data.items()
    }
    slope, intercept = fit_platt(truth[9], logits[9])

    def by_class(values: np.ndarray) -> dict[str, float]:
        return {label: round(float(v), 5) for label, v in zip(SUPERCLASSES, values, strict=True)}

    known: dict[str, Any] = {
        "title": lead_set.title,
        "leads": list(lead_set.leads),
        "calibration": {"slope": by_class(slope), "intercept": by_class(intercept)},
    }
    platt = Platt.from_dict(known["calibration"])
    p = {k: platt.apply(SUPERCLASSES, z) for k, z in logits.items()}
    thresholds = best_thresholds(truth[9], p[9])
    found = reliance.fit_reliance(SUPERCLASSES, truth[9], probabilities=p[9], thresholds=thresholds)
    found.measured.update(measure_reliance(found, truth[10], p[10], thresholds))
    whole = card.calibrate(seen[10].logits[rows[10]])
    loss, low, high = paired_gain(truth[10], whole, second=p[10])
    return known | {
        "thresholds": by_class(thresholds),
        "records": len(rows[9]),
        "macro_auc": round(macro_auroc(truth[10], p[10]), 4),
        "loss": round(loss, 4),
        "interval": [round(low, 4), round(high, 4)],
        "auc": by_class(auroc(truth[10], p[10]).round(4)),
        "reliance": found.to_dict(),
    }


def fill_rows(
    bench: Bench, settings: dict[str, Any], fold: Fold, covariance: np.ndarray
) -> list[dict[str, Any]]:
    """Macro AUC on some patients of fold 9 with missing leads at 0 and with missing leads estimated."""
    data = part(fold.data, sample(fold, FILL_SAMPLE))
    truth = data.superclasses.numpy()

    def compute() -> dict[str, Any]:
        rows = []
        for lead_set in SETS:
            logits = [
                scored(None, [DEFAULT], lessened(data, lead_set, 9, how), data.metadata)[DEFAULT].logits
                for how in (None, covariance)
            ]
            gain, low, high = paired_gain(truth, logits[0], second=logits[1])
            rows.append(
                {
                    "leads": lead_set.title,
                    "the others at 0": round(macro_auroc(truth, logits[0]), 4),
                    "the others estimated": round(macro_auroc(truth, logits[1]), 4),
                    "gain": f"{gain:+.4f} ({low:+.4f} to {high:+.4f})",
                }
            )
        return {"rows": rows}

    return bench.kept("missing leads, fold 9", settings | {"n": FILL_SAMPLE}, compute=compute)["rows"]


def lessened(data: FoldData, lead_set: LeadSet, seed: int, covariance: np.ndarray | None) -> np.ndarray:
    """The signals (N, 12, 1000) in microvolts with the leads beyond the set estimated, or at 0 without a covariance; of
    `any_of`, `least` are drawn for each record."""
    rng = np.random.default_rng(seed)
    signals = data.signals.numpy()
    out = np.empty_like(signals)
    for k, signal in enumerate(signals):
        drawn = rng.choice(lead_set.any_of, lead_set.least, replace=False) if lead_set.any_of else ()
        used = lead_set.used((*lead_set.leads, *drawn))
        if covariance is None:
            out[k] = fewer_leads.zeroed(signal, used)
        else:
            out[k] = to_microvolts(fewer_leads.estimated(signal / 1000, used, covariance=covariance))
    return out


def leads_table(known: dict[str, dict[str, Any]], data: FoldData) -> Table:
    """What each number of leads is worth."""
    asked = (
        ("1 lead (I)", "one"),
        ("2 leads (I, II): six by computing", "limb"),
        ("3 leads (I, II, V2): seven by computing", "limb_v2"),
        ("6 limb leads", "limb"),
        ("all but one chest lead", "chest_lead_missing"),
    )
    rows = [
        {
            "leads": words,
            "macro AUC": known[name]["macro_auc"],
            "change": "{:+.4f} ({:+.4f} to {:+.4f})".format(known[name]["loss"], *known[name]["interval"]),
            **known[name]["auc"],
            "coverage of the sets": known[name]["reliance"]["measured"]["coverage"],
        }
        for words, name in asked
    ]
    wave = millivolts(data)
    off = np.abs([residual(wave, lead) for lead in LIMB[2:]])
    return Table(
        f"Fewer leads, the others estimated from them, each set with a calibration and thresholds of its own "
        f"({known['limb']['records']} patients of fold 9), on {LEADS_SAMPLE[10]} of fold 10; changes are paired against "
        f"twelve leads. 8 leads (I, II, {CHEST[0]} to {CHEST[-1]}) are all {len(LEADS)} by computing: in fold 10 the "
        f"computed leads are {1000 * np.median(off):.1f} µV off in the middle, and within "
        f"{1000 * np.quantile(off, 0.999):.1f} µV in 999 of 1,000 samples.",
        pd.DataFrame(rows),
    )


def disturbed_rows(
    bench: Bench, settings: dict[str, Any], card: Card, fold: Fold, seen: Scored
) -> list[dict[str, Any]]:
    """Macro AUC under each disturbance, paired against the same records as they are."""
    rows = sample(fold, DISTURBED_SAMPLE)
    data = part(fold.data, rows)
    truth, plain = data.superclasses.numpy(), card.calibrate(seen.logits[rows])
    wave = millivolts(data)

    def compute(change: Callable[[np.ndarray], np.ndarray]) -> dict[str, Any]:
        found = scored(None, [DEFAULT], to_microvolts(change(wave)), data.metadata)[DEFAULT]
        p = card.calibrate(found.logits)
        gain = paired_gain(truth, plain, second=p)
        moved = (p >= card.thresholds) != (plain >= card.thresholds)
        return {
            "macro AUC": round(macro_auroc(truth, p), 4),
            "change": "{:+.4f} ({:+.4f} to {:+.4f})".format(*gain),
            **dict(zip(SUPERCLASSES, auroc(truth, p).round(4).tolist(), strict=True)),
            "calls that change": round(float(moved.mean()), 4),
        }

    first = {"signal": "as recorded", "macro AUC": round(macro_auroc(truth, plain), 4)}
    first |= dict(zip(SUPERCLASSES, auroc(truth, plain).round(4).tolist(), strict=True))
    found = []
    for name, change in DISTURBANCES.items():
        row = bench.kept(
            f"disturbed, {name}", settings | {"n": DISTURBED_SAMPLE}, compute=lambda c=change: compute(c)
        )
        found.append({"signal": name} | {k: v for k, v in row.items() if k != "seconds"})
    return [first, *found]
