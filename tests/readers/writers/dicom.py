"""DICOM waveform objects in the four encodings of files, with all leads in one group or in strips."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence as Items
from pydicom.uid import (
    UID,
    AmbulatoryECGWaveformStorage,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    GeneralECGWaveformStorage,
    HemodynamicWaveformStorage,
    ImplicitVRLittleEndian,
    TwelveLeadECGWaveformStorage,
    generate_uid,
)

from ecgnet.record import LEADS

STEP = 0.0025
CODES = dict(zip(LEADS, (1, 2, 61, 62, 63, 64, 3, 4, 5, 6, 7, 8), strict=True))
STORAGES = {
    "twelve_lead": TwelveLeadECGWaveformStorage,
    "general": GeneralECGWaveformStorage,
    "ambulatory": AmbulatoryECGWaveformStorage,
    "general_32": UID("1.2.840.10008.5.1.4.1.1.9.1.4"),
    "hemodynamic": HemodynamicWaveformStorage,
}
SYNTAXES = {
    "explicit": ExplicitVRLittleEndian,
    "implicit": ImplicitVRLittleEndian,
    "big": ExplicitVRBigEndian,
    "deflated": DeflatedExplicitVRLittleEndian,
}


def write(
    signal: np.ndarray,
    fs: float,
    *,
    storage: str = "twelve_lead",
    syntax: str = "explicit",
    strips: Sequence[Sequence[str]] = (LEADS,),
    rhythm: Sequence[str] = (),
    together: bool = False,
    timed: bool = True,
    age: float | None = None,
    sex: str | None = None,
    height: float | None = None,
    weight: float | None = None,
    name: str = "",
    birth_date: str = "",
    patient_id: str = "",
    study: str = "",
    accession: str = "",
    annotations: Sequence[Dataset] = (),
) -> bytes:
    """signal (12, T) in mV, in steps of 2.5 µV. strips: leads of each group, one after the other in time unless
    `together`; study: the UID of its study, "" for an object outside an archive; rhythm: leads of a further group of the
    whole time; timed: whether groups say when they start; annotations: those of the waveforms, see `annotation`."""
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = SYNTAXES[syntax]
    dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = STORAGES[storage]
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = generate_uid(
        entropy_srcs=["ECGNet", study, storage]
    )
    dataset.Modality, dataset.AcquisitionDateTime = (
        "HD" if storage == "hemodynamic" else "ECG",
        "20240229083000",
    )
    if study:
        dataset.SpecificCharacterSet = "ISO_IR 192"
        dataset.StudyInstanceUID, dataset.SeriesInstanceUID = study, f"{study}.1"
        dataset.StudyDate, dataset.StudyTime, dataset.StudyID = "20240229", "083000", "S1"
        dataset.AccessionNumber = accession
    given, _, family = name.rpartition(" ")
    dataset.PatientName, dataset.PatientID = f"{family}^{given}" if name else "", patient_id
    dataset.PatientBirthDate = birth_date.replace("-", "")
    dataset.PatientSex = {"male": "M", "female": "F"}.get(sex, "")
    if age is not None:
        dataset.PatientAge = f"{round(age):03d}Y"
    if height is not None:
        dataset.PatientSize = f"{height / 100:.3f}"
    if weight is not None:
        dataset.PatientWeight = f"{weight:g}"
    whole = np.asarray(signal)
    length = whole.shape[1] if together else whole.shape[1] // len(strips)
    spans = [(leads, 0 if together else k * length, length) for k, leads in enumerate(strips)]
    spans += [(rhythm, 0, whole.shape[1])] if rhythm else []
    form = (">" if syntax == "big" else "<") + ("i4" if storage == "general_32" else "i2")
    dataset.WaveformSequence = Items(
        _group(whole[:, start : start + n], fs, leads, 1000 * start / fs if timed else None, form)
        for leads, start, n in spans
    )
    if annotations:
        dataset.SpecificCharacterSet = "ISO_IR 192"
        dataset.WaveformAnnotationSequence = Items(annotations)
    stored = io.BytesIO()
    dataset.save_as(stored, enforce_file_format=True)
    return stored.getvalue()


def annotation(
    text: str = "", code: str = "", meaning: str = "", value: str = "", unit: str = "ms", channel: int = 0
) -> Dataset:
    """A line of the interpretation, or a measurement of a channel (0: of all)."""
    item = Dataset()
    item.ReferencedWaveformChannels = [1, channel]
    if text:
        item.UnformattedTextValue = text
        return item
    item.NumericValue = value
    for keyword, pair in (
        ("ConceptNameCodeSequence", (code, meaning)),
        ("MeasurementUnitsCodeSequence", (unit, unit)),
    ):
        coded = Dataset()
        coded.CodeValue, coded.CodeMeaning = pair
        coded.CodingSchemeDesignator = "MDC"
        setattr(item, keyword, Items([coded]))
    return item


def _group(signal: np.ndarray, fs: float, leads: Sequence[str], offset: float | None, form: str) -> Dataset:
    group, bits = Dataset(), 8 * np.dtype(form).itemsize
    if offset is not None:
        group.MultiplexGroupTimeOffset = f"{offset:g}"
    group.WaveformOriginality = "ORIGINAL"
    group.NumberOfWaveformChannels, group.NumberOfWaveformSamples = len(leads), signal.shape[1]
    group.SamplingFrequency = f"{fs:g}"
    group.ChannelDefinitionSequence = Items(_channel(lead, bits) for lead in leads)
    group.WaveformBitsAllocated, group.WaveformSampleInterpretation = bits, {16: "SS", 32: "SL"}[bits]
    rows = signal[[LEADS.index(lead) for lead in leads]]
    group.WaveformData = np.round(rows.T / STEP).astype(form).tobytes()
    return group


def _channel(lead: str, bits: int) -> Dataset:
    channel, source, unit = Dataset(), Dataset(), Dataset()
    source.CodeValue, source.CodingSchemeDesignator, source.CodeMeaning = (
        f"2:{CODES[lead]}",
        "MDC",
        f"Lead {lead}",
    )
    unit.CodeValue, unit.CodingSchemeDesignator, unit.CodeMeaning = "uV", "UCUM", "microvolt"
    channel.ChannelSourceSequence, channel.ChannelSensitivityUnitsSequence = Items([source]), Items([unit])
    channel.ChannelSensitivity, channel.ChannelSensitivityCorrectionFactor = "2.5", "1"
    channel.ChannelBaseline, channel.WaveformBitsStored = "0", bits
    return channel
