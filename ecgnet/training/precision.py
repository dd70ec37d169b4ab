"""Half the bits where the processor computes with them."""

from __future__ import annotations

import torch

from ecgnet.precision import has_bfloat16


def reduced_precision(device: torch.device) -> torch.autocast:
    """Autocast to bfloat16 where the device has it in silicon, else to nothing: emulated it is several times slower than
    single precision."""
    return torch.autocast(device.type, torch.bfloat16, enabled=has_bfloat16(device))
