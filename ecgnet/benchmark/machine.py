"""What ran a benchmark."""

from __future__ import annotations

import os
import platform
import subprocess
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

import torch

from ecgnet.folders import ROOT
from ecgnet.weights import choose_device, describe_device


def machine() -> dict[str, object]:
    """Processor, cores, load, threads and versions; commit is None outside a checkout."""
    named: list[str] = []
    load = commit = None
    with suppress(OSError):
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        named = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    with suppress(OSError, AttributeError):
        load = round(os.getloadavg()[0], 2)
    with suppress(OSError):
        asked = ["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"]
        commit = subprocess.run(asked, capture_output=True, text=True).stdout.strip() or None
    return {
        "processor": named[0] if named else platform.processor(),
        "cores": os.cpu_count(),
        "kernels": torch.backends.cpu.get_cpu_capability(),
        "device": describe_device(choose_device()),
        "threads": torch.get_num_threads(),
        "threads_wait": os.environ.get("OMP_WAIT_POLICY"),
        "load": load,
        "python": platform.python_version(),
        "torch": torch.__version__,
        "version": version("ecgnet"),
        "commit": commit,
    }
