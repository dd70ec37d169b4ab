"""Compare in a browser: what a click on the heat map opens."""

from __future__ import annotations

import re

WAIT = 120_000
HEAT_MAP = ".st-key-set-room .js-plotly-plot"


def test_a_click_on_a_row_of_the_heat_map_opens_its_record(served: str, page) -> None:
    page.goto(f"{served}/compare?compare=Many+records")
    page.get_by_role("radio", name="By number").click()
    box = page.get_by_placeholder(re.compile("demo-01"))
    box.fill("demo-02, demo-05, demo-09")
    box.press("Control+Enter")
    page.wait_for_selector(f"{HEAT_MAP} .scatterlayer .point", state="attached", timeout=WAIT)
    page.wait_for_timeout(1000)
    row = page.evaluate(
        f"""() => {{const l = document.querySelector('{HEAT_MAP}')._fullLayout;
        const area = document.querySelector('{HEAT_MAP} .nsewdrag').getBoundingClientRect();
        return {{title: l.yaxis.ticktext[1],
        x: area.x + l.xaxis.l2p(l.xaxis.tickvals[0]), y: area.y + l.yaxis.l2p(1)}}}}"""
    )
    page.mouse.click(row["x"], row["y"])
    page.wait_for_url(re.compile(re.search(r"demo-\d\d", row["title"])[0]), timeout=WAIT)
