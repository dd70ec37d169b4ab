"""The beat atlas behind the demo library: class-conditional mean beats with principal components.

Fitted on PTB-XL's training folds only. Of every kind of ECG it keeps the mean over at least 100 patients and
the main directions in which they differ, jointly over leads and time, so that the covariance of the leads is
kept; and the statistics of RR interval, age, sex and background noise. No patient's recording is in it.

    python -m ecgnet.training.atlas --ptbxl DIR --out weights
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.interpolate import CubicSpline

from ecgnet import atomic
from ecgnet.demo import BANDS, TIMES, uncorrect
from ecgnet.leads import INDEPENDENT_PLACES
from ecgnet.measure import detect_r_peaks
from ecgnet.progress import track
from ecgnet.ptbxl import TRAIN_FOLDS, Catalogue
from ecgnet.store import FS, Store, open_store

COMPONENTS = 10
MIN_RECORDS, MAX_RECORDS = 100, 600
"""Patients behind a mean; beyond 600 it hardly moves."""

SPOILERS = ("PACE", "PVC", "PAC", "BIGU", "TRIGU", "PSVT", "SVTAC", "WPW", "AFLT")
"""Statements of beats that are not alike, which no kind's mean beat may mix in."""
INFARCTIONS = ("IMI", "ASMI", "AMI", "ALMI", "ILMI", "LMI", "IPLMI", "IPMI", "PMI")
BLOCKS = ("CLBBB", "CRBBB", "IRBBB", "ILBBB", "LAFB", "LPFB", "IVCD", "1AVB")


@dataclass(frozen=True, slots=True)
class BeatKind:
    """Which records make one kind: exactly these superclasses, all of the statements `having`, none of
    `lacking`, this sex if one is named, mean RR in seconds within `rr`; grown-ups."""

    name: str
    title: str
    superclasses: tuple[str, ...]
    having: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()
    sex: str | None = None
    rr: tuple[float, float] = (0.55, 1.4)


def _only(code: str, family: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    return {"having": (code,), "lacking": (*(other for other in family if other != code), "AFIB")}


KINDS: tuple[BeatKind, ...] = (
    BeatKind("norm_female", "Normal ECG, woman", ("NORM",), ("NORM", "SR"), sex="female", rr=(0.75, 1.0)),
    BeatKind("norm_male", "Normal ECG, man", ("NORM",), ("NORM", "SR"), sex="male", rr=(0.8, 1.1)),
    BeatKind("norm_slow", "Normal ECG, slow sinus rhythm", ("NORM",), ("NORM", "SBRAD"), rr=(1.0, 1.4)),
    BeatKind("norm_fast", "Normal ECG, quick sinus rhythm", ("NORM",), ("NORM",), ("AFIB",), rr=(0.58, 0.7)),
    BeatKind("imi", "Inferior infarction", ("MI",), **_only("IMI", INFARCTIONS)),
    BeatKind("asmi", "Anteroseptal infarction", ("MI",), **_only("ASMI", INFARCTIONS)),
    BeatKind("ilmi", "Inferolateral infarction", ("MI",), ("ILMI",), ("AFIB",)),
    BeatKind("iscal", "Anterolateral ischaemia", ("STTC",), ("ISCAL",), ("AFIB",)),
    BeatKind("sttc_afib", "ST/T change in atrial fibrillation", ("STTC",), ("AFIB",), rr=(0.55, 1.2)),
    BeatKind("clbbb", "Complete left bundle branch block", ("CD",), ("CLBBB",), ("AFIB",)),
    BeatKind("crbbb", "Complete right bundle branch block", ("CD",), ("CRBBB",), ("AFIB",)),
    BeatKind("lafb", "Left anterior fascicular block", ("CD",), **_only("LAFB", BLOCKS)),
    BeatKind(
        "lvh_strain", "Left ventricular hypertrophy with ST/T change", ("STTC", "HYP"), ("LVH",), ("AFIB",)
    ),
    BeatKind(
        "asmi_lafb",
        "Anteroseptal infarction with fascicular block",
        ("MI", "CD"),
        ("ASMI", "LAFB"),
        ("AFIB",),
    ),
)


def select(table: pd.DataFrame, kind: BeatKind) -> pd.DataFrame:
    """The rows of a catalogue's table that are of this kind: training folds, one record a patient."""

    def fits(statements: tuple[str, ...]) -> bool:
        found = set(statements)
        return found.issuperset(kind.having) and not found.intersection((*kind.lacking, *SPOILERS))

    rows = table[table["fold"].isin(TRAIN_FOLDS) & (table["superclasses"] == kind.superclasses)]
    rows = rows[rows["statements"].map(fits)]
    rows = rows.assign(age=rows["age"].fillna(90))  # PTB-XL hides ages over 89
    rows = rows[rows["age"] >= 18]
    if kind.sex:
        rows = rows[rows["sex"] == kind.sex]
    return rows.drop_duplicates("patient_id")


def r_peaks(signal: np.ndarray, fs: float) -> np.ndarray:
    """Middles of the QRS complexes in samples, not rounded: (L, T) in mV → (B,).

    They are found by `measure`; a complex's place is the centre of gravity of its squared slopes, which wanders less
    between leads and patients than any one peak.
    """
    energy = (np.gradient(signal, axis=-1) ** 2).sum(0)
    peaks = detect_r_peaks(signal, fs)
    half = round(0.08 * fs)
    peaks = peaks[(peaks >= half) & (peaks < len(energy) - half)]
    offsets = np.arange(-half, half + 1)
    windows = energy[peaks[:, None] + offsets]
    return peaks + (windows * offsets).sum(1) / windows.sum(1)


@dataclass(frozen=True, slots=True, eq=False)
class Summary:
    """What is taken of one record: its median beat (8, L) in mV on `TIMES`; of the RR intervals the mean
    in s, the coefficient of variation and the lag-1 correlation; the background's amplitude (8, F) in mV per
    root Hz by `BANDS` and its correlation between leads (8, 8)."""

    beat: np.ndarray
    rr: float
    variability: float
    lag1: float
    noise: np.ndarray
    correlation: np.ndarray


def summarise(signal: np.ndarray, fs: float = FS) -> Summary | None:
    """(12, T) mV → its summary, or None where the beats are too few or too unlike."""
    leads = signal[list(INDEPENDENT_PLACES)].astype(np.float64)
    peaks = r_peaks(leads, fs)
    if len(peaks) < 6:
        return None
    intervals = np.diff(peaks) / fs
    rr = intervals.mean()
    time = np.arange(leads.shape[1]) / fs
    record = CubicSpline(time, leads, axis=1)
    offsets = uncorrect(TIMES, rr)
    places = peaks / fs
    whole = places[(places + offsets[0] > 0) & (places + offsets[-1] < time[-1])]
    if len(whole) < 5:
        return None
    beats = record(whole[:, None] + offsets).transpose(1, 0, 2)  # (B, 8, L)
    # what lies before the previous T wave's end belongs to the previous beat
    own = offsets > -(rr - uncorrect(TIMES[-1:], rr)[0])
    beats = beats - _line(beats, offsets, own)
    beat = np.median(beats, axis=0)
    likeness = [np.corrcoef(beat.ravel(), other.ravel())[0, 1] for other in beats]
    if np.median(likeness) < 0.9 or np.min(likeness) < 0.7 or np.ptp(beat, axis=1).max() > 8:
        return None
    beat = beat * own
    rest = leads - _tile(beat, offsets, places, time)
    noise, correlation = _noise(rest, places, time)
    spread = intervals - rr
    lag1 = (spread[1:] * spread[:-1]).mean() / max((spread**2).mean(), 1e-9)
    return Summary(beat, rr, intervals.std() / rr, lag1, noise, correlation)


def _line(beats: np.ndarray, offsets: np.ndarray, own: np.ndarray) -> np.ndarray:
    """The straight line through both ends of each beat, (B, 8, L): baseline wander over one beat."""
    first = np.flatnonzero(own)[:5]
    left, right = beats[..., first].mean(-1), beats[..., -5:].mean(-1)
    t0, t1 = offsets[first].mean(), offsets[-5:].mean()
    return left[..., None] + (right - left)[..., None] * (offsets - t0) / (t1 - t0)


def _tile(beat: np.ndarray, offsets: np.ndarray, places: np.ndarray, time: np.ndarray) -> np.ndarray:
    spline = CubicSpline(offsets, beat, axis=1)
    out = np.zeros((len(beat), len(time)))
    for place in places:
        there = (time >= place + offsets[0]) & (time <= place + offsets[-1])
        out[:, there] += spline(time[there] - place)
    return out


def _noise(rest: np.ndarray, places: np.ndarray, time: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Amplitude (mV per root Hz) by `BANDS` and lead correlation of what is left beside the QRS, so that no
    misplaced slope counts as noise."""
    distance = np.abs(time[:, None] - places).min(1)
    rest = (rest - rest.mean(1, keepdims=True)) * np.clip((distance - 0.08) / 0.04, 0, 1)
    taper = np.hanning(len(time))
    fs = 1 / (time[1] - time[0])
    power = 2 * np.abs(np.fft.rfft(rest * taper, axis=1)) ** 2 / (fs * (taper**2).sum())
    frequencies = np.fft.rfftfreq(len(time), 1 / fs)
    band = np.digitize(frequencies, BANDS) - 1
    by_band = np.stack([power[:, band == k].mean(1) for k in range(len(BANDS) - 1)], axis=1)
    return np.sqrt(by_band), np.nan_to_num(np.corrcoef(rest))


def align(beats: np.ndarray, rounds: int = 3, *, reach: int = 3) -> np.ndarray:
    """Shift each of the (N, 8, L) beats by up to `reach` samples to where it fits the mean best."""
    shifts = np.arange(-reach, reach + 0.01, 0.5)
    grid = np.arange(beats.shape[-1])
    shifted = np.stack(
        [CubicSpline(grid, beats, axis=-1)(np.clip(grid + shift, 0, grid[-1])) for shift in shifts]
    )
    unit = shifted / np.linalg.norm(shifted, axis=(2, 3), keepdims=True)
    aligned = beats
    for _ in range(rounds):
        best = np.einsum("snlt,lt->sn", unit, aligned.mean(0)).argmax(0)
        best = np.clip(
            best - round(best.mean()) + len(shifts) // 2, 0, len(shifts) - 1
        )  # the mean stays at 0
        aligned = shifted[best, np.arange(len(beats))]
    return aligned


def restore_voltage(mean: np.ndarray, beats: np.ndarray) -> np.ndarray:
    """(8, L): the mean with each lead's QRS as tall as the patients' median, from (N, 8, L).

    Averaging peaks that do not quite coincide loses up to a sixth of the voltage, which is a criterion.
    """
    qrs = np.abs(TIMES) <= 0.1
    gain = np.median(np.ptp(beats[..., qrs], axis=-1), axis=0) / np.ptp(mean[:, qrs], axis=-1)
    near = np.clip((0.12 - np.abs(TIMES)) / 0.06, 0, 1)
    return mean * (1 + (gain[:, None] - 1) * near)


def fit_kind(summaries: list[Summary], rows: pd.DataFrame) -> dict[str, np.ndarray]:
    """The parameters of one kind, see `fit_atlas`."""
    beats = align(np.stack([summary.beat for summary in summaries]))
    mean = beats.mean(0)
    flat = (beats - mean).reshape(len(beats), -1)
    # a few far-off beats must not make a direction of their own, which would come near to storing them
    length = np.linalg.norm(flat, axis=1, keepdims=True)
    flat *= np.minimum(1, np.percentile(length, 90) / length)
    _, singular, directions = np.linalg.svd(flat, full_matrices=False)
    deviation = singular[:COMPONENTS] / np.sqrt(len(beats) - 1)
    components = (deviation[:, None] * directions[:COMPONENTS]).reshape(COMPONENTS, *mean.shape)
    log_rr = np.log([summary.rr for summary in summaries])
    log_variability = np.log(np.maximum([summary.variability for summary in summaries], 3e-3))
    return {
        "mean": restore_voltage(mean, beats),
        "components": components,
        "explained": deviation**2 / (flat**2).sum(1).mean(),
        "rr": np.array([log_rr.mean(), log_rr.std(), log_variability.mean(), log_variability.std()]),
        "lag1": np.clip(np.median([summary.lag1 for summary in summaries]), -0.5, 0.9),
        "noise": np.median([summary.noise for summary in summaries], axis=0),
        "correlation": np.mean([summary.correlation for summary in summaries], axis=0),
        "age": np.array([rows["age"].mean(), rows["age"].std()]),
        "female": (rows["sex"] == "female").mean(),
        "records": len(summaries),
    }


def fit_atlas(catalogue: Catalogue, store: Store) -> dict[str, np.ndarray]:
    """The atlas of all K kinds, C components, L samples of a beat, F noise bands.

    kinds (K,) names; mean (K, 8, L) mV; components (K, C, 8, L) mV, each one standard deviation long;
    explained (K, C), share of the variance; rr (K, 4): mean and sd of log RR in s, then of the log
    coefficient of variation within a record; lag1 (K,), correlation of successive intervals; noise (K, 8, F)
    mV per root Hz and correlation (K, 8, 8); age (K, 2), mean and sd in years; female (K,), share;
    records (K,).

    Raises ValueError where fewer than 100 patients are left for a kind.
    """
    fitted = [_collect(kind, catalogue, store) for kind in track(KINDS, "Fitting kinds")]
    atlas = {
        name: np.stack([np.asarray(one[name]) for one in fitted]).astype(np.float32) for name in fitted[0]
    }
    atlas["records"] = atlas["records"].astype(np.int32)
    for name in ("mean", "components"):  # 1 µV is finer than the recorder
        atlas[name] = atlas[name].astype(np.float16)
    return {"kinds": np.array([kind.name for kind in KINDS]), **atlas}


def _collect(kind: BeatKind, catalogue: Catalogue, store: Store) -> dict[str, np.ndarray]:
    rows = select(catalogue.table, kind)
    rows = rows[rows.index.isin(store.ecg_ids)].sample(frac=1, random_state=0)
    ids, summaries = [], []
    for ecg_id, summary in _summaries(rows.index.to_numpy(), store):
        if kind.rr[0] <= summary.rr <= kind.rr[1]:
            ids.append(ecg_id)
            summaries.append(summary)
        if len(summaries) == MAX_RECORDS:
            break
    if len(summaries) < MIN_RECORDS:
        raise ValueError(
            f"{kind.name}: only {len(summaries)} clean records, at least {MIN_RECORDS} are needed"
        )
    return fit_kind(summaries, rows.loc[ids])


def _summaries(ecg_ids: np.ndarray, store: Store) -> Iterator[tuple[int, Summary]]:
    for ecg_id, row in zip(ecg_ids, store.rows(ecg_ids), strict=True):
        if (summary := summarise(store.signals[row] / 1000)) is not None:
            yield int(ecg_id), summary


def save_atlas(atlas: dict[str, np.ndarray], folder: Path) -> None:
    """Write `atlas.npz` and `atlas.json`, which says in words what it is."""
    with atomic.replacing(folder / "atlas.npz") as part:
        np.savez_compressed(part, **atlas)
    about = {
        "version": 1,
        "what": "Statistical beat atlas: per kind of ECG the mean beat of many patients, principal "
        "components, and statistics of RR interval, noise, age and sex. It holds no patient's recording.",
        "source": "PTB-XL 1.0.3, doi 10.13026/kfzx-aw45",
        "licence": "CC BY 4.0",
        "folds": list(TRAIN_FOLDS),
        "kinds": {
            kind.name: {
                "title": kind.title,
                "superclasses": list(kind.superclasses),
                "records": int(records),
                "variance explained": round(float(explained.sum()), 3),
            }
            for kind, records, explained in zip(KINDS, atlas["records"], atlas["explained"], strict=True)
        },
    }
    atomic.write(folder / "atlas.json", json.dumps(about, indent=2) + "\n")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Fit the beat atlas of the demo library.")
    parser.add_argument("--ptbxl", type=Path, required=True, help="PTB-XL's folder, prepared")
    parser.add_argument("--out", type=Path, default=Path("weights"), help="where atlas.npz and atlas.json go")
    arguments = parser.parse_args()
    catalogue = Catalogue(arguments.ptbxl)
    store = open_store(catalogue)
    if store is None:
        raise SystemExit(f"{arguments.ptbxl} is not prepared; run `ecgnet prepare` first.")
    save_atlas(fit_atlas(catalogue, store), arguments.out)


if __name__ == "__main__":
    main()
