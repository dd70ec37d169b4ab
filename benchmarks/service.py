"""How long the service takes under 20 clients, beside the same ECGs read one after the other in this process.

    python benchmarks/service.py [requests] [clients] [models, parted by commas]

Made-up ECGs of 10 s at 500 Hz as WFDB files, all different. Seconds of the wall clock and of processors, where the service's
are those of it and of the processes that read for it.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import requests

from ecgnet.demo import draw
from ecgnet.inference import Predictor
from ecgnet.judge import judge
from ecgnet.readers import read_apart
from ecgnet.record import LEADS

KINDS = ("norm_male", "norm_female", "imi", "clbbb")
Files = dict[str, bytes]


def files(number: int) -> Files:
    """One ECG as header and samples."""
    record = draw(KINDS[number % len(KINDS)], number, fs=500)
    samples = np.round(record.signal * 1000).astype("<i2").T
    lines = [f"ecg 12 500 {len(samples)}", *(f"ecg.dat 16 1000(0)/mV 16 0 0 0 0 {n}" for n in LEADS)]
    return {"ecg.hea": ("\n".join(lines) + "\n").encode(), "ecg.dat": samples.tobytes()}


def processor(pid: int) -> float:
    """Seconds of processors of a process and of its children that have ended or still run."""
    ticks = os.sysconf("SC_CLK_TCK")
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    spent = sum(map(int, fields[11:15])) / ticks
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return spent + sum(processor(int(child)) for child in children)


def told(what: str, times: Sequence[float], *, wall: float, spent: float) -> None:
    """A line of figures."""
    p50, p95 = np.percentile(times, (50, 95))
    print(
        f"{what:44} {len(times) / wall:5.1f} a second, p50 {p50:6.3f} s, p95 {p95:6.3f} s, longest {max(times):6.3f} s, "
        f"processors {1000 * spent / len(times):4.0f} ms each",
        flush=True,
    )


def served(ecgs: Sequence[Files], clients: int, models: str) -> None:
    """All of them through the service, by so many clients."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(
        [sys.executable, "-m", "ecgnet", "serve", f"--port={port}"], stderr=subprocess.DEVNULL
    )
    try:
        while True:
            try:
                requests.get(f"{address}/health", timeout=5)
                break
            except OSError:
                assert process.poll() is None, "the service did not start"
                time.sleep(0.2)
        errors = []

        def ask(ecg: Files) -> float:
            began = time.perf_counter()
            parts = [("file", pair) for pair in ecg.items()]
            answer = requests.post(f"{address}/v1/read", {"models": models}, files=parts, timeout=600)
            if not (answer.ok and answer.json()["answers"][0]["classes"]):
                errors.append(answer.status_code)
            return time.perf_counter() - began

        ask(ecgs[0])
        for number in sorted({1, clients}):
            some = ecgs if number == clients else ecgs[:20]
            before, began = processor(process.pid), time.perf_counter()
            with ThreadPoolExecutor(number) as pool:
                times = list(pool.map(ask, some))
            wall = time.perf_counter() - began
            spent = processor(process.pid) - before
            told(f"service, {len(some)} requests by {number} clients", times, wall=wall, spent=spent)
        print(f"errors: {len(errors)}")
        lines = requests.get(f"{address}/metrics", timeout=60).text.splitlines()
        print("\n".join(line for line in lines if line.startswith("ecgnet_batch_records")))
    finally:
        process.terminate()
        process.wait(30)


def in_process(ecgs: Sequence[Files], models: str) -> None:
    """All of them one after the other, here."""
    predictors = [Predictor(name) for name in models.split(",")]

    def ask(ecg: Files) -> float:
        began = time.perf_counter()
        (answer,) = read_apart(ecg, partial=True)
        judge(answer.record, predictors)
        return time.perf_counter() - began

    ask(ecgs[0])
    before, began = processor(os.getpid()), time.perf_counter()
    times = [ask(ecg) for ecg in ecgs]
    wall, spent = time.perf_counter() - began, processor(os.getpid()) - before
    told(f"in process, {len(ecgs)} one after the other", times, wall=wall, spent=spent)


def main(number: int = 200, clients: int = 20, models: str = "late_fusion") -> None:
    """Both."""
    ecgs = [files(k) for k in range(number)]
    served(ecgs, clients, models)
    in_process(ecgs, models)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]), *sys.argv[3:4])
