"""Statistics carry the stamp of their weights, and `ecgnet weights verify` looks at it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ecgnet import weights
from ecgnet.modalities import Spec
from ecgnet.models import DEFAULT, REGISTRY
from ecgnet.ptbxl import SUPERCLASSES
from ecgnet.trust import familiarity
from ecgnet.trust.familiarity import Familiarity, fit_gaussian
from ecgnet.weights import Card

SMALL = {"widths": (4, 8)}


def ship(root: Path, **content: object) -> Card:
    """A tiny waveform_cnn with its card."""
    checksum = weights.save_parameters("waveform_cnn", REGISTRY["waveform_cnn"].build(**SMALL), root)
    card = {
        "format": weights.FORMAT,
        "name": "waveform_cnn",
        "labels": SUPERCLASSES,
        "arguments": SMALL,
        "preprocessing": Spec().to_dict(),
        "checksum": checksum,
        "thresholds": dict.fromkeys(SUPERCLASSES, 0.5),
        "calibration": {part: dict.fromkeys(SUPERCLASSES, 1.0) for part in ("slope", "intercept")},
        "validation": {"checksum": checksum},
        "test": {"checksum": checksum},
    }
    weights.save_card(card | content, root)
    return Card(card | content)


def complaints(root: Path) -> list[str]:
    return [fault for fault in weights.verify(root) if fault.startswith("waveform_cnn.json")]


def test_a_stamp_that_fits_is_no_fault(tmp_path: Path):
    card = ship(tmp_path)
    weights.save_card(card.content | {"trust": {"stamp": card.answers_id}}, tmp_path)
    assert complaints(tmp_path) == []


def test_trust_of_other_weights_is_a_fault(tmp_path: Path):
    ship(tmp_path, trust={"stamp": "0123456789abcdef", "all_leads": {}})
    assert complaints(tmp_path) == [
        "waveform_cnn.json: trust was measured on other weights; run ecgnet study trust."
    ]


def test_a_card_without_trust_is_no_fault(tmp_path: Path):
    ship(tmp_path)
    assert complaints(tmp_path) == []


@pytest.mark.parametrize("part", ["checksum", "branches", "preprocessing", "calibration"])
def test_the_stamp_covers_all_that_fixes_an_answer(part: str):
    assert Card({"name": "any"}).answers_id != Card({"name": "any", part: "other"}).answers_id


def test_the_stamp_does_not_cover_metrics():
    assert Card({"checksum": "a"}).answers_id == Card({"checksum": "a", "test": {"n": 1}}).answers_id


def test_no_familiarity_file_is_no_fault(tmp_path: Path):
    assert familiarity.verify(tmp_path) == []


def test_a_familiarity_file_without_its_model_is_a_fault(tmp_path: Path):
    usual = fit_gaussian(np.random.default_rng(0).standard_normal((20, 3)))
    familiarity.save(Familiarity(usual, usual, (1.0, 1.0), "abc"), tmp_path)
    (fault,) = familiarity.verify(tmp_path)
    assert f"{DEFAULT}.json is missing" in fault
