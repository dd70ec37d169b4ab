"""Results back into the archive that an ECG came from: only of a signed reading."""

from __future__ import annotations

from ecgnet.interop.dicom import encapsulated_pdf, structured_report
from ecgnet.interop.dicom.frame import as_bytes
from ecgnet.interop.pacs.archive import Archive
from ecgnet.judge import Reading
from ecgnet.language import say
from ecgnet.report import report
from ecgnet.signature import Signature, UnsignedError


def put_back(archive: Archive, reading: Reading, *, signature: Signature | None) -> list[str]:
    """The structured report and the PDF of it, with the patient's name, into the ECG's study → the UIDs of those that were
    not there yet.

    Raises UnsignedError without a signature or with one of another reading, NoStudyError for an ECG that did not come as
    DICOM, ConnectionFault."""
    if signature is None:
        raise UnsignedError(say("Only a signed reading goes into the archive: sign it first."))
    results = [
        structured_report(reading, signature=signature),
        encapsulated_pdf(reading, report(reading, identity=True, signature=signature), signature=signature),
    ]
    new = [made for made in results if not archive.holds(made.StudyInstanceUID, made.SOPInstanceUID)]
    for made in new:
        as_bytes(made)  # gives it the head of a file, without which it could not be read back
    if new:
        archive.store(new, new[0].StudyInstanceUID)
    return [str(made.SOPInstanceUID) for made in new]
