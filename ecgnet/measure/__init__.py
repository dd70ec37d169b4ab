"""Automated measurements: R peaks, heart rate, PR, QRS, QT, QTc, frontal axis, regularity, and waves lead by lead.

numpy and scipy only. `measure(record)` never raises; what cannot be measured says why.
How well it measures: docs/measurements.md.
"""

from ecgnet.measure._alike import alike_beats
from ecgnet.measure._arm_reversal import arm_reversal
from ecgnet.measure._measure import measure
from ecgnet.measure._median_beats import BEAT_TIMES, median_beats
from ecgnet.measure._peaks import detect_r_peaks
from ecgnet.measure._row import COLUMNS, MEASURES, measured_row
from ecgnet.measure._types import Beats, LeadMeasures, Measurements, Value

__all__ = [
    "BEAT_TIMES",
    "COLUMNS",
    "MEASURES",
    "Beats",
    "LeadMeasures",
    "Measurements",
    "Value",
    "alike_beats",
    "arm_reversal",
    "detect_r_peaks",
    "measure",
    "measured_row",
    "median_beats",
]
