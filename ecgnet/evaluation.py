"""Models measured on one fold of PTB-XL, as the published benchmark does it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ecgnet.metrics import evaluate, evaluate_tasks
from ecgnet.modalities import encode_metadata
from ecgnet.ptbxl import SUPERCLASSES, Catalogue, CatalogueError
from ecgnet.scoring import score
from ecgnet.store import prepare


def evaluate_fold(names: Sequence[str], catalogue: Catalogue, *, fold: int) -> dict[str, Any]:
    """Metrics by model on the fold's records that carry a superclass; how many do not, and how many are not in the folder,
    is stated. `tasks` are those of the 71 statements, on all records of the fold. Raises CatalogueError when nothing is
    left to measure."""
    store = prepare(catalogue)
    table = catalogue.table[catalogue.table["fold"] == fold]
    labelled = table.index[table["superclasses"].map(len) > 0].to_numpy()
    present = labelled[np.isin(labelled, store.ecg_ids)]
    if not len(present):
        raise CatalogueError(
            f"{catalogue.folder}: no record of fold {fold} is there; restore records100/ from PTB-XL 1.0.3."
        )
    every = table.index.to_numpy()
    every = every[np.isin(every, store.ecg_ids)]
    metadata = encode_metadata([catalogue.metadata(k) for k in every])
    scores = score(names, store.signals[store.rows(every)], metadata=metadata)
    judged = np.isin(every, present)
    labels, statements = catalogue.superclass_matrix(present), catalogue.statement_matrix(every)
    return {
        "fold": fold,
        "records": len(present),
        "left_out": len(table) - len(labelled),
        "missing": len(labelled) - len(present),
        "models": {
            name: evaluate(
                labels, s.probabilities[judged], thresholds=s.model.card.thresholds, names=SUPERCLASSES
            )
            | {"tasks": evaluate_tasks(statements, s.statements), "weights": s.model.card.weights_id}
            for name, s in scores.items()
        },
    }
