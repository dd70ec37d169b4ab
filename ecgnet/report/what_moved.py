"""What moved a model's answer, in the one or two sentences that fit on paper."""

from __future__ import annotations

from ecgnet.explain import explain, summarise
from ecgnet.inference import Prediction, Predictor
from ecgnet.measure import measure
from ecgnet.record import Record


def what_moved(predictor: Predictor, record: Record, prediction: Prediction) -> str:
    """Sentences on the likeliest class of this prediction: which leads of the first view that the model reads (the
    waveform, where it reads it) carry the evidence. Raises ExplanationError."""
    target = prediction.labels[int(prediction.probabilities.argmax())]
    beats = measure(record).beats
    against = "normal" if len(beats) >= 2 else "zero"
    found = next(iter(explain(predictor, record, target, against=against, beats=beats).values()))
    share = f"{target} {100 * prediction.probability(target):.0f} %, {found.modality}:"
    return " ".join([share, *summarise(found)])
