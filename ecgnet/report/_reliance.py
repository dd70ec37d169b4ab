"""How far the printed answer may be relied on, in lines that fit beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecgnet.notices import Notice, NoticeKind
from ecgnet.record import Record
from ecgnet.trust import judge
from ecgnet.weights import WeightsError, read_card

if TYPE_CHECKING:
    from ecgnet.inference import Prediction


def lines(prediction: Prediction, record: Record, unread: Notice | None) -> list[str]:
    """At most five lines, the gravest first: a record that cannot be read (`unread` says why) or lacks leads, an unfamiliar
    ECG, a paced one, the classes that are uncertain. Nothing where the card has no such statistics for these weights."""
    if unread:  # what holds for ECGs does not hold for this
        return [f"Judged on request, do not rely on it: {unread}"]
    said = [] if record.complete else list(prediction.notes[-1:])
    try:
        card = read_card(prediction.model)
    except WeightsError:
        return said
    if not card.trust or card.weights_id != prediction.weights_id:
        return said
    trust = judge(prediction, record, card)
    if trust.familiar is False:
        said.append("This ECG is unlike those the models learnt from.")
    if trust.told(NoticeKind.PACED):
        said.append("Looks paced: do not rely on the five classes.")
    if trust.uncertain:
        said.append(f"Uncertain, read it yourself: {', '.join(trust.uncertain)}.")
    return said
