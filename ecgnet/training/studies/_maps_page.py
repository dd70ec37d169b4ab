"""The page of the study of the explanations: tables, findings and figure from its rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ecgnet.cards import Card
from ecgnet.explain import METHODS, best_method
from ecgnet.models import BRANCHES, FUSIONS, REGISTRY
from ecgnet.study_results import StudyValue
from ecgnet.training.studies._bench import Result, Table
from ecgnet.training.studies._maps import ATTENTION, GRAD_CAM, UNSIGNED

Found = dict[str, dict[str, dict[str, Any]]]
"""Modality → method → measure → (mean, low, high), and "n"."""
IG = "integrated_gradients"
VIEWS = ("waveform", "spectrum", "spectrogram")
"""The views over which a fusion's maps are ranked."""
TITLES = {name: method.title for name, method in METHODS.items()} | {
    ATTENTION: "Attention",
    GRAD_CAM: "Grad-CAM",
}


def correlation(method: str, row: Mapping[str, Any]) -> float | None:
    """The rank correlation that counts: of signs where a map has signs, of sizes where it has none."""
    found = row.get("absolute" if method in UNSIGNED else "signed")
    return found[0] if found else None


def report(
    found: Mapping[str, Found], pointed: Mapping[str, Mapping[str, Any]], randomised: int, metrics: int
) -> Result:
    """Tables, findings and figure from the rows."""

    def said(row: Mapping[str, Any], key: str, form: str = "{:+.3f} ({:+.3f} to {:+.3f})") -> str:
        return form.format(*row[key]) if key in row else ""

    def plain(row: Mapping[str, Any], key: str) -> float | None:
        return round(row[key][0], 3) if key in row else None

    trusted, defaults = [], []
    for name, by_modality in found.items():
        for modality, by_method in by_modality.items():
            chosen, why = best_method(Card(_content(name, found[name])), modality)
            defaults.append(
                {"model": REGISTRY[name].title, "view": modality, "default": TITLES[chosen], "why": why}
            )
            for method, row in by_method.items():
                trusted.append(
                    {
                        "model": REGISTRY[name].title,
                        "view": modality,
                        "method": TITLES[method],
                        "records": row["n"],
                        "deletion gain": said(row, "deletion"),
                        "insertion gain": said(row, "insertion"),
                        "random weights, signed": plain(row, "signed"),
                        "random weights, sizes": plain(row, "absolute"),
                        "infidelity": plain(row, "infidelity"),
                        "sensitivity": plain(row, "sensitivity"),
                        "information (bits)": plain(row, "information"),
                    }
                )
    textbook = [
        {
            "model": REGISTRY[name].title,
            "finding: place": title,
            "records": row["n"],
            "share of relevance": row["share"],
            "by chance": row["chance"],
            "ratio (95 %)": "{:.2f} ({:.2f} to {:.2f})".format(*row["ratio"]),
        }
        for name, rows in pointed.items()
        for title, row in rows["findings"].items()
    ]
    exact = [
        {
            "model": REGISTRY[name].title,
            "records": (row := next(iter(by_modality.values()))["integrated_gradients"])["n"],
            "mean": row["completeness"][0],
            "95 % of records below": row["completeness"][1],
            "largest": row["completeness"][2],
        }
        for name, by_modality in found.items()
    ]
    strategies = sorted(
        (
            strategy(
                name,
                {view: by_modality[view][IG]["deletion"] for view in VIEWS},
                by_modality["waveform"][IG]["n"],
            )
            for name, by_modality in found.items()
            if name in FUSIONS
        ),
        key=lambda ranked: -ranked.gain,
    )
    tables = [
        Table("What each view begins with.", pd.DataFrame(defaults)),
        Table(
            "Fusion strategies, ranked by how much sooner the answer falls when it is taken away by the map (integrated "
            "gradients) than at random: mean over waveform, spectrum and spectrogram, as a share of the curves' span.",
            pd.DataFrame([ranked.row() for ranked in strategies]),
        ),
        Table(
            "Every method. Deletion and insertion: gain over random orders as a share of the curves' span, with the 95 % "
            "interval over records (Petsiuk et al. 2018). Random weights: rank correlation, by piece, with the map of the "
            f"same network with all weights drawn anew (Adebayo et al. 2018, {randomised} records); the signed one counts "
            "where a map has signs, since sizes follow the amplitude of the signal whatever the weights, wherever a method "
            f"multiplies by it. Infidelity and sensitivity (Yeh et al. 2019, {metrics} records): share of the changes that "
            "a map does not foretell; largest change of the map under 10 µV of noise on the trace. Information: mutual "
            "information of relevance and signal. A piece is a lead's 0.2 s, 1 Hz, or 17 Hz by 1.7 s; what is taken away "
            "becomes that of normal beats.",
            pd.DataFrame(trusted),
        ),
        Table(
            "Where the textbook looks: share of what speaks for the statement (integrated gradients of the statements' own "
            "head, against normal beats) that lies there, and what its part of leads and time, or frequencies, would give.",
            pd.DataFrame(textbook),
        ),
        Table(
            "Completeness of integrated gradients: by how much the credits of all views together miss the change of the "
            "answer, as a share of it.",
            pd.DataFrame(exact),
        ),
    ]
    values = {
        ranked.name: {
            "deletion_gain": StudyValue(ranked.gain, ranked.low, ranked.high),
            **{f"deletion_gain: {view}": StudyValue(gain) for view, gain in ranked.views.items()},
        }
        for ranked in strategies
    }
    findings = _findings(found, strategies, pointed)
    return Result(tables, findings, _figure(found), ("", "deletion gain"), values)


@dataclass(frozen=True)
class Strategy:
    """A fusion in the ranking by its maps: gain of deletion over random orders, mean over the views, with the ends of its
    95 % interval; the gain by view; records."""

    name: str
    gain: float
    low: float
    high: float
    views: Mapping[str, float]
    records: int

    @property
    def interval(self) -> str:
        """The 95 % interval in words."""
        return f"{self.low:+.3f} to {self.high:+.3f}"

    def row(self) -> dict[str, Any]:
        """As a table has it."""
        return {
            "model": REGISTRY[self.name].title,
            "deletion against random": self.gain,
            "95 %": self.interval,
            **self.views,
            "records": self.records,
        }


def strategy(name: str, deletion: Mapping[str, Sequence[float]], records: int) -> Strategy:
    """A fusion's place in the ranking. deletion: view → gain, low, high."""
    gains = np.array([deletion[view] for view in VIEWS])
    middle = float(gains[:, 0].mean())
    # The views' errors are taken as independent: the half-widths add up as squares do.
    half = float(np.sqrt(np.square((gains[:, 2] - gains[:, 1]) / 2).sum())) / len(VIEWS)
    low, high = round(middle - half, 3), round(middle + half, 3)
    views = {view: deletion[view][0] for view in VIEWS}
    return Strategy(name, round(middle, 4), low, high, views, records)


def overlap(ranked: Sequence[Strategy]) -> bool:
    """Whether the intervals of the first and the last of a ranking have a part in common."""
    return ranked[0].low <= ranked[-1].high


def _content(name: str, found: Found) -> dict[str, Any]:
    """A card's content as `ship` leaves it, for `best_method`."""
    rows = {
        modality: {m: {**row, "randomised": correlation(m, row)} for m, row in by_method.items()}
        for modality, by_method in found.items()
    }
    return {"checksum": name, "explanations": {"checksum": name, "modalities": rows}}


def _findings(found: Mapping[str, Found], strategies: Sequence[Strategy], pointed: Any) -> list[str]:
    said = []
    rows = [
        (name, modality, method, row)
        for name, by_modality in found.items()
        for modality, by_method in by_modality.items()
        for method, row in by_method.items()
        if modality != "metadata"
    ]
    beaten = [r for r in rows if not r[3]["deletion"][1] > 0]
    said.append(
        f"{len(rows) - len(beaten)} of {len(rows)} pairs of model, view and method beat random deletion beyond chance"
        + (
            "; these do not: "
            + ", ".join(f"{TITLES[m]} on the {v} of {REGISTRY[n].title}" for n, v, m, _ in beaten)
            if beaten
            else ""
        )
        + "."
    )
    alike = [r for r in rows if (c := correlation(r[2], r[3])) is not None and c >= 0.2]
    said.append(
        "Maps that random weights give as well (rank correlation 0.2 or more): "
        + (
            ", ".join(
                f"{TITLES[m]} on the {v} of {REGISTRY[n].title} ({correlation(m, row):.2f})"
                for n, v, m, row in alike
            )
            or "none"
        )
        + "."
    )
    first, last = strategies[0], strategies[-1]
    said.append(
        f"Of the fusion strategies, maps of {REGISTRY[first.name].title} are the most faithful "
        f"({first.gain:+.3f}, {first.interval}), those of {REGISTRY[last.name].title} the least "
        f"({last.gain:+.3f}, {last.interval})"
        + (": no difference beyond chance." if overlap(strategies) else ".")
    )
    best = {name: rows["findings"] for name, rows in pointed.items() if name in BRANCHES}
    for name, findings in best.items():
        hit = [title for title, row in findings.items() if row["ratio"][1] > 1]
        missed = [title for title, row in findings.items() if not row["ratio"][1] > 1]
        if findings:
            said.append(
                f"{REGISTRY[name].title} looks where the textbook does, beyond chance, for {len(hit)} of {len(findings)} "
                "places" + (f"; not for {', '.join(missed)}" if missed else "") + "."
            )
    return said


def _figure(found: Mapping[str, Found]) -> dict[str, dict[Any, float]]:
    """Deletion gain of each method by branch."""
    series: dict[str, dict[Any, float]] = {}
    for name in BRANCHES:
        for by_method in found.get(name, {}).values():
            for method, row in by_method.items():
                series.setdefault(TITLES[method], {})[REGISTRY[name].title] = row["deletion"][0]
    return series
