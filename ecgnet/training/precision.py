"""Half the bits where the processor computes with them."""

from __future__ import annotations

import torch


def reduced_precision(device: torch.device) -> torch.autocast:
    """Autocast to bfloat16 where the device has it in silicon, else to nothing: emulated it is several times slower than
    single precision."""
    native = device.type != "cpu" or torch.cpu.get_capabilities().get("avx512_bf16", False)
    return torch.autocast(device.type, torch.bfloat16, enabled=native)
