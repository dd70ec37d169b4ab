"""The structured reading where a criterion and the network speak of the same."""

from __future__ import annotations

from ecgnet.quality import Quality
from ecgnet.reading.criteria import Criteria, CriterionMet
from ecgnet.reading.limits import ranged, shipped_or_site
from ecgnet.reading.lines import Line, structured
from ecgnet.reading.rhythm import describe
from ecgnet.reading.set_aside import Stated
from ecgnet.record import Metadata
from tests.reading.conftest import measured

LBBB = CriterionMet("intervals", "complete left bundle branch block", "QRS 140 ms", code="CLBBB")
STATES = {"NORM": "absent", "CD": "present", "STTC": "absent"}


def lines_of(finding: CriterionMet, states=STATES, *stated: Stated) -> list[Line]:
    found = measured(heart_rate=70, pr=160, qrs=140)
    ranges = ranged(found, Metadata(50, "male"), limits=shipped_or_site())
    chances = dict.fromkeys(states, 0.04)
    return structured(
        Quality({}, ()),
        None,
        warnings=(),
        ranges=ranges,
        rhythm=describe(found, {}),
        criteria=Criteria((finding,)),
        states=states,
        statements=stated,
        probabilities=chances,
        paced=False,
    )


def line(found: list[Line], text: str) -> Line:
    return next(line for line in found if line.text == text)


def test_what_the_network_states_as_well_is_one_line():
    found = lines_of(LBBB, STATES, Stated("CLBBB", LBBB.text, 0.8))
    assert line(found, LBBB.text).because == "QRS 140 ms; stated 80 %"
    assert [one.text for one in found].count(LBBB.text) == 1


def test_another_form_of_block_from_the_network_is_told_in_the_criterions_line():
    found = lines_of(LBBB, STATES, Stated("IVCD", "unspecific block", 0.3))
    assert line(found, LBBB.text).because == "QRS 140 ms; the network instead: unspecific block 30 %"
    assert "unspecific block" not in [one.text for one in found]


def test_a_criterion_that_the_network_sees_nothing_of_says_so():
    elevation = CriterionMet("st_t", "ST elevation in V2 and V3", "V2 +0.20 mV")
    assert (
        line(lines_of(elevation), elevation.text).because
        == "V2 +0.20 mV; the network: ST/T change absent, 4 %"
    )


def test_a_reason_is_no_sentence_of_its_own():
    found = line(lines_of(LBBB), "QT interval not measurable")
    assert found.because == "not found"
