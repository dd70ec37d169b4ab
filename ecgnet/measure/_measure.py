"""From a Record to its Measurements."""

from __future__ import annotations

import numpy as np

from ecgnet.language import again, say
from ecgnet.measure._atria import no_p_wave
from ecgnet.measure._beats import every_beat
from ecgnet.measure._delineation import delineate
from ecgnet.measure._found import find_beats
from ecgnet.measure._intervals import corrected, frontal_axis, heart_rate, interval
from ecgnet.measure._leads import lead_measures
from ecgnet.measure._prepare import INDEPENDENT, RATE, SHORTEST, Prepared
from ecgnet.measure._rhythm import regularity
from ecgnet.measure._spikes import led_by_spikes
from ecgnet.measure._types import Beats, Measurements, Value
from ecgnet.record import Record

VARIABLE_RR = 0.15
"""Coefficient of variation of RR from which a note warns of the corrected QT."""


def measure(record: Record) -> Measurements:
    """Heart rate, PR, QRS, QT, QTc, frontal axis and regularity of any record; never raises.

    The beats are found over all leads, sorted by shape and laid over each other; onsets and offsets are global, over
    all leads of the dominant beat, as the CSE working party defines them (Eur Heart J 1985;6:815), then carried over
    to the single beats. Of a record longer than 60 s one window of 60 s is measured; `notes` says which.

    >>> from ecgnet.demo import draw
    >>> found = measure(draw("imi", 1))
    >>> print(found.heart_rate, found.rhythm, sep=", ")
    61/min, regular
    >>> found.beats.r.shape
    (10,)
    """
    found = find_beats(record)
    prepared = found.prepared
    told = tuple(map(again, prepared.notes))
    window = (prepared.start, prepared.start + prepared.seconds)
    if prepared.seconds < SHORTEST or record.fs < 50:
        why = (
            say("The record is shorter than {shortest:.0f} s.", shortest=SHORTEST)
            if prepared.seconds < SHORTEST
            else say("The record has fewer than 50 samples a second.")
        )
        return _nothing(why, np.zeros(0), window, told)
    peaks, median = found.peaks, found.median
    if not peaks.size:
        return _nothing(say("No beat was found."), np.zeros(0), window, told)
    rr = _rr(peaks, prepared)
    if median is None or median.count < 2:
        few = say("Fewer than 2 beats of one shape lie whole inside the record.")
        return _nothing(few, peaks / RATE + prepared.start, window, told, rr)

    usual = float(np.nanmedian(rr)) if np.isfinite(rr).any() else 1.0
    waves = delineate(median, usual)
    no_p = no_p_wave(prepared, median, waves, rr, record.missing)
    if no_p:
        waves = waves.without_p(no_p)
    pr = interval("pr", waves.p_onset, waves.qrs_onset, waves.no_p)
    qrs = interval("qrs", waves.qrs_onset, waves.qrs_offset, say("The QRS complex has no clear end."))
    qt = interval("qt", waves.qrs_onset, waves.t_offset, say("The T wave has no clear end."))
    regular, rhythm, rhythm_reason = regularity(rr, median.dominant, not no_p)
    return Measurements(
        heart_rate=heart_rate(rr, len(peaks)),
        pr=pr,
        qrs=qrs,
        qt=qt,
        qtc_bazett=corrected(qt, rr, 2),
        qtc_fridericia=corrected(qt, rr, 3),
        axis=frontal_axis(median, waves, record.missing),
        rhythm=rhythm,
        rhythm_reason=rhythm_reason,
        rr=rr,
        beats=every_beat(prepared, median, waves),
        window=window,
        notes=(*told, *_notes(prepared, rr, qt)),
        leads=lead_measures(median, waves, record.missing),
        regularity=regular,
        led_by_spikes=led_by_spikes(prepared.spikes, peaks / RATE),
    )


def _rr(peaks: np.ndarray, prepared: Prepared) -> np.ndarray:
    """(n - 1,) s between neighbouring beats, NaN where some stretch between them was recorded in no lead."""
    rr = np.diff(peaks) / RATE
    dark = np.cumsum(prepared.gap.all(0))
    rr[dark[peaks[1:]] - dark[peaks[:-1]] > 0] = np.nan
    return rr


def _notes(prepared: Prepared, rr: np.ndarray, qt: Value) -> tuple[str, ...]:
    notes = []
    if len(prepared.leads) < len(INDEPENDENT):
        notes.append(
            say(
                "Some leads are missing: over all 12 leads the waves may begin earlier and end later than measured."
            )
        )
    known = rr[np.isfinite(rr)]
    if qt.value is not None and len(known) > 1 and known.std() > VARIABLE_RR * known.mean():
        notes.append(
            say("The RR intervals vary much: a QT corrected for their mean is uncertain (AHA/ACC/HRS 2009).")
        )
    return tuple(notes)


def _nothing(
    reason: str,
    r: np.ndarray,
    window: tuple[float, float],
    notes: tuple[str, ...],
    rr: np.ndarray | None = None,
) -> Measurements:
    """Measurements that are all not measurable, the rate possibly aside."""
    ms = Value(None, "ms", reason)
    rr = np.diff(r) if rr is None else rr
    rate = heart_rate(rr, len(r)) if len(r) else Value(None, "/min", reason)
    return Measurements(
        rate, ms, ms, ms, ms, ms, Value(None, "°", reason), "", reason, rr, Beats.from_r(r), window, notes
    )
