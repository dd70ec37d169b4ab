"""Half the bits, where the processor computes with them and it is asked for: `ECGNET_PRECISION=bfloat16`.

Networks answer in bfloat16, two to three times as fast on a processor that has it; whatever then lies near a limit is
answered again in single precision, so that no state and no statement hangs on it (`ecgnet.engine.answered`)."""

from __future__ import annotations

import logging
import os
from functools import cache

from ecgnet.folders import WeightsError
from ecgnet.lazy import torch

VARIABLE = "ECGNET_PRECISION"
NAMES = ("float32", "bfloat16")
MARGIN, LOG_ODDS = 0.005, 0.05
"""What is this near to a limit, as a probability and in log-odds, is computed again: bfloat16 moves it by less
(docs/performance.md)."""
LOG = logging.getLogger("ecgnet")


def has_bfloat16(device: torch.device) -> bool:
    """Whether the device has it in silicon: emulated it is several times slower than single precision."""
    return device.type != "cpu" or bool(torch.cpu.get_capabilities().get("avx512_bf16", False))


def reduced(device: torch.device) -> bool:
    """Whether networks on this device answer in bfloat16: where it is asked for and the device has it; that it has not is
    logged once. Raises WeightsError for a precision that there is not."""
    asked = os.environ.get(VARIABLE) or NAMES[0]
    if asked not in NAMES:
        raise WeightsError(f"{VARIABLE} is {asked}, which is no precision; take {' or '.join(NAMES)}.")
    return asked == "bfloat16" and _has_it(str(device))


@cache
def _has_it(device: str) -> bool:
    found = has_bfloat16(torch.device(device))
    if not found:
        LOG.warning("The device %s has no bfloat16: networks answer in single precision.", device)
    return found
