"""Paced ECGs: the second head knows them, the first does not."""

from __future__ import annotations

from ecgnet.inference import Prediction
from ecgnet.language import mark, say
from ecgnet.notices import Notice, NoticeKind
from ecgnet.recorder import RecorderReport

CODE = "PACE"
HIDES = mark(
    "Paced beats look like a bundle branch block, their QRS, QT and ST are secondary to pacing, and they hide infarction, "
    "ischaemia and hypertrophy; the five classes were learnt almost without them: do not rely on those."
)


def caution(prediction: Prediction) -> Notice | None:
    """What a reader of the five classes must know where the statement "normal functioning artificial pacemaker" is made;
    None where it is not.

    A ventricular paced beat has the shape of a bundle branch block, and secondary ST and T changes that hide infarction,
    ischaemia and hypertrophy (Fourth universal definition of myocardial infarction, Thygesen et al. 2018, on pacemakers).
    Of PTB-XL's 237 paced training records 7 carry a superclass; the first head saw no others.
    """
    chance = prediction.stated.get(CODE)
    if chance is None:
        return None
    return Notice(
        NoticeKind.PACED,
        say(
            "This ECG looks paced (probability {chance:.0f} %). {hides}",
            chance=100 * chance,
            hides=say(HIDES),
        ),
    )


def seen(spikes: str) -> Notice:
    """The same of an ECG whose spikes were found; spikes: before how many beats, in words."""
    return Notice(
        NoticeKind.PACED, say("This ECG is paced ({spikes}). {hides}", spikes=spikes, hides=say(HIDES))
    )


def stated_by_recorder(report: RecorderReport | None) -> Notice | None:
    """What to know where nothing here shows pacing, but the recorder speaks of it; None where it does not. At
    100 Hz no spike is left in the trace, and a pacemaker on demand may pace single beats."""
    if report is None or not report.states_pacemaker:
        return None
    return Notice(
        NoticeKind.PACED,
        say(
            "The recorder states a pacemaker, and no paced rhythm was found here. Where single beats are paced, their "
            "QRS, QT and ST are secondary to pacing, and infarction, ischaemia and hypertrophy are hidden in them."
        ),
    )
