"""How long one waits after a click, page by page, in headless Chromium.

    ECGNET_PTBXL=/path/to/ptb-xl python benchmarks/click_times.py [--json] [address of a running app]

Its time runs in the browser, from just before the mouse button or key (the robot's way to it counts, some 50 ms) to the
last change of the page before the server has nothing more to do and the page has been still for `STILL` s: all that is on
the page, not the ECG alone (`browse_speed.py`).
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import sys
from collections.abc import Callable, Iterator
from contextlib import nullcontext

from browse_speed import FLAGS, app
from playwright.sync_api import Page, sync_playwright

TIMES, STILL, LONGEST = 5, 0.4, 180
WATCH = """() => {
  window.changed = 0;
  window.watcher ??= new MutationObserver(() => { window.changed = performance.now(); });
  window.watcher.observe(document.body, {subtree: true, childList: true, attributes: true, characterData: true});
  window.pressed = performance.now();
}"""
STILL_NOW = f"""() => document.querySelector("[data-testid=stApp]")?.dataset.testScriptState === "notRunning"
  && !document.querySelector("[data-testid=stSpinner], [data-testid=stProgress]")
  && performance.now() - Math.max(window.changed, window.pressed) > {1000 * STILL}"""


def timed(page: Page, act: Callable[[], None]) -> float:
    """Seconds from the press in `act` to the last change of the page."""
    page.evaluate(WATCH)
    act()
    page.wait_for_function(STILL_NOW, timeout=1000 * LONGEST, polling=50)
    return page.evaluate("Math.max(window.changed - window.pressed, 0) / 1000")


def settle(page: Page) -> None:
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]", timeout=1000 * LONGEST)
    page.wait_for_timeout(1500)


def choice(page: Page, group: str, option: str) -> Callable[[], None]:
    return lambda: page.get_by_role("radiogroup", name=group).get_by_text(option, exact=True).click()


def method(page: Page, title: str) -> Callable[[], None]:
    def act() -> None:
        page.get_by_role("option", name=title).first.click()

    return act


def clicks(page: Page, address: str) -> Iterator[tuple[str, float]]:
    """What was clicked, and the seconds that it took."""
    page.goto(address)
    page.wait_for_selector(".st-key-sheet .xtick", state="attached", timeout=1000 * LONGEST)
    settle(page)
    for _ in range(TIMES):
        yield "Browse: next record", timed(page, lambda: page.keyboard.press("ArrowRight"))
    for layout in ("6x2", "12x1", "3x4", "6x2", "12x1"):
        yield "Browse: layout", timed(page, choice(page, "Layout", layout))
    for name in ("Explain", "Compare", "Models", "Data set", "Browse"):
        yield (
            f"{name} opens",
            timed(page, lambda name=name: page.get_by_role("link", name=name).first.click()),
        )
        settle(page)
    page.get_by_role("link", name="Explain").first.click()
    settle(page)
    for label in ("MI", "STTC", "CD", "HYP", "NORM"):
        yield "Explain: another class", timed(page, choice(page, "Why this probability of", label))
    for _ in range(TIMES):
        yield "Explain: next record", timed(page, lambda: page.keyboard.press("ArrowRight"))
    for title in ("Occlusion", "Kernel SHAP", "LIME"):
        page.get_by_role("button", name="More").first.click()
        page.wait_for_timeout(500)
        page.get_by_role("combobox", name="Method").first.click()
        page.wait_for_timeout(500)
        yield f"Explain: {title}", timed(page, method(page, title))
        page.keyboard.press("Escape")
        settle(page)


def measure(address: str) -> dict[str, list[float]]:
    """Seconds of each kind of click, in the order they were made."""
    found: dict[str, list[float]] = {}
    with sync_playwright() as playwright:
        path = shutil.which("chromium-headless-shell") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        for name, seconds in clicks(page, address):
            found.setdefault(name, []).append(round(seconds, 3))
            print(f"{name}: {seconds:.2f} s", file=sys.stderr, flush=True)
        browser.close()
    return found


def main() -> None:
    asked = [word for word in sys.argv[1:] if word != "--json"]
    with nullcontext(asked[0]) if asked else app() as address:
        found = measure(address)
    if "--json" in sys.argv:
        print(json.dumps(found))
        return
    print(f"load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    print("| click | median, s | longest, s | clicks |\n|---|---|---|---|")
    for name, seconds in found.items():
        print(f"| {name} | {statistics.median(seconds):.2f} | {max(seconds):.2f} | {len(seconds)} |")


if __name__ == "__main__":
    main()
