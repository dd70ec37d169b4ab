"""The app as its users get it: served by Streamlit, seen in headless Chromium."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.serving import serve

ROOT = str(Path(__file__).resolve().parents[2])
CHROMIUM = shutil.which("chromium-headless-shell") or shutil.which("chromium")
"""Debian's browser; the build without a window of its own draws the same pages a tenth faster."""
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]

LAPTOP = {"viewport": {"width": 1280, "height": 900}, "reduced_motion": "reduce"}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "reduced_motion": "reduce"}
"""Without animations: they cost more than the pages do where nothing but the processor draws."""


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app's address, on the demo library."""
    yield from _serve(tmp_path_factory)


@pytest.fixture
def freshly_served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an app that nobody has opened yet."""
    yield from _serve(tmp_path_factory)


def _serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed")
    with serve(
        [sys.executable, "-m", "ecgnet"], tmp_path_factory.mktemp("elsewhere"), PYTHONPATH=ROOT
    ) as app:
        yield app.address


@pytest.fixture(scope="session")
def browser() -> Iterator:
    """Headless Chromium, as Debian installs it."""
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def laptop(browser) -> Iterator:
    """A browser that has been here before: the app's scripts are fetched and translated once, as people have it."""
    context = browser.new_context(**LAPTOP)
    yield context
    context.close()


@pytest.fixture
def page(laptop) -> Iterator:
    """A fresh visit on a laptop's screen."""
    page = laptop.new_page()
    yield page
    page.close()


@pytest.fixture(scope="module")
def kept_page(laptop) -> Iterator:
    """One visit for all tests of a file that only look, or that end where they began."""
    page = laptop.new_page()
    yield page
    page.close()


@pytest.fixture
def phone(browser) -> Iterator:
    """A fresh visit on a phone."""
    context = browser.new_context(**PHONE)
    yield context.new_page()
    context.close()
