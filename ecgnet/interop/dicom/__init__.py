"""A reading as DICOM objects that belong into the study of the ECG that was read."""

from ecgnet.interop.dicom.encapsulated_pdf import encapsulated_pdf
from ecgnet.interop.dicom.frame import NoStudyError, as_bytes
from ecgnet.interop.dicom.structured_report import structured_report

__all__ = ["NoStudyError", "as_bytes", "encapsulated_pdf", "structured_report"]
