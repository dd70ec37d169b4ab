"""Every page in German: no message of the catalogue is left in English."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict
from streamlit.testing.v1 import AppTest

from ecgnet.folders import ROOT
from ecgnet.language import catalogue
from ecgnet.study_results import read_study
from ecgnet.ui.explain.what_if import FURTHER

PAGES = (
    *("browse", "upload", "explain", "compare", "models"),
    *("validate", "dataset", "pacs", "worklist", "monitor", "reader_study"),
)
COMPARED = ("Two models", "Many records", "Accuracy and cost", "Operating points", "Curves")
EXPLAINED = {
    "section": ("By wave",),
    FURTHER: ("Without a lead", "Another patient", "Is it any good?"),
    "map": ("spectrum", "spectrogram", "metadata"),
}
LONGEST = 20_000
"""Letters of a text that somebody reads; longer ones are styles and pictures."""
KEPT = {
    "id",
    "elementId",
    "key",
    "icon",
    "type",
    "uid",
    "js",
    "css",
    "data64",
    "formId",
    "element",
    "meta",
    "legendgroup",
    "autocomplete",
}
"""Where nothing stands that somebody reads."""
MAY_STAY = {"Text", "Name", "attention", "attribution", "spectrogram", "rhythm", "calipers", "search", "fold"}
"""Words that are German too, and names of traces and controls, which nobody reads."""


@cache
def english() -> tuple[dict[str, str], re.Pattern[str], list[tuple[str, str, re.Pattern[str]]]]:
    """Messages whose German is another: alone, within a text, and with values (their longest part, message, pattern)."""
    alone, within, patterns = {}, [], []
    for message, texts in catalogue("de").items():
        if message in texts or message in MAY_STAY or not re.search(r"[a-z]{3}", message):
            continue
        if "{" in message:
            fixed = re.split(r"\{[^{}]*\}", message)
            if max(map(len, fixed)) >= 12:
                pattern = ".+?".join(re.escape(part) for part in fixed)
                patterns.append((max(fixed, key=len), message, re.compile(pattern, re.DOTALL)))
            continue
        alone[message] = message
        if len(message) >= 14 and " " in message.strip():
            within.append(message)
    return alone, re.compile("|".join(re.escape(m) for m in sorted(within, key=len, reverse=True))), patterns


@cache
def findings() -> set[str]:
    """What the study of the fusions says in its own words, of which the page says that they are English."""
    study = read_study("fusion")
    return {f"- {finding}".replace("−", "-") for finding in (study.findings if study else ())}


def strings(value: Any) -> Iterator[str]:
    """All texts in nested values; JSON in a text is looked into."""
    if isinstance(value, dict):
        for name, part in value.items():
            if name not in KEPT:
                yield from strings(part)
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from strings(part)
    elif isinstance(value, str):
        if value[:1] in "{[":
            try:
                yield from strings(json.loads(value))
                return
            except ValueError:
                pass
        yield value


def shown(app: AppTest) -> Iterator[str]:
    """Everything that a page shows, or says to a screen reader."""
    stack = [app._tree]
    while stack:
        node = stack.pop()
        stack += list(getattr(node, "children", {}).values())
        proto = getattr(node, "proto", None)
        if proto is not None and getattr(node, "type", "") != "json":  # a card as it is kept
            yield from strings(MessageToDict(proto))
        if getattr(node, "type", "") == "arrow_data_frame":
            yield from map(str, node.value.columns)
            for column in node.value.columns:
                yield from (text for text in node.value[column].tolist() if isinstance(text, str))


def left_in_english(app: AppTest) -> set[str]:
    alone, within, patterns = english()
    found = set()
    for text in {text for text in shown(app) if len(text) < LONGEST}:
        text = "\n".join(line for line in text.splitlines() if line.replace("−", "-") not in findings())
        if text in alone:
            found.add(text)
        if hit := within.search(text):
            found.add(hit[0])
        if " " in text:
            found |= {message for part, message, match in patterns if part in text and match.search(text)}
    return found


UNFOLDED = dict.fromkeys(("answers-otherwise", "measures-by-lead", "all-models"), True)
"""Parts that are made when they are looked at."""


def check(app: AppTest) -> None:
    assert not app.exception
    assert "ließ sich nicht zeichnen" not in " ".join(str(error.value) for error in app.error)
    assert left_in_english(app) == set()


@pytest.mark.parametrize("page", PAGES)
def test_nothing_is_left_in_english(open_page: Callable, page: str) -> None:
    check(open_page(page, query={"lang": "de"}, state=UNFOLDED))


@pytest.mark.parametrize("section", COMPARED)
def test_nor_in_a_section_of_compare(open_page: Callable, section: str) -> None:
    check(open_page("compare", query={"lang": "de", "compare": section}))


@pytest.mark.parametrize(
    ("part", "chosen"), [(part, one) for part, some in EXPLAINED.items() for one in some]
)
def test_nor_in_a_part_of_explain(open_page: Callable, part: str, chosen: str) -> None:
    told = {"query": {"map": chosen}} if part == "map" else {"query": {}, "state": {part: chosen}}
    told["query"]["lang"] = "de"
    check(open_page("explain", **told))


def test_nor_on_the_page_of_help(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which links to all others, so that the whole app is asked for it."""
    monkeypatch.setenv("ECGNET_WITHOUT_LOGIN", "1")
    app = AppTest.from_file(ROOT / "app.py", default_timeout=60)
    app.query_params["lang"] = "de"
    check(app.switch_page("pages/help.py").run())


def test_the_default_is_english_and_a_choice_stays(open_page: Callable) -> None:
    app = open_page("models")
    assert any("Models and what" in text.value for text in app.markdown)
    app.segmented_control(key="lang").set_value("de").run()
    assert any("Modelle und was" in text.value for text in app.markdown)
    assert app.query_params["lang"] in ("de", ["de"])
