"""A reading made of a demo ECG by the rules and by one network, and who signs it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from pydicom.uid import TwelveLeadECGWaveformStorage

from ecgnet import weights
from ecgnet.demo import draw
from ecgnet.inference import Predictor
from ecgnet.judge import Reading, judge
from ecgnet.record import Identity, SourceStudy
from ecgnet.recorder import RecorderReport
from ecgnet.signature import Opinion, Signature, reading_hash
from ecgnet.windows import window

MODEL = "waveform_cnn"
STUDY = SourceStudy(
    "1.2.3", "1.2.3.4", "1.2.3.4.5", TwelveLeadECGWaveformStorage, "Löwe^Ada", "F", "HOSPITAL",
    "20240229", "083000", "S1", "A-1",
)  # fmt: skip


@pytest.fixture(scope="session")
def reading() -> Reading:
    """An inferior infarction of patient 4711, recorded on a leap day."""
    if MODEL not in weights.available():
        pytest.skip(f"weights/{MODEL}.json is not there")
    record = replace(
        draw("imi", 1),
        identity=Identity("Ada <b>Löwe</b>", "1950-01-31", "4711", STUDY),
        recorder=RecorderReport(recorded_at=datetime(2024, 2, 29, 8, 30)),
    )
    return judge(record, [Predictor(MODEL)])


@pytest.fixture(scope="session")
def part_reading() -> Reading:
    """Seconds 20 to 30 of a recording of a minute, by the rules alone."""
    whole = replace(draw("imi", 1, duration=60), identity=Identity(patient_id="4711", study=STUDY))
    return judge(window(whole, 20), [])


@pytest.fixture
def signature(reading: Reading) -> Signature:
    """Of one who agrees but for a conduction disturbance that she sees."""
    opinion = Opinion(("MI", "CD"), ("IMI", "LAFB"), "As in <2024>.")
    when = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    return Signature("Dr. Grace Hopper", when, reading_hash(reading), opinion, "Cardiology")
