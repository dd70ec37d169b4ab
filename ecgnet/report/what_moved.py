"""What moved a model's answer, in the one or two sentences that fit on paper."""

from __future__ import annotations

from ecgnet.explain import explain, summarise
from ecgnet.inference import Predictor
from ecgnet.judge import Reading
from ecgnet.language import say


def what_moved(predictor: Predictor, reading: Reading) -> str:
    """Sentences on the likeliest of the classes that the reading finds, or of all where it finds none: which leads of the
    first view that the model reads (the waveform, where it reads it) speak for it, and which against. Raises
    ExplanationError, and ValueError where this model did not answer."""
    prediction = next((p for p in reading.predictions if p.model == predictor.name), None)
    if prediction is None:
        raise ValueError(
            say(
                "{name} did not answer for {id}.",
                name=predictor.name,
                id=reading.record.id,
            )
        )
    target = max(reading.found or prediction.labels, key=prediction.probability)
    beats = reading.measurements.beats
    against = "normal" if len(beats) >= 2 else "zero"
    view = predictor.model.network.needs[0]
    found = explain(predictor, reading.record, target=target, against=against, beats=beats, views=(view,))[
        view
    ]
    share = f"{target} {100 * prediction.probability(target):.0f} %, {found.modality}:"
    return " ".join([share, *summarise(found)])
