"""A tour of two minutes: what each page is for, in the order one uses them, each opened on an ECG that shows it."""

from __future__ import annotations

import streamlit as st

from ecgnet.demo import DemoRecord, demo_library
from ecgnet.language import mark, say, within
from ecgnet.ui.navigation import PAGES, AppPage
from ecgnet.ui.texts import NOTICE

STYLE = """<style>
.st-key-tour {max-width: 68rem}
.st-key-tour [data-testid=stHorizontalBlock] {align-items: baseline; flex-wrap: nowrap}
@media (max-width: 640px) {.st-key-tour [data-testid=stHorizontalBlock] {flex-wrap: wrap; row-gap: 0}}
</style>"""
OPENING = mark(
    "**{notice}** ECGNet is for judging networks on ECGs, beside a reader and never in their place: it was measured on "
    "PTB-XL alone and is no medical device. Each name below opens its page, the demo ECGs are synthetic."
)


def tour() -> None:
    """One line a page."""
    st.html(STYLE)
    with st.container(key="tour"):
        st.markdown(say(OPENING, notice=say(NOTICE)))
        st.markdown(say("## In two minutes"))
        titles = {demo.record.id: _name(demo) for demo in demo_library()}
        for page in PAGES[:-1]:
            with st.container(horizontal=True):
                _way_in(page)
                words = page.purpose
                if page.record:
                    words += say(" Opens on: {titles}.", titles=titles[page.record])
                if page.needs:
                    words += say(" In the navigation {needs}.", needs=page.needs)
                st.markdown(words)


def _way_in(page: AppPage) -> None:
    st.page_link(
        f"pages/{page.file}.py",
        label=page.title,
        icon=f":material/{page.icon}:",
        query_params={"record": f"demo/{page.record}"} if page.record else None,
        width=140,
    )


def _name(demo: DemoRecord) -> str:
    return within(demo.title)
