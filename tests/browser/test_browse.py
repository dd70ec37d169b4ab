"""Finding records in a browser: clicks on rows, keys, links, a phone."""

from __future__ import annotations

import re

NOTICE = "text=Running on"
WAIT = 120_000
ROW, HEAD = 31, 36  # pixels


def open_browse(page, address: str, link: str = "") -> None:
    page.goto(address + link)
    page.wait_for_selector(NOTICE, timeout=WAIT)
    page.wait_for_selector("[data-testid=stSidebar] [data-testid=stDataFrame] canvas", timeout=WAIT)
    page.wait_for_timeout(500)


def click_row(page, row: int) -> None:
    """Click the middle of a row of the list, the first being 0."""
    box = page.locator("[data-testid=stSidebar] [data-testid=stDataFrame]").first.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + HEAD + (row + 0.5) * ROW)


def test_a_click_on_a_row_opens_its_record_also_again_after_leafing_away(served: str, page) -> None:
    open_browse(page, served)
    click_row(page, 2)
    page.wait_for_url(re.compile("demo-03"), timeout=WAIT)
    page.get_by_role("button", name="Next").click()
    page.wait_for_url(re.compile("demo-04"), timeout=WAIT)
    page.wait_for_timeout(1500)
    click_row(page, 2)
    page.wait_for_url(re.compile("demo-03"), timeout=WAIT)


def test_a_link_opens_the_same_record_in_the_same_layout_and_arrow_keys_leaf_on(served: str, page) -> None:
    open_browse(page, served, "/?record=demo/demo-04&layout=12x1")
    page.get_by_text("12x1").wait_for(timeout=WAIT)
    chosen = page.locator("button[aria-checked=true], button[kind=segmented_controlActive]").all_inner_texts()
    assert "12x1" in " ".join(chosen)
    assert "demo-04" in page.url
    page.keyboard.press("ArrowRight")
    page.wait_for_url(re.compile("demo-05"), timeout=WAIT)
    page.wait_for_selector(NOTICE, timeout=WAIT)
    page.keyboard.press("ArrowLeft")
    page.wait_for_url(re.compile("demo-04"), timeout=WAIT)


def test_typing_narrows_the_list_without_pressing_enter(served: str, page) -> None:
    open_browse(page, served)
    page.get_by_placeholder("Record, patient").fill("infarction")
    page.get_by_text(re.compile(r"of \d+ records")).wait_for(timeout=WAIT)
    page.wait_for_function(
        "() => {const m = document.querySelector('[data-testid=stSidebar]').innerText.match(/(\\d+) of (\\d+) records/);"
        "return m && +m[1] < +m[2]}",
        timeout=WAIT,
    )


def test_on_a_phone_the_ecg_comes_first_and_the_finder_opens_over_it(served: str, phone) -> None:
    phone.goto(served)
    phone.wait_for_selector(NOTICE, timeout=WAIT)
    assert phone.get_by_placeholder("Record, patient").bounding_box()["x"] < 0  # beside the screen
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    phone.locator("[data-testid=stExpandSidebarButton]").click()
    phone.wait_for_timeout(1000)
    assert phone.get_by_placeholder("Record, patient").bounding_box()["x"] > 0
