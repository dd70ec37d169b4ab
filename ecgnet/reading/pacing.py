"""Whether an ECG is paced: by spikes before its beats, which slow recorders do not keep, else by the networks' statement,
unless the beats come as no pacemaker gives them."""

from __future__ import annotations

from ecgnet.inference import Prediction
from ecgnet.measure import Measurements
from ecgnet.reading.rhythm import is_erratic
from ecgnet.trust.pacing import CODE

BEYOND_DOUBT = 0.9
"""Calibrated probability from which pacing is taken over in spite of irregular beats: a pacemaker that senses them."""


def is_paced(prediction: Prediction | None, measured: Measurements) -> bool:
    """Whether half of the beats and more have a spike before them; else whether "normal functioning artificial pacemaker"
    reaches its threshold (set on fold 9) and the RR intervals do not contradict it: a ventricle that is paced beats
    regularly, in atrial fibrillation too."""
    if spiked(measured):
        return True
    chance = prediction.stated.get(CODE) if prediction is not None else None
    if chance is None:
        return False
    return chance >= BEYOND_DOUBT or not is_erratic(measured)


def spiked(measured: Measurements) -> bool:
    """Whether half of the beats and more have a pacing spike before them."""
    return measured.led_by_spikes >= max(2, len(measured.beats) / 2)
