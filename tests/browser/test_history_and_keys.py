"""The browser's history, reload, two tabs, and the keys."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

WAIT = 20_000


def opened(page, record: str) -> None:
    """Wait until a record is on screen, its page whole."""
    page.wait_for_url(re.compile(f"record=demo(/|%2F){record}"), timeout=WAIT)
    still(page)


def still(page) -> None:
    expect(page.locator("[data-testid=stApp]")).to_have_attribute(
        "data-test-script-state", "notRunning", timeout=WAIT
    )
    page.wait_for_timeout(300)


def chosen(page, key: str):
    return page.locator(f".st-key-{key} [aria-checked=true]")


@pytest.fixture(scope="module")
def visit(served: str, kept_page):
    """One visit that goes on from test to test."""
    kept_page.goto(served, timeout=WAIT)
    opened(kept_page, "demo-01")
    kept_page.get_by_text("What the models say").wait_for(timeout=WAIT)
    return kept_page


def test_back_leaves_the_page_and_the_record_not_each_setting(visit) -> None:
    visit.get_by_role("button", name="Next").click()
    opened(visit, "demo-02")
    visit.get_by_role("radio", name="6x2").click()
    still(visit)
    visit.get_by_placeholder("Record, patient").fill("ecg")
    visit.wait_for_url(re.compile("find=ecg"), timeout=WAIT)
    visit.get_by_role("link", name="Models").click()
    visit.wait_for_url(re.compile("/models"), timeout=WAIT)
    still(visit)
    visit.go_back()
    opened(visit, "demo-02")
    expect(chosen(visit, "layout")).to_have_text("6x2", timeout=WAIT)
    expect(visit.get_by_placeholder("Record, patient")).to_have_value("ecg", timeout=WAIT)
    visit.go_back()
    opened(visit, "demo-01")
    expect(visit.get_by_placeholder("Record, patient")).to_have_value("", timeout=WAIT)


def test_arrows_work_after_a_click_on_a_control_and_letters_where_nothing_is_typed(visit) -> None:
    visit.get_by_role("radio", name="12x1").click()
    still(visit)
    visit.keyboard.press("ArrowRight")
    opened(visit, "demo-02")
    visit.keyboard.press("l")
    expect(chosen(visit, "layout")).to_have_text("3x4", timeout=WAIT)
    visit.keyboard.press("+")
    expect(chosen(visit, "gain")).to_have_text("20", timeout=WAIT)
    still(visit)  # the calipers begin anew with the sheet, and hear a key once
    visit.keyboard.press("k")
    expect(visit.get_by_role("button", name="Calipers")).to_have_attribute("aria-pressed", "true")
    visit.keyboard.press("k")
    search = visit.get_by_placeholder("Record, patient")
    search.click()
    visit.keyboard.type("l?")
    expect(chosen(visit, "layout")).to_have_text("3x4")
    expect(visit.get_by_role("heading", name="Keys")).to_be_hidden()
    search.fill("")
    still(visit)
    search.blur()
    visit.keyboard.press("?")
    expect(visit.get_by_role("heading", name="Keys")).to_be_visible()
    visit.keyboard.press("Escape")
    expect(visit.get_by_role("heading", name="Keys")).to_be_hidden()
    visit.keyboard.press("g")
    visit.keyboard.press("m")
    visit.wait_for_url(re.compile("/models"), timeout=WAIT)


def test_a_reload_and_a_second_tab_keep_search_and_record_each_its_own(visit, laptop) -> None:
    tab = laptop.new_page()
    tab.goto(visit.url.split("/models")[0] + "/?record=demo/demo-03&find=block&find-sex=male")
    for _ in range(2):
        opened(tab, "demo-03")
        expect(tab.get_by_placeholder("Record, patient")).to_have_value("block", timeout=WAIT)
        tab.get_by_role("button", name="Filters (1)").wait_for(timeout=WAIT)
        tab.reload()
    tab.close()
    assert "demo-03" not in visit.url and "find" not in visit.url


def test_a_whole_reading_by_the_keyboard_alone(served: str, page) -> None:
    page.goto(f"{served}/?record=demo/demo-04", timeout=WAIT)
    opened(page, "demo-04")
    page.get_by_text("What the models say").wait_for(timeout=WAIT)
    page.get_by_role("button", name="Keys").wait_for(timeout=WAIT)  # they are listened to
    press = page.keyboard.press
    press("ArrowRight")
    opened(page, "demo-05")
    page.get_by_text("What the models say").wait_for(timeout=WAIT)
    press("z")
    page.get_by_role("button", name="All leads").wait_for(timeout=WAIT)
    press("Escape")
    page.get_by_role("button", name="All leads").wait_for(state="detached", timeout=WAIT)
    press("g")
    press("e")
    page.get_by_text("speaks for it").or_(page.get_by_text("of the evidence speaks for")).first.wait_for(
        timeout=WAIT
    )
    press("2")
    expect(chosen(page, "map-controls").get_by_text("MI", exact=True)).to_be_visible(timeout=WAIT)
    still(page)
    press("g")
    press("b")
    opened(page, "demo-05")
    page.get_by_text("What the models say").wait_for(timeout=WAIT)
    press("/")
    expect(page.get_by_placeholder("Record, patient")).to_be_focused()
    page.keyboard.type("block")
    page.wait_for_url(re.compile("find=block"), timeout=WAIT)
