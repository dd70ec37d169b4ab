"""Nothing is computed that is not looked at."""

from streamlit.testing.v1 import AppTest


def page() -> None:
    import streamlit as st

    from ecgnet.ui.unfolding import unfolding

    unfolding("Measures by lead", "measures", draw=lambda: st.markdown("drawn"))


def test_the_contents_of_a_closed_expander_are_not_made():
    app = AppTest.from_function(page).run()
    assert app.expander[0].label == "Measures by lead"
    assert not app.markdown


def test_they_are_drawn_where_it_is_open():
    app = AppTest.from_function(page)
    app.session_state["measures"] = True
    assert [one.value for one in app.run().markdown] == ["drawn"]
