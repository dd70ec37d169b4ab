"""Deutsch, chosen in the browser: it stays, and two visitors do not mix."""

from __future__ import annotations

import re

from playwright.sync_api import expect

WAIT = 30_000


def lang(page) -> str:
    return page.evaluate("document.documentElement.lang")


def test_deutsch_stays_and_two_visits_do_not_mix(served: str, laptop) -> None:
    german, english = laptop.new_page(), laptop.new_page()
    try:
        german.goto(served, timeout=WAIT)
        german.get_by_text("What the models say").wait_for(timeout=WAIT)
        german.get_by_role("radio", name="Deutsch").click()
        german.get_by_text("Was die Modelle sagen").wait_for(timeout=WAIT)
        german.wait_for_url(re.compile("lang=de"), timeout=WAIT)
        german.wait_for_function("document.documentElement.lang === 'de'", timeout=WAIT)
        english.goto(served, timeout=WAIT)
        english.get_by_text("What the models say").wait_for(timeout=WAIT)
        assert lang(english) == "en"
        german.reload()
        german.get_by_text("Was die Modelle sagen").wait_for(timeout=WAIT)
        german.get_by_role("link", name="Modelle").click()
        expect(german.get_by_role("heading", name="Modelle und was von ihnen gemessen wurde")).to_be_visible(
            timeout=WAIT
        )
        german.wait_for_url(re.compile("/models.*lang=de"), timeout=WAIT)
        english.reload()
        english.get_by_text("What the models say").wait_for(timeout=WAIT)
        assert english.get_by_text("Was die Modelle sagen").count() == 0
    finally:
        german.close()
        english.close()


def test_a_browser_that_asks_for_german_is_offered_it(served: str, browser) -> None:
    context = browser.new_context(locale="de-DE", reduced_motion="reduce")
    try:
        page = context.new_page()
        page.goto(served, timeout=WAIT)
        page.get_by_text("What the models say").wait_for(timeout=WAIT)
        assert lang(page) == "en"
        page.get_by_role("button", name="Deutsch").click()
        page.get_by_text("Was die Modelle sagen").wait_for(timeout=WAIT)
        assert page.get_by_role("button", name="Deutsch").count() == 0
    finally:
        context.close()
