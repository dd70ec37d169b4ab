"""The app whose answers come from a service: the same screens, and no torch in its process."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.app.conftest import ROOT, SCRIPT
from tests.app.test_upload import said
from tests.service.conftest import serving

PAGES = ("browse", "upload", "explain", "compare")
RUN = """
import json, os, sys
from pathlib import Path
from streamlit.testing.v1 import AppTest
from ecgnet import ptbxl
from ecgnet.ui import waiting
from tests.app.test_upload import csv, draw, said

waiting.CALM, ptbxl.DEFAULT_FOLDER = 0, Path("no such folder")
script, pages, root = json.loads(sys.argv[1])
found = {}

def open_page(name, key):
    app = AppTest.from_string(script.format(page=f"{root}/pages/{name}.py"), default_timeout=120).run()
    if name == "upload":
        app.file_uploader[0].set_value([("ecg.csv", csv(draw("imi", 1, fs=100)), "")]).run()
    found[key] = {"said": said(app), "errors": [e.value for e in (*app.error, *app.exception)],
        "measured": [one.label for one in app.metric]}

for name in pages:
    open_page(name, name)
os.environ["ECGNET_SERVICE"] = "http://127.0.0.1:9"
open_page("browse", "gone")
print(json.dumps(found | {"torch": "torch" in sys.modules}))
"""


@pytest.fixture(scope="module")
def screens(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """What the pages say, by name, and "gone": Browse when the service is not there any more."""
    with serving() as service:
        kept = {k: v for k, v in os.environ.items() if k != "ECGNET_PTBXL"}
        there = {"ECGNET_SERVICE": service.address, "PYTHONPATH": str(ROOT)}
        done = subprocess.run(
            [sys.executable, "-c", RUN, json.dumps([SCRIPT, PAGES, str(ROOT)])],
            env=kept | there,
            cwd=tmp_path_factory.mktemp("dashboard"),
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == 0, done.stderr[-2000:]
        yield json.loads(done.stdout.splitlines()[-1])


def test_no_torch_is_loaded_and_nothing_fails(screens: dict[str, Any]):
    assert screens["torch"] is False
    assert {name: screens[name]["errors"] for name in PAGES} == {name: [] for name in PAGES}


def test_every_page_has_its_answers(screens: dict[str, Any]):
    assert "What the models say" in screens["browse"]["said"]
    assert "What the models say" in screens["upload"]["said"]
    assert "of the evidence speaks for" in screens["explain"]["said"]
    assert "What each view contributed" in screens["compare"]["said"]


def test_a_page_says_the_same_as_with_networks_of_its_own(screens: dict[str, Any], open_page: Callable):
    def words(text: str) -> str:
        without_times = re.sub(r"\d+ ms on .*", "", text)
        return re.sub(r"(Running on|Answers by the service at) .*", "", without_times)

    assert words(screens["compare"]["said"]) == words(said(open_page("compare")))


def test_without_its_service_a_page_says_so_once_and_shows_the_rest(screens: dict[str, Any]):
    gone = screens["gone"]
    (error,) = gone["errors"]
    assert error.startswith("The service at 127.0.0.1:9 cannot be reached.")
    assert "## Reading" in gone["said"] and "QRS" in gone["measured"]
