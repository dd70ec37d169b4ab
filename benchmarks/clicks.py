"""How long a reader waits for the ECG after what one does most, in headless Chromium on this machine.

    python benchmarks/clicks.py [address of a running app] [rounds]

From the key to the second frame after plotly has drawn the new sheet; on Explain the sheet with its map. The keys do what
the clicks do (`ecgnet/ui/keys.py`). The first round is not counted: it fills the caches.
"""

from __future__ import annotations

import os
import shutil
import statistics
import sys
from collections.abc import Callable

from browse_speed import FLAGS, app
from playwright.sync_api import Page, sync_playwright

ROUNDS = 5
WAIT = 180_000
SHEETS = "[class*=st-key-sheet] .js-plotly-plot, [class*=st-key-explained] .js-plotly-plot"
MARK = f"""() => {{
  for (const plot of document.querySelectorAll("{SHEETS}")) plot.dataset.seen = plot._fullLayout?.meta?.alt;
  window.began = performance.now();
}}"""
DRAWN = f"""() => new Promise((done) => {{
  const fresh = (plot) => plot._fullLayout?.meta?.alt && plot.dataset.seen !== plot._fullLayout.meta.alt
    && plot.getClientRects().length && plot.querySelector(".scatterlayer .trace");
  const look = () => [...document.querySelectorAll("{SHEETS}")].some(fresh)
    ? requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - window.began)))
    : requestAnimationFrame(look);
  look();
}})"""


def settle(page: Page) -> None:
    """Wait until the app has answered all that it was asked."""
    page.wait_for_timeout(400)
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]", timeout=WAIT)
    page.wait_for_timeout(400)


def keys(page: Page, *pressed: str) -> Callable[[], None]:
    """An act: these keys, one after the other."""
    return lambda: [page.keyboard.press(key) for key in pressed]


def timed(page: Page, act: Callable[[], object]) -> float:
    """ms from the act to the drawn ECG."""
    page.evaluate(MARK)
    act()
    spent = page.evaluate(DRAWN)
    settle(page)
    return spent


def one_round(page: Page, number: int) -> dict[str, float]:
    """Act → ms; begins and ends on Browse."""
    found = {
        "next ECG": timed(page, keys(page, "ArrowRight")),
        "another layout": timed(page, keys(page, "l")),
    }
    keys(page, "g", "m")()
    settle(page)
    found["from Models to Browse"] = timed(page, keys(page, "g", "b"))
    found["Explain opened"] = timed(page, keys(page, "g", "e"))
    found["another class"] = timed(page, keys(page, "345"[number % 3]))
    found["Back to Browse"] = timed(page, page.go_back)
    return found


def measure(address: str, rounds: int) -> None:
    """Print a table of all acts."""
    with sync_playwright() as playwright:
        chromium = shutil.which("chromium-headless-shell") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_context(
            viewport={"width": 1440, "height": 900}, reduced_motion="reduce"
        ).new_page()
        page.set_default_timeout(WAIT)
        page.goto(f"{address}/?record=demo/demo-05")
        page.wait_for_selector("text=What the models say")
        settle(page)
        one_round(page, 0)
        found = [one_round(page, number) for number in range(1, rounds + 1)]
        print(f"Load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; {rounds} rounds.\n")
        print("| to the drawn ECG | median, ms | from to |\n|---|---|---|")
        for act in found[0]:
            times = [one[act] for one in found]
            print(f"| {act} | {statistics.median(times):,.0f} | {min(times):,.0f} to {max(times):,.0f} |")
        browser.close()


if __name__ == "__main__":
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else ROUNDS
    if len(sys.argv) > 1:
        measure(sys.argv[1], rounds)
    else:
        with app() as served_at:
            measure(served_at, rounds)
