"""A scored folder made of numbers: no ECG, no network."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ecgnet.archive.columns import VERSION, column, columns_of, schema_of
from ecgnet.archive.refusals import SCHEMA as REFUSED
from ecgnet.cards import read_card
from ecgnet.models import DEFAULT
from ecgnet.ptbxl import SUPERCLASSES
from ecgnet.states import STATES
from tests.validation.conftest import needs_weights

__all__ = ["needs_weights"]
SCHEMA = schema_of(columns_of([DEFAULT]))
FIRST = date(2026, 1, 5)


def scored(
    folder: Path, periods: list[dict[str, float]], *, each: int = 210, dated: bool = True
) -> np.ndarray:
    """Write `folder` with so many ECGs in each four weeks → the truth (N, 5). In a period `higher` is added to all log-odds
    while the truth stays, `ill` to both; `noisy`, `strange`: shares with a fault in a lead, and unlike those learnt from."""
    rng = np.random.default_rng(0)
    rows, truths = [], []
    for k, moved in enumerate(periods):
        z = rng.normal(-1.0, 2.0, (each, 5)) + moved.get("ill", 0.0)
        truths.append(rng.random((each, 5)) < 1 / (1 + np.exp(-z)))
        p = 1 / (1 + np.exp(-(z + moved.get("higher", 0.0))))
        codes = read_card(DEFAULT).state_limits.codes(p)
        for n in range(each):
            day = FIRST + timedelta(days=28 * k + int(28 * n / each))
            row = {field.name: None for field in SCHEMA} | {
                "file": f"/ward/{k}-{n}.xml",
                "signal_sha256": f"{k} {n}",
                "recorded_on": day if dated else None,
                "readable": True,
                "quality_fine": bool(rng.random() >= moved.get("noisy", 0.1)),
                "within_limits": True,
                "recorder_confirmed": bool(moved.get("confirmed", 0)),
                "recorder_statements": ["Left bundle branch block"],
                column(DEFAULT, "abstain"): False,
                column(DEFAULT, "unfamiliarity"): 2.0 if rng.random() < moved.get("strange", 0.01) else 0.5,
                column(DEFAULT, "p_statements"): [0.01] * 71,
                column(DEFAULT, "weights"): read_card(DEFAULT).weights_id,
            }
            for c, label in enumerate(SUPERCLASSES):
                row |= {column(DEFAULT, f"p_{label}"): p[n, c]}
                row |= {column(DEFAULT, f"state_{label}"): STATES[codes[n, c]]}
            rows.append(row)
    for table, schema, found in (("ecgs", SCHEMA, rows), ("refusals", REFUSED, [])):
        (folder / table).mkdir(parents=True)
        pq.write_table(pa.Table.from_pylist(found, schema), folder / table / "part-0.parquet")
    (folder / "run.json").write_text(json.dumps({"schema": VERSION, "models": {DEFAULT: {}}}))
    return np.concatenate(truths)


@pytest.fixture(scope="session")
def steady(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three periods in which nothing changes."""
    scored(folder := tmp_path_factory.mktemp("steady"), [{}, {}, {}])
    return folder
