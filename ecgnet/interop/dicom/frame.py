"""What every result has in common: patient and study as the ECG has them, the program as equipment, and how it is written.

Source: DICOM PS3.3 C.7.1.1 (patient), C.7.2.1 (study), C.7.5.1 (equipment), C.12.1 (SOP common), PS3.10 7.1 (files),
PS3.5 B.2 (UIDs of a UUID)."""

from __future__ import annotations

import io
from datetime import datetime
from uuid import UUID, uuid5

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian

from ecgnet.interop.codes import OWN, Code
from ecgnet.interop.outgoing import MODEL, Outgoing, device_name
from ecgnet.judge import Reading
from ecgnet.language import say
from ecgnet.record import SourceStudy


class NoStudyError(ValueError):
    """An ECG that did not come as DICOM, so that there is no study for its results; a sentence for people."""


def source_of(reading: Reading) -> SourceStudy:
    """Where the ECG of a reading belongs. Raises NoStudyError."""
    study = reading.record.identity.study
    if study is None:
        raise NoStudyError(
            say(
                "{id} did not come as DICOM, or names no study: there is none to put results into.",
                id=reading.record.id,
            )
        )
    return study


def framed(reading: Reading, facts: Outgoing, *, result: UUID, sop_class: str, made: datetime) -> Dataset:
    """A result without its content, in a series of its own. result: names it, see `outgoing.result_name`."""
    source, who = source_of(reading), reading.record.identity
    dataset = Dataset()
    dataset.SpecificCharacterSet = "ISO_IR 192"
    dataset.InstanceCreationDate, dataset.InstanceCreationTime = f"{made:%Y%m%d}", f"{made:%H%M%S}"
    dataset.SOPClassUID = sop_class
    dataset.SOPInstanceUID = uid(uuid5(result, f"instance {sop_class}"))
    dataset.PatientName, dataset.PatientID = source.patient_name, who.patient_id or ""
    if source.issuer:
        dataset.IssuerOfPatientID = source.issuer
    dataset.PatientBirthDate = (who.birth_date or "").replace("-", "")
    dataset.PatientSex = source.sex
    dataset.StudyInstanceUID = source.study
    dataset.StudyDate, dataset.StudyTime, dataset.StudyID = source.date, source.time, source.number
    dataset.AccessionNumber, dataset.ReferringPhysicianName = source.accession, ""
    dataset.SeriesInstanceUID = uid(uuid5(result, f"series {sop_class}"))
    dataset.InstanceNumber = 1
    dataset.Manufacturer, dataset.ManufacturerModelName = "The ECGNet authors", f"{MODEL} {facts.model}"
    dataset.SoftwareVersions, dataset.DeviceSerialNumber = facts.version, str(device_name(facts))
    dataset.ContentDate, dataset.ContentTime = f"{made:%Y%m%d}", f"{made:%H%M%S}"
    return dataset


def described(what: str, facts: Outgoing) -> str:
    """What it is and which part of a longer recording it is of, in up to 64 letters: archives list results by that."""
    return f"{what}, {facts.part}"[:64] if facts.part else what


def own_scheme() -> Dataset:
    """Who gave ECGNet's private codes, as an object that uses them must say."""
    scheme = Dataset()
    scheme.CodingSchemeDesignator, scheme.CodingSchemeName = OWN, "ECGNet's classes and SCP-ECG statements"
    scheme.CodingSchemeResponsibleOrganization = "The ECGNet authors"
    return scheme


def coded(found: Code) -> Dataset:
    """A code as an item of a code sequence."""
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = (
        found.value,
        found.system,
        found.meaning[:64],
    )
    return item


def referenced(sop_class: str, instance: str) -> Dataset:
    """An object as an item of a sequence of references."""
    item = Dataset()
    item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = sop_class, instance
    return item


def uid(name: UUID) -> UID:
    """The UID of a UUID."""
    return UID(f"2.25.{name.int}")


def as_bytes(dataset: Dataset) -> bytes:
    """The object as a file, with preamble, in explicit little endian."""
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.preamble = b"\0" * 128
    stored = io.BytesIO()
    dataset.save_as(stored, enforce_file_format=True)
    return stored.getvalue()
