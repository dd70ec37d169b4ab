"""A reader study from beginning to end, in a browser: a study of PTB-XL is made, readers go through it with the keys, and
its results and files are looked at. The readers are played: they know the reference of a case as often as `SKILL` says, and
follow ECGNet as often as `TRUST` says.

    python benchmarks/reader_study.py OUT [CASES]

OUT gets the journal, screenshots, the exported files and what the command line says. It needs Chromium (`CHROMIUM`), PTB-XL
(ECGNET_PTBXL) and `pip install 'ecgnet[hospital]' playwright`.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from ecgnet.overread.database import Database
from ecgnet.overread.who import local_reader
from ecgnet.ptbxl import SUPERCLASSES
from ecgnet.reader_studies import files, journal
from ecgnet.reader_studies.study import Case, Study

CHECKOUT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(CHECKOUT))
from tests.serving import serve  # noqa: E402

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium-headless-shell")
READERS = {"Ada": 1, "Bob": 2}
"""Name → what their chances are drawn from."""
SKILL, TRUST = 0.65, 0.6
WAIT = 180_000  # ms
ONE_FORM = "document.querySelectorAll('.study-answer').length === 1"
"""That of the case before stands there, locked, until the page is drawn."""
ID = "tour"


def main(out: Path, cases: int) -> None:
    """Make the study, let everybody read, and export."""
    out.mkdir(parents=True, exist_ok=True)
    os.environ["ECGNET_DB"] = database = str(out / "readers.db")
    os.environ["ECGNET_READER"] = "Keeper"
    ecgnet = [sys.executable, "-m", "ecgnet"]
    made = [
        *ecgnet,
        "reader-study",
        "new",
        ID,
        "--cases",
        str(cases),
        "--planted",
        "0.2",
        "--title",
        "A tour",
    ]
    subprocess.run([*made, "--arms", "answer", "explanation"], check=True)
    with Database(database).reading() as connection:
        study = journal.study_of(connection, ID)
    places = {"ECGNET_DB": database, "ECGNET_PTBXL": os.environ["ECGNET_PTBXL"], "PYTHONPATH": str(CHECKOUT)}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for name, seed in READERS.items():
            with serve(ecgnet, out, ECGNET_READER=name, **places) as app:
                context = browser.new_context(
                    viewport={"width": 1440, "height": 900}, reduced_motion="reduce", accept_downloads=True
                )
                page = context.new_page()
                page.goto(f"{app.address}/reader_study")
                read_all(page, study, rng=random.Random(seed), out=out / name)
                context.close()
        browser.close()
    for arguments in (["results", ID], ["export", ID, "--out", str(out / "tour-cli.imrmc")]):
        subprocess.run([*ecgnet, "reader-study", *arguments], check=True)


def read_all(page: Page, study: Study, *, rng: random.Random, out: Path) -> None:
    """One reader, by the keys alone; then the results and the files, each read back."""
    order = study.order(local_reader({"ECGNET_READER": out.name}))
    steps = page.locator(".st-key-study-steps")
    began = time.monotonic()
    count = len(study.cases)
    for step in range(2 * count):
        read = "first read" if step % 2 == 0 else "second read"
        steps.get_by_text(f"Case {step // 2 + 1} of {count}, {read}").wait_for(timeout=WAIT)
        page.wait_for_function(ONE_FORM, timeout=WAIT)
        page.locator(".stPlotlyChart").first.wait_for(timeout=WAIT)
        case = order[step // 2]
        shows_aid = page.locator(".st-key-study-aid").count()
        assert shows_aid == step % 2, "ECGNet's answer stands beside the second read alone"
        if step in (0, 1, 2, 3):
            page.wait_for_timeout(1500)
            page.screenshot(path=f"{out}-{step}.png")
        press(page, wanted(case, first=step % 2 == 0, rng=rng))
        page.keyboard.press("Enter")
        if step == 4:
            page.wait_for_timeout(3000)
            page.reload()  # goes on where it was
    page.get_by_text("You have finished this study").wait_for(timeout=WAIT)
    print(f"{out.name}: {2 * count} reads in {time.monotonic() - began:.0f} s")
    page.get_by_role("tab", name="Results").click()
    page.get_by_text("By reader, read and class").wait_for(timeout=WAIT)
    page.wait_for_timeout(2000)
    page.screenshot(path=f"{out}-results.png", full_page=True)
    for kind, back in (("Reads as CSV", files.from_csv), ("iMRMC file", files.from_imrmc)):
        with page.expect_download(timeout=WAIT) as given:
            page.get_by_role("button", name=kind).click()
        path = f"{out}-{given.value.suggested_filename}"
        given.value.save_as(path)
        print(f"{path}: read back, {len(back(Path(path).read_text('utf-8')).__str__())} letters")


def wanted(case: Case, *, first: bool, rng: random.Random) -> tuple[str, ...] | None:
    """The classes to answer; None keeps what stands there."""
    if first:
        right = rng.random() < SKILL
        wrong = [label for label in SUPERCLASSES if label not in case.reference]
        return case.reference if right else (rng.choice(wrong),)
    return case.shown.found if case.shown.found and rng.random() < TRUST else None


def press(page: Page, classes: tuple[str, ...] | None) -> None:
    """Make the form say these classes, with the keys 1 to 5."""
    if classes is None:
        return
    for k, label in enumerate(SUPERCLASSES):
        button = page.locator(f".study-answer [data-class={label}]")
        if (button.get_attribute("aria-pressed") == "true") != (label in classes):
            page.keyboard.press(str(k + 1))
    slider = page.locator(".study-answer input")
    slider.fill(str(random.Random(str(classes)).randint(40, 100)))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 30)
