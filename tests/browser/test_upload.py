"""Uploads in a browser: two visitors at once, the form, clicks on the overview, and names that try to run."""

from __future__ import annotations

import numpy as np
import pytest

from ecgnet.demo import draw
from ecgnet.record import LEADS, Record

NOTICE = "text=Research use only"
ANSWERS = "text=What the models say"
WAIT = 120_000


def csv(record: Record, times: bool = True) -> bytes:
    columns = [f"{lead} (mV)" for lead in LEADS]
    values = record.signal
    if times:
        columns, values = (
            ["time_s", *columns],
            np.vstack([np.arange(record.n_samples) / record.fs, record.signal]),
        )
    return "\n".join([",".join(columns), *(",".join(f"{v:.4f}" for v in row) for row in values.T)]).encode()


def wfdb(record: Record, name: str) -> list[dict]:
    """Header and samples as PhysioNet keeps them."""
    samples = np.round(record.signal * 1000).astype("<i2").T
    lines = [f"{name} 12 {record.fs:g} {len(samples)}"]
    lines += [
        f"{name}.dat 16 1000.0(0)/mV 16 0 {values[0]} {int(values.sum(dtype=np.int64)) % 65536} 0 {lead}"
        for lead, values in zip(LEADS, samples.T, strict=True)
    ]
    parts = {f"{name}.hea": ("\n".join(lines) + "\n").encode(), f"{name}.dat": samples.tobytes()}
    return [{"name": k, "mimeType": "application/octet-stream", "buffer": v} for k, v in parts.items()]


def open_upload(page, served: str) -> None:
    page.goto(f"{served}/upload")
    page.wait_for_selector("input[type=file]", state="attached", timeout=WAIT)


def drop(page, name: str, data: bytes) -> None:
    page.locator("input[type=file]").first.set_input_files(
        {"name": name, "mimeType": "text/csv", "buffer": data}
    )


@pytest.fixture(scope="module")
def ecg() -> bytes:
    return csv(draw("norm_male", 1, fs=100))


@pytest.fixture(scope="module")
def minutes() -> bytes:
    """Two minutes at 100 Hz."""
    return csv(draw("norm_male", 1, fs=100, duration=120))


def test_two_visitors_at_once_see_only_their_own_files(served: str, browser, ecg: bytes) -> None:
    visitors = {name: browser.new_context() for name in ("alpha.csv", "omega.csv")}
    pages = {name: context.new_page() for name, context in visitors.items()}
    for page in pages.values():
        open_upload(page, served)
    for name, page in pages.items():  # both are on the page before either has read anything
        drop(page, name, ecg)
    for name, page in pages.items():
        page.wait_for_selector(ANSWERS, timeout=WAIT)
        (other,) = set(pages) - {name}
        assert page.get_by_text(name).count() > 0
        assert page.get_by_text(other).count() == 0
        assert name not in page.url
        page.get_by_role("link", name="Browse").click()
        page.wait_for_selector(NOTICE, timeout=WAIT)
        assert page.get_by_text(other).count() == 0
    for context in visitors.values():
        context.close()


def test_a_rate_that_the_file_leaves_out_is_asked_for(served: str, page) -> None:
    open_upload(page, served)
    drop(page, "no-rate.csv", csv(draw("norm_male", 1, fs=500), times=False))
    rate = page.get_by_label("Sampling rate (Hz)", exact=True)
    rate.wait_for(timeout=WAIT)
    assert rate.input_value() == ""  # 5,000 samples are 10 s at 500 Hz, or 12.5 s at 400: the owner knows
    rate.fill("500")
    page.get_by_role("button", name="Read the file").click()
    page.wait_for_selector(ANSWERS, timeout=WAIT)
    assert page.get_by_text("Read with 500 Hz").count() == 1


def test_a_click_on_the_overview_opens_the_window_there(served: str, page, minutes: bytes) -> None:
    open_upload(page, served)
    drop(page, "minutes.csv", minutes)
    page.wait_for_selector(ANSWERS, timeout=WAIT)
    page.get_by_text("0:00:00 to 0:00:10 of 0:02:00").wait_for(timeout=WAIT)
    for share, seconds in ((0.5, "0:00:55 to 0:01:05"), (0.25, "0:00:25 to 0:00:35")):
        panel = page.locator("[class*=st-key-overview] .nsewdrag").first.bounding_box()
        page.mouse.click(panel["x"] + share * panel["width"], panel["y"] + panel["height"] / 2)
        page.get_by_text(f"{seconds} of 0:02:00").wait_for(timeout=WAIT)


def test_scoring_can_be_cancelled_and_leaves_what_it_has(served: str, page) -> None:
    from playwright.sync_api import expect

    quarter = wfdb(draw("norm_male", 1, fs=100, duration=900), "long")
    open_upload(page, served)
    page.locator("input[type=file]").first.set_input_files(quarter)
    page.get_by_role("button", name="Score all windows").click(timeout=WAIT)
    page.get_by_text("of 90 windows are scored").wait_for(timeout=WAIT)
    page.get_by_role("button", name="Cancel scoring").click()
    page.get_by_role("button", name="Score the other").wait_for(timeout=WAIT)
    page.get_by_text("of 90 windows are scored").wait_for(state="detached", timeout=WAIT)
    expect(page.locator("[class*=st-key-overview] .legendtext")).to_have_count(5, timeout=WAIT)


def test_a_script_in_a_file_name_does_not_run(served: str, page, ecg: bytes) -> None:
    ran = []
    page.on("dialog", lambda dialog: (ran.append(dialog.message), dialog.dismiss()))
    open_upload(page, served)
    drop(page, "<img src=x onerror=alert(1)>**b**.csv", ecg)
    page.wait_for_selector(ANSWERS, timeout=WAIT)
    assert page.locator("img[src=x]").count() == 0
    assert page.locator("[data-testid=stRadio] strong").count() == 0
    assert not ran


def test_nothing_is_left_after_forgetting(served: str, page, ecg: bytes) -> None:
    open_upload(page, served)
    drop(page, "mine.csv", ecg)
    page.wait_for_selector(ANSWERS, timeout=WAIT)
    page.get_by_role("button", name="Forget the uploads").click()
    page.get_by_text("mine.csv").first.wait_for(state="detached", timeout=WAIT)
    page.get_by_role("columnheader", name="What ECGNet reads").first.wait_for(timeout=WAIT)
    assert page.get_by_text("mine.csv").count() == 0
