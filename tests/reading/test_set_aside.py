"""Which statements stand beside the measurements and beside one another."""

from __future__ import annotations

from dataclasses import replace

from ecgnet.reading.limits import ranged, shipped_or_site
from ecgnet.reading.rhythm import Premature, Rhythm, describe
from ecgnet.reading.set_aside import Stated, weigh
from ecgnet.record import Metadata
from tests.reading.conftest import measured

STATES = {"NORM": "absent", "CD": "present"}


def weighed(stated: dict[str, float], found=None, rhythm: Rhythm | None = None) -> dict[str, Stated]:
    found = found or measured(heart_rate=70, pr=160, qrs=140)
    ranges = ranged(found, Metadata(50, "male"), limits=shipped_or_site())
    return {
        s.code: s
        for s in weigh(stated, STATES, measured=found, ranges=ranges, rhythm=rhythm or describe(found, {}))
    }


def test_of_two_forms_of_block_the_more_probable_one_stands():
    found = weighed({"CRBBB": 0.4, "CLBBB": 0.6})
    assert found["CLBBB"].set_aside is None
    assert found["CRBBB"].set_aside == "complete left bundle branch block, 60 %, is more likely"


def test_a_form_that_a_measurement_excludes_displaces_none():
    found = weighed({"CLBBB": 0.6, "IRBBB": 0.4}, measured(heart_rate=70, pr=160, qrs=104))
    assert found["CLBBB"].set_aside
    assert found["IRBBB"].set_aside is None


def test_a_wide_beat_in_time_may_be_the_ventricular_one_that_is_stated():
    rhythm = describe(measured(heart_rate=70, pr=160), {})
    assert weighed({"PVC": 0.4}, rhythm=rhythm)["PVC"].set_aside == "no beat of this window comes early"
    wide = replace(rhythm, premature=Premature(not_early=1))
    assert weighed({"PVC": 0.4}, rhythm=wide)["PVC"].set_aside is None
    assert weighed({"PAC": 0.4}, rhythm=wide)["PAC"].set_aside


def test_a_rhythm_that_is_left_open_is_not_set_aside():
    fast = measured([0.4] * 20, heart_rate=150)
    rhythm = describe(fast, {"AFIB": 0.6, "SVTAC": 0.3})
    found = weighed({"AFIB": 0.6, "SVTAC": 0.3}, fast, rhythm)
    assert found["SVTAC"].set_aside is None
    assert found["AFIB"].set_aside
