"""Arrays as programs save them: gains and steps under any name, times beside the samples, many ECGs in any order of axes."""

from __future__ import annotations

import io

import h5py
import numpy as np
import pytest
import scipy.io

from ecgnet.readers import read, read_together
from ecgnet.record import LEADS
from tests.readers.writers.hdf5 import bare as hdf5

NAMES = np.array(LEADS)
CELLS = np.array(LEADS, dtype=object)


def npz(**values) -> bytes:
    data = io.BytesIO()
    np.savez(data, **values)
    return data.getvalue()


def mat(**values) -> bytes:
    data = io.BytesIO()
    scipy.io.savemat(data, values)
    return data.getvalue()


@pytest.mark.parametrize(
    ("beside", "per_mv"),
    [
        ({"resolution_uV": 5}, 200),
        ({"uv_per_bit": 5}, 200),
        ({"lsb": 5000, "unit": "nV"}, 200),
        ({"scale_factor": 0.005, "unit": "mV"}, 200),
        ({"adc_gain": np.full(12, 200.0), "baseline": np.full(12, 7)}, 200),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
def test_the_size_of_a_step_under_any_name(ecg, beside, per_mv):
    steps = np.round(ecg * per_mv)
    stored = (steps + (7 if "baseline" in beside else 0)).astype(np.int16)
    record = read(npz(d_signal=stored, fs=250, leads=NAMES, **beside), name="e.npz")
    np.testing.assert_allclose(record.signal, steps / per_mv, atol=1e-6)


@pytest.mark.parametrize(
    ("rate", "names"),
    [
        ("Fs", "Lead"),
        ("sampling_freq", "channel_labels"),
        ("sample_rate_hz", "sig_names"),
        ("SamplingFrequency", "Lead_Labels"),
    ],
)
def test_rate_and_leads_under_any_name(ecg, rate, names):
    record = read(npz(x=ecg, unit="mV", **{rate: 250, names: NAMES}), name="e.npz")
    assert record.fs == 250
    np.testing.assert_allclose(record.signal, ecg, atol=1e-6)


@pytest.mark.parametrize(("key", "per"), [("time", 1), ("t_ms", 1000), ("Time (s)", 1), ("timestamps", 1000)])
def test_times_beside_the_samples_give_the_rate(ecg, key, per):
    record = read(npz(ecg=ecg, unit="mV", leads=NAMES, **{key: np.arange(500) / 250 * per}), name="e.npz")
    assert record.fs == 250
    assert "derived from the array" in record.notes[0]


def test_rows_about_each_signal_as_rdmat_has_them(ecg):
    kinds = [("Description", "O"), ("Units", "O"), ("Baseline", "O"), ("Gain", "O")]
    about = np.array([(lead, "mV", 7, 200) for lead in LEADS], dtype=kinds)
    steps = np.round(ecg * 200)
    record = read(mat(val=steps.astype(np.int16) + 7, Fs=250, siginfo=about), name="e.mat")
    np.testing.assert_allclose(record.signal, steps / 200, atol=1e-6)


def test_a_number_that_stands_for_nothing_is_a_gap(ecg):
    stored = np.round(ecg * 1000).astype(np.int16)
    stored[6, 3] = -32768
    record = read(npz(x=stored, unit="uV", fs=250, leads=NAMES), name="e.npz")
    assert np.argwhere(np.isnan(record.signal)).tolist() == [[6, 3]]


@pytest.mark.parametrize("axes", [(0, 1, 2), (0, 2, 1), (1, 2, 0), (2, 1, 0)])
@pytest.mark.parametrize(
    "save",
    [lambda x: npz(x=x, fs=250, unit="mV", leads=NAMES), lambda x: mat(x=x, fs=250, unit="mV", leads=CELLS)],
)
def test_many_in_any_order_of_axes(ecg, axes, save):
    many = np.stack([ecg * (k + 1) for k in range(3)])
    answers = read_together({"many": save(many.transpose(axes))})
    assert [answer.file for answer in answers] == ["many#1", "many#2", "many#3"]
    for k, answer in enumerate(answers):
        np.testing.assert_allclose(answer.record.signal, ecg * (k + 1), atol=1e-6)


def test_a_gain_for_each_lead_of_each_ecg(ecg):
    steps = np.round(ecg * 200)

    def fill(file: h5py.File) -> None:
        file["signal"], file["exam_id"] = np.stack([steps, 2 * steps]).astype(np.int16), [8, 9]
        file["gain"], file["fs"] = np.stack([np.full(12, 200.0), np.full(12, 400.0)]), 250
        file.attrs.update(leads=list(LEADS))

    answers = read_together({"e.h5": hdf5(fill)})
    assert [answer.file for answer in answers] == ["e.h5#8", "e.h5#9"]
    for answer in answers:
        np.testing.assert_allclose(answer.record.signal, steps / 200, atol=1e-6)


@pytest.mark.parametrize("place", ["{}", "{}/rest", "{}/rest/signal"])
def test_exams_each_in_a_dataset_or_a_group_of_its_own(ecg, place):
    def fill(file: h5py.File) -> None:
        for k, exam in enumerate(("p10", "p11", "p12")):
            file[place.format(exam)] = ecg * (k + 1)
            file[exam].attrs["age"] = 50 + k
        file["fs"] = 250
        file.attrs.update(unit="mV", leads=list(LEADS))

    answers = read_together({"e.h5": hdf5(fill)})
    group = ".rest" if place.count("/") == 2 else ""
    assert [answer.file for answer in answers] == [f"e.h5#p1{k}{group}" for k in range(3)]
    assert [answer.record.metadata.age for answer in answers] == [50, 51, 52]
    np.testing.assert_allclose(answers[2].record.signal, ecg * 3, atol=1e-6)


def exams_in_hdf5(**arrays) -> bytes:
    def fill(file: h5py.File) -> None:
        for name, array in arrays.items():
            file[f"{name}/samples"] = array
        file.attrs.update(fs=250, unit="mV", leads=list(LEADS))

    return hdf5(fill)


@pytest.mark.parametrize(
    "save",
    [
        lambda **v: npz(leads=NAMES, fs=250, unit="mV", **v),
        lambda **v: mat(leads=CELLS, fs=250, unit="mV", **v),
        exams_in_hdf5,
    ],
    ids=["npz", "mat", "hdf5"],
)
def test_the_average_beat_beside_the_rhythm_is_left_out(ecg, save):
    record = read(save(median_beat=2 * ecg[:, :200], rhythm=ecg), name="e")
    np.testing.assert_allclose(record.signal, ecg, atol=1e-6)
    assert any(note.startswith("Left out, as average beats: median_beat") for note in record.notes)


@pytest.mark.parametrize("save", [lambda **v: npz(leads=NAMES, **v), lambda **v: mat(leads=CELLS, **v)])
def test_an_array_each_ecg(ecg, save):
    answers = read_together({"e": save(rest=ecg, stress=2 * ecg, fs=250, unit="mV")})
    assert sorted(answer.file for answer in answers) == ["e#rest", "e#stress"]
