"""Predictors, predictions and attention for the pages, computed once and kept for the visit."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import streamlit as st

from ecgnet.explain import attention_maps
from ecgnet.folders import RESTORE
from ecgnet.inference import Prediction, Predictor, at_site, predict_together, views
from ecgnet.language import Late, say
from ecgnet.modalities import Spec
from ecgnet.models import DEFAULT, REGISTRY, SHOWN
from ecgnet.ptbxl import SUPERCLASS_TITLES
from ecgnet.record import Record
from ecgnet.ui.library import Shown
from ecgnet.ui.memory import record_key, remember
from ecgnet.ui.site_in_use import site_profile
from ecgnet.ui.waiting import patiently
from ecgnet.ui.window_read import window_of
from ecgnet.weights import WeightsError, available

T = TypeVar("T")


@st.cache_resource(show_spinner=Late("Loading weights…"))
def predictor(name: str) -> Predictor:
    """One model with its weights, shared by all visitors."""
    return Predictor(name)


def titles() -> dict[str, str]:
    """Model name → the title that people read."""
    return {name: REGISTRY[name].title for name in available()}


def words() -> dict[str, str]:
    """Labels and model names → what people read on figures."""
    return {**SUPERCLASS_TITLES, **titles()}


def default_model() -> str:
    """The model that answers where one is asked for: `DEFAULT`, or the first with weights where it has none."""
    ready = available()
    return DEFAULT if DEFAULT in ready or not ready else ready[0]


def predictions(shown: Shown, names: tuple[str, ...] = SHOWN) -> list[Prediction]:
    """The models' answers for the seconds of the record on screen that are read, in the order of `names`, by the
    site profile that is on; a model whose
    weights do not fit is left out, and why is said. Raises WeightsError when none is left."""
    ready = tuple(name for name in names if name in available() and _loads(name))
    if not ready:
        raise WeightsError(say("No model has weights that fit; {restore}.", restore=say(RESTORE)))
    answers = _predictions(window_of(shown).record, record_key(shown), ready)
    profile = site_profile()
    return [at_site(answers[name], profile) for name in ready]


def _loads(name: str) -> bool:
    try:
        predictor(name)
    except WeightsError as error:
        st.warning(str(error), icon=":material/warning:")
        return False
    return True


def _predictions(record: Record, key: tuple, names: tuple[str, ...]) -> dict[str, Prediction]:
    def make() -> dict[str, Prediction]:
        with st.spinner(say("The models are reading the ECG…")):
            predictors = [predictor(name) for name in names]
            together = patiently(lambda: predict_together(predictors, [record]))
        return {name: found[0] for name, found in together.items()}

    return remember("predictions", (key, names), make=make)


def modalities(shown: Shown) -> tuple[Spec, dict[str, np.ndarray]]:
    """How the default model sees the record, and what it sees, by modality (`ecgnet.inference.views`)."""

    def make() -> tuple[Spec, dict[str, np.ndarray]]:
        asked = predictor(default_model())
        return asked.model.card.spec, views(asked, shown.record)

    return remember("modalities", record_key(shown), make=make)


def attentions(shown: Shown, model: str) -> dict:
    """Attention maps of one model, by modality."""
    return remember(
        "attention", (record_key(shown), model), make=lambda: attention_maps(predictor(model), shown.record)
    )
