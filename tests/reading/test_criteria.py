"""Criteria of conduction by the form of the QRS complex."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ecgnet.measure import LeadMeasures
from ecgnet.reading.criteria import apply_criteria
from ecgnet.record import Metadata
from tests.reading.conftest import measured


@pytest.mark.parametrize(
    ("duration", "code"), [(140.0, "CLBBB"), (76.0, "IVCD")], ids=["broad R", "narrow R"]
)
def test_a_left_bundle_branch_block_has_a_broad_r_wave(duration: float, code: str):
    """A high voltage with a QRS complex of 120 ms has the form but for that."""
    upright = LeadMeasures(r=1.2, s=0.0, q=0.0, r2=0.0, r_duration=duration)
    leads = {"V1": LeadMeasures(r=0.1, s=-1.5, q=0.0, r2=0.0), "I": upright, "V6": upright}
    found = apply_criteria(replace(measured(qrs=124), leads=leads), Metadata(60, "male"))
    assert [finding.code for finding in found.of("intervals")] == [code]
    assert bool(found.secondary) == (code == "CLBBB")
