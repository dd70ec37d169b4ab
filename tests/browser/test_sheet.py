"""The sheet in a browser: the link that the controls write, calipers, images, and a phone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

WAIT = 120_000
SHEET = ".st-key-sheet .js-plotly-plot"
PIXELS = f"""() => {{
  const gd = document.querySelector("{SHEET}"), l = gd._fullLayout, box = gd.getBoundingClientRect();
  return {{left: box.x + l.xaxis._offset, top: box.y + l.yaxis._offset,
    second: l.xaxis._length / (l.xaxis.range[1] - l.xaxis.range[0]),
    millivolt: l.yaxis._length / (l.yaxis.range[1] - l.yaxis.range[0]),
    from: l.xaxis.range[0], ceiling: l.yaxis.range[1],
    speed: 5 / l.xaxis.dtick, gain: 5 / l.yaxis.dtick,
    leads: gd._fullData.filter(t => t.meta?.kind === "lead").map(
      t => ({{name: t.name, x0: t.x0, dx: t.dx, offset: t.meta.offset, n: t.y.length, mv: [...t.customdata]}}))}}
}}"""


def open_sheet(page, address: str) -> None:
    page.goto(address)
    page.wait_for_selector(f"{SHEET} .xtick", state="attached", timeout=WAIT)
    page.wait_for_selector("text=What the models say", timeout=WAIT)
    page.wait_for_selector(".st-key-measurements", timeout=WAIT)  # it comes with the reading, above the sheet
    page.wait_for_timeout(1000)


@pytest.fixture(scope="module")
def sheet(served, kept_page):
    """The demo library's first record, opened once; every test chooses what it needs."""
    open_sheet(kept_page, served)
    return kept_page


def choose(page, group: str, option: str) -> None:
    chosen = page.get_by_role("radiogroup", name=group).get_by_role("radio", name=option, exact=True)
    if chosen.get_attribute("aria-checked") != "true":
        chosen.click()


def choose_filter(page, band: str) -> None:
    page.get_by_role("button", name="More").click()
    choose(page, "Filter (Hz)", band)
    page.keyboard.press("Escape")


def wait_for_stamp(page, words: str) -> None:
    page.wait_for_selector(f"{SHEET} .annotation-text:has-text('{words}')", state="attached", timeout=WAIT)


def lay_out(page, layout: str, speed: str = "25", gain: str = "10") -> None:
    """Choose, each when the sheet shows the one before, and wait until it stands still."""
    choose(page, "Layout", layout)
    page.wait_for_selector(
        f".st-key-sheet [aria-label*='{layout.replace('x', ' by ')}']", state="attached", timeout=WAIT
    )
    choose(page, "mm/s", speed)
    wait_for_stamp(page, f"{speed} mm/s")
    choose(page, "mm/mV", gain)
    wait_for_stamp(page, f"{speed} mm/s {gain} mm/mV")
    page.wait_for_timeout(500)


def test_controls_write_the_link_defaults_leave_it_clean_and_the_link_opens_the_same(served, page) -> None:
    open_sheet(page, served)
    assert "layout" not in page.url
    choose(page, "Layout", "6x2")
    choose(page, "mm/s", "50")
    choose_filter(page, "0.5-40")
    wait_for_stamp(page, "50 mm/s 10 mm/mV 0.5-40 Hz")
    for part in ("layout=6x2", "speed=50", "filter=0.5-40"):
        assert part in page.url
    link = page.url
    choose(page, "Layout", "3x4")
    choose(page, "mm/s", "25")
    choose_filter(page, "0.05-150")
    wait_for_stamp(page, "25 mm/s 10 mm/mV 0.05-150 Hz")
    assert not re.search("layout|speed|filter", page.url)
    open_sheet(page, link)
    wait_for_stamp(page, "50 mm/s 10 mm/mV 0.5-40 Hz")


@pytest.mark.parametrize(
    ("layout", "speed", "gain"), [("3x4", "12.5", "5"), ("3x4", "50", "20"), ("6x2", "25", "10")]
)
def test_squares_stay_square_also_when_zoomed(sheet, layout: str, speed: str, gain: str) -> None:
    lay_out(sheet, layout, speed, gain)
    for zoomed in (False, True):
        if zoomed:
            sheet.evaluate(f"Plotly.relayout(document.querySelector('{SHEET}'), {{'xaxis.range': [1, 3]}})")
            sheet.wait_for_timeout(500)
        on = sheet.evaluate(PIXELS)
        assert on["second"] / on["speed"] == pytest.approx(on["millivolt"] / on["gain"], rel=0.01)


def place(on: dict, lead: dict, k: int) -> tuple[float, float]:
    """Where sample k of a lead is on screen, in pixels."""
    x = on["left"] + (lead["x0"] + k * lead["dx"] - on["from"]) * on["second"]
    return x, on["top"] + (on["ceiling"] - lead["offset"] - lead["mv"][k]) * on["millivolt"]


def reading(page) -> str:
    return page.locator("output").first.inner_text()


def test_calipers_read_time_voltage_and_rate_exact_to_the_sample_without_the_server(served, page) -> None:
    sent: list[int] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(len(frame))))
    open_sheet(page, f"{served}/?layout=12x1")
    sent.clear()
    page.get_by_role("button", name="Calipers").click()
    page.evaluate(f"document.querySelector('{SHEET}').scrollIntoView({{block: 'center'}})")
    page.wait_for_timeout(500)
    on = page.evaluate(PIXELS)
    lead = next(lead for lead in on["leads"] if lead["name"] == "V2")
    first, second = (round(t / lead["dx"]) for t in (2.0, 2.8))
    page.mouse.move(*place(on, lead, first))
    page.mouse.down()
    page.mouse.move(*place(on, lead, second), steps=6)
    page.mouse.up()
    words = re.match(r"V2: ([\d.]+) ms, ([+−][\d.]+) mV, ([\d.]+)/min", reading(page))
    assert words, reading(page)
    ms = float(words[1])
    samples = round(ms / 1000 / lead["dx"])
    assert ms == pytest.approx(1000 * samples * lead["dx"], abs=0.06)
    assert abs(samples - (second - first)) * lead["dx"] * on["second"] <= 2.5  # pixels beside the pointer
    assert float(words[3]) == pytest.approx(60_000 / ms, abs=0.06)
    rises = [
        lead["mv"][a + samples] - lead["mv"][a] for a in range(first - 4, first + 5)
    ]  # the samples under the pointer's pixel
    assert min(abs(float(words[2].replace("−", "-")) - rise) for rise in rises) < 0.0006
    page.keyboard.press("ArrowRight")
    assert reading(page).startswith(f"V2: {round(ms + 1000 * lead['dx'], 1):g} ms")
    assert "record=demo%2Fdemo-02" not in page.url  # the arrow was the caliper's, not the page's
    page.keyboard.press("Escape")
    assert "Click two points" in reading(page)
    assert not sent


def test_calipers_take_two_clicks_too_and_follow_zoom(sheet) -> None:
    page = sheet
    lay_out(page, "12x1")
    calipers = page.get_by_role("button", name="Calipers")
    calipers.click()
    on = page.evaluate(PIXELS)
    lead = next(lead for lead in on["leads"] if lead["name"] == "II")
    for t in (3.0, 4.0):
        page.mouse.click(*place(on, lead, round(t / lead["dx"])))
    before = reading(page)
    assert before.startswith("II: ")
    page.mouse.move(on["left"] + 5, on["top"] + 5)
    assert reading(page) == before
    page.evaluate(f"Plotly.relayout(document.querySelector('{SHEET}'), {{'xaxis.range': [2, 6]}})")
    page.wait_for_timeout(500)
    line = page.locator(".ecgnet-calipers line").first.bounding_box()
    on = page.evaluate(PIXELS)
    assert line["x"] == pytest.approx(on["left"] + (3.0 - on["from"]) * on["second"], abs=4)
    calipers.click()  # put away


@pytest.mark.parametrize(("button", "ending"), [("Save as PNG", "png"), ("Save as SVG", "svg")])
def test_a_figure_is_saved_as_png_or_svg_with_its_notice(
    sheet, tmp_path: Path, button: str, ending: str
) -> None:
    lay_out(sheet, "3x4")
    sheet.hover(SHEET)
    with sheet.expect_download() as saved:
        sheet.locator(f".st-key-sheet .modebar-btn[data-title='{button}']").click()
    name = saved.value.suggested_filename
    assert name == f"ecgnet-demo-01-3x4.{ending}"
    saved.value.save_as(tmp_path / name)
    data = (tmp_path / name).read_bytes()
    if ending == "svg":
        assert b"Research use only, not a diagnosis." in data
    else:
        assert data.startswith(b"\x89PNG")
        assert int.from_bytes(data[16:20], "big") > 1000  # pixels across


def test_on_a_phone_the_sheet_is_scrolled_and_stays_legible(served, phone) -> None:
    open_sheet(phone, served)
    on = phone.evaluate(PIXELS)
    assert on["second"] / on["speed"] > 2.5  # pixels a millimetre
    wide, room = phone.evaluate(
        "(() => {const r = document.querySelector('.st-key-sheet-room'); return [r.scrollWidth, r.clientWidth]})()"
    )
    assert wide > room
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390  # the page itself stays put


def test_charts_have_words_for_who_does_not_see_them(sheet) -> None:
    alts = sheet.locator("[data-testid=stPlotlyChart] [aria-label], [data-testid=stPlotlyChart][aria-label]")
    assert any("12-lead ECG" in (alts.nth(k).get_attribute("aria-label") or "") for k in range(alts.count()))
