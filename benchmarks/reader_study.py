"""A reader study from beginning to end, in a browser: a study of PTB-XL is made, readers go through it with the keys, and
its results and files are looked at. The readers are played: they know the reference of a case as often as `SKILL` says, and
follow ECGNet as often as `TRUST` says. It ends with an error where the page says otherwise than the journal, or a file does.

    python benchmarks/reader_study.py OUT [CASES]

OUT gets the journal, with which an interrupted tour goes on, screenshots, one reader's in the dark theme, and the exported
files. It needs Chromium (`CHROMIUM`), PTB-XL (ECGNET_PTBXL) and `pip install 'ecgnet[hospital]' playwright`.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from playwright.sync_api import Page, sync_playwright

from ecgnet.overread.database import Database
from ecgnet.overread.who import local_reader
from ecgnet.ptbxl import SUPERCLASSES
from ecgnet.reader_studies import files, in_words, journal
from ecgnet.reader_studies.results import results, results_json
from ecgnet.reader_studies.study import PHASES, Case, Study, as_json
from ecgnet.reader_studies.table import tabulate

CHECKOUT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(CHECKOUT))
from tests.serving import serve  # noqa: E402

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium-headless-shell")
READERS = {"Ada": (1, "light"), "Bob": (2, "dark")}
"""Name → what their chances are drawn from, and the theme of their screen."""
SKILL, TRUST = 0.65, 0.6
WAIT = 180_000  # ms
SCREEN = {"width": 1440, "height": 900}
LOOKED_AT = 6
"""Reads of which a screenshot is kept."""
ONE_FORM = (
    "read => [...document.querySelectorAll('.study-answer')].map(form => form.dataset.read).join() === read"
)
"""That of the read before stands there, locked, until the page is drawn."""
CELLS = "[...document.querySelectorAll('[role=gridcell]')].map((cell) => cell.textContent)"
ID = "tour"
LABEL = "MI"
"""The class of the iMRMC file that the page offers first."""


def main(out: Path, cases: int) -> None:
    """Make the study, let everybody read, and export."""
    out.mkdir(parents=True, exist_ok=True)
    os.environ["ECGNET_DB"] = str(out / "readers.db")
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
    if not (out / "readers.db").exists():
        subprocess.run([*made, "--arms", "answer", "explanation"], check=True)
    store = Database(os.environ["ECGNET_DB"])
    with store.reading() as connection:
        study = journal.study_of(connection, ID)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for name, (seed, scheme) in READERS.items():
            places = {
                "ECGNET_READER": name,
                "ECGNET_PTBXL": os.environ["ECGNET_PTBXL"],
                "PYTHONPATH": str(CHECKOUT),
            }
            with serve(ecgnet, out, **places) as app:
                page = browser.new_page(viewport=SCREEN, reduced_motion="reduce", color_scheme=scheme)
                page.goto(f"{app.address}/reader_study")
                with store.reading() as connection:
                    done = journal.reads(connection, study, reader=local_reader({"ECGNET_READER": name}))
                read_all(page, study, done=len(done), rng=random.Random(seed), out=out / name)
                compare(page, store, study, out=out / name)
                page.close()
        browser.close()
    store.close()
    for arguments in (["results", ID], ["export", ID, "--out", str(out / "tour-cli.imrmc")]):
        subprocess.run([*ecgnet, "reader-study", *arguments], check=True)


def read_all(page: Page, study: Study, *, done: int, rng: random.Random, out: Path) -> None:
    """One reader, by the keys alone. done: the reads that are locked already."""
    order = study.order(local_reader({"ECGNET_READER": out.name}))
    steps = page.locator(".st-key-study-steps")
    began, waits = time.monotonic(), []
    count = len(study.cases)
    if done == 2 * count:  # the page of one who has finished opens with the results
        return
    for step in range(done, 2 * count):
        since = time.monotonic()
        read = "first read" if step % 2 == 0 else "second read"
        steps.get_by_text(f"Case {step // 2 + 1} of {count}, {read}").wait_for(timeout=WAIT)
        case = order[step // 2]
        asked = f"study-answer-{study.id}-{case.number}-{PHASES[step % 2]}"
        page.wait_for_function(ONE_FORM, arg=asked, timeout=WAIT, polling=100)
        page.locator(".stPlotlyChart").first.wait_for(timeout=WAIT)
        waits.append(time.monotonic() - since)
        shows_aid = page.locator(".st-key-study-aid").count()
        assert shows_aid == step % 2, "ECGNet's answer stands beside the second read alone"
        assert page.locator(".stApp [data-testid=stAlertContentError]").count() == 0, "an error on the page"
        if step < LOOKED_AT:
            page.wait_for_timeout(1500)
            page.screenshot(path=f"{out}-{step}.png")
        press(page, wanted(case, first=step % 2 == 0, rng=rng))
        page.keyboard.press("Enter")
        if step == 4:
            page.wait_for_timeout(3000)
            page.reload()  # goes on where it was
    page.get_by_text("You have finished this study").wait_for(timeout=WAIT)
    page.wait_for_timeout(1500)
    page.screenshot(path=f"{out}-finished.png")
    if waits:
        print(
            f"{out.name}: {len(waits)} reads in {time.monotonic() - began:.0f} s; from a lock to the next ECG "
            f"{statistics.median(waits):.2f} s (median), {max(waits):.2f} s (longest)",
            flush=True,
        )


def compare(page: Page, store: Database, study: Study, *, out: Path) -> None:
    """The results on the page and each file of it against the journal."""
    with store.reading() as connection:
        reads = journal.reads(connection, study)
    table, rows = tabulate(study, reads), files.rows(study, reads)
    found = results(table)
    page.get_by_role("tab", name="Results").click()
    page.get_by_text(in_words.summary(found)).wait_for(timeout=WAIT)
    page.get_by_text("Files name readers by number").wait_for(timeout=WAIT)  # below all tables
    height = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
    page.set_viewport_size({**SCREEN, "height": height + 100})
    page.wait_for_timeout(4000)
    page.screenshot(path=f"{out}-results.png")
    cells = set(page.evaluate(CELLS))
    for part in in_words.tables(found):
        lacking = {cell for row in part.rows for cell in row} - cells
        assert not lacking, f"{part.title} on the page lacks {lacking}"
    csv, whole, imrmc = (download(page, kind, out) for kind in ("Reads as CSV", "All as JSON", "iMRMC file"))
    assert files.from_csv(csv) == rows
    content = json.loads(whole)
    for part, here in (("study", as_json(study)), ("results", results_json(found))):
        assert content[part] == json.loads(json.dumps(here)), f"{part} of the JSON file"
    back = files.from_imrmc(imrmc)
    k = SUPERCLASSES.index(LABEL)
    assert np.array_equal(back.truth, table.truth[:, k])
    assert np.array_equal(back.scores, table.scores[..., k])
    print(f"{out.name}: page and three files agree with the journal, {len(rows)} reads", flush=True)


def download(page: Page, kind: str, out: Path) -> str:
    """The text of a file that the page gives, which is kept."""
    with page.expect_download(timeout=WAIT) as given:
        page.get_by_role("button", name=kind).click()
    path = Path(f"{out}-{given.value.suggested_filename}")
    given.value.save_as(path)
    return path.read_text("utf-8")


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
