"""Maps of the reasons for an answer, beside that answer, and beside Captum's methods on the network as it was trained."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from captum.attr import IntegratedGradients, KernelShap, Occlusion

from ecgnet.benchmark.timing import Contest
from ecgnet.demo import draw
from ecgnet.explain import KeptAnswers, explain
from ecgnet.explain.attributions import WINDOWS
from ecgnet.explain.question import Question, asked
from ecgnet.explain.surrogates import SAMPLES, SHAP_PENALTY, WeightedRidge
from ecgnet.explain.waves import regions
from ecgnet.inference import Predictor
from ecgnet.measure import measure
from ecgnet.models import DEFAULT
from ecgnet.record import Record

BRANCH = "waveform_cnn"
"""Whom the slow methods are measured on: their ratios are those of its questions."""
STEPS = 24
"""Points of Captum's integrated gradients, the same for every branch."""


def contests() -> Iterator[Contest]:
    """One on the default model, and one of the slow methods, which is run once."""
    predictor, record = Predictor(DEFAULT), draw("imi", 0, fs=100)
    beats = measure(record).beats

    def mapped(method: str, *views: str) -> Callable[[], object]:
        about = {"target": "MI", "method": method, "against": "normal", "beats": beats}
        return lambda: explain(predictor, record, views=views, **about)

    def captums() -> object:
        with asked(
            predictor, record, target="MI", against="normal", beats=beats, as_trained=True
        ) as question:
            work = IntegratedGradients(question.logit)
            return work.attribute(question.distances(), n_steps=STEPS, internal_batch_size=4)

    yield Contest(
        f"a map for {DEFAULT}, against normal beats",
        "map",
        "the answer",
        {
            "the answer": lambda: predictor.predict([record]),
            "saliency": mapped("saliency"),
            "integrated gradients of the waveform": mapped("integrated_gradients", "waveform"),
            "integrated gradients of all views": mapped("integrated_gradients"),
            f"Captum's, {STEPS} points, as trained": captums,
        },
    )
    yield _slow(Predictor(BRANCH), record)


def _slow(predictor: Predictor, record: Record) -> Contest:
    """Occlusion and Kernel SHAP beside Captum's, one question at a time; for another class the answers are there."""
    kept = KeptAnswers()

    def mapped(method: str, target: str, answers: KeptAnswers | None = None) -> Callable[[], object]:
        return lambda: explain(predictor, record, target=target, method=method, answers=answers)

    def one_by_one(work: Callable[[Question], object]) -> Callable[[], object]:
        def alone() -> object:
            pieces = regions(None, predictor.model.card.spec.samples)
            question = asked(predictor, record, target="MI", regions=pieces, as_trained=True)
            with question as put, torch.no_grad():
                return work(put)

        return alone

    def occlusion(question: Question) -> object:
        window = WINDOWS["waveform"]
        return Occlusion(question.logit).attribute(question.distances(), window, strides=window)

    def kernel_shap(question: Question) -> object:
        method = KernelShap(question.logit)
        method.interpretable_model = WeightedRidge(SHAP_PENALTY)
        assert question.regions is not None
        return method.attribute(
            question.distances(), feature_mask=(question.regions[None],), n_samples=SAMPLES
        )

    return Contest(
        f"a map for {predictor.name} by a slow method, against a flat line",
        "map",
        "the answer",
        {
            "the answer": lambda: predictor.predict([record]),
            "Occlusion": mapped("occlusion", "MI", kept),
            "Occlusion, another class": mapped("occlusion", "CD", kept),
            "Captum's Occlusion, as trained": one_by_one(occlusion),
            "Kernel SHAP": mapped("kernel_shap", "MI", kept),
            "Kernel SHAP, another class": mapped("kernel_shap", "CD", kept),
            "Captum's Kernel SHAP, as trained": one_by_one(kernel_shap),
        },
        slow=True,
    )
