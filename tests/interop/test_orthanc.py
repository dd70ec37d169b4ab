"""Against a real Orthanc: ECGs are found and opened as they were stored, and signed results go into their study."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
import pytest

from ecgnet.demo import draw
from ecgnet.interop.connection import Connection, ConnectionFault
from ecgnet.interop.dicom import as_bytes, encapsulated_pdf
from ecgnet.interop.pacs import Archive, Query, put_back
from ecgnet.judge import Reading
from ecgnet.readers import read
from ecgnet.record import Part
from ecgnet.signature import Opinion, Signature, UnsignedError, reading_hash
from tests.interop.orthanc import PASSWORD, USER, running
from tests.readers.writers import dicom

pytest.importorskip("dicomweb_client")
SIGNAL = draw("imi", 1).signal
KINDS = {
    "twelve_lead": "12-lead ECG",
    "general": "General ECG",
    "ambulatory": "Ambulatory ECG",
    "general_32": "General 32-bit ECG",
}
FILES = {
    kind: dicom.write(
        SIGNAL,
        500,
        storage=kind,
        name="Ada Löwe",
        patient_id="4711",
        birth_date="1950-01-31",
        study=f"1.2.3.{number}",
        accession=f"A-{number}",
    )
    for number, kind in enumerate(KINDS, 1)
}


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    """One that holds an ECG of each class, and one of somebody else under the same number."""
    stranger = dicom.write(
        SIGNAL, 500, name="Bob Tiger", patient_id="4711", birth_date="1970-02-03", study="1.2.3.9"
    )
    with running(tmp_path_factory.mktemp("orthanc")) as address:
        found = Archive(Connection("archive", address, USER, PASSWORD))
        for data in (*FILES.values(), stranger):
            dataset = _dataset(data)
            found.store([dataset], dataset.StudyInstanceUID)
        yield found


def of_file(reading: Reading, kind: str) -> Reading:
    """The same reading as that of a file."""
    identity = read(FILES[kind], name="ecg.dcm").identity
    return replace(reading, record=replace(reading.record, identity=identity))


def signed(reading: Reading) -> Signature:
    when = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    return Signature(
        "Dr. Grace Hopper", when, reading_hash(reading), Opinion(("MI",)), part=reading.record.part
    )


def _dataset(data: bytes):
    import io

    import pydicom

    return pydicom.dcmread(io.BytesIO(data))


@pytest.mark.parametrize("kind", KINDS)
def test_an_ecg_of_each_class_is_opened_as_it_was_stored(archive: Archive, kind: str):
    (hit,) = archive.search(Query(accession=f"A-{list(KINDS).index(kind) + 1}")).hits
    (place,) = archive.ecgs(hit.study)
    assert place.kind == KINDS[kind]
    record = read(archive.fetch(place), name="ecg.dcm")
    np.testing.assert_array_equal(record.signal, read(FILES[kind], name="ecg.dcm").signal)
    assert record.identity.study.study == hit.study


@pytest.mark.parametrize(
    ("query", "count"),
    [
        (Query(number="4711"), 5),
        (Query(name="Löwe"), 4),
        (Query(name="LÖWE"), 4),
        (Query(name="Löwe, A"), 4),
        (Query(name="Ti"), 1),
        (Query(name="Lawe"), 0),
        (Query(number="4711", since=date(2024, 2, 29), until=date(2024, 2, 29)), 5),
        (Query(since=date(2024, 3, 1)), 0),
        (Query(accession="A-2"), 1),
        (Query(number="0815"), 0),
    ],
    ids=str,
)
def test_ecgs_are_found_by_number_name_accession_and_day(archive: Archive, query: Query, count: int):
    assert len(archive.search(query).hits) == count


def test_the_patients_other_ecgs_leave_out_who_shares_the_number(archive: Archive):
    (hit,) = archive.search(Query(accession="A-1")).hits
    same, strangers = archive.of_same_patient(hit)
    assert {other.accession for other in same} == {"A-2", "A-3", "A-4"}
    assert [other.name for other in strangers] == ["Tiger^Bob"]


def test_a_search_is_cut_and_says_so(archive: Archive):
    found = archive.search(Query(number="4711"), 2)
    assert (len(found.hits), found.more) == (2, True)


@pytest.mark.parametrize("kind", KINDS)
def test_signed_results_go_into_the_study_and_only_once(
    archive: Archive, reading: Reading, signature, kind: str
):
    mine, study = of_file(reading, kind), f"1.2.3.{list(KINDS).index(kind) + 1}"
    with pytest.raises(UnsignedError, match="sign it first"):
        put_back(archive, mine, signature=None)
    new = put_back(archive, mine, signature=signature)
    assert len(new) == 2 and all(archive.holds(study, uid) for uid in new)
    assert put_back(archive, mine, signature=signature) == []
    assert len(archive.ecgs(study)) == 1  # results are no ECGs


def test_each_part_of_a_long_recording_has_results_of_its_own(archive: Archive, part_reading: Reading):
    mine = of_file(part_reading, "ambulatory")
    other = replace(mine, record=replace(mine.record, part=Part(30.0, 40.0, 60.0)), window=(30.0, 40.0))
    new = [uid for one in (mine, other) for uid in put_back(archive, one, signature=signed(one))]
    assert len(set(new)) == 4 and all(archive.holds("1.2.3.3", uid) for uid in new)


def test_a_study_without_a_waveform_is_said(archive: Archive, reading: Reading, signature):
    pdf = encapsulated_pdf(of_file(reading, "general"), b"%PDF-", signature=signature)
    pdf.StudyInstanceUID, pdf.SOPInstanceUID = "1.2.4", "1.2.4.1"
    as_bytes(pdf)  # gives it the head of a file
    archive.store([pdf], "1.2.4")
    with pytest.raises(ConnectionFault, match="holds no ECG waveform"):
        archive.ecgs("1.2.4")


def test_wrong_credentials_are_named(archive: Archive):
    stranger = Archive(Connection("archive", archive.server.url, USER, "wrong"))
    with pytest.raises(ConnectionFault, match="refuses these credentials"):
        stranger.search(Query(number="4711"))
