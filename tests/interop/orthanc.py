"""A real archive for a test: Orthanc with its DICOMweb, on this machine's loopback and in a folder of its own."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

PLUGIN = Path("/usr/share/orthanc/plugins/libOrthancDicomWeb.so")
USER, PASSWORD = "reader", "p4ss"


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """The address of its DICOMweb, which wants `USER` and `PASSWORD`; ended with the block."""
    if shutil.which("Orthanc") is None or not PLUGIN.is_file():
        pytest.skip("Orthanc is not here (Debian: orthanc, orthanc-dicomweb)")
    http, dicom = _free(), _free()
    settings = folder / "orthanc.json"
    settings.write_text(
        json.dumps(
            {
                "StorageDirectory": str(folder / "storage"),
                "IndexDirectory": str(folder / "storage"),
                "HttpPort": http,
                "DicomPort": dicom,
                "RemoteAccessAllowed": False,
                "AuthenticationEnabled": True,
                "RegisteredUsers": {USER: PASSWORD},
                "Plugins": [str(PLUGIN)],
                "DicomWeb": {"Enable": True, "Root": "/dicom-web/"},
            }
        )
    )
    with (folder / "orthanc.log").open("w") as log:
        process = subprocess.Popen(["Orthanc", str(settings)], stdout=log, stderr=log)
        try:
            _wait(process, f"http://127.0.0.1:{http}", folder / "orthanc.log")
            yield f"http://127.0.0.1:{http}/dicom-web"
        finally:
            process.terminate()
            process.wait(20)


def _free() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def _wait(process: subprocess.Popen, address: str, log: Path) -> None:
    for _ in range(240):
        if process.poll() is not None:
            pytest.fail(f"Orthanc ended before it answered: {log.read_text()[-800:]}")
        try:
            requests.get(f"{address}/system", auth=(USER, PASSWORD), timeout=2).raise_for_status()
        except requests.RequestException:
            time.sleep(0.25)
        else:
            return
    pytest.fail("Orthanc did not answer within a minute")
