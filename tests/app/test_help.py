"""The Help page: a tour, the glossary, keys, how to cite."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from ecgnet import __version__
from ecgnet.folders import ROOT
from ecgnet.ui import glossary, texts
from ecgnet.ui.help.citing import REFERENCES
from ecgnet.ui.keys import KEYS
from ecgnet.ui.navigation import PAGES


@pytest.fixture(scope="module")
def pages_said() -> list[str]:
    """What the page says, part by part."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ECGNET_WITHOUT_LOGIN", "1")
        app = AppTest.from_file(ROOT / "app.py", default_timeout=60).switch_page("pages/help.py").run()
    assert not app.exception and not app.error
    return [*(m.value for m in app.markdown), *(part.proto.body for part in app.get("html"))]


def test_the_tour_names_every_page_and_what_it_is_for(pages_said: list[str]) -> None:
    said = "\n".join(pages_said)
    assert [page.title for page in PAGES[:-1] if page.purpose not in said] == []
    assert texts.NOTICE in said


def test_every_page_of_the_tour_is_there() -> None:
    assert sorted(page.file for page in PAGES) == sorted(file.stem for file in (ROOT / "pages").glob("*.py"))


def test_the_glossary_and_the_keys_are_all_there(pages_said: list[str]) -> None:
    said = "\n".join(pages_said).replace("&#x27;", "'").replace("&amp;", "&")
    assert [term.name for term in glossary.terms() if f"<dt>{term.name}</dt>" not in said] == []
    assert [key.words for some in KEYS.values() for key in some if f"<dd>{key.words}</dd>" not in said] == []


def test_a_tooltip_says_what_the_glossary_says(open_page: Callable) -> None:
    app = open_page("models")
    tables = [frame.proto.columns for frame in app.dataframe if "Macro AUC" in frame.value]
    assert any(glossary.meaning("Macro AUC") in columns for columns in tables)
    with pytest.raises(KeyError):
        glossary.meaning("no such term")


def test_no_term_is_explained_twice() -> None:
    names = [term.name for term in glossary.terms()]
    assert len(names) == len(set(names))


def test_the_citation_file_says_the_same() -> None:
    written = Path(ROOT / "CITATION.cff").read_text("utf-8")
    assert f'version: "{__version__}"' in written
    for one in REFERENCES:
        assert one.title.removesuffix(" (version 1.0.3)") in written
        assert one.doi in written
