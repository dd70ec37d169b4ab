"""Statistics carry the stamp of their weights, and `ecgnet weights verify` looks at it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ecgnet import weights
from ecgnet.cards import FORMAT, Card, Stamp, save_card
from ecgnet.metrics import evaluate
from ecgnet.modalities import Spec
from ecgnet.models import DEFAULT, REGISTRY
from ecgnet.ptbxl import SUPERCLASSES
from ecgnet.trust import familiarity
from ecgnet.trust.familiarity import Familiarity, fit_gaussian

SMALL = {"widths": (4, 8)}
MEASURED = evaluate(np.eye(5), np.eye(5), thresholds=np.full(5, 0.5), names=SUPERCLASSES, samples=2)


def ship(root: Path, **content: object) -> Card:
    """A tiny waveform_cnn with its card."""
    checksum = weights.save_parameters("waveform_cnn", REGISTRY["waveform_cnn"].build(**SMALL), root=root)
    card = {
        "format": FORMAT,
        "name": "waveform_cnn",
        "labels": SUPERCLASSES,
        "arguments": SMALL,
        "preprocessing": Spec().to_dict(),
        "checksum": checksum,
        "thresholds": dict.fromkeys(SUPERCLASSES, 0.5),
        "calibration": {part: dict.fromkeys(SUPERCLASSES, 1.0) for part in ("slope", "intercept")},
        "validation": {"fold": 9, "checksum": checksum} | MEASURED,
        "test": {"fold": 10, "checksum": checksum} | MEASURED,
    }
    save_card(card | content, root)
    return Card(card | content)


def complaints(root: Path) -> list[str]:
    return [fault for fault in weights.verify(root) if fault.startswith("waveform_cnn.json")]


def test_a_stamp_that_fits_is_no_fault(tmp_path: Path):
    card = ship(tmp_path)
    save_card(card.content | {"trust": {"stamp": card.stamp(Stamp.ANSWERS), "all_leads": {}}}, tmp_path)
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
    card, changed = Card({"name": "any"}), Card({"name": "any", part: "other"})
    assert card.stamp(Stamp.ANSWERS) != changed.stamp(Stamp.ANSWERS)


@pytest.mark.parametrize("stamp", Stamp)
def test_the_stamp_does_not_cover_metrics(stamp: Stamp):
    assert Card({"checksum": "a"}).stamp(stamp) == Card({"checksum": "a", "test": {"n": 1}}).stamp(stamp)


@pytest.mark.parametrize(
    ("part", "changed"),
    [
        ("preprocessing", {Stamp.LOGITS, Stamp.ANSWERS, Stamp.CALLS}),
        ("calibration", {Stamp.ANSWERS, Stamp.CALLS}),
        ("thresholds", {Stamp.CALLS}),
    ],
)
def test_each_stamp_covers_what_comes_before(part: str, changed: set[Stamp]):
    card, other = Card({"checksum": "a"}), Card({"checksum": "a", part: "other"})
    assert {stamp for stamp in Stamp if card.stamp(stamp) != other.stamp(stamp)} == changed


def test_no_familiarity_file_is_no_fault(tmp_path: Path):
    assert familiarity.verify_familiarity(tmp_path) == []


def test_a_familiarity_file_without_its_model_is_a_fault(tmp_path: Path):
    usual = fit_gaussian(np.random.default_rng(0).standard_normal((20, 3)))
    familiarity.save_familiarity(Familiarity(usual, usual, (1.0, 1.0), "abc"), tmp_path)
    (fault,) = familiarity.verify_familiarity(tmp_path)
    assert f"{DEFAULT}.json is missing" in fault
