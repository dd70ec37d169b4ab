"""A chosen set of records through chosen models at once, the most disputed first."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from ecgnet.figures.record_set import record_set_figure
from ecgnet.language import Words, localised, mark, say
from ecgnet.models import FUSIONS, REGISTRY
from ecgnet.ptbxl import SUPERCLASSES, TEST_FOLD
from ecgnet.record_search import find_records
from ecgnet.ui import library, link, predictors, scores, selection
from ecgnet.ui.browse import finder
from ecgnet.ui.charts import config
from ecgnet.ui.compare import set_answers
from ecgnet.ui.compare.set_answers import ChosenRecords, SetAnswers
from ecgnet.ui.frame import theme
from ecgnet.ui.selection import widget_key
from ecgnet.ui.tables import show_table

SECTION, ONE = "compare", mark("This ECG")
"""The key, and the name in the link, of the page's chosen section; the section that shows one record."""
MOST = 200
"""Records in a set: more would be looked at by nobody."""
PAGE = 25
WAYS = {
    "ids": mark("By number"),
    "finding": mark("By finding"),
    "draw": mark("Random draw of fold 10"),
    "uploads": mark("Your uploads"),
}
LABELLED = Words({library.PTBXL: "labelled by cardiologists", library.DEMO: "drawn as"})
"""Who gave the labels of a source, as one record's page says it."""
FACETS = ("superclass", "statement", "sex", "fold", "verdict", "models")


def many_records() -> None:
    """The section: choose records and models, see all answers at once; a click on a row opens that record."""
    st.markdown(say("# Many records at once"))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        way = (
            st.segmented_control(
                say("Records"),
                list(WAYS),
                default="draw",
                format_func=lambda way: say(WAYS[way]),
                required=True,
                key="set-way",
                persist_state="session",
            )
            or "draw"
        )
    ready = tuple(name for name in REGISTRY if name in predictors.titles())
    names = scores.choose_models(say("Models"), ready, default=FUSIONS, key="set-models", most=5)
    chosen = {"ids": _by_number, "finding": _by_finding, "draw": _drawn, "uploads": _uploads}[way]()
    if not names:
        st.info(say("Choose at least one model."), icon=":material/info:")
        return
    if not chosen.records and not chosen.refused:
        return
    told = set_answers.answer(chosen, tuple(names))
    if told.records:
        _show(told)
    _not_shown(told)


def _by_number() -> ChosenRecords:
    """PTB-XL's numbers, or demo records' names, typed or pasted."""
    text = st.text_area(
        say("Record numbers"),
        key="set-ids",
        height=68,
        placeholder=say("11, 12, 13-20 or demo-01, separated by commas, blanks or lines"),
        persist_state="session",
    )
    if not text.strip():
        st.caption(say("PTB-XL's ecg_id, ranges such as 13-20, or names of demo records."))
        return ChosenRecords()
    return set_answers.parse(text, _sources(), most=MOST)


def _sources() -> dict[str, pd.Index]:
    ready = [name for name, fault in library.sources().items() if fault is None and name != library.UPLOADS]
    return {name: library.table(name).index for name in ready}


def _by_finding() -> ChosenRecords:
    """Browse's own filters: what is chosen here stands there, and the other way round."""
    source = library.PTBXL if library.sources().get(library.PTBXL, "absent") is None else library.DEMO
    index = library.index(source)
    found = find_records(index, finder.filters(source))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            say("Search"), key=widget_key(source, "text"), persist_state="session", help=finder.HELP["text"]
        )
        for name in FACETS:
            if name in index.facets:
                _facet(source, index.facets[name].values, name, found.counts[name])
    chosen = finder.filters(source)
    rows = np.flatnonzero(find_records(index, chosen).mask)
    st.caption(
        say(
            "These are the filters of Browse: a change here holds there too, with age, rhythm and device beside."
        )
    )
    if not chosen:
        st.info(
            say("Choose a finding, for instance a superclass or “fusions differ”."), icon=":material/info:"
        )
        return ChosenRecords()
    words = say(
        "{n_rows:,} of {n_index:,} records fit.",
        n_rows=len(rows),
        n_index=len(index),
    )
    if len(rows) > MOST:
        span = index.orders.get("model distance")
        if span is None:
            rows = rows[:MOST]
            words += say(" The first {most} are shown.", most=MOST)
        else:
            rows = rows[np.argsort(-np.nan_to_num(span[rows], nan=-1), kind="stable")[:MOST]]
            words += say(
                " Shown are the {most} on which the models' stored answers lie furthest apart.",
                most=MOST,
            )
    return ChosenRecords(tuple((source, str(key)) for key in index.table.index[rows]), {}, words)


def _facet(source: str, values: tuple, name: str, counts: dict) -> None:
    options = {
        "label": finder.TITLES[name],
        "options": values,
        "format_func": lambda v: (
            f"{say(finder.CHOICES.get(name, {}).get(v, v))} ({localised(f'{counts.get(v, 0):,}')})"
        ),
        "key": widget_key(source, name),
        "help": finder.HELP.get(name),
        "persist_state": "session",
    }
    if name in ("superclass", "sex", "verdict", "models"):
        st.pills(selection_mode="multi", **options)
    else:
        st.multiselect(width=220, **options)


def _drawn() -> ChosenRecords:
    if library.sources().get(library.PTBXL, "absent") is not None:
        st.info(
            say(
                "PTB-XL is not open here, so there is no fold to draw from; the numbers of the demo records "
                "(demo-01 …) and your uploads can be compared."
            ),
            icon=":material/info:",
        )
        return ChosenRecords()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        n = st.slider(say("Records"), 10, MOST, 40, 10, key="set-n", width=320, persist_state="session")
        st.button(say("Draw again"), icon=":material/casino:", on_click=_draw_again, key="set-again")
    keys = library.table(library.PTBXL)
    keys = keys.index[(keys["fold"] == TEST_FOLD).to_numpy(bool)]
    turn = st.session_state.get("set_turn", 0)
    drawn = np.random.default_rng(turn).choice(len(keys), min(n, len(keys)), replace=False)
    words = say(
        "Draw {turn}: {n_drawn} of fold {test_fold}'s {n_keys:,} records, unseen in training.",
        turn=turn + 1,
        n_drawn=len(drawn),
        test_fold=TEST_FOLD,
        n_keys=len(keys),
    )
    return ChosenRecords(tuple((library.PTBXL, str(keys[k])) for k in np.sort(drawn)), {}, words)


def _draw_again() -> None:
    st.session_state["set_turn"] = st.session_state.get("set_turn", 0) + 1


def _uploads() -> ChosenRecords:
    uploads = library.uploads()
    if not uploads:
        st.info(
            say("Nothing was uploaded in this visit; the Upload page takes files and whole folders."),
            icon=":material/info:",
        )
        return ChosenRecords()
    records = tuple((library.UPLOADS, key) for key in list(uploads)[:MOST])
    waiting = [u for u in getattr(st.session_state.get("visit"), "uploads", {}).values() if u.record is None]
    refused = {
        u.label: say("waits for an answer on the Upload page")
        if u.asks
        else (u.answer.error or say("could not be read"))
        for u in waiting
    }
    return ChosenRecords(records, refused, say("{n_records} uploads of this visit.", n_records=len(records)))


def _show(told: SetAnswers) -> None:
    several = len(told.models) > 1
    order = np.argsort(-told.distance, kind="stable") if several else np.arange(len(told.records))
    n = len(told.records)
    words = [told.words]
    if several:
        apart = int(told.disputed.sum())
        words.append(
            say(
                "The models call different classes on **{apart}** of {n}; the widest apart come first.",
                apart=apart,
                n=n,
            )
        )
    st.markdown(" ".join(filter(None, words)))
    page = 0
    if n > PAGE:
        pages = list(range(-(-n // PAGE)))
        page = (
            st.segmented_control(
                say("Rows"),
                pages,
                default=0,
                required=True,
                format_func=lambda k: f"{k * PAGE + 1}–{min((k + 1) * PAGE, n)}",
                key=f"set-page-{n}",
                label_visibility="collapsed",
            )
            or 0
        )
    _heat_map(told, order[page * PAGE : (page + 1) * PAGE], f"{page}-{hash((told.records, told.models))}")
    _legend(told)
    with st.expander(say("As a table"), icon=":material/table:"):
        show_table(told.table(order), hide_index=True, width="stretch", placeholder="–")


def _heat_map(told: SetAnswers, rows: np.ndarray, name: str) -> None:
    looks = scores.looks()
    figure = record_set_figure(
        told.probabilities[rows],
        told.calls[rows],
        records=[told.titles[k] for k in rows],
        labels=SUPERCLASSES,
        looks=[looks[name] for name in told.models],
        theme=theme(),
        truth=told.truth[rows] if told.truth is not None else None,
    )
    key = f"set-heat-{st.session_state.get('set_clicks', 0)}-{name}"
    least = 200 + 34 * len(told.models) * len(SUPERCLASSES)
    st.html(
        "<style>.st-key-set-room {overflow-x: auto} .st-key-set-room "
        ":is([data-testid=stElementContainer]:has(.stPlotlyChart), [data-testid=stFullScreenFrame], "
        f".stPlotlyChart) {{min-width: {least}px}}</style>"
    )
    with st.container(key="set-room"):
        st.plotly_chart(
            figure,
            theme=None,
            key=key,
            alt=figure.layout.meta["alt"],
            config=config("ecgnet-set"),
            on_select=lambda: _clicked(key, [told.records[k] for k in rows]),
            selection_mode="points",
        )


def _clicked(key: str, records: list[tuple[str, str]]) -> None:
    """Open the record of the row that was clicked on; the chart forgets the click, so that the next one counts."""
    points = st.session_state[key].selection.points
    if points:
        st.session_state["set_clicks"] = st.session_state.get("set_clicks", 0) + 1
        open_record(*records[round(float(points[0]["y"]))])


def open_record(source: str, key: str) -> None:
    """Put a record of the set on screen, read by all strategies."""
    selection.select(source, key)
    link.choose(SECTION, ONE)


def _legend(told: SetAnswers) -> None:
    names = " · ".join(f"{k}: {REGISTRY[name].title}" for k, name in enumerate(told.models, 1))
    words = f"{names}. " if len(told.models) > 1 else ""
    words += say("Probability in %, bold where the class is present. A click on a row opens its record.")
    if told.truth is not None and told.truth.any():
        by = {LABELLED.get(source, "label") for source, _ in told.records}
        words += f" ●: {by.pop() if len(by) == 1 else 'label'}."
    st.caption(words)
    if told.distance_gaps:
        st.caption(
            say(
                ":material/info: {distance_gaps} records were not answered by every model chosen; “–” stands "
                "there, and they are ordered by the others.",
                distance_gaps=told.distance_gaps,
            )
        )


def _not_shown(told: SetAnswers) -> None:
    if not told.refused:
        return
    st.markdown(say("## Not shown: {n_refused}", n_refused=len(told.refused)))
    show_table(
        pd.DataFrame({mark("Record"): list(told.refused), mark("Why"): list(told.refused.values())}),
        hide_index=True,
        width="stretch",
    )
