"""Integrated gradients as the app begins with them: how exact, how quick beside Captum's, and whether predictions stay what
they are while others explain.

python benchmarks/explanations.py exact --ptbxl FOLDER [--records 100]
python benchmarks/explanations.py quick --ptbxl FOLDER [--records 10]
python benchmarks/explanations.py together [--seconds 60]

Timings are given as wall clock and CPU seconds, both ways in turn in one run: compare the ratio.
"""

from __future__ import annotations

import argparse
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np
import torch
from captum.attr import IntegratedGradients

from ecgnet.demo import draw
from ecgnet.explain import BASELINES, ExplanationError, check_map, explain, grad_cam
from ecgnet.explain.question import asked
from ecgnet.inference import Predictor
from ecgnet.measure import Beats, measure
from ecgnet.models import BRANCHES, DEFAULT
from ecgnet.ptbxl import TEST_FOLD, Catalogue
from ecgnet.record import Record

CAPTUM_STEPS = 24
"""What the app took before, for every branch alike."""


def chosen(folder: Path, number: int) -> list[tuple[Record, Beats]]:
    """Records of fold 10 by a fixed seed, with their beats; those without two beats are left out."""
    catalogue = Catalogue(folder)
    ids = catalogue.table.index[catalogue.table["fold"] == TEST_FOLD].to_numpy()
    found: list[tuple[Record, Beats]] = []
    for k in np.random.default_rng(1).permutation(ids):
        if len(found) == number:
            break
        if catalogue.has_signal(int(k)):
            record = catalogue.record(int(k))
            beats = measure(record).beats
            if len(beats) >= 2:
                found.append((record, beats))
    return found


def likeliest(predictor: Predictor, record: Record) -> str:
    """The class that the model finds most probable."""
    prediction = predictor.predict([record])[0]
    return prediction.labels[int(prediction.probabilities.argmax())]


def exact(
    names: Sequence[str], cases: Sequence[tuple[Record, Beats]], baselines: Sequence[str] = tuple(BASELINES)
) -> None:
    """The completeness error of the default explanation, by baseline, as a share of the change of the logit."""
    print("model | baseline | records | mean | 95 % below | largest | within 1 %")
    for name in names:
        predictor = Predictor(name, torch.device("cpu"))
        for against in baselines:
            misses = []
            for record, beats in cases:
                found = explain(
                    predictor, record, target=likeliest(predictor, record), against=against, beats=beats
                )
                misses.append(next(iter(found.values())).completeness_error)
            m = np.array(misses)
            print(
                f"{name} | {against} | {len(m)} | {m.mean():.2%} | {np.quantile(m, 0.95):.2%} | {m.max():.2%} | "
                f"{(m < 0.01).mean():.0%}",
                flush=True,
            )


def quick(name: str, cases: Sequence[tuple[Record, Beats]]) -> None:
    """One default explanation, all modalities, and one check of a map, in turn with Captum's integrated gradients."""
    predictor = Predictor(name, torch.device("cpu"))

    def before(record: Record, beats: Beats, target: str) -> None:
        with asked(predictor, record, target=target) as question:
            IntegratedGradients(question.logit).attribute(
                question.distances(), n_steps=CAPTUM_STEPS, internal_batch_size=4
            )

    def after(record: Record, beats: Beats, target: str) -> None:
        explain(predictor, record, target=target, against="normal", beats=beats)

    def checked(record: Record, beats: Beats, target: str) -> None:
        check_map(predictor, record, explanation=maps[target], beats=beats)

    ways: dict[str, Callable[[Record, Beats, str], None]] = {
        f"Captum, {CAPTUM_STEPS} steps, flat line": before,
        "the app's default": after,
        "check of its waveform map": checked,
    }
    wall: dict[str, list[float]] = {way: [] for way in ways}
    cpu: dict[str, list[float]] = {way: [] for way in ways}
    for record, beats in cases:
        target = likeliest(predictor, record)
        maps = {target: explain(predictor, record, target=target, against="normal", beats=beats)["waveform"]}
        for way, work in ways.items():
            began, spent = time.perf_counter(), time.process_time()
            work(record, beats, target)
            wall[way].append(time.perf_counter() - began)
            cpu[way].append(time.process_time() - spent)
    print(f"{name}, {len(cases)} records, {torch.get_num_threads()} threads")
    first = next(iter(ways))
    for way in ways:
        ratio = np.median(np.array(cpu[way]) / np.array(cpu[first]))
        print(
            f"{way}: wall {np.median(wall[way]):.2f} s, CPU {np.median(cpu[way]):.2f} s (mean {np.mean(cpu[way]):.2f}), "
            f"{ratio:.2f} of the first"
        )


def together(names: Sequence[str], seconds: float) -> None:
    """Eight threads, four that predict and four that explain; the largest change of any logit."""
    record = draw("asmi", 1, fs=100)
    beats = measure(record).beats
    predictors = [Predictor(name, torch.device("cpu")) for name in names]
    before = {p.name: p.predict([record])[0].logits for p in predictors}
    until = time.monotonic() + seconds
    counts, worst, faults = [0] * 8, [0.0] * 8, list[BaseException]()

    def work(k: int) -> None:
        while time.monotonic() < until:
            predictor = predictors[counts[k] % len(predictors)]
            try:
                if k < 4:
                    difference = np.abs(predictor.predict([record])[0].logits - before[predictor.name]).max()
                    worst[k] = max(worst[k], float(difference))
                elif k < 7:
                    method = ("integrated_gradients", "saliency", "gradient_shap")[k - 4]
                    explain(
                        predictor, record, target="MI", method=method, steps=16, against="normal", beats=beats
                    )
                else:
                    with suppress(ExplanationError):  # a fusion of branches has no Grad-CAM
                        grad_cam(predictor, record, target="MI")
            except Exception as error:
                faults.append(error)
            counts[k] += 1

    threads = [threading.Thread(target=work, args=(k,)) for k in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(
        f"{seconds:.0f} s, {sum(counts[:4])} predictions, {sum(counts[4:])} explanations, largest change of a logit "
        f"{max(worst):.1e}, {len(faults)} errors {faults[:1] or ''}"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=("exact", "quick", "together"))
    parser.add_argument("--ptbxl", type=Path)
    parser.add_argument("--records", type=int)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--models", nargs="+")
    parser.add_argument("--against", nargs="+", choices=tuple(BASELINES), default=tuple(BASELINES))
    options = parser.parse_args()
    if options.what == "together":
        together(options.models or ("waveform_cnn_bilstm", DEFAULT), options.seconds)
    elif options.ptbxl is None:
        parser.error("name the data set's folder with --ptbxl")
    elif options.what == "exact":
        exact(
            options.models or (*BRANCHES, DEFAULT),
            chosen(options.ptbxl, options.records or 100),
            options.against,
        )
    else:
        quick((options.models or (DEFAULT,))[0], chosen(options.ptbxl, options.records or 10))
