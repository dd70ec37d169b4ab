"""The finder: search, filters that count what they would leave, and the list of records, in the drawer at the left."""

from __future__ import annotations

from collections.abc import Hashable

import streamlit as st

from ecgnet.language import Words, localised, mark, say
from ecgnet.ptbxl import SUPERCLASS_TITLES, find_ptbxl
from ecgnet.record_search import NONE, UNKNOWN, Filters, FoundRecords, Index, find_records, step
from ecgnet.statements import STATEMENTS, SUBCLASSES
from ecgnet.ui import glossary, library, link, selection
from ecgnet.ui.browse import preparing
from ecgnet.ui.browse.record_list import COLUMNS, choose_order, listed, order, show_list, to_top
from ecgnet.ui.escape import plain
from ecgnet.ui.frame import fragment
from ecgnet.ui.selection import follow, go_to, widget_key

WIDTH = 345
"""Pixels of the drawer when the page opens."""
AGES = (0, 100)
STYLE = """<style>
[data-testid=stSidebar][data-collapsed=false] {min-width: min(345px, 100vw)}
[data-testid=stSidebarHeader] {height: 2.6rem; margin: 0; padding: .4rem .8rem 0}
[data-testid=stSidebarContent] {padding: 0 .3rem}
[data-testid=stSidebarUserContent] {padding: .2rem .6rem 1rem}
[data-testid=stSidebarUserContent] [data-testid=stElementToolbar] {display: none}
[data-testid=stSidebarUserContent] [data-testid=stVerticalBlock] {gap: .55rem}
[data-testid=stSidebarUserContent] .stButtonGroup button {padding: 0 .55rem; min-height: 1.8rem}
</style>"""
TITLES = Words(
    {
        "superclass": "Superclass",
        "subclass": "Subclass",
        "statement": "SCP-ECG statement",
        "rhythm": "Rhythm",
        "sex": "Sex",
        "fold": "Fold",
        "device": "Device",
        "verdict": "Model against label",
        "called": "Model calls",
        "models": "Models against one another",
    }
)
CHOICES: dict[str, dict[Hashable, str]] = {
    "superclass": {NONE: mark("no superclass")},
    "sex": {"female": mark("female"), "male": mark("male"), UNKNOWN: mark("not told")},
    "subclass": SUBCLASSES,
    "called": {NONE: mark("no class")},
    "device": {UNKNOWN: mark("not told")},
    "verdict": {
        "agrees": mark("agrees"),
        "disagrees": mark("disagrees"),
        "misses": mark("misses a class"),
        "adds": mark("calls one too many"),
    },
    "models": {
        "agree": mark("all agree"),
        "differ": mark("some differ"),
        "fusions differ": mark("fusions differ"),
    },
}
HELP = {
    "text": mark(
        "Search: a number finds that record or that patient. Words are sought in the reports and in the statements' "
        'descriptions, all of them; "in quotes" they must stand together, -word leaves records out.'
    ),
    "subclass": mark("PTB-XL's diagnostic subclasses; records that carry every one chosen here."),
    "statement": mark("The 71 statements of PTB-XL; records that carry every one chosen here."),
    "rhythm": mark("Records that carry every rhythm statement chosen here."),
    "verdict": mark(
        "Whether the default fusion calls exactly the classes of the label. On folds 1 to 8 the model was trained "
        "with these labels, so that it agrees more often there than it would elsewhere."
    ),
    "called": mark("Classes that the default fusion calls, whatever the label says."),
    "models": mark("Whether the seven shown models, or the three fusions among them, call the same classes."),
}


def _help(name: str) -> str | None:
    """The tooltip of a filter."""
    if name == "superclass":
        titles = " · ".join(f"{label}: {title}" for label, title in SUPERCLASS_TITLES.items())
        return say("Records that carry every class chosen here. ") + titles
    if name == "fold":
        return glossary.meaning("Fold")
    return say(HELP[name]) if name in HELP else None


JUDGED = ("verdict", "called", "models")


def filters(source: str) -> Filters:
    """What the visitor has chosen, read before the widgets are drawn, since they show counts that depend on it."""
    state = st.session_state
    ages = tuple(state.get(widget_key(source, "ages"), AGES))
    chosen = {name: tuple(state.get(widget_key(source, name)) or ()) for name in TITLES}
    return Filters(
        state.get(widget_key(source, "text")) or "",
        None if ages == AGES else ages,
        {name: values for name, values in chosen.items() if values},
    )


def move(by: int) -> None:
    """Open the next (1) or the previous (-1) record of the list."""
    source, key = selection.current()
    index = library.index(source)
    found = find_records(index, filters(source))
    row = step(listed(source, index, found=found), index.row(key), by=by)
    if row is None:
        st.toast(
            say("This is the last record of the list.")
            if by > 0
            else say("This is the first record of the list."),
            icon=":material/info:",
        )
    else:
        go_to(source, index.keys[row])


def clear(source: str) -> None:
    """Take every filter away."""
    state = st.session_state
    state[widget_key(source, "text")] = ""
    state[widget_key(source, "ages")] = AGES
    for name in TITLES:
        if widget_key(source, name) in state:
            state[widget_key(source, name)] = []
    follow(source)


def keep_link() -> None:
    """Keep record and list in the link; where the visitor's own link is followed, the list becomes the one it names."""
    selection.keep_link()
    source, _ = selection.current()
    for name in (
        "text",
        "ages",
        *TITLES,
    ):  # what stands in the widgets is that of the page before, once it is said anew
        if (key := widget_key(source, name)) in st.session_state:
            st.session_state[key] = st.session_state[key]
    if not link.followed() or source == library.UPLOADS:
        return
    state, facets = st.session_state, library.index(source).facets
    state[widget_key(source, "text")] = "".join(link.values("find"))
    lost = []
    for name, title in TITLES.items():
        known = {str(value): value for value in facets[name].values} if name in facets else {}
        named = link.values(f"find-{name}")
        state[widget_key(source, name)] = [known[value] for value in named if value in known]
        lost += [f"{title} {plain(value, 60)}" for value in named if value not in known]
    state[widget_key(source, "ages")] = _ages("".join(link.values("find-ages")))
    by, _, way = "".join(link.values("find-order")).partition(" ")
    state[widget_key(source, "order")] = (
        (by.replace("-", " "), way == "down") if by.replace("-", " ") in COLUMNS else ("number", False)
    )
    follow(source)
    if lost:
        st.info(
            say(
                "The link narrows the list by {lost} too, which is not known of the records here.",
                lost=", ".join(lost),
            ),
            icon=":material/filter_alt_off:",
        )


def _ages(said: str) -> tuple[int, int]:
    """ "40-60" → (40, 60); every age for what is no such span."""
    low, _, high = said.partition("-")
    if not (low.isdecimal() and high.isdecimal() and AGES[0] <= int(low) <= int(high) <= AGES[1]):
        return AGES
    return int(low), int(high)


def _into_link(source: str, chosen: Filters) -> None:
    """The list's search, filters and order; of a visitor's uploads nothing."""
    mine = source == library.UPLOADS
    link.write("find", (chosen.text,) if chosen.text and not mine else ())
    for name in TITLES:
        link.write(f"find-{name}", map(str, () if mine else chosen.chosen.get(name, ())))
    ages = "" if mine or chosen.ages is None else "-".join(f"{age:g}" for age in chosen.ages)
    link.write("find-ages", (ages,) if ages else ())
    by, descending = order(source)
    said = "" if mine or (by, descending) == ("number", False) else by.replace(" ", "-")
    link.write("find-order", (f"{said} down" if descending else said,) if said else ())


@fragment
def panel() -> None:
    """Everything that finds records. A fragment: a filter redraws it alone, the ECG beside it stays."""
    source, key = selection.current()
    st.html(STYLE)
    _choose_source(source)
    index = library.index(source)
    chosen = filters(source)
    _into_link(source, chosen)
    found = find_records(index, chosen)
    st.text_input(
        say("Search"),
        label_visibility="collapsed",
        type="search",
        live=True,
        placeholder=say("Record, patient, words of the report"),
        key=widget_key(source, "text"),
        on_change=to_top,
        args=(source,),
        persist_state="session",
    )
    _pills(source, index, found, "superclass")
    _more(source, index, found, chosen)
    show_list(source, key, index=index, found=found, asked=hash(chosen.key))
    if source == library.PTBXL and (folder := find_ptbxl()) is not None:
        preparing.offer(folder, len(index))


def _choose_source(source: str) -> None:
    ready = [name for name, fault in library.sources().items() if fault is None]
    if len(ready) < 2:
        return

    def changed() -> None:
        wanted = st.session_state["source"]
        if wanted and wanted != source:
            go_to(*selection.last_of(wanted))
            st.rerun()

    st.session_state["source"] = source
    st.segmented_control(
        say("Records from"),
        ready,
        required=True,
        key="source",
        on_change=changed,
        label_visibility="collapsed",
        format_func=say,
    )


def _count(found: FoundRecords, name: str, value: Hashable) -> str:
    """ "MI (1,234)": the value in words and the records that it would leave."""
    words = say(CHOICES.get(name, {}).get(value, str(value)))
    if name in ("statement", "rhythm"):
        words = STATEMENTS[value].choice
    return f"{words} ({localised(f'{found.counts[name].get(value, 0):,}')})"


def _pills(source: str, index: Index, found: FoundRecords, name: str) -> None:
    if name not in index.facets:
        return
    st.pills(
        TITLES[name],
        index.facets[name].values,
        selection_mode="multi",
        format_func=lambda value: _count(found, name, value),
        key=widget_key(source, name),
        help=_help(name),
        on_change=to_top,
        args=(source,),
        wrap=True,
        persist_state="session",
    )


def _multiselect(source: str, index: Index, found: FoundRecords, name: str) -> None:
    if name not in index.facets:
        return
    values = index.facets[name].values
    counts = found.counts[name]
    if name in ("statement", "subclass"):
        values = sorted(values, key=lambda value: -index.facets[name].holds[:, values.index(value)].sum())
    st.multiselect(
        TITLES[name],
        values,
        format_func=lambda value: _count(found, name, value),
        key=widget_key(source, name),
        help=_help(name),
        placeholder=say("any of {values}", values=sum(n > 0 for n in counts.values())),
        on_change=to_top,
        args=(source,),
        persist_state="session",
    )


def _more(source: str, index: Index, found: FoundRecords, chosen: Filters) -> None:
    """The filters that are not always in sight, and the way back from all of them."""
    active = len(chosen.chosen) - ("superclass" in chosen.chosen) + (chosen.ages is not None)
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        with st.popover(
            say("Filters ({active})", active=active) if active else say("Filters"),
            icon=":material/tune:",
            key="filters",
        ):
            _choices(source, index, found)
        if chosen:
            st.button(
                say("Clear"), icon=":material/filter_alt_off:", on_click=clear, args=(source,), key="clear"
            )
    judged = [name for name in JUDGED if name in chosen.chosen]
    if lacking := max((found.unknown.get(name, 0) for name in judged), default=0):
        st.caption(
            say(
                ":material/info: {lacking:,} records are left out because the models' answers to them are "
                "not computed yet; the button below the list does it.",
                lacking=lacking,
            )
        )


def _choices(source: str, index: Index, found: FoundRecords) -> None:
    left, right = st.columns(2, gap="medium")
    with left:
        for name in ("rhythm", "statement", "subclass", "fold", "device"):
            _multiselect(source, index, found, name)
        choose_order(source, index)
    with right:
        _pills(source, index, found, "sex")
        st.session_state.setdefault(widget_key(source, "ages"), AGES)
        st.slider(
            say("Age (years)"),
            *AGES,
            key=widget_key(source, "ages"),
            on_change=to_top,
            args=(source,),
            persist_state="session",
            help=say(
                "PTB-XL keeps no age above 89, so as not to name anybody; such ages count as unknown, which only the "
                "whole range lets in."
            ),
        )
        for name in JUDGED:
            _pills(source, index, found, name)
        _say_what_is_computed(source, index)
    st.caption(_help("text"))


def _say_what_is_computed(source: str, index: Index) -> None:
    if source == library.PTBXL and "verdict" not in index.facets:
        st.caption(say("Once the models have answered for all records, one can filter by their answers too."))
