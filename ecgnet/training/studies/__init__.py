"""The studies behind ECGNet's choices: `ecgnet study NAME` answers one question and writes `docs/results/NAME.md`.

A study is one module here with QUESTION, a sentence, and `run(bench) -> Result`; it is found by being there. Its rows are
kept as they come, so that an interrupted study goes on where it stopped.
"""

from __future__ import annotations

from ecgnet.training.studies._bench import Bench, Result
from ecgnet.training.studies._run import run_study, studies

__all__ = ["Bench", "Result", "run_study", "studies"]
