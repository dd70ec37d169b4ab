"""The Archive page in a browser, with a real Orthanc behind it: an ECG is found, opened and exported."""

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
from tests.browser.conftest import CHROMIUM, ROOT
from tests.interop.orthanc import PASSWORD, USER, running
from tests.readers.writers import dicom
from tests.serving import serve

pytest.importorskip("dicomweb_client")
WAIT = 120_000


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app's address, beside an archive with one ECG."""
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed")
    with running(tmp_path_factory.mktemp("orthanc")) as archive:
        stored = pydicom.dcmread(
            io.BytesIO(
                dicom.write(draw("imi", 1).signal, 500, name="Ada <i>Löwe", patient_id="4711", study="1.2.3")
            )
        )
        Archive(Connection("archive", archive, USER, PASSWORD)).store([stored], "1.2.3")
        with serve(
            [sys.executable, "-m", "ecgnet"],
            tmp_path_factory.mktemp("elsewhere"),
            PYTHONPATH=ROOT,
            ECGNET_DICOMWEB=archive,
            ECGNET_DICOMWEB_USER=USER,
            ECGNET_DICOMWEB_PASSWORD=PASSWORD,
        ) as app:
            yield app.address


def test_an_ecg_is_found_opened_and_exported(page, hospital: str, tmp_path: Path):
    page.goto(hospital)
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
