"""What one sees while a fresh server starts: timed screenshots, and when the frame and the ECG are there.

    python benchmarks/cold_start.py [--page explain] [--out FOLDER] [checkout ...]

A browser is open beforehand and asks for the page every tenth of a second from the moment that `ecgnet run` is started, as
somebody does who waits for it. Each checkout (this one where none is named) is started in turn, without PTB-XL: what is
drawn is a made-up ECG. Files that the machine has not read lately take longer.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from browse_speed import FLAGS, ROOT
from playwright.sync_api import Error, Page, sync_playwright

DRAWN = """() => [...document.querySelectorAll(".js-plotly-plot")].some(
  (plot) => (plot._fullLayout?.meta?.alt || plot.querySelectorAll(".scatterlayer .trace").length > 8))"""
RAW = """() => [...document.querySelectorAll("[data-testid=stSidebarNavLink]")].some(
  (link) => ["app", "dataset"].includes(link.innerText.trim()))"""
EVERY, LONGEST, CALM = 0.5, 90, 3


@dataclass
class Start:
    """Seconds since the server's process was started; None: not seen."""

    answers: float | None = None
    raw_sidebar: list[float] = field(default_factory=list)
    drawn: float | None = None
    shots: list[tuple[float, bytes]] = field(default_factory=list)


def started(checkout: Path, port: int) -> subprocess.Popen:
    environment = {k: v for k, v in os.environ.items() if k != "ECGNET_PTBXL"} | {
        "PYTHONPATH": str(checkout),
        "ECGNET_PTBXL": "/nowhere",
    }
    return subprocess.Popen(
        [sys.executable, "-m", "ecgnet", "run", "--port", str(port)],
        cwd=checkout,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def watch(page: Page, checkout: Path, path: str) -> Start:
    """Start the server and look at the page until the ECG is drawn and `CALM` s longer."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    seen, began = Start(), time.monotonic()
    served = started(checkout, port)
    try:
        while time.monotonic() - began < LONGEST:
            try:
                page.goto(f"http://127.0.0.1:{port}/{path}", wait_until="commit", timeout=2000)
                break
            except Error:
                time.sleep(0.1)
        seen.answers = time.monotonic() - began
        due = 0.0
        while (now := time.monotonic() - began) < LONGEST:
            if now >= due:
                seen.shots.append((now, page.screenshot(type="png")))
                due = now + EVERY
            try:
                if page.evaluate(RAW):
                    seen.raw_sidebar.append(now)
                if seen.drawn is None and page.evaluate(DRAWN):
                    seen.drawn = time.monotonic() - began
            except Error:  # the page is being replaced
                pass
            if seen.drawn is not None and now > seen.drawn + CALM:
                break
            time.sleep(0.05)
    finally:
        os.killpg(served.pid, signal.SIGTERM)
        served.wait(30)
    return seen


def told(seconds: float | None) -> str:
    return "not seen" if seconds is None else f"{seconds:.1f} s"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("checkouts", nargs="*", type=Path, default=[ROOT])
    parser.add_argument("--page", default="", help="part of the address behind the slash: explain, compare")
    parser.add_argument("--out", type=Path, help="a folder for the screenshots")
    asked = parser.parse_args()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium-headless-shell") or shutil.which("chromium"), args=FLAGS
        )
        for checkout in asked.checkouts:
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            seen = watch(page, checkout, asked.page)
            page.close()
            raw = seen.raw_sidebar
            sidebar = f"from {raw[0]:.1f} to {raw[-1]:.1f} s" if raw else "never"
            print(
                f"{checkout.name} /{asked.page}: the server answers after {told(seen.answers)}, the ECG is drawn after "
                f"{told(seen.drawn)}; a sidebar of file names: {sidebar}",
                flush=True,
            )
            if asked.out:
                folder = asked.out / f"{checkout.name}-{asked.page or 'browse'}"
                folder.mkdir(parents=True, exist_ok=True)
                for when, shot in seen.shots:
                    (folder / f"{when:05.1f}s.png").write_bytes(shot)
        browser.close()


if __name__ == "__main__":
    main()
