"""The Explain page's what-ifs: without a lead, a view or the patient data, and for another patient."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pandas as pd
import streamlit as st

from ecgnet.explain import EVERYTHING, for_patients, leave_out, told_change
from ecgnet.figures.relevance import patient_curves, relevance_grid
from ecgnet.language import localised, mark, say
from ecgnet.models import REGISTRY, SHOWN
from ecgnet.ptbxl import SUPERCLASSES
from ecgnet.reading import wording
from ecgnet.record import Metadata
from ecgnet.ui import charts, predictors
from ecgnet.ui.explain.maps import MapRequest
from ecgnet.ui.frame import theme
from ecgnet.ui.memory import record_key, remember
from ecgnet.ui.tables import show_table
from ecgnet.ui.waiting import with_progress
from ecgnet.weights import WeightsError

AGES = np.arange(20, 96, 5)
TOP = 3
FURTHER = "further"
"""Of the session's state: what is asked further; each answer takes its time."""
HELP_LEFT_OUT = mark(
    "A lead that is left out is replaced by a flat line at 0 mV, as in training, where whole leads were dropped at random. "
    "A view that is left out is that of a flat line; without age and sex both are unknown."
)


def without(asked: MapRequest) -> None:
    """Every model's probability of the class without lead groups, views, patient data and single leads."""
    names, faults = _usable(dict.fromkeys((asked.model, *SHOWN)))
    found = remember(
        "left_out",
        (*record_key(asked.shown), names),
        make=lambda: with_progress(
            say("Leaving out leads and views, and asking the models again…"),
            lambda progress: leave_out(
                [predictors.predictor(name) for name in names], asked.shown.record, progress=progress
            ),
            stop=ask_no_further,
        ),
    )
    k = SUPERCLASSES.index(asked.target)
    st.markdown(
        say(
            "## Without a lead or a view: {titles}",
            titles=predictors.titles()[asked.model],
        ),
        help=say(HELP_LEFT_OUT),
    )
    mine = found[asked.model][:, k]
    changes = np.nan_to_num(np.abs(mine[1:] - mine[0]))
    order = np.argsort(-changes, kind="stable")[:TOP]
    lines = [
        told_change(
            say("Without {title}", title=EVERYTHING[i].title), asked.target, before=mine[0], after=mine[i + 1]
        )
        for i in order
    ]
    st.markdown("\n".join(f"- {line}" for line in lines))
    table = np.stack([found[name][:, k] for name in names], 1)
    change = table - table[:1]
    figure = relevance_grid(
        change,
        [say("as recorded"), *(say("without {title}", title=item.title) for item in EVERYTHING)],
        columns=[predictors.titles()[name].replace(": ", ":<br>") for name in names],
        theme=theme(),
        title=say("Probability of {target} and its change", target=asked.target),
        ends=(say("falls"), say("rises")),
        unit=say("probability of {target}", target=asked.target),
        written=table,
        scale=0.5,
    )
    charts.chart(figure, "left-out", least=900)
    st.caption(
        " ".join([say("–: the model does not read it. Full colour: a change by 0.50 or more."), *faults])
    )


def ask_no_further() -> None:
    """Leave a question whose answer takes too long."""
    st.session_state[FURTHER] = None


def _usable(names: Iterable[str]) -> tuple[tuple[str, ...], list[str]]:
    """The models whose weights load, and a sentence on each whose weights do not."""
    ready, faults = [], []
    for name in names:
        if name in predictors.titles():
            try:
                predictors.predictor(name)
                ready.append(name)
            except WeightsError as error:
                faults.append(str(error))
    return tuple(ready), faults


def other_patient(asked: MapRequest) -> None:
    """The same ECG, had the patient another age or sex."""
    record = asked.shown.record
    ready, faults = _usable(n for n in SHOWN if REGISTRY[n].metadata)
    if not ready:
        st.info(say("No model that reads age and sex has weights here."))
        return
    model = (
        asked.model
        if asked.model in ready
        else next((n for n in ready if n == predictors.default_model()), ready[0])
    )
    st.markdown(say("## What if the patient were …"))
    if model != asked.model:
        st.caption(
            say(
                "{titles} does not read age and sex; {titles_2} is shown instead.",
                titles=predictors.titles()[asked.model],
                titles_2=predictors.titles()[model],
            )
        )
    patient = record.metadata
    one, two = st.columns([1.2, 1], vertical_alignment="bottom")
    age = one.slider(
        say("Age (years)"),
        18,
        100,
        int(np.clip(round(patient.age or 60), 18, 100)),
        key=f"age-{asked.shown.key}",
    )
    sex = two.segmented_control(
        say("Sex"),
        (mark("female"), mark("male"), mark("unknown")),
        default=patient.sex or "unknown",
        key=f"sex-{asked.shown.key}",
        required=True,
        format_func=say,
    )
    supposed = replace(patient, age=float(age), sex=None if sex == "unknown" else sex)
    k = SUPERCLASSES.index(asked.target)
    networks = [predictors.predictor(name) for name in ready]
    with st.spinner(say("Asking the models again…")):
        answers = remember(
            "supposed",
            (*record_key(asked.shown), supposed.age, supposed.sex),
            make=lambda: for_patients(networks, record, patients=[patient, supposed]),
        )
        sweep = remember("sweep", (*record_key(asked.shown), model), make=lambda: _sweep(model, asked))
    before, after = answers[model][:, k]
    who = (
        say("In a patient of {age} years", age=age)
        if sex == "unknown"
        else say("In a patient of {age} years, {sex},", age=age, sex=say(sex))
    )
    st.markdown(f"- {told_change(who, asked.target, before=float(before), after=float(after))}")
    recorded = say(
        "As recorded: {age_in_words}, {sex}.",
        age_in_words=patient.age_in_words,
        sex=wording.SEXES[patient.sex] if patient.sex else say("sex unknown"),
    )
    one, two = st.columns([1.5, 1], gap="large")
    with one:
        place = (
            (float(patient.age), float(before))
            if patient.age is not None and patient.age <= AGES[-1]
            else None
        )
        threshold = float(asked.prediction.thresholds[k]) if model == asked.model else None
        charts.chart(
            patient_curves(
                AGES,
                {say(name): values[:, k] for name, values in sweep.items()},
                theme=theme(),
                target=asked.target,
                threshold=threshold,
                here=place,
            ),
            "patients",
        )
    with two:
        rows = {
            mark("Model"): [predictors.titles()[name] for name in answers],
            mark("As recorded"): [localised(f"{values[0, k]:.2f}") for values in answers.values()],
            mark("Supposed"): [localised(f"{values[1, k]:.2f}") for values in answers.values()],
        }
        show_table(pd.DataFrame(rows), hide_index=True, width="stretch")
        st.caption(
            say(
                "{recorded} The ECG stays as it is; only what the models are told of the patient changes.",
                recorded=recorded,
            )
        )
        for fault in faults:
            st.caption(fault)


def _sweep(model: str, asked: MapRequest) -> dict[str, np.ndarray]:
    """Sex → probabilities (ages, 5) of the page's model."""
    patients = [Metadata(float(age), sex) for sex in ("female", "male") for age in AGES]
    found = for_patients([predictors.predictor(model)], asked.shown.record, patients=patients)[model]
    return {"female": found[: len(AGES)], "male": found[len(AGES) :]}
