"""A study's page: `docs/results/NAME.md` with tables, figure, findings, and what it came from; the same for programs in
`docs/results/NAME.json`, with the checksums of the weights that were there."""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from ecgnet import atomic
from ecgnet.study_results import to_json
from ecgnet.training.studies._bench import Result
from ecgnet.weights import available, read_card


def write_page(name: str, question: str, result: Result, folder: Path, seconds: float) -> Path:
    """Write the page, its tables and findings as JSON and, where matplotlib is there, its figure. → the page's path."""
    folder.mkdir(parents=True, exist_ok=True)
    parts = [f"# {name.replace('_', ' ').capitalize()}", question]
    if result.figure and _draw(result, folder / f"{name}.svg"):
        parts.append(f"![{question}]({name}.svg)")
    for table in result.tables:
        parts += [table.caption, markdown(table.rows)]
    parts += ["## What it says", *(f"- {finding}" for finding in result.findings)] if result.findings else []
    parts.append(
        f"`ecgnet study {name}`, {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, commit {_commit()}; the last call took "
        f"{seconds:.0f} s beyond the rows that were kept. PTB-XL 1.0.3 at 100 Hz; research use only."
    )
    path = folder / f"{name}.md"
    atomic.write(path, "\n\n".join(parts).replace("\n\n- ", "\n- ") + "\n")
    tables = [
        {"caption": t.caption, "rows": json.loads(t.rows.to_json(orient="records", double_precision=6))}
        for t in result.tables
    ]
    weights = {model: read_card(model).checksum for model in available()}
    content = {
        "study": name,
        "question": question,
        "weights": weights,
        "values": to_json(result.values),
        "tables": tables,
        "findings": list(result.findings),
    }
    atomic.write(path.with_suffix(".json"), json.dumps(content, indent=1, ensure_ascii=False) + "\n")
    return path


def markdown(table: pd.DataFrame) -> str:
    """A pipe table; floats as they are rounded in the frame."""
    head = [str(c) for c in table.columns]
    rows = [[_cell(v) for v in row] for row in table.itertuples(index=False)]
    ruler = ["---" if k == 0 else "---:" for k in range(len(head))]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ruler, *rows))


def _cell(value: Any) -> str:
    if value is None or (isinstance(value, float) and value != value):
        return ""
    if isinstance(value, float):
        return f"{value:.4f}" if abs(value) < 1 else f"{value:,.1f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _commit() -> str:
    """The short hash of the program's version; unknown outside a checkout."""
    command = ["git", "describe", "--always", "--dirty"]
    found = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parent, check=False)
    return found.stdout.strip() or "unknown"


def _draw(result: Result, path: Path) -> bool:
    """Lines over numbers or bars over words, as SVG. → whether it could be drawn."""
    try:
        import matplotlib
    except ImportError:
        print("matplotlib is not here (requirements-dev.txt): the page is written without its figure.")
        return False
    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "ecgnet"  # the same figure makes the same file
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(8, 4.2), layout="constrained")
    places = list(dict.fromkeys(x for series in result.figure.values() for x in series))
    numeric = all(isinstance(x, (int, float)) for x in places)
    for k, (label, series) in enumerate(result.figure.items()):
        if numeric:
            axes.plot(list(series), list(series.values()), marker="o", label=label)
        else:
            width = 0.8 / len(result.figure)
            at = [places.index(x) + (k - (len(result.figure) - 1) / 2) * width for x in series]
            axes.bar(at, list(series.values()), width, label=label)
    if not numeric:
        axes.set_xticks(range(len(places)), places, rotation=20, ha="right")
        low = min(v for series in result.figure.values() for v in series.values())
        axes.set_ylim(bottom=max(0.0, low - 0.05))
    axes.set_xlabel(result.axis[0])
    axes.set_ylabel(result.axis[1])
    axes.grid(axis="y", alpha=0.3)
    if len(result.figure) > 1:
        axes.legend(fontsize=8)
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)
    return True
