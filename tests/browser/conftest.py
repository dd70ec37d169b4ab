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

LAPTOP = {"width": 1280, "height": 900}


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


@pytest.fixture(scope="session")
def laptop(browser) -> Iterator:
    """A browser that has been here before: the app's scripts are fetched and translated once, as people have it."""
    context = browser.new_context(viewport=LAPTOP)
    yield context
    context.close()


@pytest.fixture
def page(laptop) -> Iterator:
    """A fresh visit on a laptop's screen."""
    page = laptop.new_page()
    yield page
    page.close()
