"""Every format that has a writer here: an ECG comes back, the same prediction with it; damage raises one kind of error."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecgnet import weights
from ecgnet.inference import Predictor
from ecgnet.leads import twelve_from_eight
from ecgnet.ptbxl import Catalogue
from ecgnet.readers import ReadError, read
from ecgnet.record import Record

FORMATS = {
    info.name: importlib.import_module(f"tests.readers.writers.{info.name}")
    for info in pkgutil.iter_modules([str(Path(__file__).parent / "writers")])
    if not info.name.startswith("_")
}
FACTS = {
    "age": 53,
    "sex": "female",
    "height": 170,
    "weight": 61,
    "name": "Doe",
    "birth_date": "1970-05-06",
    "patient_id": "4711",
}
FLOAT32 = 1e-5  # mV; what float32 rounds in a lead that is derived

ONLY = {"edf": {"patient_id"}}
"""What of the patient a format has a place for, where that is not all its writer takes: plain EDF has one field."""

every_format = pytest.mark.parametrize("writer", FORMATS.values(), ids=FORMATS)
quick = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def predictor() -> Predictor:
    if "waveform_cnn" not in weights.available():
        pytest.skip("weights/waveform_cnn.json is not there")
    return Predictor("waveform_cnn", torch.device("cpu"))


def as_files(written: bytes | dict[str, bytes]) -> dict[str, bytes]:
    """What a writer made, by file name; the file that leads a record of several comes first."""
    return written if isinstance(written, dict) else {"ecg": written}


def read_back(files: dict[str, bytes], *, partial: bool = False) -> Record:
    name = next(iter(files))
    return read(files[name], name=name, companions=files, partial=partial)


@pytest.fixture(scope="module")
def whole(ecg) -> dict[str, tuple[dict[str, bytes], np.ndarray]]:
    """A short record of each format, and its signal."""
    records = {name: as_files(writer.write(ecg[:, :250], 250)) for name, writer in FORMATS.items()}
    return {name: (files, read_back(files).signal) for name, files in records.items()}


@pytest.fixture(scope="module")
def real_record(ptbxl_folder) -> Record:
    """The first of PTB-XL whose signal is there."""
    catalogue = Catalogue(ptbxl_folder)
    there = (int(ecg_id) for ecg_id in catalogue.table.index if catalogue.has_signal(int(ecg_id)))
    ecg_id = next(there, None)
    if ecg_id is None:
        pytest.skip("this PTB-XL has no signals at 100 Hz")
    return catalogue.record(ecg_id)


def assert_comes_back(writer: ModuleType, record: Record, predictor: Predictor) -> None:
    """Within a step of quantisation. A format that stores 8 leads cannot keep what a record's own limb leads, each rounded
    when it was made, are off from Einthoven's and Goldberger's equations (in PTB-XL up to 2 microvolts)."""
    again = read_back(as_files(writer.write(record.signal, record.fs)))
    assert again.fs == record.fs
    own = np.abs(twelve_from_eight(record.signal[[0, 1, *range(6, 12)]]) - record.signal).max()
    assert own < 0.0025
    np.testing.assert_allclose(again.signal, record.signal, atol=writer.STEP + own + FLOAT32)
    before, after = predictor.predict([record, again.with_metadata(record.metadata)])
    np.testing.assert_allclose(after.probabilities, before.probabilities, atol=1e-3)


def test_there_are_formats():
    assert len(FORMATS) >= 7


@every_format
def test_a_synthetic_ecg_comes_back_with_its_prediction(writer, synthetic_record, predictor):
    assert_comes_back(writer, synthetic_record, predictor)


@every_format
def test_a_record_of_ptbxl_comes_back_with_its_prediction(writer, real_record, predictor):
    assert_comes_back(writer, real_record, predictor)


@every_format
def test_the_patient_comes_back(writer, ecg):
    places = ONLY.get(writer.__name__.rpartition(".")[2], set(FACTS)) & set(
        inspect.signature(writer.write).parameters
    )
    facts = {key: value for key, value in FACTS.items() if key in places}
    record = read_back(as_files(writer.write(ecg, 250, **facts)))
    found = {
        key: getattr(record.identity if hasattr(record.identity, key) else record.metadata, key)
        for key in facts
    }
    assert found == facts
    assert not any(secret in note for note in record.notes for secret in ("Doe", "1970", "4711"))


@quick
@given(data=st.data())
def test_a_file_cut_anywhere_is_refused_or_whole(whole, data):
    files, signal = whole[data.draw(st.sampled_from(sorted(whole)))]
    name = data.draw(st.sampled_from(sorted(files)))
    cut = data.draw(st.integers(0, len(files[name]) - 1))
    try:
        record = read_back(files | {name: files[name][:cut]})
    except ReadError as error:
        assert any(file in str(error) for file in files)
    else:
        np.testing.assert_array_equal(record.signal, signal)


@quick
@given(data=st.data())
def test_damaged_bytes_raise_nothing_but_read_errors(whole, data):
    files, _ = whole[data.draw(st.sampled_from(sorted(whole)))]
    name = data.draw(st.sampled_from(sorted(files)))
    damaged = bytearray(files[name])
    for at in data.draw(st.lists(st.integers(0, len(damaged) - 1), min_size=1, max_size=8)):
        damaged[at] = data.draw(st.integers(0, 255))
    try:
        read_back(files | {name: bytes(damaged)}, partial=True)
    except ReadError as error:
        assert any(file in str(error) for file in files)
