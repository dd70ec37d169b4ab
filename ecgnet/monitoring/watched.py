"""What is watched of every ECG in a folder that `ecgnet score` wrote, read in columns: some 100 bytes an ECG."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ecgnet.archive.columns import column
from ecgnet.archive.dataset import open_ecgs, open_refusals, open_run
from ecgnet.archive.errors import ArchiveError
from ecgnet.language import say
from ecgnet.models import DEFAULT
from ecgnet.ptbxl import SUPERCLASSES
from ecgnet.states import STATES


@dataclass(frozen=True, eq=False)
class Watched:
    """N ECGs. model, weights: which answered; names: file and exam; days (N,) datetime64[D], NaT where the file states none;
    probabilities (N, 5) calibrated, NaN where the ECG was not answered for; states (N, 5): places in `STATES`;
    unfamiliarity (N,): 1 is the limit, NaN where not measured; abstain, fine, answered (N,) bool; confirmed (N,) bool: a
    physician confirmed what the cart printed; refused: files and ECGs without an answer, of which no day is known."""

    model: str
    weights: str
    names: tuple[tuple[str, str], ...]
    days: np.ndarray
    probabilities: np.ndarray
    states: np.ndarray
    unfamiliarity: np.ndarray
    abstain: np.ndarray
    fine: np.ndarray
    answered: np.ndarray
    confirmed: np.ndarray
    refused: int = 0

    def __len__(self) -> int:
        return len(self.days)


def read_watched(folder: str | Path, model: str | None = None) -> Watched:
    """The ECGs of a folder, as a model answered, by default the one that leads the run. Raises ArchiveError for a folder
    without answers, of another version, or without that model's."""
    dataset, models = open_ecgs(folder), sorted(open_run(folder)["models"], key=lambda name: name != DEFAULT)
    model = model or models[0]
    if model not in models:
        raise ArchiveError(
            say(
                "{folder} holds no answers of {model}, but of {models}: choose one of these.",
                folder=folder,
                model=model,
                models=", ".join(models),
            )
        )
    own = [f"p_{label}" for label in SUPERCLASSES] + [f"state_{label}" for label in SUPERCLASSES]
    own += ["unfamiliarity", "abstain", "weights"]
    shared = ["file", "exam", "recorded_on", "quality_fine", "readable", "recorder_confirmed"]
    try:
        table = dataset.to_table([*shared, *(column(model, what) for what in own)])
        refused = open_refusals(folder).count_rows(filter=pc.field("kind") != "no_ecg")
    except (OSError, pa.ArrowInvalid) as error:
        raise ArchiveError(
            say(
                "{folder} cannot be read: a part is damaged, or was replaced meanwhile.",
                folder=folder,
            )
        ) from error

    def reals(name: str) -> np.ndarray:
        return table[name].cast(pa.float64()).fill_null(np.nan).to_numpy()

    def yes(name: str) -> np.ndarray:
        return table[name].fill_null(False).to_numpy()

    p = np.stack([reals(column(model, f"p_{label}")) for label in SUPERCLASSES], 1)
    states = [
        pc.index_in(table[column(model, f"state_{label}")], pa.array(STATES)).fill_null(STATES.index("open"))
        for label in SUPERCLASSES
    ]
    weights = table[column(model, "weights")].drop_null().unique().to_pylist()
    return Watched(
        model,
        weights[0] if weights else model,
        tuple(zip(table["file"].to_pylist(), table["exam"].fill_null("").to_pylist(), strict=True)),
        table["recorded_on"].to_numpy().astype("datetime64[D]"),
        p,
        np.stack([of_class.to_numpy() for of_class in states], 1),
        reals(column(model, "unfamiliarity")),
        yes(column(model, "abstain")),
        yes("quality_fine"),
        yes("readable") & np.isfinite(p).all(1),
        yes("recorder_confirmed"),
        refused,
    )
