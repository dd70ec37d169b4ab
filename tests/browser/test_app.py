"""What only a browser shows: the drawn page, its proportions, links, and two visitors at once."""

from __future__ import annotations

import numpy as np
import pytest

from ecgnet.record import LEADS

NOTICE = "text=Research use only"
WAIT = 120_000
BACKGROUND = {"light": "rgb(255, 255, 255)", "dark": "rgb(18, 24, 31)"}
"""As .streamlit/config.toml has it, although the app was started in another folder."""


def background(page) -> str:
    return page.locator("[data-testid=stApp]").evaluate("app => getComputedStyle(app).backgroundColor")


@pytest.mark.parametrize("path", ["", "upload", "explain", "compare", "dataset", "models"])
def test_page_is_drawn_without_error_in_both_themes(served: str, browser, path: str) -> None:
    for scheme in ("light", "dark"):
        context = browser.new_context(viewport={"width": 1280, "height": 900}, color_scheme=scheme)
        page = context.new_page()
        page.goto(f"{served}/{path}")
        page.wait_for_selector(NOTICE, timeout=WAIT)
        assert page.locator("[data-testid=stException]").count() == 0
        assert page.get_by_text("could not be drawn").count() == 0
        assert background(page) == BACKGROUND[scheme]
        context.close()


def test_any_page_may_be_the_first_that_anyone_opens(freshly_served: str, page) -> None:
    page.goto(f"{freshly_served}/upload")
    page.wait_for_selector(NOTICE, timeout=WAIT)
    page.get_by_role("link", name="Compare").wait_for(timeout=WAIT)


def test_nothing_is_asked_of_another_machine(served: str, page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(served)
    page.wait_for_selector(NOTICE, timeout=WAIT)
    assert [
        url for url in asked if not url.startswith((served, served.replace("http", "ws"), "data:", "blob:"))
    ] == []


def test_paper_keeps_the_proportion_of_25_mm_a_second_to_10_mm_a_millivolt(served: str, browser) -> None:
    for width in (800, 1920):
        context = browser.new_context(viewport={"width": width, "height": 900})
        page = context.new_page()
        page.goto(served)
        page.wait_for_selector(NOTICE, timeout=WAIT)
        page.wait_for_selector(".st-key-sheet .js-plotly-plot .xtick", state="attached", timeout=WAIT)
        page.wait_for_timeout(1000)
        x, y, blank = page.evaluate(
            """() => {const l = document.querySelector('.st-key-sheet .js-plotly-plot')._fullLayout;
            const px = a => a._length / Math.abs(a.range[1] - a.range[0]);
            return [px(l.xaxis), px(l.yaxis), l.height - l.margin.t - l.margin.b - l.yaxis._length]}"""
        )
        assert y / x == pytest.approx(0.4, rel=0.01)
        assert abs(blank) < 12  # pixels of page below the paper
        context.close()


def test_choosing_a_row_opens_its_record_and_the_link_names_it(served: str, page) -> None:
    page.goto(served)
    page.wait_for_selector(NOTICE, timeout=WAIT)
    page.get_by_role("button", name="Next").click()
    page.wait_for_url("**record=demo*demo-02*", timeout=WAIT)
    link = page.url
    page.goto(link)
    page.wait_for_selector(NOTICE, timeout=WAIT)
    assert "demo-02" in page.url


def upload(page, served: str, name: str, gain: float) -> None:
    """Drop a CSV of a slow sine in every lead."""
    times = np.arange(1000) / 100
    wave = gain * np.sin(2 * np.pi * times)
    header = "time_s," + ",".join(f"{lead} (mV)" for lead in LEADS)
    factors = (1, 1, 0, -1, 0.5, 0.5, *[1] * 6)
    rows = "\n".join(
        ",".join([f"{t:.2f}", *(f"{f * v:.4f}" for f in factors)]) for t, v in zip(times, wave, strict=True)
    )
    page.goto(f"{served}/upload")
    page.wait_for_selector(NOTICE, timeout=WAIT)
    page.locator("input[type=file]").set_input_files(
        {"name": name, "mimeType": "text/csv", "buffer": f"{header}\n{rows}\n".encode()}
    )
    page.wait_for_selector("text=What the models say", timeout=WAIT)


def test_two_visitors_see_only_their_own_upload(served: str, browser) -> None:
    one, two = browser.new_context(), browser.new_context()
    first, second = one.new_page(), two.new_page()
    upload(first, served, "first-visitor.csv", 0.5)
    upload(second, served, "second-visitor.csv", 1.0)
    assert first.get_by_text("second-visitor.csv").count() == 0
    assert second.get_by_text("first-visitor.csv").count() == 0
    assert "visitor" not in first.url
    one.close()
    two.close()
