"""Keys: one letter does what a click does, on every page, and never while something is typed. `?` lists them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import streamlit as st

from ecgnet.ptbxl import SUPERCLASSES
from ecgnet.ui.navigation import PAGES


@dataclass(frozen=True)
class Key:
    """What one presses, what it does in words, and how the browser does it.

    act: "click" what the CSS selector `on` finds; "next", "before" or "nth" of the choices below `on`, n counted from 0;
    "page": the page of the address `on`; "focus" `on`; "event": what a script of the page does at the event `on`; "list"
    the keys.
    """

    press: str
    words: str
    act: Literal["click", "next", "before", "nth", "page", "focus", "event", "list"]
    on: str = ""
    n: int = 0


ECG, LIST, TO_PAGES, EXPLAIN, STUDY = "The ECG", "The list", "Pages", "Explain", "Reader study"
KEYS: dict[str, tuple[Key, ...]] = {
    STUDY: (
        *(
            Key(str(k + 1), f"{name}, or not", "click", f".study-answer [data-class={name}]")
            for k, name in enumerate(SUPERCLASSES)
        ),
        Key("Enter", "lock the answer", "click", ".study-answer [type=submit]"),
        Key("j", "the next case", "click", ".st-key-study-Next button"),
        Key("k", "the case before", "click", ".st-key-study-Previous button"),
    ),
    LIST: (
        Key(
            "ArrowLeft",
            "the record before",
            "click",
            ".st-key-previous button, .st-key-worklist-Previous button",
        ),
        Key("ArrowRight", "the next record", "click", ".st-key-next button, .st-key-worklist-Next button"),
        Key("/", "search", "focus", "[data-testid=stSidebar] input[type=search]"),
    ),
    ECG: (
        Key("l", "next layout", "next", ".st-key-layout"),
        Key("L", "layout before", "before", ".st-key-layout"),
        Key("+", "more mm/mV", "next", ".st-key-gain"),
        Key("-", "fewer mm/mV", "before", ".st-key-gain"),
        Key("s", "next paper speed", "next", ".st-key-speed"),
        Key("v", "waveform, spectrum, spectrogram", "next", ".st-key-view, [class*=st-key-modality-]"),
        Key("k", "calipers", "event", "ecgnet-calipers"),
        Key("z", "zoom on one lead after the other", "event", "ecgnet-zoom"),
        Key(
            "f",
            "the whole screen, and back",
            "click",
            "[class*=st-key-sheet] [aria-label*=ullscreen], [class*=st-key-explained] [aria-label*=ullscreen]",
        ),
    ),
    EXPLAIN: tuple(
        Key(str(k + 1), f"why {name}", "nth", "[class*=st-key-target-]", k)
        for k, name in enumerate(SUPERCLASSES)
    ),
    TO_PAGES: (
        *(
            Key(
                f"g {page.letter}",
                f"{page.title}, where there is one" if page.needs else page.title,
                "page",
                page.path,
            )
            for page in PAGES
        ),
        Key("?", "these keys", "list"),
    ),
}
"""By what they are for, in the order in which they are listed; of two with one letter, the first that has
something to do."""

_keys = st.components.v2.component(
    "keys",
    html='<button type="button" title="Keys (?)">? <span>Keys</span></button><dialog aria-labelledby="title"></dialog>',
    css=Path(__file__).with_name("keys.css").read_text("utf-8"),
    js=Path(__file__).with_name("keys.js").read_text("utf-8"),
)


def keys() -> None:
    """Listen for the keys; once on every page."""
    with st.container(key="keys"):
        _keys(
            data={subject: [asdict(key) for key in some] for subject, some in KEYS.items()},
            key="page-keys",
            height=1,
        )
