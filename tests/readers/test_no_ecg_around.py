"""What stands around an ECG or in its place: zeros to one length are cut off, and pulses alone are refused."""

from __future__ import annotations

import io

import numpy as np
import pytest

from ecgnet.readers import ReadError, _disk, read, read_paths
from ecgnet.record import LEADS
from tests.readers.writers import numpy_files

FS = 250


@pytest.fixture
def beats(ecg: np.ndarray) -> np.ndarray:
    """(12, 498) in mV, without the zeros with which the ECG begins and ends."""
    return ecg[:, 1:-1]


def padded(ecg: np.ndarray, before: int, after: int) -> np.ndarray:
    return np.pad(ecg, ((0, 0), (before, after)))


@pytest.mark.parametrize(("before", "after"), [(774, 774), (0, 700), (48, 0)])
def test_zeros_around_a_tracing_are_cut_off_and_told(beats, before, after):
    record = read(numpy_files.write(padded(beats, before, after), FS), name="code.npz")
    np.testing.assert_allclose(record.signal, beats, atol=1e-6)
    assert "padding, no ECG, and cut off" in record.notes[-1]
    assert not before or f"{before} samples ({before / FS:.3g} s) at the beginning" in record.notes[-1]


@pytest.mark.parametrize("filler", [np.nan, -32768])
def test_what_says_that_nothing_was_recorded_is_cut_off_at_the_ends(beats, filler):
    around = np.pad(np.round(beats * 1000), ((0, 0), (80, 300)), constant_values=filler)
    data = io.BytesIO()
    np.savez(data, x=around, fs=FS, unit="uV", leads=LEADS)
    record = read(data.getvalue(), name="e.npz")
    np.testing.assert_allclose(record.signal, beats, atol=6e-4)
    assert "All leads hold nothing for 80 samples" in record.notes[-1]


def test_a_few_zeros_are_samples(ecg):
    record = read(numpy_files.write(padded(ecg, 10, 10), FS), name="e.npz")
    assert (record.n_samples, record.notes) == (ecg.shape[1] + 20, ())


def test_zeros_alone_are_left_for_the_quality_to_tell():
    assert read(numpy_files.write(np.zeros((12, 500)), FS), name="e.npz").n_samples == 500


@pytest.mark.parametrize("pulse", [np.ones(2500), np.tile(np.repeat([0.0, 1.0, 0.0], [100, 50, 100]), 10)])
def test_a_recording_that_is_all_calibration_is_refused(pulse):
    data = numpy_files.write(np.tile(pulse, (12, 1)), FS)
    with pytest.raises(ReadError, match="holds a calibration pulse and no ECG"):
        read(data, name="cal.npz")


def test_an_ecg_with_pulses_around_it_is_read(beats):
    pulse = np.tile(np.repeat([0.0, 1.0, 0.0], [50, 50, 50]), (12, 1))
    record = read(numpy_files.write(np.hstack([pulse, beats, pulse]), FS), name="e.npz")
    np.testing.assert_allclose(record.signal, beats, atol=1e-6)


def test_a_file_that_changes_while_it_is_read_is_told_and_the_rest_is_answered(tmp_path, npz, monkeypatch):
    for name in ("a.npz", "b.npz", "c.npz"):
        (tmp_path / name).write_bytes(npz)
    whole = _disk.Path.read_bytes

    def written_to(path):
        data = whole(path)
        if path.name == "b.npz":
            path.write_bytes(data + b"more")
        return data

    monkeypatch.setattr(_disk.Path, "read_bytes", written_to)
    answers = read_paths([tmp_path])
    assert [answer.ok for answer in answers] == [True, False, True]
    assert "b.npz changed while it was read" in answers[1].error


def test_a_link_to_itself_is_told_and_the_rest_is_answered(tmp_path, npz):
    (tmp_path / "a.npz").write_bytes(npz)
    (tmp_path / "b.npz").symlink_to(tmp_path / "b.npz")
    (tmp_path / "up").symlink_to(tmp_path)
    answers = read_paths([tmp_path])
    assert [answer.ok for answer in answers] == [True, False]


def test_leads_of_a_record_are_padded_together(ecg):
    """A lead that is flat at 0 is no padding."""
    flat = ecg.copy()
    flat[LEADS.index("V6"), :300] = 0
    assert read(numpy_files.write(flat, FS), name="e.npz").n_samples == 500
