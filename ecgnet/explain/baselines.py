"""What a recording is compared with: a flat line, or a normal beat in its own rhythm."""

from __future__ import annotations

from math import log10

import numpy as np
from scipy.interpolate import CubicSpline

from ecgnet.demo import TIMES, correct, load_atlas
from ecgnet.explain.error import ExplanationError
from ecgnet.inference import own_part, window_start
from ecgnet.language import Words, say
from ecgnet.leads import twelve_from_eight
from ecgnet.measure import Beats
from ecgnet.modalities import Spec
from ecgnet.record import LEADS, Record
from ecgnet.signal import fit_length

BASELINES = Words({"zero": "Flat line", "normal": "Normal beats"})
"""Name of a baseline → its title for people."""

NORMAL = {"female": ("norm_female",), "male": ("norm_male",), None: ("norm_female", "norm_male")}
"""Kinds of the beat atlas; of an unknown sex the mean of both."""


def baseline_waveform(against: str, record: Record, *, beats: Beats | None, spec: Spec) -> np.ndarray:
    """(12, samples) float32 mV at the model's rate.

    "normal": the mean normal beat of the atlas (PTB-XL, by sex) at every QRS complex of the record, its ST-T stretched
    with the root of the usual RR interval; nothing else of the record is kept. Raises ExplanationError for another name,
    and for "normal" where fewer than two beats were found.
    """
    if against == "zero":
        return np.zeros((len(LEADS), spec.samples), np.float32)
    if against != "normal":
        raise ExplanationError(
            say(
                "There is no baseline named {against}; there are {baselines}.",
                against=against,
                baselines=", ".join(BASELINES),
            )
        )
    if beats is None or len(beats) < 2:
        raise ExplanationError(
            say(
                "Fewer than two beats were found, so there is no rhythm to set normal beats in; compare with a flat line."
            )
        )
    atlas, _ = load_atlas()
    kinds = [list(atlas["kinds"]).index(kind) for kind in NORMAL[record.metadata.sex]]
    fade = np.clip((TIMES - TIMES[0]) / 0.06, 0, 1) * np.clip((TIMES[-1] - TIMES) / 0.10, 0, 1)
    spline = CubicSpline(TIMES, twelve_from_eight(atlas["mean"][kinds].mean(0)) * fade, axis=1)
    rr = float(np.median(np.diff(beats.r)))
    middles = (beats.qrs_onset + beats.qrs_offset) / 2
    times = window_start(record, spec) + np.arange(spec.samples) / spec.fs
    wave = np.zeros((len(LEADS), spec.samples))
    for place in np.where(np.isfinite(middles), middles, beats.r):
        offsets = correct(times - place, rr)
        there = (offsets >= TIMES[0]) & (offsets <= TIMES[-1])
        wave[:, there] += spline(offsets[there])
    # A short record is repeated, and so is its baseline.
    return fit_length(wave[:, own_part(record, spec)], spec.samples)[0].astype(np.float32)


def describe_baselines(spec: Spec, against: str = "zero") -> dict[str, str]:
    """Each modality's baseline in words."""
    if against == "normal":
        normal = say("the atlas' mean normal beat at this record's own beats")
        return {
            "waveform": normal,
            "spectrum": say("the spectrum of {normal}", normal=normal),
            "spectrogram": say("the spectrogram of {normal}", normal=normal),
            "metadata": say("age and sex unknown"),
        }
    floor = say("({log10:.0f} dB everywhere)", log10=20 * log10(spec.floor))
    return {
        "waveform": say("a flat line at 0 mV in every lead"),
        "spectrum": say("the spectrum of a flat line {floor}", floor=floor),
        "spectrogram": say("the spectrogram of a flat line (0 mV everywhere)"),
        "metadata": say("age and sex unknown"),
    }
