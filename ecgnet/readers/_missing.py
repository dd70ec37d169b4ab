"""Numbers that stand for "nothing recorded", such as -32768 and -9999, in files that have no other way to say so."""

from __future__ import annotations

import numpy as np

from ecgnet.language import say

_CODES = (-32768.0, 32767.0, -2147483648.0, 2147483647.0, -9999.0, 9999.0, -99999.0, 99999.0, -999.0, 999.0)
_FAR = 8.0  # times as far from the median as any other sample; no spike and no electrode that comes off is so far


def without_codes(samples: np.ndarray) -> tuple[np.ndarray, str]:
    """Samples (channels, T) with NaN where one of these numbers stands far off all others, and a note, "" where there is
    none. They are in the file's own unit, in which the numbers are whole."""
    found = np.zeros(samples.shape, dtype=bool)
    for k, row in enumerate(samples):
        there = np.isin(row, _CODES)
        rest = row[~there & np.isfinite(row)]
        if not there.any() or rest.size < there.size // 2:
            continue
        middle = float(np.median(rest))
        reach = max(float(np.abs(rest - middle).max()), 1e-9)
        found[k] = there & (np.abs(row - middle) > _FAR * reach)
    if not found.any():
        return samples, ""
    codes = ", ".join(f"{code:.0f}" for code in np.unique(samples[found]))
    note = say(
        "{codes} stands for samples that were not recorded ({sum}): they are gaps.",
        codes=codes,
        sum=int(found.sum()),
    )
    return np.where(found, np.nan, samples), note
