"""PTB-XL on PhysioNet in the app: offered, never asked unbidden, opened by a click."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

SCRIPT = """
import streamlit as st
from ecgnet.ui import download, library, selection
download.offer()
shown = selection.shown()
st.markdown(f"{shown.title} | {shown.record.source}, {shown.record.fs:g} Hz | {', '.join(library.sources())}")
"""


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AppTest:
    """A page with the offer and the record on screen, on a machine without PTB-XL and with an empty cache; the server it
    would ask does not exist."""
    monkeypatch.delenv("ECGNET_PTBXL", raising=False)
    monkeypatch.setattr("ecgnet.ptbxl.DEFAULT_FOLDER", Path("no such folder"))
    monkeypatch.setenv("ECGNET_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("ECGNET_PHYSIONET", "http://127.0.0.1:9/")
    return AppTest.from_string(SCRIPT, default_timeout=60)


@pytest.fixture
def mirror(app: AppTest, tiny_ptbxl: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The server that the app would ask is there and has 60 records at 100 Hz and no others."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=tiny_ptbxl)) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        monkeypatch.setenv("ECGNET_PHYSIONET", f"http://127.0.0.1:{server.server_port}/")
        yield
        server.shutdown()
        thread.join()


def refuse(*_: object, **__: object) -> None:
    raise AssertionError("the network was asked")


def test_the_network_is_not_asked_by_itself(app: AppTest, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("ecgnet.physionet.urlopen", refuse)
    app.run()
    assert not app.exception
    assert app.button("fetch_physionet").label == "Fetch the catalogue (14 MB) from 127.0.0.1"
    assert app.markdown[0].value.endswith("| Demo library")


@pytest.mark.usefixtures("mirror")
def test_a_click_opens_the_catalogue_and_its_first_record_at_the_rate_that_is_there(app: AppTest):
    app.run().button("fetch_physionet").click().run()
    assert not app.exception
    assert app.markdown[0].value == "PTB-XL record 1 | PTB-XL on PhysioNet, 100 Hz | PTB-XL, Demo library"
    assert not app.button


@pytest.mark.usefixtures("mirror")
def test_another_visit_asks_again_before_it_goes_to_the_network(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
):
    app.run().button("fetch_physionet").click().run()
    monkeypatch.setattr("ecgnet.physionet.urlopen", refuse)
    other = AppTest.from_string(SCRIPT, default_timeout=60).run()
    assert other.button("fetch_physionet").label == "Open the catalogue from 127.0.0.1"
    assert "Demo library" in other.markdown[0].value


def test_offline_is_a_sentence_and_the_demo_library_stays(app: AppTest):
    app.run().button("fetch_physionet").click().run()
    assert "cannot be reached" in app.error[0].value
    assert "the demo library works without one" in app.error[0].value
    assert app.markdown[0].value.endswith("| Demo library")


def test_nothing_is_offered_where_a_copy_is(app: AppTest, tiny_ptbxl: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ECGNET_PTBXL", str(tiny_ptbxl))
    app.run()
    assert not app.button


def test_browse_offers_it(open_page: Callable[..., AppTest], app: AppTest):
    assert "fetch_physionet" in [button.key for button in open_page("browse").button]
