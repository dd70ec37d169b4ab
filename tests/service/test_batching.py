"""Networks asked for several requests' records at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from ecgnet.demo import draw
from ecgnet.inference import Predictor
from ecgnet.record import RecordError
from ecgnet.service.batching import Batches

RECORDS = [draw("imi", 1), draw("norm_female", 1), draw("clbbb", 2)]


@pytest.fixture(scope="module")
def predictor() -> Predictor:
    return Predictor("waveform_cnn")


def test_records_share_a_batch_and_are_answered_as_alone(predictor: Predictor):
    sizes: list[int] = []
    batches = Batches(8, told=sizes.append)
    found = batches.ask([predictor], RECORDS)["waveform_cnn"]
    batches.close()
    assert sizes == [3]
    for one, alone in zip(found, predictor.predict(RECORDS), strict=True):
        assert one.probabilities == pytest.approx(alone.probabilities, abs=1e-5)


def test_a_record_that_cannot_be_answered_for_fails_alone(predictor: Predictor):
    signal = RECORDS[0].signal.copy()
    signal[3] = np.nan
    gaps = replace(RECORDS[0], signal=signal)
    batches = Batches(8)
    with ThreadPoolExecutor(2) as threads:
        bad, good = (threads.submit(batches.ask, [predictor], [record]) for record in (gaps, RECORDS[1]))
        with pytest.raises(RecordError, match="aVR was not recorded"):
            bad.result()
        assert good.result()["waveform_cnn"][0].called == ("NORM",)
    batches.close()
