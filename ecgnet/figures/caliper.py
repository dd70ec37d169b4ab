"""Calipers: the time and the voltage between two points of one lead, exact to the sample."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from ecgnet.figures.strips import DrawnStrip
from ecgnet.figures.theme import Theme, fade
from ecgnet.language import say
from ecgnet.record import LEADS, Record
from ecgnet.signal import DisplayFilter


@dataclass(frozen=True)
class Caliper:
    """Two points on one lead: times in s, each on a sample, and what was drawn there in mV (NaN: not recorded)."""

    lead: str
    start: float
    end: float
    first: float
    last: float

    @classmethod
    def at(
        cls, record: Record, lead: str, *, start: float, end: float, display: DisplayFilter | None = None
    ) -> Caliper:
        """The samples nearest to two times in s, on the trace as `display` shows it."""
        places = [min(max(round(t * record.fs), 0), record.n_samples - 1) for t in (start, end)]
        trace = record.signal[LEADS.index(lead)]
        display = display or DisplayFilter()
        values = [float(display.piece(trace, record.fs, first=place, last=place + 1)[0]) for place in places]
        return cls(lead, *(place / record.fs for place in places), *values)

    @property
    def milliseconds(self) -> float:
        """From the first point to the second, never negative."""
        return 1000 * abs(self.end - self.start)

    @property
    def millivolts(self) -> float:
        """The second point's height above the first."""
        return self.last - self.first

    @property
    def per_minute(self) -> float | None:
        """Beats a minute when the points are one beat apart; None for one and the same moment."""
        return 60_000 / self.milliseconds if self.milliseconds else None

    @property
    def words(self) -> str:
        """ "II: 812 ms, +0.415 mV, 73.9/min"."""
        height = (
            say("not recorded")
            if np.isnan(self.millivolts)
            else say("{millivolts:+.3f} mV", millivolts=self.millivolts).replace("-", "−")
        )
        rate = say(", {per_minute:.1f}/min", per_minute=self.per_minute) if self.per_minute else ""
        return say(
            "{lead}: {milliseconds:g} ms, {height}{rate}",
            lead=self.lead,
            milliseconds=round(self.milliseconds, 1),
            height=height,
            rate=rate,
        )


def caliper_trace(strips: Sequence[DrawnStrip], caliper: Caliper, *, theme: Theme) -> go.Scatter | None:
    """Two uprights and the beam between them on the strip that shows both points; None where no strip does."""
    points = sorted([(caliper.start, caliper.first), (caliper.end, caliper.last)])
    holding = [
        s
        for s in strips
        if s.lead == caliper.lead and s.start - 1e-9 <= points[0][0] and points[1][0] < s.end
    ]
    if not holding:
        return None
    strip = max(holding, key=lambda s: len(s.values))
    sign = -1 if strip.label != strip.lead else 1
    (a, low), (b, high) = ((t, strip.offset + sign * np.nan_to_num(v)) for t, v in points)
    beam = strip.offset - strip.paper.millivolts(8)
    return go.Scatter(
        x=[a, a, None, b, b, None, a, b],
        y=[beam, low, None, beam, high, None, beam, beam],
        mode="lines",
        line={"color": fade(theme.supports, 0.95), "width": 1.6},
        name=caliper.words,
        meta={"kind": "caliper"},
        hovertemplate=say("{words}<extra></extra>", words=caliper.words),
        showlegend=False,
    )
