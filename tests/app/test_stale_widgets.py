"""What a visit holds does not grow with its clicks."""

import gc
import weakref

from streamlit.testing.v1 import AppTest

HELD: list[weakref.ref] = []


def page() -> None:
    """A button a record, each with a callback that holds its record, as lists and downloads do."""
    from functools import partial
    from weakref import ref

    import streamlit as st

    from ecgnet.ui.stale_widgets import forget_stale_widgets
    from tests.app.test_stale_widgets import HELD, Held

    def following(record: Held) -> None:
        st.session_state["number"] += 1

    forget_stale_widgets()
    number = st.session_state.setdefault("number", 0)
    record = Held()
    HELD.append(ref(record))
    st.button("Next", key=f"next-{number}", on_click=partial(following, record))


class Held:
    """Stands for a record."""


def test_the_callbacks_of_widgets_that_left_the_page_are_let_go() -> None:
    HELD.clear()
    app = AppTest.from_function(page).run()
    for _ in range(5):
        app.button[0].click().run()
    gc.collect()
    alive = [k for k, record in enumerate(HELD) if record() is not None]
    assert app.session_state["number"] == 5
    assert alive[-1] == 5 and len(alive) <= 2  # the button on the page, and at most the one that was clicked
