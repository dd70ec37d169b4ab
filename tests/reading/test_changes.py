"""What changed between two readings, as values and in words."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from ecgnet.reading.changes import (
    ClassChange,
    CriterionChange,
    MeasuredChange,
    RhythmChange,
    changes,
    difference,
    told,
)
from ecgnet.reading.criteria import Criteria, CriterionMet
from ecgnet.reading.limits import Ranged


def reading(
    *findings: CriterionMet,
    rhythm: str = "sinus rhythm",
    secondary: str = "",
    mi: str = "absent",
    **values: float,
) -> SimpleNamespace:
    """A reading of which only what is compared is known."""
    units = {"heart_rate": "/min", "axis": "°"}
    known = {"heart_rate": 60.0, "pr": 160.0, "qrs": 90.0, "qtc_fridericia": 400.0, "axis": 30.0} | values
    return SimpleNamespace(
        ranges={name: Ranged(value, units.get(name, "ms")) for name, value in known.items()},
        rhythm=SimpleNamespace(code=rhythm, text=rhythm),
        states={"NORM": "absent", "MI": mi},
        criteria=Criteria(findings, secondary),
    )


def inversion(*leads: str) -> CriterionMet:
    return CriterionMet("st_t", f"T inversion in {', '.join(leads)}", "T −0.20 mV (UDMI 2018)", leads, "INVT")


def test_what_is_usual_between_two_recordings_is_no_change() -> None:
    assert changes(reading(heart_rate=70, qtc_fridericia=420), reading()) == ()


def test_a_longer_qtc_is_told_with_its_sign_and_both_values() -> None:
    (change,) = changes(reading(qtc_fridericia=442), reading())
    assert isinstance(change, MeasuredChange)
    assert change.difference == 42
    assert told(change) == ("QTc (Fridericia) +42 ms", "400 ms before, 442 ms now")


def test_the_axis_turns_by_the_shorter_way() -> None:
    assert difference("axis", Ranged(-170, "°"), before=Ranged(170, "°")) == 20
    (change,) = changes(reading(axis=-60), reading())
    assert told(change)[0] == "QRS axis −90°"


def test_what_could_not_be_measured_has_no_difference() -> None:
    assert difference("pr", Ranged(None, "ms", reason="No P wave."), before=Ranged(160, "ms")) is None


@pytest.mark.parametrize(
    ("newer", "older", "leads", "words"),
    [
        (["V2", "V3"], [], ("V2", "V3"), "new: T inversion in V2, V3"),
        (["V2", "V3", "V4"], ["V3", "V4"], ("V2",), "new in V2: T inversion in V2, V3, V4"),
        ([], ["V2", "V3"], ("V2", "V3"), "no longer: T inversion in V2, V3"),
    ],
)
def test_criteria_that_come_spread_and_go(newer: list, older: list, leads: tuple, words: str) -> None:
    now, before = (reading(inversion(*some)) if some else reading() for some in (newer, older))
    (change,) = changes(now, before)
    assert isinstance(change, CriterionChange)
    assert change.leads == leads
    assert told(change)[0] == words


def test_q_and_t_waves_are_not_compared_where_one_of_the_two_is_not_judged_by_them() -> None:
    paced = reading(secondary="Paced: ST and T are not judged.")
    assert changes(paced, reading(inversion("V2", "V3"))) == ()


def test_rhythm_and_classes() -> None:
    rhythm, label = changes(reading(rhythm="atrial fibrillation", mi="possible"), reading())
    assert (rhythm, label) == (
        RhythmChange("sinus rhythm", "atrial fibrillation"),
        ClassChange("MI", "absent", "possible"),
    )
    assert told(label)[0].endswith("possible, before absent")
