"""Slow work beside the page."""

from __future__ import annotations

import threading

import pytest
from streamlit.testing.v1 import AppTest

from ecgnet.ui.waiting import patiently


def test_slow_work_is_waited_for_and_its_result_shown() -> None:
    def page() -> None:
        import time

        import streamlit as st

        from ecgnet.ui.waiting import patiently

        st.write(patiently(lambda: time.sleep(0.2) or "done"))

    assert AppTest.from_function(page).run().markdown[0].value == "done"


def test_an_error_of_the_work_reaches_the_page() -> None:
    def page() -> None:
        import streamlit as st

        from ecgnet.ui.waiting import patiently

        try:
            patiently(lambda: {}["absent"])
        except KeyError as error:
            st.write(f"caught {error}")

    assert "absent" in AppTest.from_function(page).run().markdown[0].value


def test_an_answer_does_not_wait_for_someone_elses_map() -> None:
    drawn = threading.Event()
    busy = threading.Thread(target=lambda: patiently(lambda: drawn.wait(20), explains=True))
    busy.start()
    try:
        assert patiently(lambda: "answered") == "answered"
        assert busy.is_alive()
    finally:
        drawn.set()
        busy.join()


def test_a_record_is_settled_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ecgnet.ui.waiting.CALM", 0.2)

    def page() -> None:
        import time

        import streamlit as st

        from ecgnet.ui.waiting import settle

        began = time.monotonic()
        settle("demo/1")
        st.markdown(str(time.monotonic() - began))

    app = AppTest.from_function(page).run()
    first = float(app.markdown[0].value)
    again = float(app.run().markdown[0].value)
    assert again < 0.2 <= first + 0.01
