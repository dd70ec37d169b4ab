"""Each fault that is put into a good record is found, named and said in words; the good record has none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecgnet.leads import exchange
from ecgnet.notices import NoticeKind, texts
from ecgnet.quality import FLAGS, Quality, assess, unreadable
from ecgnet.record import LEADS, Record
from tests.measure.synthetic import CASES, NORMAL, draw

V2 = LEADS.index("V2")


@pytest.fixture(scope="module")
def good() -> Record:
    return draw(NORMAL, 1).record


def changed(record: Record, **leads: np.ndarray) -> Record:
    signal = record.signal.copy()
    for name, trace in leads.items():
        signal[LEADS.index(name)] = trace
    return Record(signal, record.fs, "changed", "test")


def flags(quality: Quality, lead: str) -> tuple[str, ...]:
    return next(found.flags for found in quality.leads if found.lead == lead)


@pytest.mark.parametrize("fs", [100, 250, 500, 1000])
@pytest.mark.parametrize(
    "name", ["normal", "fast, 120/min", "left bundle branch block", "ectopic beats", "long QT"]
)
def test_a_good_record_is_fine(name, fs):
    quality = assess(draw(replace(CASES[name], noise=0.005), 2, fs).record)
    assert quality.fine, quality.sentences
    assert quality.sentences == ()
    assert [found.lead for found in quality.leads] == list(LEADS)


def test_a_missing_lead_and_a_gap(good):
    holed = good.lead("V5").copy()
    holed[100:300] = np.nan
    quality = assess(changed(good, V2=np.full(good.n_samples, np.nan), V5=holed))
    assert flags(quality, "V2") == ("missing",)
    assert flags(quality, "V5") == ("gap",)
    assert quality.sentences == ("Lead V2 is not recorded.", "Lead V5 is recorded with gaps.")
    assert not quality.fine


@pytest.mark.parametrize("fs", [100, 500])
def test_a_lead_that_goes_flat(fs):
    record = draw(NORMAL, 1, fs).record
    trace = record.lead("V2").copy()
    trace[3 * fs : 8 * fs] = trace[3 * fs]
    assert "flat" in flags(assess(changed(record, V2=trace)), "V2")


@pytest.mark.parametrize("fs", [100, 500])
def test_a_lead_cut_off_at_the_rails(fs):
    record = draw(NORMAL, 1, fs).record
    large = 6 * record.lead("V2")
    assert "clipped" in flags(assess(changed(record, V2=np.clip(large, -2, 2))), "V2")
    assert "clipped" not in flags(assess(changed(record, V2=large)), "V2")


def test_a_slow_wave_that_turns_is_not_clipped():
    time = np.arange(5000) / 500
    record = draw(NORMAL, 1).record
    swaying = np.round(record.lead("V2") + 1.2 * np.sin(2 * np.pi * 0.1 * time), 3)
    assert "clipped" not in flags(assess(changed(record, V2=swaying)), "V2")


@pytest.mark.parametrize("fs", [100, 250, 500])
def test_muscle_noise(fs):
    record = draw(NORMAL, 1, fs).record
    noise = np.random.default_rng(0).normal(0, 0.08, record.n_samples)
    assert flags(assess(changed(record, V2=record.lead("V2") + noise)), "V2") == ("noisy",)


@pytest.mark.parametrize("line", [50, 60])
def test_hum(good, line):
    hum = 0.06 * np.sin(2 * np.pi * line * np.arange(good.n_samples) / good.fs)
    assert flags(assess(changed(good, V2=good.lead("V2") + hum)), "V2") == ("noisy",)


def test_drift(good):
    drift = 1.2 * np.sin(2 * np.pi * 0.15 * np.arange(good.n_samples) / good.fs)
    quality = assess(changed(good, V2=good.lead("V2") + drift))
    assert flags(quality, "V2") == ("drift",)
    assert quality.sentences == ("Lead V2 is drifting by more than 1.5 mV.",)


def test_a_lead_turned_over_contradicts_the_others(good):
    quality = assess(changed(good, III=-good.lead("III")))
    assert "I + III is not II" in quality.limb_leads.text
    assert "aVF" not in quality.limb_leads.text
    assert quality.limb_leads in quality.notices


def test_an_offset_is_no_contradiction(good):
    assert assess(changed(good, aVF=good.lead("aVF") + 0.5)).limb_leads is None


def test_limb_leads_that_are_missing_contradict_nothing(good):
    assert assess(changed(good, II=np.full(good.n_samples, np.nan))).limb_leads is None


def with_swapped_arms(record: Record) -> Record:
    return replace(record, signal=exchange(record.signal, "RA/LA"))


@pytest.mark.parametrize("fs", [100, 500])
@pytest.mark.parametrize("name", ["normal", "slow, 45/min", "first-degree block", "atrial fibrillation"])
def test_swapped_arms_are_noticed(name, fs):
    record = draw(CASES[name], 1, fs).record
    assert assess(record).reversal is None
    swapped = assess(with_swapped_arms(record))
    assert swapped.reversal.text.startswith("Arm electrodes may be swapped:")
    assert swapped.limb_leads is None


@pytest.mark.parametrize("seconds", [1.5, 2, 4])
def test_one_whole_beat_is_enough_to_notice_swapped_arms(good, seconds):
    short = replace(good, signal=good.signal[:, : round(seconds * good.fs)])
    assert assess(short).reversal is None
    assert assess(with_swapped_arms(short)).reversal.kind is NoticeKind.ELECTRODES


def test_without_v6_nothing_is_said_of_the_arms(good):
    swapped = with_swapped_arms(good)
    assert assess(changed(swapped, V6=np.full(good.n_samples, np.nan))).reversal is None


def test_all_leads_are_said_at_once():
    quality = assess(Record(np.zeros((12, 5000)), 500, "zeros", "test"))
    assert quality.sentences == ("All leads are flat for 2 s or more.",)


def test_a_long_record_is_looked_at_in_parts(good):
    long = np.tile(good.signal, (1, 30))
    long[V2, -20 * 500 : -15 * 500] = 0
    assert flags(assess(Record(long, 500, "five minutes", "test")), "V2") == ("flat",)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(2, 800), st.sampled_from([0.5, 20, 100, 360, 1000]))
def test_no_record_is_refused(seed, n, fs):
    rng = np.random.default_rng(seed)
    signal = rng.normal(0, 10 ** rng.uniform(-3, 3), (12, n))
    signal[rng.random((12, n)) < rng.choice([0, 0.3, 0.9])] = np.nan
    signal[0, 0] = 0
    quality = assess(Record(signal, fs, "any", "test"))
    assert {flag for found in quality.leads for flag in found.flags} <= set(FLAGS)
    assert quality.fine == (not quality.sentences)


def refused(signal: np.ndarray, fs: float = 500) -> str:
    """Why this signal is not judged."""
    record = Record(signal, fs, "gross", "test")
    return " ".join(texts(unreadable(record, assess(record))))


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("fs", [100, 500])
def test_an_ecg_can_be_read(name, fs):
    record = draw(CASES[name], 1, fs).record
    assert unreadable(record, assess(record)) is None


def test_a_flat_line_is_not_judged():
    assert "hold no signal" in refused(np.full((12, 5000), 5.0))


@pytest.mark.parametrize("size", [0.05, 0.3, 2.0])
def test_white_noise_is_not_judged(size):
    assert refused(np.random.default_rng(0).normal(0, size, (12, 5000)))


@pytest.mark.parametrize("fs", [100, 500])
def test_a_random_walk_is_not_judged(fs):
    assert refused(np.random.default_rng(1).normal(0, 0.05, (12, 10 * fs)).cumsum(1), fs)


def test_a_saturated_recorder_is_not_judged(good):
    assert "limit" in refused(np.clip(1000 * good.signal, -5, 5))


@pytest.mark.parametrize("nothing", [0.0, np.nan])
def test_eight_leads_without_a_signal_are_not_judged(good, nothing):
    signal = good.signal.copy()
    signal[4:] = nothing
    assert refused(signal).startswith("Leads aVL, aVF, V1, V2, V3, V4, V5 and V6 hold no signal")


def test_one_empty_lead_is_said_and_judged(good):
    record = changed(good, V2=np.zeros(good.n_samples))
    assert flags(assess(record), "V2") == ("flat",)
    assert unreadable(record, assess(record)) is None


def test_leads_that_are_not_used_are_no_reason(good):
    signal = good.signal.copy()
    signal[4:] = np.nan
    record = Record(signal, good.fs, "four leads", "test")
    assert unreadable(record, assess(record), leads=("I", "II")) is None


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        ("flat", "Lead I holds no signal."),
        ("cut", "Lead I is at the recorder's limit"),
        ("noise", "No"),
    ],
)
def test_good_leads_do_not_vouch_for_the_one_that_is_used(good, fault, why):
    noise = np.random.default_rng(0).normal(0, 0.3, good.n_samples)
    traces = {"flat": 0 * noise, "cut": np.clip(1000 * good.lead("I"), -5, 5), "noise": noise}
    record = changed(good, I=traces[fault])
    assert unreadable(record, assess(record), leads=("I",)).text.startswith(why)
    assert unreadable(record, assess(record)) is None


def test_three_seconds_are_too_short(good):
    record = Record(good.signal[:, :1500], good.fs, "short", "test")
    why = unreadable(record, assess(record))
    assert (why.kind, "at least 5 s" in str(why)) == (NoticeKind.TOO_SHORT, True)


def test_a_jump_to_another_level(good):
    trace = good.lead("V2").copy()
    trace[2000:] += 1.0
    quality = assess(changed(good, V2=trace))
    assert "step" in flags(quality, "V2")
    assert "Lead V2 is jumping to another level." in quality.sentences
