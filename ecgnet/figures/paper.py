"""Millimetre paper: what a square is worth, and where each lead stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ecgnet.record import LEADS

Layout = Literal["3x4", "6x2", "12x1"]
Order = Literal["standard", "cabrera"]
LAYOUTS: tuple[str, ...] = ("3x4", "6x2", "12x1")
ORDERS: tuple[str, ...] = ("standard", "cabrera")
SPEEDS: tuple[float, ...] = (12.5, 25.0, 50.0)
GAINS: tuple[float, ...] = (5.0, 10.0, 20.0)

INVERTED = "−aVR"
CABRERA = ("aVL", "I", INVERTED, "II", "aVF", "III", *LEADS[6:])
"""From left to inferior, 30° apart, with aVR turned round (AHA/ACC/HRS 2007, Circulation 115:1306)."""

WIDTH = 250.0  # mm of paper for the trace: 10 s at 25 mm/s


@dataclass(frozen=True)
class Paper:
    """Paper at `speed` mm/s and `gain` mm/mV: small squares of 1 mm, large ones of 5 mm, whatever the controls say.

    Raises ValueError for a speed or gain that is not above 0.
    """

    speed: float = 25.0
    gain: float = 10.0

    def __post_init__(self) -> None:
        if not (self.speed > 0 and self.gain > 0):
            raise ValueError(
                f"speed and gain must be above 0, not {self.speed:g} mm/s and {self.gain:g} mm/mV"
            )

    def seconds(self, mm: float) -> float:
        """Millimetres across → s."""
        return mm / self.speed

    def millivolts(self, mm: float) -> float:
        """Millimetres up → mV."""
        return mm / self.gain

    @property
    def window(self) -> float:
        """s that fit on the paper: 20, 10 or 5 at 12.5, 25 or 50 mm/s."""
        return self.seconds(WIDTH)

    @property
    def ratio(self) -> float:
        """The length of 1 mV over that of 1 s: 0.4 at 25 mm/s and 10 mm/mV."""
        return self.gain / self.speed

    @property
    def caption(self) -> str:
        """ "25 mm/s 10 mm/mV"."""
        return f"{self.speed:g} mm/s {self.gain:g} mm/mV"


def grid(layout: Layout, order: Order) -> tuple[tuple[str, ...], ...]:
    """Rows of lead names; columns follow one another in time. In Cabrera order aVR is `INVERTED`.

    Raises ValueError for an unknown layout or order.
    """
    if layout not in LAYOUTS:
        raise ValueError(f"layout must be one of {', '.join(LAYOUTS)}, not {layout!r}")
    if order not in ORDERS:
        raise ValueError(f"order must be one of {', '.join(ORDERS)}, not {order!r}")
    names = LEADS if order == "standard" else CABRERA
    rows = int(layout.split("x")[0])
    return tuple(tuple(names[row::rows]) for row in range(rows))
