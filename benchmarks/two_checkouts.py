"""Two checkouts of ECGNet measured by turns on one machine: what became faster since, and by how much.

    ECGNET_PTBXL=/path/to/ptb-xl python benchmarks/two_checkouts.py OLD NEW [--rounds 3] [--json]

Each subject is a process of its own in each checkout, the old and the new one by turns, so that whatever else the machine
does meets both; the least of the rounds counts. The peer `resnet1d_wang` is the new checkout's, measured in every process.
One thread for the networks; commands and scoring take what they take. Without PTB-XL the rows of scoring are left out.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from ecgnet.demo import draw
from ecgnet.record import LEADS

BEFORE = """
import importlib.util, json, sys, time
import numpy as np, torch
def least(call, times):
    best = float("inf")
    for _ in range(times + 1):
        began = time.perf_counter()
        call()
        best = min(best, time.perf_counter() - began) if _ else best
    return best
found = {}
"""
NETWORKS = """
torch.set_num_threads(1)
from ecgnet import weights
try:
    from ecgnet.models.prepared import prepared as ready
except ImportError:
    ready = lambda network: network
spec = importlib.util.spec_from_file_location("peers", sys.argv[1])
peers = importlib.util.module_from_spec(spec)
spec.loader.exec_module(peers)
late = weights.load("late_fusion", torch.device("cpu"))
wang, network = peers.resnet1d_wang().eval(), ready(late.network.eval())
with torch.inference_mode():
    for batch, times in ((1, 15), (64, 2)):
        wave = torch.randn(batch, 12, 1000, generator=torch.Generator().manual_seed(0)) / 4
        seen = late.transform(wave, torch.zeros(batch, 4))
        size = f", batch {batch}"
        found["resnet1d_wang" + size] = least(lambda: wang(wave), times)
        found["late fusion" + size] = least(lambda: network(late.transform(wave, torch.zeros(batch, 4))), times)
        for name in ("waveform_cnn", "spectrogram_cnn"):
            found[name + size] = least(lambda: network.branches[name](seen), times)
"""
MAPS = """
from ecgnet.demo import draw
from ecgnet.explain import explain
from ecgnet.inference import Predictor
from ecgnet.measure import measure
predictor, record = Predictor("late_fusion"), draw("imi", 0, fs=100)
beats = measure(record).beats
predictor.predict([record])
try:
    from ecgnet.explain import KeptAnswers
    new = True
except ImportError:
    new = False
def mapped(target, method, answers=None, views=("waveform",)):
    more = {"views": views, "answers": answers} if new else {}
    began = time.perf_counter()
    explain(predictor, record, target=target, method=method, against="normal", beats=beats, **more)
    return time.perf_counter() - began
for method in ("integrated_gradients", "occlusion", "kernel_shap", "lime"):
    kept = KeptAnswers() if new else None
    found[f"map by {method}"] = mapped("MI", method, kept)
    found[f"map by {method}, another class"] = mapped("STTC", method, kept)
"""
SCORED = 640
SCORING = f"""
from pathlib import Path
from ecgnet.models import BRANCHES
from ecgnet.modalities import encode_metadata
from ecgnet.ptbxl import Catalogue
from ecgnet.scoring import score
from ecgnet.store import prepare
catalogue = Catalogue(Path(sys.argv[1]))
store = prepare(catalogue)
ids = store.ecg_ids[:{SCORED}]
metadata = encode_metadata([catalogue.metadata(int(k)) for k in ids])
signals = np.ascontiguousarray(store.signals[:{SCORED}])
shown = [*BRANCHES, "early_fusion", "intermediate_fusion", "late_fusion"]
for names, title in ((["late_fusion"], "the default model"), (shown, "the shown models")):
    began = time.perf_counter()
    score(names, signals, metadata=metadata)
    found["PTB-XL by " + title + ", reckoned from {SCORED} ECGs"] = (time.perf_counter() - began) / len(ids) * 21799
"""


def asked(checkout: Path, code: str, argument: str, folder: Path) -> dict[str, float]:
    """What the code finds in a process of its own in that checkout, seconds by name."""
    script = folder / "subject.py"
    script.write_text(BEFORE + code + "\nprint(json.dumps(found))\n")
    done = subprocess.run(
        [sys.executable, str(script), argument],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(checkout)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{checkout}: {done.stderr.strip().splitlines()[-1]}")
    return json.loads(done.stdout.splitlines()[-1])


def command(checkout: Path, *words: str) -> float:
    """Seconds of the wall clock for a whole command."""
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "ecgnet", *words],
        cwd=checkout,
        env={**os.environ, "PYTHONPATH": str(checkout)},
        capture_output=True,
        check=True,
    )
    return time.perf_counter() - began


def one_file(folder: Path) -> Path:
    """A made-up ECG as text."""
    signal = draw("norm_male", 1, fs=100).signal
    rows = [
        ",".join(["time_s", *(f"{lead} (mV)" for lead in LEADS)]),
        *(",".join([f"{k / 100:.2f}", *(f"{v:.4f}" for v in sample)]) for k, sample in enumerate(signal.T)),
    ]
    file = folder / "ecg.csv"
    file.write_text("\n".join(rows) + "\n")
    return file


def once(checkout: Path, *, peers: Path, folder: Path) -> dict[str, float]:
    """All subjects in one checkout."""
    file = one_file(folder)
    found = asked(checkout, NETWORKS, str(peers), folder)
    found |= {
        "ecgnet info, one file": command(checkout, "info", str(file)),
        "ecgnet predict, one file": command(checkout, "predict", str(file), "--model", "late_fusion"),
    }
    found |= asked(checkout, MAPS, "", folder)
    if ptbxl := os.environ.get("ECGNET_PTBXL"):
        found |= asked(checkout, SCORING, ptbxl, folder)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "checkouts", nargs=2, type=Path, metavar="CHECKOUT", help="the old one, then the new one"
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    old, new = (checkout.resolve() for checkout in chosen.checkouts)
    peers = new / "ecgnet" / "benchmark" / "peers.py"
    least: dict[str, dict[str, float]] = {"old": {}, "new": {}}
    with tempfile.TemporaryDirectory() as folder:
        for number in range(chosen.rounds):
            for name, checkout in (("old", old), ("new", new)):
                for row, seconds in once(checkout, peers=peers, folder=Path(folder)).items():
                    least[name][row] = min(seconds, least[name].get(row, seconds))
                print(f"round {number + 1} of {chosen.rounds}: {name}", file=sys.stderr, flush=True)
    if chosen.json:
        print(json.dumps(least))
        return
    print(f"load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores\n")
    print(
        "| | old, s | new, s | old : new | old beside the peer | new beside the peer |\n|---|---|---|---|---|---|"
    )
    for row in (row for row in least["new"] if row in least["old"]):
        before, now = least["old"][row], least["new"][row]
        size = row.rpartition(", batch ")[2] if ", batch " in row else ""
        beside = [
            f"{seconds[row] / seconds[f'resnet1d_wang, batch {size}']:.1f} ×" if size else ""
            for seconds in least.values()
        ]
        print(f"| {row} | {before:.4g} | {now:.4g} | {before / now:.1f} | {beside[0]} | {beside[1]} |")


if __name__ == "__main__":
    main()
