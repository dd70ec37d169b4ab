"""What a study found: figures, tables and files, for readers who have finished it."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from ecgnet.figures.reader_study import changes_figure, gain_figure
from ecgnet.language import say
from ecgnet.ptbxl import SUPERCLASSES
from ecgnet.reader_studies import files, in_words, journal
from ecgnet.reader_studies.results import SHOWN, Results, results
from ecgnet.reader_studies.statistics.obuchowski_rockette import Analysis
from ecgnet.reader_studies.table import tabulate
from ecgnet.ui.charts import chart
from ecgnet.ui.frame import theme
from ecgnet.ui.memory import remember
from ecgnet.ui.reader_studies.visit import Place
from ecgnet.ui.tables import show_table
from ecgnet.ui.texts import NOTICE


def show(place: Place) -> None:
    """The results of all who have finished; before, how far this reader is."""
    if not place.finished:
        st.info(
            say(
                "You have finished {done} of {n_cases} cases. The results, and what others said, are shown "
                "when you have finished all.",
                done=place.done,
                n_cases=len(place.cases),
            ),
            icon=":material/hourglass_top:",
        )
        return
    without = frozenset(case.number for case in place.study.cases) - {case.number for case in place.cases}
    done = journal.finished(place.study, place.seen, without=without)
    table = tabulate(place.study, place.seen, without=without)
    key = (place.study.id, len(place.seen), tuple(sorted(without)))
    found = remember("study-results", key, make=lambda: results(table))
    st.markdown(f"#### {in_words.summary(found)}")
    if going := len(done) - sum(done.values()):
        st.caption(
            say(
                "{going} more have begun; what they said is not counted until they have finished.",
                going=going,
            )
        )
    st.caption(say(":material/science: **{notice}**", notice=say(NOTICE)))
    _figures(found)
    for each in in_words.tables(found):
        st.markdown(f"##### {each.title}")
        show_table(
            pd.DataFrame(each.rows, columns=list(each.head)),
            hide_index=True,
            height="content",
            alt=say(
                "{title}: a row for each, the columns are {head}.",
                title=each.title,
                head=", ".join(each.head),
            ),
        )
        st.caption(each.caption)
    rows = files.rows(place.study, place.seen)
    st.markdown(say("##### Files"))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        label = st.selectbox(
            say("Class of the iMRMC file"),
            SUPERCLASSES,
            index=1,
            key="study-imrmc",
            width=180,
            format_func=say,
        )
        for kind, mime, make in (
            ("csv", "text/csv", lambda: files.as_csv(rows)),
            ("json", "application/json", lambda: files.whole_json(place.study, rows, found=found)),
            ("imrmc", "text/plain", lambda: files.as_imrmc(place.study, table, label=label)),
        ):
            st.download_button(
                {"csv": say("Reads as CSV"), "json": say("All as JSON"), "imrmc": say("iMRMC file")}[kind],
                make,
                file_name=f"{place.study.id}-{label}.imrmc"
                if kind == "imrmc"
                else f"{place.study.id}.{kind}",
                mime=mime,
                icon=":material/download:",
                on_click="ignore",
                key=f"study-export-{kind}",
            )
    st.caption(say("Files name readers by number. {notice}", notice=say(NOTICE)))


def _figures(found: Results) -> None:
    left, right = st.columns(2)
    gains = {
        label: one.differences[0].value
        for label, one in found.multi_reader.items()
        if isinstance(one, Analysis)
    }
    with left:
        if gains:
            chart(gain_figure(gains, theme=theme()), "study-gains")
        else:
            st.info(
                say("The AUC aided against alone is not told. ") + next(iter(found.multi_reader.values()))
            )
    of_all = [one for one in found.changes if one.reader == "all" and one.arm is None]
    with right:
        chart(
            changes_figure(
                [SHOWN[one.shown_right] for one in of_all],
                [one.right_wrong for one in of_all],
                wrong_right=[one.wrong_right for one in of_all],
                theme=theme(),
            ),
            "study-changes",
        )
