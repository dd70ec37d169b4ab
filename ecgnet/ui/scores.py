"""The models' scores on folds 9 and 10 for the pages, and how each model is drawn and named there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import streamlit as st

from ecgnet import fold_scores
from ecgnet.cards import Card, WeightsError, available, read_card
from ecgnet.figures.curves import Look
from ecgnet.fold_scores import FoldScores
from ecgnet.folders import WEIGHTS
from ecgnet.language import again, for_all, mark, say
from ecgnet.models import BRANCHES, FUSIONS, REGISTRY, SHOWN, Kind, names_of, twin
from ecgnet.ptbxl import SUPERCLASS_TITLES, SUPERCLASSES, TEST_FOLD, VALIDATION_FOLD
from ecgnet.subgroups import EVERYONE, title
from ecgnet.ui import predictors

TEST, VALIDATION = TEST_FOLD, VALIDATION_FOLD
HELP_FOLD = mark(
    "Fold 10 was never used to train or to choose anything. Calibration and the models' own thresholds come "
    "from fold 9, which therefore flatters them."
)


def looks() -> dict[str, Look]:
    """Each model's title and colour; a fusion without patient data has the colour of the one with them, dashed."""
    coloured = [*SHOWN, *names_of(Kind.MEMBER, Kind.COMMITTEE)]
    return {
        name: Look(entry.title, coloured.index(like := twin(name, metadata=True)), dashed=name != like)
        for name, entry in REGISTRY.items()
    }


def fold_scores_in_use() -> FoldScores:
    """The stored scores of the weights that are here. Raises WeightsError when there are none."""
    path = fold_scores.file()
    if not path.is_file():
        return fold_scores.load_fold_scores(path)  # says what is missing
    cards = tuple((WEIGHTS / f"{name}.json").stat().st_mtime for name in available())
    return _load(str(path), path.stat().st_mtime, cards)


@st.cache_resource(show_spinner=False, max_entries=2)
@for_all
def _load(path: str, changed: float, cards: tuple[float, ...]) -> FoldScores:
    return fold_scores.load_fold_scores(Path(path))


def of_fold(fold: int) -> tuple[FoldScores, dict[str, Card]]:
    """The scores on one fold and the cards of the models that have some. Raises WeightsError when there are none."""
    found = fold_scores_in_use().fold(fold)
    cards = {name: read_card(name) for name in found.models}
    if not cards or not len(found):
        reasons = " ".join(map(again, found.left_out.values()))
        raise WeightsError(
            say(
                "No model has scores on fold {fold}. {reasons}",
                fold=fold,
                reasons=reasons,
            ).strip()
        )
    return found, cards


def say_who_is_left_out(found: FoldScores, wanted: tuple[str, ...] | None = None) -> None:
    """A line for each model, of those wanted, that has no scores, with the reason."""
    for name, why in found.left_out.items():
        if wanted is None or name in wanted:
            st.caption(f":material/info: {again(why)}")


def choose_models(
    label: str, names: tuple[str, ...], *, default: tuple[str, ...], key: str, most: int = 6
) -> list:
    """Several models by their titles, in the registry's order."""
    chosen = st.multiselect(
        label,
        names,
        [name for name in default if name in names],
        format_func=lambda name: REGISTRY[name].title,
        key=key,
        max_selections=most,
        persist_state="session",
    )
    return [name for name in REGISTRY if name in chosen]


def choose_model(label: str, names: tuple[str, ...], *, default: str, key: str) -> str:
    """One model by its title."""
    return st.selectbox(
        label,
        names,
        names.index(default) if default in names else 0,
        format_func=lambda name: REGISTRY[name].title,
        key=key,
        persist_state="session",
    )


def choose_class(key: str) -> int:
    """One superclass. → its number."""
    chosen = st.segmented_control(
        say("Class"),
        SUPERCLASSES,
        default="MI",
        required=True,
        key=key,
        help=" · ".join(f"{name}: {title}" for name, title in SUPERCLASS_TITLES.items()),
        persist_state="session",
        format_func=say,
    )
    return SUPERCLASSES.index(chosen or "MI")


def choose_fold(key: str) -> int:
    """Fold 10, or 9."""
    return int(
        st.segmented_control(
            say("Fold"),
            (TEST, VALIDATION),
            default=TEST,
            required=True,
            key=key,
            help=say(HELP_FOLD),
            persist_state="session",
            format_func=say,
        )
        or TEST
    )


def choose_group(found: FoldScores, key: str) -> str:
    """Everyone, or one of the subgroups."""
    groups = (EVERYONE, *found.groups())
    return (
        st.selectbox(
            say("Patients"),
            groups,
            format_func=title,
            key=key,
            persist_state="session",
        )
        or EVERYONE
    )


def of_group(found: FoldScores, group: str) -> FoldScores:
    """The records of a subgroup."""
    return found if group == EVERYONE else found.rows(np.flatnonzero(found.groups()[group]))


def default_models(names: tuple[str, ...]) -> tuple[str, ...]:
    """The three fusions, and the single branch that fold 9 likes best."""
    branches = [name for name in BRANCHES if name in names and name in predictors.titles()]
    measured = {name: found.macro_auc for name in branches if (found := read_card(name).validation)}
    best = max(branches, key=lambda name: measured.get(name, 0.0), default=None)
    return (*((best,) if best else ()), *FUSIONS)
