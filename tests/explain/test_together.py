"""Explanations and predictions at the same time, from several threads."""

from __future__ import annotations

import threading
import time
from contextlib import suppress

import numpy as np

from ecgnet.explain import ExplanationError, explain, grad_cam, leave_out

SECONDS = 3.0


def test_predictions_do_not_change_while_others_explain(fresh, record):
    """Eight threads, every method that hooks a network among them; benchmarks/explanations.py does it for a minute."""
    predictor = fresh("waveform_cnn_bilstm")

    def answer() -> np.ndarray:
        return leave_out([predictor], record, left=())["waveform_cnn_bilstm"]

    before = answer()
    until = time.monotonic() + SECONDS
    wrong: list[object] = []
    rounds = [0] * 8

    def work(k: int) -> None:
        while time.monotonic() < until or not rounds[k]:
            try:
                if k < 4:
                    difference = np.abs(answer() - before).max()
                    if difference > 1e-6:
                        wrong.append(difference)
                elif k < 6:
                    explain(
                        predictor,
                        record,
                        target="MI",
                        method=("saliency", "integrated_gradients")[k - 4],
                        steps=8,
                    )
                elif k == 6:
                    explain(predictor, record, target="CD", method="gradient_shap", steps=4)
                else:
                    with suppress(ExplanationError):  # nothing may speak for it under fresh weights
                        grad_cam(predictor, record, target="HYP")
            except Exception as error:
                wrong.append(error)
            rounds[k] += 1

    threads = [threading.Thread(target=work, args=(k,)) for k in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert all(rounds)
