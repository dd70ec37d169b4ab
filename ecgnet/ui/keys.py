"""Keys: one letter does what a click does, on every page, and never while something is typed. `?` lists them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import streamlit as st

from ecgnet.language import ENGLISH, mark, say, speaking, worded
from ecgnet.ptbxl import SUPERCLASSES
from ecgnet.ui.navigation import PAGES


@worded("words")
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


ECG, LIST, TO_PAGES, EXPLAIN, STUDY = (
    mark("The ECG"),
    mark("The list"),
    mark("Pages"),
    mark("Explain"),
    mark("Reader study"),
)
WHY = {
    "NORM": mark("why NORM"),
    "MI": mark("why MI"),
    "STTC": mark("why STTC"),
    "CD": mark("why CD"),
    "HYP": mark("why HYP"),
}
OR_NOT = {
    "NORM": mark("NORM, or not"),
    "MI": mark("MI, or not"),
    "STTC": mark("STTC, or not"),
    "CD": mark("CD, or not"),
    "HYP": mark("HYP, or not"),
}
WHERE = {
    "pacs": mark("Archive, where there is one"),
    "worklist": mark("Work list, where there is one"),
    "monitor": mark("Monitor, where there is one"),
    "reader_study": mark("Reader study, where there is one"),
}
"""The pages that are not everywhere."""
with speaking(ENGLISH):
    TITLES = {page.file: page.title for page in PAGES}
KEYS: dict[str, tuple[Key, ...]] = {
    STUDY: (
        *(
            Key(str(k + 1), OR_NOT[name], "click", f".study-answer [data-class={name}]")
            for k, name in enumerate(SUPERCLASSES)
        ),
        Key("Enter", mark("lock the answer"), "click", ".study-answer [type=submit]"),
        Key("j", mark("the next case"), "click", ".st-key-study-Next button"),
        Key("k", mark("the case before"), "click", ".st-key-study-Previous button"),
    ),
    LIST: (
        Key(
            "ArrowLeft",
            mark("the record before"),
            "click",
            ".st-key-previous button, .st-key-worklist-Previous button",
        ),
        Key(
            "ArrowRight",
            mark("the next record"),
            "click",
            ".st-key-next button, .st-key-worklist-Next button",
        ),
        Key("/", mark("search"), "focus", "[data-testid=stSidebar] input[type=search]"),
    ),
    ECG: (
        Key("l", mark("next layout"), "next", ".st-key-layout"),
        Key("L", mark("layout before"), "before", ".st-key-layout"),
        Key("+", mark("more mm/mV"), "next", ".st-key-gain"),
        Key("-", mark("fewer mm/mV"), "before", ".st-key-gain"),
        Key("s", mark("next paper speed"), "next", ".st-key-speed"),
        Key("v", mark("waveform, spectrum, spectrogram"), "next", ".st-key-view, [class*=st-key-modality-]"),
        Key("k", mark("calipers"), "event", "ecgnet-calipers"),
        Key("z", mark("zoom on one lead after the other"), "event", "ecgnet-zoom"),
        Key(
            "f",
            mark("the whole screen, and back"),
            "click",
            "[class*=st-key-sheet] [aria-label*=ullscreen], [class*=st-key-explained] [aria-label*=ullscreen]",
        ),
    ),
    EXPLAIN: tuple(
        Key(str(k + 1), WHY[name], "nth", "[class*=st-key-target-]", k) for k, name in enumerate(SUPERCLASSES)
    ),
    TO_PAGES: (
        *(
            Key(f"g {page.letter}", WHERE.get(page.file, TITLES[page.file]), "page", page.path)
            for page in PAGES
        ),
        Key("?", mark("these keys"), "list"),
    ),
}
"""By what they are for, in the order in which they are listed; of two with one letter, the first that has
something to do."""

_keys = st.components.v2.component(
    "keys",
    html='<button type="button">? <span></span></button><dialog aria-labelledby="title"></dialog>',
    css=Path(__file__).with_name("keys.css").read_text("utf-8"),
    js=Path(__file__).with_name("keys.js").read_text("utf-8"),
)


def keys() -> None:
    """Listen for the keys; once on every page."""
    with st.container(key="keys"):
        _keys(
            data={
                "keys": {say(subject): [asdict(key) for key in some] for subject, some in KEYS.items()},
                "words": {
                    "keys": say("Keys"),
                    "press": say("Keys (?)"),
                    "help": say("Help: tour, glossary, how to cite"),
                    "close": say("Close"),
                },
            },
            key="page-keys",
            height=1,
        )
