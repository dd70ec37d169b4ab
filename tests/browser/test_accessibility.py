"""Nobody is shut out: axe-core on every page, in both themes."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

PAGES = ("?record=demo/demo-10", "upload", "explain", "compare", "validate", "dataset", "models", "help")
WAIT = 60_000
GRAVE = ("serious", "critical")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_serious_fault_on_any_page(served: str, page, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)
    faults = []
    for path in PAGES:
        page.goto(f"{served}/{path}")
        page.get_by_text("Research use only").last.wait_for(state="attached", timeout=WAIT)
        page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]", timeout=WAIT)
        page.wait_for_timeout(500)
        faults += [
            f"/{path}: {fault['help']}: {fault['nodes'][0]['html'][:200]}"
            for fault in Axe().run(page).response["violations"]
            if fault["impact"] in GRAVE
        ]
    assert not faults
