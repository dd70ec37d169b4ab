"""Errors within a page, and within a part of it that is drawn again by itself, are sentences."""

from __future__ import annotations

from pathlib import Path

from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).resolve().parents[2]


def page_with_a_fragment() -> None:
    import streamlit as st

    from ecgnet.ptbxl import CatalogueError
    from ecgnet.ui.frame import fragment, frame

    @fragment
    def part() -> None:
        wanted = st.selectbox("Record", ["here", "far away", "broken"])
        if wanted == "far away":
            raise CatalogueError("physionet.org does not answer.")
        if wanted == "broken":
            raise ZeroDivisionError

    with frame():
        part()
        st.markdown("What follows")


def opened() -> AppTest:
    return AppTest.from_function(page_with_a_fragment, default_timeout=60).run()


def test_an_error_in_a_part_of_the_page_is_its_sentence() -> None:
    app = opened()
    app.selectbox[0].select("far away").run()
    assert not app.exception
    assert [info.value for info in app.info] == ["physionet.org does not answer."]
    assert any(text.value == "What follows" for text in app.markdown)


def test_an_unexpected_error_in_a_part_of_the_page_is_an_apology() -> None:
    app = opened()
    app.selectbox[0].select("broken").run()
    assert not app.exception
    assert "could not be drawn" in app.error[0].value


def test_every_fragment_has_the_frames_sentences() -> None:
    sources = [*(ROOT / "ecgnet" / "ui").rglob("*.py"), *(ROOT / "pages").glob("*.py")]
    bare = [file.name for file in sources if "st.fragment" in file.read_text() and file.name != "frame.py"]
    assert not bare, "take ecgnet.ui.frame.fragment, whose errors are sentences"
