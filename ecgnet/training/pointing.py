"""Does a map point where a textbook does? Leads, waves and frequencies that a finding is read off (AHA/ACCF/HRS
recommendations, Surawicz et al. 2009; fourth universal definition of infarction, Thygesen et al. 2018)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecgnet.explain.error import ExplanationError
from ecgnet.explain.waves import WAVES
from ecgnet.record import LEADS


@dataclass(frozen=True)
class Criterion:
    """Where the evidence for SCP-ECG statements should lie.

    title: in words; codes: the statements; modality; leads and waves: the part of the trace (every one where empty);
    band: of the spectrum, in Hz, both ends in.
    """

    title: str
    codes: tuple[str, ...]
    modality: str = "waveform"
    leads: tuple[str, ...] = ()
    waves: tuple[str, ...] = ()
    band: tuple[float, float] | None = None


CRITERIA = (
    Criterion("Bundle branch block: QRS", ("CLBBB", "CRBBB"), waves=("QRS",)),
    Criterion("Inferior infarction: II, III, aVF", ("IMI",), leads=("II", "III", "aVF")),
    Criterion("Anterior infarction: V1 to V4", ("AMI", "ASMI"), leads=("V1", "V2", "V3", "V4")),
    Criterion(
        "Left hypertrophy: QRS in V1, V5, V6, aVL", ("LVH",), leads=("V1", "V5", "V6", "aVL"), waves=("QRS",)
    ),
    Criterion("AV block: PR segment", ("1AVB", "2AVB", "3AVB"), waves=("PQ",)),
    Criterion("AV block: P wave and PR segment", ("1AVB", "2AVB", "3AVB"), waves=("P", "PQ")),
    Criterion(
        "Atrial fibrillation, flutter: 4 to 9 Hz", ("AFIB", "AFLT"), modality="spectrum", band=(4.0, 9.0)
    ),
)


def points(
    values: np.ndarray, criterion: Criterion, *, waves: np.ndarray | None, nyquist: float = 50.0
) -> tuple[float, float]:
    """The share of what speaks for the finding, the positive values (12, N), that lies where it should; and what chance
    would give, the share of the cells.

    waves: `wave_at` (N,), for a criterion with waves. Raises ExplanationError where the waves were not found or nothing
    speaks for the finding.
    """
    n = values.shape[1]
    leads = np.isin(LEADS, criterion.leads) if criterion.leads else np.ones(len(LEADS), bool)
    if criterion.band is not None:
        frequencies = np.linspace(0, nyquist, n)
        across = (frequencies >= criterion.band[0]) & (frequencies <= criterion.band[1])
    elif criterion.waves:
        if waves is None or not np.isin(waves, [WAVES.index(w) for w in criterion.waves]).any():
            raise ExplanationError(f"No {' or '.join(criterion.waves)} was found in this record.")
        across = np.isin(waves, [WAVES.index(w) for w in criterion.waves])
    else:
        across = np.ones(n, bool)
    where = leads[:, None] & across
    speaks = np.clip(np.asarray(values, np.float64), 0, None)
    if not speaks.any():
        raise ExplanationError("Nothing in this map speaks for the finding.")
    return float(speaks[where].sum() / speaks.sum()), float(where.mean())
