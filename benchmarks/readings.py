"""Readings over a fold of PTB-XL: contradictions, states and rhythms against the labels, and what a reading costs.

    python benchmarks/readings.py --ptbxl DIR --fold 10 [--every 1] [--out rows.jsonl]

Every record is read by the default model; nothing here chooses anything. Figures: docs/reading.md.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import torch

from ecgnet.inference import Predictor
from ecgnet.judge import Reading, assemble, choose_window
from ecgnet.models import DEFAULT
from ecgnet.ptbxl import SUPERCLASSES, Catalogue, find_ptbxl
from ecgnet.reading.contradictions import contradictions
from ecgnet.states import STATES

BATCH = 16
RHYTHMS = ("SR", "AFIB", "AFLT", "STACH", "SBRAD", "SARRH", "PACE", "SVTAC", "PSVT", "BIGU", "TRIGU")
SINUS = ("SR", "STACH", "SBRAD", "SARRH")


def readings(
    catalogue: Catalogue, ecg_ids: list[int], predictor: Predictor
) -> Iterator[tuple[int, Reading, float]]:
    """(ecg_id, reading, milliseconds beyond the prediction)."""
    cards = {predictor.name: predictor.model.card}
    for k in range(0, len(ecg_ids), BATCH):
        records = [catalogue.record(ecg_id) for ecg_id in ecg_ids[k : k + BATCH]]
        answers = predictor.predict(records)
        for ecg_id, record, answer in zip(ecg_ids[k : k + BATCH], records, answers, strict=True):
            began = time.perf_counter()
            reading = assemble(choose_window(record), [answer], cards=cards)
            yield ecg_id, reading, (time.perf_counter() - began) * 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ptbxl", type=Path, default=find_ptbxl())
    parser.add_argument("--fold", type=int, nargs="+", default=[10])
    parser.add_argument("--every", type=int, default=1, help="only each n-th record")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--out", type=Path, help="a line of JSON a record")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    catalogue = Catalogue(options.ptbxl)
    table = catalogue.table[catalogue.table["fold"].isin(options.fold)].iloc[:: options.every]
    broken: Counter[str] = Counter()
    spent, rows = [], []
    for ecg_id, reading, milliseconds in readings(catalogue, list(map(int, table.index)), Predictor(DEFAULT)):
        found = contradictions(reading)
        broken.update(found)
        if found:
            print(ecg_id, *found, sep="  ")
        spent.append(milliseconds)
        rows.append(
            {
                "ecg_id": ecg_id,
                "states": dict(reading.states),
                "rhythm": reading.rhythm.code,
                "certain": reading.rhythm.certain,
                "pattern": reading.rhythm.premature.pattern,
                "grade": reading.conclusion.grade,
                "critical": [value.text for value in reading.critical],
                "flags": {k: v.flag for k, v in reading.ranges.items() if v.flag},
                "aside": [s.code for s in reading.statements if s.set_aside and not s.too_small],
                "conclusion": reading.conclusion.text,
                "contradictions": found,
            }
        )
    if options.out:
        options.out.write_text("".join(json.dumps(row) + "\n" for row in rows))
    report(table, rows, spent)


def report(table, rows: list[dict], spent: list[float]) -> None:
    """The tables of docs/reading.md."""
    print(f"\n{len(rows)} records; {sum(bool(row['contradictions']) for row in rows)} contradict themselves")
    print(f"milliseconds beyond the prediction: median {sorted(spent)[len(spent) // 2]:.0f}")
    print(f"\n| class | {' | '.join(STATES)} |\n|---|{'---|' * len(STATES)}")
    labelled = [row for row in rows if table.loc[row["ecg_id"], "superclasses"]]
    for label in SUPERCLASSES:
        cells = []
        for state in STATES:
            there = [
                label in table.loc[r["ecg_id"], "superclasses"]
                for r in labelled
                if r["states"].get(label) == state
            ]
            cells.append(f"{len(there)}: {sum(there) / len(there):.0%}" if there else "0")
        print(f"| {label} | {' | '.join(cells)} |")
    print("\n| rhythm label | records | read so | and certain | another, certain | not certain |")
    print("|---|---|---|---|---|---|")
    for code in RHYTHMS:
        mine = [row for row in rows if code in table.loc[row["ecg_id"], "statements"]]
        if mine:
            same = [row for row in mine if agrees(code, row)]
            sure = [row for row in same if row["certain"] or row["pattern"]]
            other = [row for row in mine if row not in same and row["certain"] and row["rhythm"]]
            print(
                f"| {code} | {len(mine)} | {len(same)} | {len(sure)} | {len(other)} | {len(mine) - len(sure) - len(other)} |"
            )
    print(
        "\n| rhythm read, certain | records | label says so | label says another rhythm |\n|---|---|---|---|"
    )
    for code in RHYTHMS[:-2]:
        mine = [row for row in rows if row["rhythm"] == code and row["certain"]]
        if mine:
            said = [
                row for row in mine if any(agrees(c, row) for c in table.loc[row["ecg_id"], "statements"])
            ]
            none = [r for r in mine if not set(RHYTHMS) & set(table.loc[r["ecg_id"], "statements"])]
            print(f"| {code} | {len(mine)} | {len(said)} | {len(mine) - len(said) - len(none)} |")
    print("\ngrades", dict(Counter(row["grade"] for row in rows)))
    print("with a critical value", sum(bool(row["critical"]) for row in rows))
    print(Counter(text for row in rows for text in row["critical"]).most_common(12))


def agrees(code: str, row: dict) -> bool:
    """Whether a reading says a label's rhythm; sinus rhythms agree with one another but for what the rate decides."""
    if code in ("BIGU", "TRIGU"):
        return row["pattern"] == {"BIGU": "bigeminy", "TRIGU": "trigeminy"}[code]
    if code in ("SR", "SARRH"):
        return row["rhythm"] in SINUS
    if code in ("SVTAC", "PSVT"):
        return row["rhythm"] in ("SVTAC", "PSVT")
    return row["rhythm"] == code


if __name__ == "__main__":
    main()
