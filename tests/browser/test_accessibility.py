"""Nobody is shut out: axe-core on every page, in both themes."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.test_app import BACKGROUND

PAGES = ("?record=demo/demo-10", "upload", "explain", "compare", "validate", "dataset", "models", "help")
WAIT = 60_000
GRAVE = ("serious", "critical")


@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_no_serious_fault_in_either_theme(served: str, page, path: str) -> None:
    """Opened in one theme and turned to the other: a page is opened once."""
    page.emulate_media(color_scheme="light")
    page.goto(f"{served}/{path}")
    page.get_by_text("Research use only").last.wait_for(state="attached", timeout=WAIT)
    faults = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        expect(page.locator("[data-testid=stApp]")).to_have_css(
            "background-color", BACKGROUND[scheme], timeout=WAIT
        )
        page.wait_for_timeout(500)  # a turned page asks for its figures anew
        page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]", timeout=WAIT)
        faults += [
            f"{scheme}: {fault['help']}: {fault['nodes'][0]['html'][:200]}"
            for fault in Axe().run(page).response["violations"]
            if fault["impact"] in GRAVE
        ]
    assert not faults
