"""The table by lead: what was drawn is what is read, with its sign, and what is not there is said."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ecgnet.measure import LeadMeasures, measure
from ecgnet.record import LEADS, Record
from tests.measure.synthetic import CASES, NORMAL, draw

BEAT, ONSET = 0.9, 0.4
"""s between two beats, and where in each the QRS complex begins."""
# s from the QRS onset, s long, mV
Q, R, S, R2, T = (0, 0.030), (0.030, 0.040), (0.070, 0.024), (0.094, 0.030), (0.22, 0.16)


def drawn(*waves: tuple[float, float, float], st: float = 0.0, lead: str = "V1") -> LeadMeasures:
    """The lead's measures of a record whose waves are half sines: start, length, height; st: mV from J to T's end."""
    time = np.arange(5000) / 500
    phase = time % BEAT - ONSET

    def half_sine(start: float, long: float, height: float) -> np.ndarray:
        return height * np.sin(np.pi * np.clip((phase - start) / long, 0, 1))

    end = max(start + long for start, long, _ in waves if start < 0.12)
    one = sum(half_sine(*wave) for wave in waves) + st * ((phase >= end) & (phase < sum(T)))
    others = half_sine(0, end, 1) + half_sine(*T, 0.3)
    signal = np.stack([one if name == lead else others for name in LEADS])
    return measure(Record(signal, 500, "half sines", "test")).leads[lead]


def test_a_qrs_complex_with_all_its_waves():
    m = drawn((*Q, -0.2), (*R, 1.2), (*S, -0.5), (*R2, 0.3), (*T, 0.4))
    assert (m.q, m.r, m.s, m.r2) == pytest.approx((-0.2, 1.2, -0.5, 0.3), abs=0.03)
    assert (m.q_duration, m.r_duration, m.s_duration) == pytest.approx((30, 40, 24), abs=6)
    assert m.t == pytest.approx(0.4, abs=0.04)


def test_a_wave_that_is_not_there_is_0():
    m = drawn((*R, 1.2), (*S, -0.5), (*T, 0.4))
    assert m.q == m.q_duration == m.r2 == 0
    assert not m.qs


def test_a_complex_that_only_goes_down_is_a_qs():
    m = drawn((0, 0.09, -1.0), (*T, 0.4))
    assert m.qs and m.q == pytest.approx(-1.0, abs=0.05) and m.r == m.s == 0
    assert m.q_duration == pytest.approx(90, abs=10)


def test_an_elevated_st_segment_is_measured_and_is_no_second_r_wave():
    m = drawn((*R, 1.0), (*S, -0.6), (*T, 0.3), st=0.2)
    assert m.j60 == pytest.approx(0.2, abs=0.04)
    assert m.r2 == 0


def test_amplitudes_do_not_depend_on_the_recorders_baseline():
    record = draw(NORMAL, 1).record
    shifted = Record(record.signal + 3, 500, "offset", "test")
    for lead, m in measure(shifted).leads.items():
        plain = measure(record).leads[lead]
        assert (m.r, m.s, m.t) == pytest.approx((plain.r, plain.s, plain.t), abs=0.01)


def test_a_missing_lead_and_a_missing_p_wave_are_none():
    signal = draw(CASES["atrial fibrillation"], 1).record.signal.copy()
    signal[6] = np.nan
    leads = measure(Record(signal, 500, "no V1", "test")).leads
    assert tuple(leads) == LEADS
    assert leads["V1"] == LeadMeasures()
    assert leads["II"].p is None and leads["II"].r > 0


def test_p_and_t_amplitudes_follow_what_was_drawn():
    one = measure(draw(NORMAL, 1).record).leads["II"]
    double = measure(draw(replace(NORMAL, p_amplitude=0.26, t_amplitude=0.7), 1).record).leads["II"]
    assert double.p == pytest.approx(2 * one.p, rel=0.1)
    assert double.t == pytest.approx(2 * one.t, rel=0.1)


def test_without_beats_every_lead_is_there_and_empty():
    leads = measure(Record(np.zeros((12, 5000)), 500, "flat", "test")).leads
    assert leads == {lead: LeadMeasures() for lead in LEADS}
