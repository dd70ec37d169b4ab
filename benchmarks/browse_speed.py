"""How long a reader waits, in headless Chromium: from a click on a row to the drawn sheet, and for each control.

    ECGNET_PTBXL=/path/to/ptb-xl python benchmarks/browse_speed.py [address of a running app]

The time runs in the browser, from the mouse button to the second frame after plotly has drawn the new sheet. Bytes are
what the server sent over the websocket meanwhile, answers of the models included.
"""

from __future__ import annotations

import os
import shutil
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
RECORDS, ROWS, ROW_HEIGHT = 20, 10, 31
SHEET = ".st-key-sheet .js-plotly-plot"
WATCH = f"""() => {{
  const alt = () => document.querySelector("{SHEET}")?._fullLayout?.meta?.alt;
  const before = alt();
  window.drawn = new Promise((done) => {{
    window.addEventListener("pointerdown", () => {{
      const began = performance.now();
      const look = () => {{
        if (alt() && alt() !== before && document.querySelector("{SHEET} .scatterlayer .trace"))
          requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - began)));
        else if (performance.now() - began > 20000) done(NaN);
        else requestAnimationFrame(look);
      }};
      look();
    }}, {{once: true, capture: true}});
  }});
}}"""
CONTROLS = (
    ("Layout", "6x2"),
    ("Layout", "12x1"),
    ("Layout", "3x4"),
    ("mm/s", "50"),
    ("mm/s", "25"),
    ("mm/mV", "20"),
    ("mm/mV", "10"),
)


@contextmanager
def app() -> Iterator[str]:
    """The app on a free port, in the checkout, so that it finds PTB-XL as a user's would."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "ecgnet", "run", f"--port={port}"]
    served = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(120):
            try:
                urllib.request.urlopen(f"{address}/_stcore/health", timeout=2)
                break
            except OSError:
                time.sleep(0.5)
        yield address
    finally:
        served.terminate()
        served.wait(20)


def settle(page: Page) -> None:
    """Wait until the app has answered all that it was asked."""
    page.wait_for_timeout(300)
    page.locator("[data-testid=stStatusWidget]").wait_for(state="detached", timeout=120_000)
    page.wait_for_timeout(300)


def rows(page: Page) -> list[float]:
    """ms for each of `RECORDS` clicks on rows of the list."""
    times = []
    for k in range(RECORDS):
        if k and k % ROWS == 0:
            page.get_by_label("Later page of the list").or_(
                page.locator(".st-key-list-on button")
            ).first.click()
            settle(page)
        page.evaluate(WATCH)
        table = page.locator("[data-testid=stDataFrame] canvas").first.bounding_box()
        page.mouse.click(table["x"] + 60, table["y"] + ROW_HEIGHT * (1.6 + k % ROWS + (k < ROWS)))
        times.append(page.evaluate("window.drawn"))
        settle(page)
    return times


def controls(page: Page) -> dict[str, float]:
    """ms for each change of `CONTROLS`."""
    times = {}
    for group, option in CONTROLS:
        page.evaluate(WATCH)
        page.get_by_role("radiogroup", name=group).get_by_text(option, exact=True).click()
        times[f"{group} {option}"] = page.evaluate("window.drawn")
        settle(page)
    return times


def measure(address: str) -> None:
    with sync_playwright() as playwright:
        path = shutil.which("chromium-headless-shell") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 1000})
        received = []
        page.on(
            "websocket", lambda ws: ws.on("framereceived", lambda frame: received.append(len(frame or b"")))
        )
        page.goto(address)
        page.wait_for_selector(f"{SHEET} .xtick", state="attached", timeout=180_000)
        page.wait_for_selector("text=What the models say", timeout=180_000)
        settle(page)
        received.clear()
        times = sorted(rows(page))
        print(f"load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
        print(f"click on a row to the drawn sheet, {len(times)} records:")
        print(f"  median {statistics.median(times):.0f} ms, from {times[0]:.0f} to {times[-1]:.0f} ms")
        print(f"  sent a record: {sum(received) / len(times) / 1000:.0f} kB")
        print("a change of a control to the drawn sheet:")
        for name, spent in controls(page).items():
            print(f"  {name:22} {spent:5.0f} ms")
        browser.close()


if __name__ == "__main__":
    if len(sys.argv) > 1:
        measure(sys.argv[1])
    else:
        with app() as served_at:
            measure(served_at)
