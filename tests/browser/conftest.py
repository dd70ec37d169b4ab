"""The app as its users get it: served by Streamlit, seen in headless Chromium."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.serving import serve

ROOT = str(Path(__file__).resolve().parents[2])
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app's address, on the demo library."""
    yield from _serve(tmp_path_factory)


@pytest.fixture
def freshly_served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an app that nobody has opened yet."""
    yield from _serve(tmp_path_factory)


def _serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if shutil.which("chromium") is None:
        pytest.skip("Chromium is not installed")
    with serve(
        [sys.executable, "-m", "ecgnet"], tmp_path_factory.mktemp("elsewhere"), PYTHONPATH=ROOT
    ) as app:
        yield app.address


@pytest.fixture(scope="session")
def browser() -> Iterator:
    """Headless Chromium, as Debian installs it."""
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("Chromium is not installed")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser) -> Iterator:
    """A fresh visitor with a laptop's screen."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield context.new_page()
    context.close()
