"""Doubts about a record that was read: each is told, none is raised without cause."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ecgnet.readers import plausibility
from ecgnet.record import Record

CHANGES = {
    "too large": (lambda s: s * 50, 250, "too much: check the unit"),
    "too small": (lambda s: s / 1000, 250, "No lead spans more than"),
    "flat": (lambda s: s * (np.arange(12) != 8)[:, None], 250, "Lead V3 is flat"),
    "swapped I and III": (lambda s: s[[2, 1, 0, *range(3, 12)]], 250, "aVR = −(I + II) / 2 does not hold"),
    "swapped II and III": (lambda s: s[[0, 2, 1, *range(3, 12)]], 250, "III = II − I does not hold"),
    "slow": (lambda s: s, 20, "20 Hz is unusual"),
    "fast": (lambda s: s, 5000, "5000 Hz is unusual"),
    "sound": (lambda s: s, 44_100, "44100 Hz is unusual"),
}


def test_an_ordinary_ecg_raises_no_doubts(ecg, synthetic_record):
    assert plausibility(Record(ecg, 250, "x", "test")) == ()
    assert plausibility(synthetic_record) == ()


@pytest.mark.parametrize(("change", "fs", "sentence"), CHANGES.values(), ids=CHANGES)
def test_doubts(ecg, change, fs, sentence):
    assert any(sentence in warning for warning in plausibility(Record(change(ecg), fs, "x", "test")))


@pytest.mark.parametrize(("fs", "doubted"), [(100, True), (250, False), (1000, False), (2000, True)])
def test_a_rate_is_doubted_by_the_heart_rate_it_implies(synthetic_record, fs, doubted):
    doubts = plausibility(replace(synthetic_record, fs=fs))
    assert any("check the sampling rate" in doubt for doubt in doubts) is doubted


def test_gaps_and_missing_leads_are_no_obstacle(synthetic_record):
    signal = np.array(synthetic_record.signal)
    signal[[1, 2]] = np.nan
    signal[:, 1000:1100] = np.nan
    assert plausibility(replace(synthetic_record, signal=signal)) == ()
