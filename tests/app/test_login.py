"""Whom the door lets in, and for how long."""

from __future__ import annotations

import time
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from ecgnet.ui import login


def app() -> None:
    import streamlit as st

    from ecgnet.ui import login

    login.door()
    st.markdown("What is behind it")


@pytest.fixture
def logged_in(monkeypatch: pytest.MonkeyPatch):
    """logged_in(iat=...) is a visit with an identity token of these claims."""
    monkeypatch.setenv("ECGNET_LOGIN", "/etc/ecgnet/login.toml")

    def visit(**changed: Any) -> None:
        claims = {
            "is_logged_in": True,
            "iss": "https://login.example",
            "sub": "7",
            "name": "Ada",
            "iat": time.time(),
        }
        user = type("User", (dict,), {"to_dict": lambda self: dict(self)})
        monkeypatch.setattr("streamlit.user", user(claims | changed))

    return visit


def test_who_has_logged_in_is_known_by_name(logged_in):
    logged_in()
    assert login.admitted()
    assert login.current().name == "Ada"
    shown = AppTest.from_function(app, default_timeout=60).run()
    assert not shown.exception
    assert "What is behind it" in [text.value for text in shown.markdown]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"iat": time.time() - 13 * 3600}, "more than 12 hours old"),
        ({"iat": time.time() + 3600}, "clocks"),
        ({"iat": None}, "does not say when"),
        ({"sub": ""}, "does not say who"),
    ],
    ids=["old", "of the future", "without a time", "without a subject"],
)
def test_a_login_that_does_not_hold_is_said_and_shows_nothing(logged_in, changed: dict, said: str):
    logged_in(**changed)
    shown = AppTest.from_function(app, default_timeout=60).run()
    assert not shown.exception
    assert said in shown.warning[0].value
    assert "behind" not in str([text.value for text in shown.markdown])
    assert not login.current().named


def test_a_stranger_is_shown_the_way_in_alone(logged_in):
    logged_in(is_logged_in=False)
    shown = AppTest.from_function(app, default_timeout=60).run()
    assert not shown.exception
    assert [button.label for button in shown.button] == ["Log in"]
    assert not shown.warning
    assert "behind" not in str([text.value for text in shown.markdown])


def test_an_app_that_others_reach_without_a_login_shows_nothing(monkeypatch: pytest.MonkeyPatch):
    """As `streamlit run app.py` would start it."""
    monkeypatch.delenv("ECGNET_LOGIN", raising=False)
    monkeypatch.delenv("ECGNET_WITHOUT_LOGIN", raising=False)
    shown = AppTest.from_function(app, default_timeout=60).run()
    assert "open to other machines" in shown.error[0].value
    assert not shown.markdown


def test_where_somebody_else_asks_nobody_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("ECGNET_LOGIN", raising=False)
    monkeypatch.setenv("ECGNET_WITHOUT_LOGIN", "1")
    monkeypatch.setenv("ECGNET_READER", "Ada")
    assert AppTest.from_function(app, default_timeout=60).run().markdown[0].value == "What is behind it"
    assert not login.current().named
