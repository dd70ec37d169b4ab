"""One ECG read by all strategies: where they differ and why, then their answers in aligned columns."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from ecgnet import figures
from ecgnet.explain import VIEWS
from ecgnet.explain.strategies import Difference, differences
from ecgnet.figures.strategies import strategy_bars
from ecgnet.inference import Prediction
from ecgnet.language import mark, say, say_n
from ecgnet.models import BRANCHES, COMMITTEE, FUSIONS, REGISTRY, twin
from ecgnet.operating import observed
from ecgnet.ptbxl import SUPERCLASS_TITLES, SUPERCLASSES
from ecgnet.record import RecordError
from ecgnet.ui import charts, glossary, predictors, scores, texts
from ecgnet.ui.compare import contributions
from ecgnet.ui.frame import theme
from ecgnet.ui.library import Shown
from ecgnet.ui.record import answers, cautions, readings
from ecgnet.ui.tables import show_table
from ecgnet.ui.unfolding import unfolding
from ecgnet.weights import WeightsError

NEAREST = 100
HELP_COMMITTEE = mark(
    "{summary} It reads the waveform alone, without age and sex, and stands beside the three strategies, which join the "
    "views."
)
HELP_INTERVAL = mark(
    "Bar: the calibrated probability. Upright stroke: from where the class is present. Whisker: of the {nearest} records "
    "of PTB-XL's fold 9 to which this model gave the most similar probability of the class, the share that "
    "carried the label, as a 95 % interval (Wilson). It says how such answers turned out, not how sure the "
    "network is of this ECG; the calibration was fitted on the same fold."
)


def one_record(shown: Shown) -> None:
    """The whole section: verdict in words, the ECG, the strategies in columns, their parts, explanations on request."""
    with st.container(horizontal=True, gap="large"):
        metadata = st.toggle(
            say("Use age and sex"),
            value=True,
            help=say("Off: the fusions trained without patient data answer instead."),
            width="content",
        )
        asked = COMMITTEE in predictors.titles() and st.toggle(
            say("Ask the committee too"),
            key="ask-committee",
            help=say(HELP_COMMITTEE, summary=REGISTRY[COMMITTEE].summary),
            width="content",
        )
    verdict, waiting, sheet, below = (st.container() for _ in range(4))
    with sheet:
        charts.sheet(figures.ecg_sheet(shown.record, theme()), "sheet")
    with verdict:
        if cautions.withheld(shown):
            return
    fusions = tuple(twin(name, metadata=metadata) for name in FUSIONS)
    alone = BRANCHES
    if asked:
        fusions = (*fusions, COMMITTEE)
        alone = tuple(dict.fromkeys((*BRANCHES, *REGISTRY[COMMITTEE].branches)))
    try:
        with waiting:  # what comes and goes while one waits must not shift the words above it
            default = predictors.default_model()
            every = readings.answers(shown, tuple(dict.fromkeys((*alone, *fusions, default))))
            found = [p for p in every if p.model in (*alone, *fusions)]
            if together := [p for p in found if p.model in fusions]:
                contributions.left_out_of(shown, together)
    except RecordError as error:  # what the record lacks; the ECG itself can still be read
        verdict.info(
            say(
                "{error} The networks read all twelve leads over the whole window.",
                error=error,
            ),
            icon=":material/info:",
        )
        return
    if not together:
        raise WeightsError(say("No fusion has weights; the Models page says how to mend that."))
    with verdict:
        readable = cautions.fault(shown) is None
        strange = readable and cautions.doubtful(shown, [p for p in every if p.model == default])
        differ = say_differences(shown, together, found=found)
    with below:
        _columns(shown, together, readable, settled=not (strange or differ))
        label = contributions.parts(shown, together, found=found, differ=differ)
        contributions.in_words(shown, together, label=label)
        unfolding(
            say("All models, branches included, as a heat map and as a table"),
            "all-models",
            draw=lambda: _everything(shown, found),
            icon=":material/table:",
        )


def say_differences(
    shown: Shown, together: Sequence[Prediction], *, found: Sequence[Prediction]
) -> list[Difference]:
    """Where these models' calls differ, with the cause of each, or that they agree; and what the branches say."""
    st.markdown(say("## Where they differ"), help=glossary.meaning("Fusion"))
    titles = {p.model: contributions.short(p.model) for p in found}
    if len({p.called for p in together}) == 1:
        many = {1: say("The one fusion that has weights says"), 3: say("The three fusion strategies agree")}
        words = many.get(len(together), say("The fusion strategies agree"))
        st.success(f"{words}: {texts.superclass_words(together[0].called)}.", icon=":material/check:")
        differ = []
    else:
        differ = differences(together, contributions.left_out_of(shown, together), left=VIEWS, titles=titles)
        lines = [_told(difference, together, titles) for difference in differ]
        st.warning(
            say("The fusion strategies disagree.\n\n") + "\n".join(lines), icon=":material/compare_arrows:"
        )
    branches = [p for p in found if not REGISTRY[p.model].is_fusion]
    if torn := [line for k, label in enumerate(SUPERCLASSES) if (line := _branches(label, k, branches))]:
        st.caption(say("The branches alone: ") + " ".join(torn))
    return differ


def _told(difference: Difference, together: Sequence[Prediction], titles: dict[str, str]) -> str:
    k = SUPERCLASSES.index(difference.label)
    percent = {p.model: texts.chance_in_words(p.probabilities[k]) for p in together}
    yes = say(" and ").join(f"{titles[n]} ({percent[n]})" for n in difference.callers)
    no = say(" and ").join(f"{titles[n]} ({percent[n]})" for n in difference.others)
    name = f"{SUPERCLASS_TITLES[difference.label]} ({difference.label})"
    said = {"yes": yes, "no": no, "name": name, "cause": difference.cause}
    one, alone = len(difference.callers) == 1, len(difference.others) == 1
    if one and alone:
        return say("- {yes} calls **{name}**, {no} does not. {cause}", **said)
    if one:
        return say("- {yes} calls **{name}**, {no} do not. {cause}", **said)
    if alone:
        return say("- {yes} call **{name}**, {no} does not. {cause}", **said)
    return say("- {yes} call **{name}**, {no} do not. {cause}", **said)


def _branches(label: str, k: int, branches: Sequence[Prediction]) -> str:
    """Which branches call a class, where they are not of one mind."""
    yes = [p for p in branches if label in p.called]
    if not yes or len(yes) == len(branches):
        return ""
    names = ", ".join(
        f"{contributions.short(p.model)} ({texts.chance_in_words(p.probabilities[k])})" for p in yes
    )
    return say_n(
        "**{label}** is called by only {names}.",
        "**{label}** is called by {names}.",
        n=len(yes),
        label=label,
        names=names,
    )


def _columns(shown: Shown, together: Sequence[Prediction], readable: bool, settled: bool) -> None:
    """settled: whether an answer may be called so: not for an ECG that is paced or unlike those learnt from, nor where
    strategies differ."""
    st.markdown(say("## Side by side"), help=say(HELP_INTERVAL, nearest=NEAREST))
    intervals, why = _intervals(shown, together)
    for column, prediction in zip(st.columns(len(together), gap="medium"), together, strict=True):
        with column:
            st.markdown(f"**{REGISTRY[prediction.model].title}**", help=REGISTRY[prediction.model].summary)
            called = ", ".join(prediction.called) or say("no class")
            st.markdown(
                say(
                    "Calls {called} · {milliseconds:.0f} ms on {device}",
                    called=called,
                    milliseconds=prediction.milliseconds,
                    device=prediction.device,
                )
            )
            charts.chart(
                strategy_bars(
                    prediction,
                    theme(),
                    truth=shown.truth,
                    titles=predictors.words(),
                    intervals=intervals.get(prediction.model),
                ),
                f"bars-{prediction.model}",
            )
            if readable:
                with st.container(key=f"trust-{prediction.model}"):
                    _trust(prediction, shown, settled)
    legend = say("Bold: present. Upright stroke: from where a class is.")
    if shown.truth is not None:
        legend += f" ●: {shown.truth_by}."
    if intervals:
        legend += say(
            " Whisker: the share with the label among {nearest} similar answers on fold 9 (95 % interval).",
            nearest=NEAREST,
        )
    st.caption(" ".join((legend, *why)), help=say(HELP_INTERVAL, nearest=NEAREST))


def _intervals(shown: Shown, together: Sequence[Prediction]) -> tuple[dict[str, np.ndarray], list[str]]:
    """Model → (5, 2), what share of the records with a similar answer carries the label; and why a model has none."""
    try:
        found, cards = scores.of_fold(scores.VALIDATION)
    except WeightsError as error:
        return {}, [say("No intervals: {error}", error=error)]
    source, _, key = shown.key.partition("/")
    own = int(key) if source == "ptbxl" else None
    others = found if own is None else found.rows(found.ecg_ids != own)
    result, why = {}, []
    for p in together:
        if p.model not in cards:
            why.append(say("No interval: {get}", get=found.left_out.get(p.model, "")))
            continue
        known = others.probabilities(p.model, cards[p.model])
        shares = [
            observed(others.labels[:, k], known[:, k], at=p.probabilities[k], n=NEAREST).share
            for k in range(len(p.labels))
        ]
        result[p.model] = np.array([(share.low, share.high) for share in shares])
    return result, why


def _trust(prediction: Prediction, shown: Shown, settled: bool) -> None:
    """How far this answer may be relied on, in a line; where none may be called settled, only what is uncertain."""
    trust = cautions.trust_in(shown, prediction)
    detail = "\n\n".join(trust.sentences)
    if trust.uncertain:
        st.markdown(
            say(
                ":orange-badge[:material/visibility: open] {uncertain}: read it yourself",
                uncertain=", ".join(trust.uncertain),
            ),
            help=detail,
        )
    elif trust.sets:
        if settled:
            st.markdown(say(":green-badge[:material/verified: settled] no class is left open"), help=detail)
    elif detail:
        st.caption(say("How far this answer holds was not measured."), help=detail)


def _everything(shown: Shown, found: Sequence[Prediction]) -> None:
    charts.chart(
        figures.comparison_heatmap(
            found, theme(), titles=predictors.words(), truth=shown.truth, truth_by=shown.truth_by
        ),
        "heatmap",
        least=640,
    )
    show_table(answers.prediction_table(list(found)), hide_index=True, width="stretch")
