"""How long the models take, beside published networks at the same input in the same run, as JSON.

    python benchmarks/inference.py --batches 1 64 --threads 2 --rounds 10

In every round each subject is asked once, so that whatever else the machine does disturbs all of them alike; the least
of the rounds counts. `wall_ms` is what one waits, `cpu_ms` what the processor worked, over all threads: the steadier
figure on a machine that does other things. Ratios are to resnet1d_wang. What came of it: docs/performance.md.
"""

from __future__ import annotations

import ecgnet  # isort: skip  # before torch, so that its threads wait as they do in the app
import argparse
import json
import os
import platform
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from peers import resnet1d_wang, xresnet1d101

from ecgnet.demo import draw
from ecgnet.inference import to_numpy
from ecgnet.modalities import encode_metadata
from ecgnet.models import DEFAULT
from ecgnet.models.prepared import prepare
from ecgnet.record import Metadata
from ecgnet.scoring import run_networks
from ecgnet.weights import Model, load

PEER = "resnet1d_wang"
Subject = Callable[[], object]


def subjects(model: Model, batch: int) -> dict[str, Subject]:
    """What is timed at this batch size, by name; each call answers for the whole batch."""
    network, ready = model.network, prepare(model.network)
    signals = np.stack([draw("imi", seed, fs=100).signal for seed in range(min(batch, 8))])
    stored = np.resize(np.round(signals * 1000).astype(np.int16), (batch, 12, 1000))
    wave = torch.from_numpy(stored).float() / 1000
    metadata = encode_metadata([Metadata(60, "female")] * batch)
    seen = model.transform(wave, metadata)
    wang, xresnet = resnet1d_wang(), xresnet1d101()

    def end_to_end() -> np.ndarray:
        waveform = torch.from_numpy(stored).float() / 1000
        run = run_networks({model.name: model}, waveform, metadata=metadata)[model.name]
        return model.card.calibrate(to_numpy(run.output.logits))

    found: dict[str, Subject] = {
        PEER: lambda: wang(wave),
        "xresnet1d101": lambda: xresnet(wave),
        "int16 to calibrated probabilities": end_to_end,
        "modalities": lambda: model.transform(wave, metadata),
        f"{model.name}, as trained": lambda: network(seen),
        f"{model.name}, prepared": lambda: ready(seen),
    }
    for name in network.branches:
        found[f"{name}, as trained"] = lambda name=name: network.branches[name](seen)
        found[f"{name}, prepared"] = lambda name=name: ready.branches[name](seen)
    return found


@torch.inference_mode()
def measure(subjects: dict[str, Subject], rounds: int) -> dict[str, dict[str, float]]:
    """Each subject's least wall and processor time of the rounds, in ms, and its ratios to the peer."""
    spent: dict[str, list[tuple[float, float]]] = {name: [] for name in subjects}
    for _ in range(rounds + 1):
        for name, subject in subjects.items():
            wall, cpu = time.perf_counter(), time.process_time()
            subject()
            spent[name].append((time.perf_counter() - wall, time.process_time() - cpu))
    least = {name: 1000 * np.array(times[1:]).min(0) for name, times in spent.items()}  # the first warms up
    return {
        name: {
            "wall_ms": round(float(wall), 2),
            "cpu_ms": round(float(cpu), 2),
            "wall_ratio": round(float(wall / least[PEER][0]), 2),
            "cpu_ratio": round(float(cpu / least[PEER][1]), 2),
        }
        for name, (wall, cpu) in least.items()
    }


def machine() -> dict[str, object]:
    """What ran it."""
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    named = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    try:
        load_average = Path("/proc/loadavg").read_text().split()[0]
    except OSError:
        load_average = None
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True)
    return {
        "processor": named[0] if named else platform.processor(),
        "cores": len(named) or None,
        "kernels": torch.backends.cpu.get_cpu_capability(),
        "torch": torch.__version__,
        "load": load_average,
        "threads_wait": os.environ.get("OMP_WAIT_POLICY"),
        "version": ecgnet.__version__,
        "commit": commit.stdout.strip() or None,
    }


def main() -> None:
    """Measure what the options say and print it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--batches", type=int, nargs="+", default=[1, 64])
    parser.add_argument("--threads", type=int, nargs="+", default=[torch.get_num_threads()])
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--model", default=DEFAULT, help="a fusion of branches")
    options = parser.parse_args()
    model = load(options.model, torch.device("cpu"))
    found = []
    for batch in options.batches:
        asked = subjects(model, batch)
        for threads in options.threads:
            torch.set_num_threads(threads)
            found.append({"batch": batch, "threads": threads, "subjects": measure(asked, options.rounds)})
    print(json.dumps({"machine": machine(), "rounds": options.rounds, "measured": found}, indent=1))


if __name__ == "__main__":
    main()
