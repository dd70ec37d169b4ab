"""What only a browser shows: the drawn page, its proportions, links, and two visitors at once."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

NOTICE = "text=Research use only"
WAIT = 120_000
BACKGROUND = {"light": "rgb(255, 255, 255)", "dark": "rgb(18, 24, 31)"}
"""As .streamlit/config.toml has it, although the app was started in another folder."""


@pytest.mark.parametrize("path", ["", "upload", "explain", "compare", "dataset", "models"])
def test_page_is_drawn_without_error_in_both_themes(served: str, page, path: str) -> None:
    page.emulate_media(color_scheme="dark")
    page.goto(f"{served}/{path}")
    for scheme in ("dark", "light"):  # opened in one, turned to the other, as a screen does at sunrise
        page.emulate_media(color_scheme=scheme)
        page.wait_for_selector(NOTICE, timeout=WAIT)
        expect(page.locator("[data-testid=stApp]")).to_have_css(
            "background-color", BACKGROUND[scheme], timeout=WAIT
        )
        assert page.locator("[data-testid=stException]").count() == 0
        assert page.get_by_text("could not be drawn").count() == 0


def test_any_page_may_be_the_first_that_anyone_opens(freshly_served: str, page) -> None:
    page.goto(f"{freshly_served}/upload")
    page.wait_for_selector(NOTICE, timeout=WAIT)
    page.get_by_role("link", name="Compare").wait_for(timeout=WAIT)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("monitor", "ecgnet run --scored"),
        ("worklist", "ecgnet run --scored"),
        ("pacs", "ECGNET_DICOMWEB"),
        ("reader_study", "ECGNET_DB"),
    ],
)
def test_a_page_that_is_not_set_up_says_how_in_a_sentence(served: str, page, path: str, words: str) -> None:
    page.goto(f"{served}/{path}")
    page.get_by_text(words).wait_for(timeout=WAIT)
    assert (
        page.get_by_role(
            "link", name={"worklist": "Work list", "reader_study": "Reader study"}.get(path, path.title())
        ).count()
        == 0
    )


def test_nothing_is_asked_of_another_machine(served: str, page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(served)
    page.wait_for_selector(NOTICE, timeout=WAIT)
    page.get_by_role("button", name="Next").click()
    page.wait_for_url("**record=demo*demo-02*", timeout=WAIT)
    assert [
        url for url in asked if not url.startswith((served, served.replace("http", "ws"), "data:", "blob:"))
    ] == []


def test_paper_keeps_the_proportion_of_25_mm_a_second_to_10_mm_a_millivolt(served: str, page) -> None:
    page.goto(served)
    page.wait_for_selector(NOTICE, timeout=WAIT)
    page.wait_for_selector(".st-key-sheet .js-plotly-plot .xtick", state="attached", timeout=WAIT)
    for width in (800, 1920):
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_timeout(1500)
        x, y, blank = page.evaluate(
            """() => {const l = document.querySelector('.st-key-sheet .js-plotly-plot')._fullLayout;
            const px = a => a._length / Math.abs(a.range[1] - a.range[0]);
            return [px(l.xaxis), px(l.yaxis), l.height - l.margin.t - l.margin.b - l.yaxis._length]}"""
        )
        assert y / x == pytest.approx(0.4, rel=0.01)
        assert abs(blank) < 12  # pixels of page below the paper


def test_the_figures_of_an_open_page_turn_with_it(served: str, page) -> None:
    page.emulate_media(color_scheme="light")
    page.goto(f"{served}/?record=demo/demo-04")
    sheet = page.locator(".st-key-sheet .main-svg").first
    expect(sheet).to_have_css("background-color", "rgb(255, 255, 255)", timeout=60_000)
    page.get_by_text("Research use only").last.wait_for(state="attached", timeout=60_000)
    page.emulate_media(color_scheme="dark")
    expect(sheet).to_have_css("background-color", BACKGROUND["dark"], timeout=60_000)
