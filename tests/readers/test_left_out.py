"""What a file of any format leaves out is asked for, and the answer reads it: by options and in the app."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pydicom
import pytest

from ecgnet.leads import INDEPENDENT
from ecgnet.readers import ReadError, read
from ecgnet.record import LEADS
from ecgnet.ui.upload.visit import Visit
from tests.readers.writers import (
    cardiosoft_xml,
    dicom,
    edf,
    hdf5,
    hl7_aecg,
    ishne,
    matlab,
    mfer,
    mortara_xml,
    muse_xml,
    numpy_files,
    philips_xml,
    sapphire_xml,
    schiller_xml,
    scp_ecg,
)

FS = 250
UPPER = [lead.upper() for lead in LEADS]


@dataclass(frozen=True)
class Case:
    """A file that leaves something out. write: (12, T) in mV → its bytes; unit: of the samples, where it is asked for;
    leads: the names in the order of the file."""

    file: str
    asks: tuple[str, ...]
    write: Callable[[np.ndarray], bytes]
    unit: str = "uV"
    leads: Sequence[str] = LEADS


def without(data: bytes, *changes: tuple[str, str]) -> bytes:
    """A text file with parts of it replaced, each of which has to be there."""
    for old, new in changes:
        assert old.encode() in data
        data = data.replace(old.encode(), new.encode())
    return data


def numbered(data: bytes, before: str, after: str, leads: Sequence[str] = LEADS) -> bytes:
    """A file whose leads are called 1 to 12; before, after: what stands around a name."""
    for k, lead in enumerate(leads, start=1):
        data = without(data, (f"{before}{lead}{after}", f"{before}{k}{after}"))
    return data


def dicom_without(signal: np.ndarray, change: Callable) -> bytes:

    dataset = pydicom.dcmread(io.BytesIO(dicom.write(signal, FS)))
    change(dataset.WaveformSequence[0])
    stored = io.BytesIO()
    dataset.save_as(stored)
    return stored.getvalue()


def _no_sources(group) -> None:
    for channel in group.ChannelDefinitionSequence:
        del channel.ChannelSourceSequence


def _no_units(group) -> None:
    for channel in group.ChannelDefinitionSequence:
        del channel.ChannelSensitivityUnitsSequence


def _no_rate(group) -> None:
    del group.SamplingFrequency


def scp_codes(signal: np.ndarray) -> bytes:
    """Leads of the unspecified code 0."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scp_ecg, "CODES", dict.fromkeys(LEADS, 0))
        return scp_ecg.write(signal, FS)


CASES = [
    Case("sapphire.xml", ("fs",), lambda s: sapphire_xml.write(s, FS, rate="")),
    Case("sapphire.xml", ("unit",), lambda s: sapphire_xml.write(s, FS, facts='S="1"')),
    Case("sapphire.xml", ("leads",), lambda s: without(sapphire_xml.write(s, FS), (' lead="', ' wire="'))),
    Case("sapphire.xml", ("leads",), lambda s: numbered(sapphire_xml.write(s, FS), 'lead="', '"')),
    Case("schiller.xml", ("fs",), lambda s: schiller_xml.write(s, FS, rate=""), leads=INDEPENDENT),
    Case("schiller.xml", ("unit",), lambda s: schiller_xml.write(s, FS, unit=None)),
    Case("schiller.xml", ("leads",), lambda s: without(schiller_xml.write(s, FS), ("name>", "no>")), leads=INDEPENDENT),
    Case("schiller.xml", ("leads",), lambda s: numbered(schiller_xml.write(s, FS, leads=LEADS), "<name>", "</name>")),
    Case("eli.xml", ("fs",), lambda s: mortara_xml.write(s, FS, rate="")),
    Case("eli.xml", ("leads",), lambda s: without(mortara_xml.write(s, FS), (' NAME="', ' NO="'))),
    Case("muse.xml", ("fs",), lambda s: muse_xml.write(s, FS, rate="")),
    Case("muse.xml", ("unit",), lambda s: muse_xml.write(s, FS, unit=None)),
    Case("muse.xml", ("leads",), lambda s: without(muse_xml.write(s, FS), ("LeadID", "NoID")), leads=INDEPENDENT),
    Case("cardiosoft.xml", ("fs",), lambda s: cardiosoft_xml.write(s, FS, rate="")),
    Case("cardiosoft.xml", ("unit",), lambda s: cardiosoft_xml.write(s, FS, unit="")),
    Case("cardiosoft.xml", ("leads",), lambda s: without(cardiosoft_xml.write(s, FS), (" lead=", " wire="))),
    Case("full.xml", ("fs",), lambda s: cardiosoft_xml.write(s, FS, rate="", disclosure=True)),
    Case("full.xml", ("leads",), lambda s: without(cardiosoft_xml.write(s, FS, disclosure=True), ("LeadOrder", "Order"))),
    Case("philips.xml", ("fs",), lambda s: philips_xml.write(s, FS, stated_fs="")),
    Case("philips.xml", ("leads",), lambda s: philips_xml.write(s, FS, labels=False)),
    Case("aecg.xml", ("fs",), lambda s: hl7_aecg.write(s, FS, increment="")),
    Case("aecg.xml", ("unit",), lambda s: hl7_aecg.write(s, FS, unit="")),
    Case("aecg.xml", ("leads",), lambda s: numbered(hl7_aecg.write(s, FS), "MDC_ECG_LEAD_", '"', UPPER)),
    Case("a.scp", ("fs",), lambda s: scp_ecg.write(s, 1e9)),
    Case("a.scp", ("unit",), lambda s: scp_ecg.write(s, FS, step=None)),
    Case("a.scp", ("leads",), scp_codes),
    Case("a.mwf", ("unit",), lambda s: mfer.write(s * 1.25, FS, step=False)),
    Case("a.mwf", ("leads",), lambda s: mfer.write(s, FS, leads=None)),
    Case("a.ecg", ("fs",), lambda s: ishne.write(s, 0)),
    Case("a.ecg", ("unit",), lambda s: ishne.write(s * 2.5, FS, step=0)),
    Case("a.ecg", ("leads",), lambda s: ishne.write(s, FS, codes=[0] * 12)),
    Case("a.edf", ("fs",), lambda s: edf.write(s, FS, stated_duration=0)),
    Case("a.edf", ("unit",), lambda s: edf.write(s, FS, unit="")),
    Case("a.edf", ("leads",), lambda s: edf.write(s, FS, labels=[f"ch{k}" for k in range(12)])),
    Case("a.dcm", ("fs",), lambda s: dicom_without(s, _no_rate)),
    Case("a.dcm", ("unit",), lambda s: dicom_without(s, _no_units)),
    Case("a.dcm", ("leads",), lambda s: dicom_without(s, _no_sources)),
    Case("a.mat", ("fs", "unit", "leads"), lambda s: matlab.bare({"val": np.round(s * 1000)})),
    Case("a.h5", ("fs", "unit", "leads"), lambda s: hdf5.bare(lambda f: f.create_dataset("x", data=s)), unit="mV"),
    Case("a.npz", ("fs", "unit", "leads"), lambda s: numpy_files.bare(s.T), unit="mV"),
    Case("a.csv", ("fs",), lambda s: csv(s, LEADS), unit="mV"),
    Case("a.csv", ("fs", "leads"), lambda s: csv(s), unit="mV"),
]  # fmt: skip


def csv(signal: np.ndarray, leads: Sequence[str] = ()) -> bytes:
    rows = [",".join(f"{value:.4f}" for value in row) for row in signal.T]
    return "\n".join([",".join(f"{lead} (mV)" for lead in leads), *rows] if leads else rows).encode()


def answers(case: Case) -> Mapping[str, object]:
    known = {"fs": FS, "unit": case.unit, "leads": tuple(case.leads)}
    return {key: known[key] for key in case.asks}


named = pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c.file}-{'-'.join(c.asks)}")


@named
def test_what_is_left_out_is_asked_for_and_its_answer_reads_the_file(case: Case, ecg: np.ndarray) -> None:
    data = case.write(ecg)
    with pytest.raises(ReadError) as told:
        read(data, name=case.file)
    assert told.value.question is not None, str(told.value)
    assert told.value.question.asks == case.asks
    record = read(data, name=case.file, **answers(case))
    assert record.fs == FS
    np.testing.assert_allclose(record.signal, ecg, atol=0.002)
    assert sum("by hand" in note for note in record.notes) == len(case.asks)


@named
def test_the_app_asks_the_same_and_reads_what_its_owner_answers(case: Case, ecg: np.ndarray) -> None:
    mine = Visit()
    mine.add([(case.file, case.write(ecg))])
    (upload,) = mine.uploads.values()
    assert upload.asks and upload.question.asks == case.asks
    mine.answer(upload, answers(case))
    np.testing.assert_allclose(upload.record.signal, ecg, atol=0.002)
