"""The printed report as an Encapsulated PDF, which every archive shows.

Source: DICOM PS3.3 A.45.1, C.24.1 (series), C.24.2 (document), C.8.6.1 (SC equipment)."""

from __future__ import annotations

from datetime import datetime

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import EncapsulatedPDFStorage

from ecgnet.interop.codes import code
from ecgnet.interop.dicom.frame import coded, described, framed, referenced, source_of
from ecgnet.interop.outgoing import outgoing, result_name
from ecgnet.judge import Reading
from ecgnet.signature import Signature


def encapsulated_pdf(
    reading: Reading, pdf: bytes, *, signature: Signature | None = None, made: datetime | None = None
) -> Dataset:
    """The report in the study of its ECG; unverified without a signature. Raises NoStudyError for an ECG without one."""
    made = (made or datetime.now()).astimezone()
    source, facts = source_of(reading), outgoing(reading)
    dataset = framed(
        reading,
        facts,
        result=result_name(reading, signature),
        sop_class=EncapsulatedPDFStorage,
        made=made,
    )
    dataset.Modality, dataset.SeriesNumber, dataset.SeriesDescription = (
        "DOC",
        9002,
        described("ECGNet report", facts),
    )
    dataset.ConversionType = "WSD"
    dataset.AcquisitionDateTime = ""
    dataset.BurnedInAnnotation = "YES"
    dataset.DocumentTitle = described("ECG report by ECGNet", facts) + ", research use only"
    dataset.ConceptNameCodeSequence = Sequence([coded(code("documents", "ecg_study"))])
    dataset.SourceInstanceSequence = Sequence([referenced(source.sop_class, source.instance)])
    dataset.VerificationFlag = "VERIFIED" if signature else "UNVERIFIED"
    dataset.MIMETypeOfEncapsulatedDocument = "application/pdf"
    dataset.EncapsulatedDocument = pdf + b"\0" * (len(pdf) % 2)  # values are of even length
    dataset.EncapsulatedDocumentLength = len(pdf)
    return dataset
