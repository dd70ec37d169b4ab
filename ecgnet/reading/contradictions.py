"""What no reading may say at once. Each rule takes a Reading and returns a sentence where it is broken.

The tests hold them over the stored answers of folds 9 and 10; `benchmarks/readings.py` over all of PTB-XL.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from ecgnet.reading import wording
from ecgnet.reading.set_aside import FORMS
from ecgnet.statements import STATEMENTS
from ecgnet.states import FOUND, NORMAL, headline

if TYPE_CHECKING:
    from ecgnet.judge import Reading


def contradictions(reading: Reading) -> tuple[str, ...]:
    """Every broken rule, in words; none for a reading that holds together."""
    return tuple(sentence for rule in RULES for sentence in rule(reading))


def _normal_beside_disease(reading: Reading) -> Iterator[str]:
    if reading.states.get(NORMAL) in FOUND:
        for label, state in reading.states.items():
            if label != NORMAL and state in FOUND:
                yield f"normal beside {label} {state}"
        if reading.critical:
            yield f"normal beside a critical value: {reading.critical[0].text}"
        if reading.conclusion.grade in ("abnormal", "not diagnostic"):
            yield f"normal in an ECG called {reading.conclusion.grade}"


def _headline_and_states(reading: Reading) -> Iterator[str]:
    if not reading.states or reading.unreadable:
        return
    for label, state in reading.states.items():
        title = wording.CLASSES_WITHIN[label].lower()
        named = (
            title in reading.conclusion.text.lower()
            and f"otherwise {title}" not in reading.conclusion.text.lower()
        )
        if label != NORMAL and named and state not in FOUND:
            yield f"the headline names {label}, which is {state}"
        if label != NORMAL and state in FOUND and not named:
            yield f"{label} is {state} and not in the headline"
    words = headline(reading.states, wording.CLASSES_WITHIN)
    if reading.conclusion.grade in ("borderline", "abnormal") and words not in reading.conclusion.text:
        yield f"the headline lacks what the states say: {words}"


def _grade_and_states(reading: Reading) -> Iterator[str]:
    if reading.conclusion.grade in ("normal", "otherwise normal") and reading.states.get(NORMAL) != "present":
        yield f"a {reading.conclusion.grade} ECG in which normal is {reading.states.get(NORMAL)}"
    sure = wording.NORMAL_UNSURE not in reading.conclusion.text
    if reading.states.get(NORMAL) == "present" and reading.conclusion.grade == "borderline" and sure:
        yield "the headline says normal, the ECG is called borderline"
    diseases = [state for label, state in reading.states.items() if label != NORMAL]
    if "present" in diseases and reading.conclusion.grade not in ("abnormal", "not diagnostic"):
        yield f"a finding is present in an ECG called {reading.conclusion.grade}"


def _statements_and_states(reading: Reading) -> Iterator[str]:
    for stated in reading.statements:
        superclass = STATEMENTS[stated.code].superclass
        if stated.set_aside is None and superclass and reading.states.get(superclass) not in FOUND:
            yield f"{stated.text} stands, its class {superclass} is {reading.states.get(superclass)}"


def _statements_and_measurements(reading: Reading) -> Iterator[str]:
    standing = {stated.code for stated in reading.statements if stated.set_aside is None}
    pr, qrs, qtc = (reading.ranges[name] for name in ("pr", "qrs", "qtc_fridericia"))
    if standing & {"1AVB", "LPR"} and (pr.value is None or reading.rhythm.without_p or pr.value < 190):
        yield f"a long PR is stated, PR is {pr} in {reading.rhythm.text}"
    if standing & {"CLBBB", "CRBBB"} and qrs.value is not None and qrs.value < 110:
        yield f"a complete bundle branch block is stated at a QRS of {qrs}"
    if "LNGQT" in standing and qtc.value is not None and qtc.high is not None and qtc.value < qtc.high - 20:
        yield f"a long QT is stated at a QTc of {qtc}"
    if len(forms := standing & set(FORMS)) > 1:
        yield f"two forms of conduction stand at once: {', '.join(sorted(forms))}"
    rhythms = {code for code in standing if STATEMENTS[code].rhythm}
    if rhythms & {"SR", "SBRAD", "STACH", "SARRH"} and rhythms & {"AFIB", "AFLT", "PACE", "SVTAC", "PSVT"}:
        yield f"two rhythms stand at once: {', '.join(sorted(rhythms))}"
    if rhythms and reading.rhythm.without_p and rhythms & {"SR", "SBRAD", "STACH", "SARRH"}:
        yield "a sinus rhythm stands beside atrial fibrillation or flutter"


def _intervals(reading: Reading) -> Iterator[str]:
    pr, qt, rate = (reading.ranges[name] for name in ("pr", "qt", "heart_rate"))
    if rate.value:
        rr = 60000 / rate.value
        if pr.value is not None and pr.value > 0.7 * rr:
            yield f"PR {pr} at an RR interval of {rr:.0f} ms"
        if qt.value is not None and qt.value > 1.05 * rr:
            yield f"QT {qt} at an RR interval of {rr:.0f} ms"
    if pr.value is not None and reading.rhythm.without_p and reading.rhythm.certain:
        yield f"PR {pr} in {reading.rhythm.text}"


def _pacemaker(reading: Reading) -> Iterator[str]:
    report = reading.record.recorder
    if (
        report is not None
        and report.states_pacemaker
        and reading.unreadable is None
        and reading.pacing is None
    ):
        yield "the recorder states a pacemaker, the reading has no caution"
    if reading.paced and reading.states and reading.unreadable is None and reading.pacing is None:
        yield "a paced ECG without a caution"


def _lines_once(reading: Reading) -> Iterator[str]:
    seen = set()
    for line in reading.lines:
        key = (line.topic, line.text)
        if key in seen:
            yield f"said twice: {line.text}"
        seen.add(key)


RULES: tuple[Callable[[Reading], Iterator[str]], ...] = (
    _normal_beside_disease,
    _headline_and_states,
    _grade_and_states,
    _statements_and_states,
    _statements_and_measurements,
    _intervals,
    _pacemaker,
    _lines_once,
)
