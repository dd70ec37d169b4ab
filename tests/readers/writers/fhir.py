"""HL7 FHIR R4 or R5: an Observation with a component a lead, alone or in a Bundle with its Patient."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ecgnet.record import LEADS

STEP = 0.001
CODES = dict(zip(LEADS, (1, 2, 61, 62, 63, 64, 3, 4, 5, 6, 7, 8), strict=True))


def write(
    signal: np.ndarray,
    fs: float,
    *,
    leads: Sequence[str] = LEADS,
    parts: int = 1,
    origin: Mapping[str, Any] = {"value": 0, "unit": "uV", "code": "uV"},
    stored_zero: int = 0,
    release: int = 4,
    sex: str | None = None,
    name: str = "",
    birth_date: str = "",
    patient_id: str = "",
) -> bytes:
    """signal (12, T) in mV in steps of 1 µV, NaN as E. parts: of each lead; stored_zero: added to what is stored."""
    period = {"period": 1000 / fs} if release == 4 else {"interval": 1 / fs, "intervalUnit": "s"}
    components = []
    for lead in leads:
        for piece in np.array_split(np.asarray(signal)[LEADS.index(lead)], parts):
            steps = ["E" if np.isnan(v) else str(round(v / STEP) + stored_zero) for v in piece]
            data = {"origin": origin, **period, "factor": 1, "dimensions": 1, "data": " ".join(steps)}
            display = f"MDC_ECG_ELEC_POTL_{lead.upper()}"
            coding = {
                "system": "urn:oid:2.16.840.1.113883.6.24",
                "code": str(131328 + CODES[lead]),
                "display": display,
            }
            components.append({"code": {"coding": [coding]}, "valueSampledData": data})
    observation = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"code": "131328", "display": "MDC_ECG_ELEC_POTL"}]},
        "effectiveDateTime": "2024-02-29T08:30:00+01:00",
        "component": components,
    }
    patient = {"resourceType": "Patient", "id": patient_id, "name": [{"family": name}]}
    patient |= {key: value for key, value in {"gender": sex, "birthDate": birth_date}.items() if value}
    entries = [{"resource": observation}, {"resource": patient}]
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}).encode()
