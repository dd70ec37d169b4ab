"""The Archive page in a browser, with a real Orthanc behind it: an ECG is found, opened, exported, signed and its results
put back into its study."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pydicom
import pytest

from ecgnet.demo import draw
from ecgnet.interop.connection import Connection
from ecgnet.interop.pacs import Archive
from ecgnet.interop.pacs.archive import ECG_CLASSES, Place
from ecgnet.overread import chain
from ecgnet.overread.database import Database
from tests.browser.conftest import CHROMIUM, ROOT
from tests.interop.orthanc import PASSWORD, USER, running
from tests.readers.writers import dicom
from tests.serving import serve

pytest.importorskip("dicomweb_client")
WAIT = 120_000


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Archive]]:
    """The app's address, and the archive beside it with one ECG."""
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed")
    pytest.importorskip("sqlalchemy")
    folder = tmp_path_factory.mktemp("elsewhere")
    with running(tmp_path_factory.mktemp("orthanc")) as address:
        stored = pydicom.dcmread(
            io.BytesIO(
                dicom.write(draw("imi", 1).signal, 500, name="Ada <i>Löwe", patient_id="4711", study="1.2.3")
            )
        )
        archive = Archive(Connection("archive", address, USER, PASSWORD))
        archive.store([stored], "1.2.3")
        with serve(
            [sys.executable, "-m", "ecgnet"],
            folder,
            PYTHONPATH=ROOT,
            ECGNET_DB=str(folder / "readers.db"),
            ECGNET_READER="Dr. Grace Hopper",
            ECGNET_DICOMWEB=address,
            ECGNET_DICOMWEB_USER=USER,
            ECGNET_DICOMWEB_PASSWORD=PASSWORD,
        ) as app:
            yield app.address, archive


def test_an_ecg_is_found_opened_exported_signed_and_its_results_put_back(
    page, hospital: tuple[str, Archive], tmp_path: Path
):
    address, archive = hospital
    page.goto(address)
    page.get_by_role("link", name="Archive").click(timeout=WAIT)
    page.get_by_label("Patient number").fill("4711", timeout=WAIT)
    page.get_by_role("button", name="Search").click()
    page.get_by_role("button", name="4711").click(timeout=WAIT)
    page.get_by_text("opened from the archive").wait_for(timeout=WAIT)
    assert page.locator("i", has_text="Löwe").count() == 0  # a name stays a text
    assert "4711" not in page.url and "1.2.3" not in page.url
    page.get_by_text("What the models say").wait_for(timeout=WAIT)
    page.get_by_role("button", name="Export").click(timeout=WAIT)
    for button, name in (("Download FHIR", "ecg.json"), ("Download DICOM report", "ecg.dcm")):
        with page.expect_download(timeout=WAIT) as given:
            page.get_by_role("button", name=button).click(timeout=WAIT)
        given.value.save_as(tmp_path / name)
    assert json.loads((tmp_path / "ecg.json").read_text())["type"] == "transaction"
    report = pydicom.dcmread(tmp_path / "ecg.dcm")
    assert (report.StudyInstanceUID, report.PatientID, report.VerificationFlag) == (
        "1.2.3",
        "4711",
        "UNVERIFIED",
    )

    page.keyboard.press("Escape")
    page.get_by_text("nobody has signed this reading").click(timeout=WAIT)
    page.get_by_role("button", name="Sign as Dr. Grace Hopper").click(timeout=WAIT)
    page.get_by_text("signed by Dr. Grace Hopper").wait_for(timeout=WAIT)
    page.get_by_role("button", name="Export").click(timeout=WAIT)
    page.get_by_text("Signed by Dr. Grace Hopper.").wait_for(timeout=WAIT)
    page.get_by_role("button", name="Put into the archive").click(timeout=WAIT)
    page.get_by_text("as a signed reading").wait_for(timeout=WAIT)
    kept = {made.Modality: made for made in results(archive, "1.2.3")}
    assert set(kept) == {"DOC", "SR"}
    assert {made.VerificationFlag for made in kept.values()} == {"VERIFIED"}
    assert kept["SR"].VerifyingObserverSequence[0].VerifyingObserverName == "Dr. Grace Hopper"
    journal = Database(str(next(tmp_path.parent.glob("elsewhere*/readers.db"))))
    with journal.reading() as connection:
        chain.verify(connection)
        kinds = [entry.kind for entry in chain.entries(connection)]
    assert kinds == ["opened", "sent", "sent", "signed", "sent"]


def results(archive: Archive, study: str) -> list[pydicom.Dataset]:
    """What stands in a study beside its ECG."""
    rows = archive.server.session().get(f"{archive.server.url}/studies/{study}/instances", timeout=30).json()
    found = []
    for row in rows:
        series, instance, kind = (row[tag]["Value"][0] for tag in ("0020000E", "00080018", "00080016"))
        if kind not in ECG_CLASSES:
            found.append(pydicom.dcmread(io.BytesIO(archive.fetch(Place(study, series, instance, kind)))))
    return found
