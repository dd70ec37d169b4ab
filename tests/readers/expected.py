"""What independent decoders found in the real files, and in any XML that ecgdatakit can read too."""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import numpy as np

from ecgnet.record import LEADS, Record


def assert_as_expected(record: Record, folder: Path) -> None:
    """The record of a real file against expected.json: rate, length, and values of every lead to 1e-5 mV."""
    expected = json.loads((folder / "expected.json").read_text())[record.source]
    assert (record.fs, record.n_samples) == (expected["fs_hz"], expected["n_samples"])
    for lead in LEADS:
        values, truth = record.lead(lead), expected["mV"][lead]
        found = [*values[:5], values[100], values.min(), values.max(), values.mean()]
        told = [*truth["first5"], truth["at_100"], truth["min"], truth["max"], truth["mean"]]
        np.testing.assert_allclose(found, told, atol=1e-5, err_msg=lead)


def second_decoder(parser: type, path: Path) -> dict[str, np.ndarray]:
    """Lead → (T,) in mV as ecgdatakit reads the file at a path."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        leads = parser().parse(path).leads
    factors = {"uV": 1e-3, "mV": 1.0}
    return {
        lead.label: (lead.samples * lead.resolution + lead.offset) * factors[lead.resolution_unit]
        for lead in leads
    }


def assert_agrees(record: Record, other: dict[str, np.ndarray]) -> None:
    """Every lead that the second decoder found, all its samples but those the record was cut by, to 1e-6 mV."""
    assert len(other) >= 8
    for lead, values in other.items():
        np.testing.assert_allclose(record.lead(lead), values[: record.n_samples], atol=1e-6, err_msg=lead)
