"""What fits on which screen, and one lead by a click."""

from __future__ import annotations

WAIT = 60_000
SHEET = ".st-key-sheet-room .js-plotly-plot"
RANGE = f"() => document.querySelector('{SHEET}')._fullLayout.xaxis.range.map(v => Math.round(v))"


def read(page, address: str) -> None:
    """Open a record and wait for its reading and for a sheet that stands still."""
    page.goto(address)
    page.wait_for_selector("text=What the models say", timeout=WAIT)
    page.wait_for_selector(f"{SHEET} .xtick", state="attached", timeout=WAIT)
    page.wait_for_timeout(800)


def bottom(page, selector: str) -> float:
    box = page.locator(selector).first.bounding_box()
    assert box is not None, f"{selector} is not on screen"
    return box["y"] + box["height"]


def test_on_a_laptop_ecg_conclusion_and_next_are_seen_without_scrolling_also_under_a_warning(
    served: str, page
) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    read(page, f"{served}/?record=demo/demo-01")
    above = page.locator(".st-key-above-sheet")
    for height in (0, 60):  # pixels of a warning
        above.evaluate(f"node => {{node.style.paddingBottom = '{height}px'; node.append('')}}")
        page.wait_for_timeout(800)
        for part in (f"{SHEET} .xaxislayer-above", ".st-key-conclusion", ".st-key-next button"):
            assert bottom(page, part) <= 900, (part, height)


def test_on_a_phone_the_page_is_named_and_the_ecg_begins_in_the_first_screen(served: str, phone) -> None:
    read(phone, f"{served}/?record=demo/demo-05")
    menu = phone.get_by_test_id("stExpandSidebarButton")
    assert "Menu · Browse" in menu.evaluate("node => getComputedStyle(node, '::after').content")
    paper = phone.locator(SHEET).bounding_box()
    assert paper["y"] < 844 / 2 + 60
    assert phone.get_by_text("swipe it sideways").is_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    menu.click()
    phone.get_by_role("link", name="Explain").wait_for(timeout=WAIT)


def test_a_click_on_a_lead_zooms_on_it_and_escape_a_click_and_the_next_record_show_all(
    served: str, page
) -> None:
    read(page, f"{served}/?record=demo/demo-01")
    whole = page.evaluate(RANGE)
    box = page.locator(f"{SHEET} .nsewdrag").bounding_box()
    in_v2 = {"x": box["width"] * 0.6, "y": box["height"] * 0.38}
    back = page.locator(".ecgnet-whole")
    for leave in (lambda: page.keyboard.press("Escape"), lambda: page.locator(f"{SHEET} .nsewdrag").click()):
        page.locator(f"{SHEET} .nsewdrag").click(position=in_v2)
        back.get_by_text("V2").wait_for(timeout=WAIT)
        page.wait_for_timeout(500)
        assert page.evaluate(RANGE) == [5, 8]
        leave()
        back.wait_for(state="detached", timeout=WAIT)
        page.wait_for_timeout(500)
        assert page.evaluate(RANGE) == whole
    page.keyboard.press("z")
    back.get_by_text("I", exact=False).wait_for(timeout=WAIT)
    page.get_by_role("button", name="Next").click()
    back.wait_for(state="detached", timeout=WAIT)
