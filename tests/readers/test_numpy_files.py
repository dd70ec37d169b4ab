"""NumPy: arrays either way round, arrays a lead, facts beside them; objects and lies refused."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecgnet.readers import ReadError, read
from ecgnet.record import LEADS
from tests.readers.writers.numpy_files import bare, write

STATED = {"fs": 250, "unit": "mV", "leads": LEADS}


def archived(**arrays: object) -> bytes:
    stored = io.BytesIO()
    np.savez(stored, **arrays)
    return stored.getvalue()


@pytest.mark.parametrize(
    "lay", [lambda s: s, lambda s: s.T, lambda s: s[None], lambda s: np.asfortranarray(s)]
)
@pytest.mark.parametrize("kind", ["<f4", ">f8", "<f8"])
def test_an_array_either_way_round(ecg, lay, kind):
    record = read(bare(lay(ecg).astype(kind)), name="e.npy", **STATED)
    np.testing.assert_allclose(record.signal, ecg, atol=1e-6)
    assert record.notes == (
        "The columns were named by hand.",
        "The sampling rate was stated by hand: 250 Hz.",
        "The unit of the samples was stated by hand: mV.",
    )


def test_whole_numbers_in_microvolts(ecg):
    data = bare(np.round(ecg * 1000).astype(">i2"))
    np.testing.assert_allclose(
        read(data, name="e.npy", fs=250, unit="uV", leads=LEADS).signal, ecg, atol=1e-6
    )


def test_eight_leads_are_enough(ecg):
    kept = [0, 1, *range(6, 12)]
    record = read(bare(ecg[kept]), name="e.npy", fs=250, unit="mV", leads=[LEADS[k] for k in kept])
    np.testing.assert_allclose(record.signal, ecg, atol=1e-6)


@pytest.mark.parametrize("unit", ["mV", "uV", "V"])
def test_an_npz_says_it_all(ecg, unit):
    record = read(write(ecg, 250, unit=unit, leads=LEADS[::-1], age=41, sex="male"), name="e.npz")
    np.testing.assert_allclose(record.signal, ecg, atol=2e-6)
    assert (record.fs, record.notes, record.metadata.age, record.metadata.sex) == (250, (), 41, "male")


def test_an_array_each_lead(ecg):
    data = archived(fs=250, units="mV", **dict(zip(LEADS, ecg, strict=True)))
    np.testing.assert_allclose(read(data, name="e.npz").signal, ecg, atol=1e-6)


def test_the_usual_name_is_taken_among_several_arrays(ecg):
    data = archived(ecg=ecg, filtered=ecg * 2, fs=250, unit="mV", leads=LEADS)
    np.testing.assert_allclose(read(data, name="e.npz").signal, ecg, atol=1e-6)
    with pytest.raises(ReadError, match=r"several arrays that may be the ECG \(clean, noisy\)"):
        read(archived(clean=ecg, noisy=ecg), name="e.npz", **STATED)


@pytest.mark.parametrize(
    ("samples", "sentence"),
    [
        (np.array([{}], dtype=object), "Python objects"),
        (np.ones((12, 500), complex), "not samples"),
        (np.ones((12, 500), bool), "not samples"),
        (np.ones((7, 12, 500)), "several (files or ECGs|recordings)"),
        (np.ones(500), "no array of 12 or 8 leads"),
        (np.ones((100, 500)), "no array of 12 or 8 leads"),
        (np.ones((12, 12)), "look the same"),
        (np.zeros((12, 0)), "no array of 12 or 8 leads"),
        (np.full((12, 500), np.inf), "too large for an ECG"),
    ],
)
def test_arrays_that_are_refused(samples, sentence):
    with pytest.raises(ReadError, match=rf"e\.npy.*{sentence}"):
        read(
            bare(samples), name="e.npy", fs=250, unit="mV", leads=None if samples.shape == (12, 12) else LEADS
        )


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"fs": 500}, "fs says 500 Hz and the rate given 250 Hz"),
        ({"fs": 0}, "is no rate in Hz"),
        ({"fs": np.nan}, "is no rate in Hz"),
        ({"unit": "mmHg"}, "not mV, uV or V"),
        ({"unit": "uV"}, "its unit is uV, the unit given is mV"),
        ({"leads": LEADS[::-1]}, "names its leads itself"),
    ],
)
def test_what_is_stated_must_make_sense_and_agree(ecg, facts, sentence):
    with pytest.raises(ReadError, match=sentence):
        read(archived(ecg=ecg, **facts), name="e.npz", **STATED)


@pytest.mark.parametrize("shape", [(12, 10**9), (10**18, 12), (12, 501), (-1, 12)])
def test_a_header_that_lies_is_not_believed(ecg, shape):
    stored = io.BytesIO()
    np.lib.format.write_array_header_1_0(stored, {"descr": "<f8", "fortran_order": False, "shape": shape})
    with pytest.raises(ReadError, match=r"e\.npy.*(announces|damaged)"):
        read(stored.getvalue() + ecg.tobytes(), name="e.npy", **STATED)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_an_array_cut_anywhere_is_refused(ecg, data):
    whole = bare(ecg)
    with pytest.raises(ReadError, match=r"e\.npy"):
        read(whole[: data.draw(st.integers(0, len(whole) - 1))], name="e.npy", **STATED)


@pytest.mark.parametrize("gains", ["each", "one"])
@pytest.mark.parametrize(
    ("key", "factor"), [("adc_gain", 200.0), ("gain", 200.0), ("scale", 0.005), ("resolution", 0.005)]
)
def test_a_gain_beside_the_samples_is_applied(ecg, key, factor, gains):
    signal = np.round(ecg * 200) / 200
    zero = np.arange(12)
    stored = io.BytesIO()
    np.savez(
        stored,
        d_signal=(np.round(signal.T * 200) + (zero if gains == "each" else 3)).astype(np.int16),
        fs=250,
        units=["mV"] * 12,
        sig_name=LEADS,
        **{key: np.full(12, factor) if gains == "each" else factor},
        baseline=zero if gains == "each" else 3,
    )
    record = read(stored.getvalue(), name="e.npz")
    np.testing.assert_allclose(record.signal, signal, atol=1e-6)
    assert f"by {key}" in record.notes[0]


def test_a_gain_is_not_applied_to_values_that_are_no_steps(ecg):
    stored = io.BytesIO()
    np.savez(stored, p_signal=ecg.T, fs=250, units="mV", sig_name=LEADS, adc_gain=np.full(12, 200.0))
    record = read(stored.getvalue(), name="e.npz")
    np.testing.assert_allclose(record.signal, ecg, atol=1e-6)
    assert "adc_gain, which is not applied" in record.notes[0]
