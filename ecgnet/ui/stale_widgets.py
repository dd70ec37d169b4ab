"""What Streamlit keeps of widgets that are no longer on the page."""

from __future__ import annotations

from contextlib import suppress

from streamlit.runtime.scriptrunner import get_script_run_ctx


def forget_stale_widgets() -> None:
    """Let go of the callbacks of widgets that left the page, and of all that those hold: records, lists, a day's recording.

    Streamlit (1.67) takes a stale widget's value away, its `WidgetMetadata` stays until the visit ends; widgets whose key
    names a record are new ones at every click. Call it at the start of a page's run, when callbacks have been called. There
    is no public way: without these attributes nothing is forgotten, and nothing breaks.
    """
    context = get_script_run_ctx()
    if context is None:
        return
    with suppress(AttributeError):
        state = context.session_state._state
        valued, known = state._new_widget_state, state._new_widget_state.widget_metadata
        for widget in [one for one in known if one not in valued and one not in state._old_state]:
            del known[widget]
