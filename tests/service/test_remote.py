"""A service asked in place of networks of one's own, and what people are told where it does not answer."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from ecgnet import remote
from ecgnet.cards import Stamp, read_card
from ecgnet.demo import draw
from ecgnet.explain import ExplanationError
from ecgnet.inference import Predictor, predict_together
from ecgnet.models import REGISTRY
from ecgnet.record import RecordError
from ecgnet.service import asking
from ecgnet.service.streamed import EVERY
from tests.service.conftest import LIMITS, Service

ONE = "waveform_cnn"
RECORD = draw("imi", 1)
MODELS = {ONE: read_card(ONE).stamp(Stamp.CALLS)}


@pytest.fixture(scope="module")
def there(service: Service) -> remote.RemoteService:
    return remote.RemoteService(service.address)


def test_it_answers_as_a_network_here(there: remote.RemoteService):
    (far,) = there.ask("predict_together", MODELS, arguments={"records": [RECORD]})[ONE]
    (near,) = Predictor(ONE).predict([RECORD])
    assert far.probabilities == pytest.approx(near.probabilities, abs=1e-6)
    assert far.states == near.states and far.stated.keys() == near.stated.keys()
    assert np.allclose(far.features, near.features, atol=1e-4)


def test_it_explains_as_a_network_here(there: remote.RemoteService):
    told = {"record": RECORD, "target": "MI", "method": "input_x_gradient"}
    assert there.ask("explain", MODELS, arguments=told)["waveform"].values.shape == (12, 1000)


def test_it_says_how_far_an_answer_is(there: remote.RemoteService, monkeypatch):
    def slowly(predictor: Predictor, *, progress: Callable[[float], None]) -> str:
        for k in range(4):
            progress(k / 4)
            time.sleep(EVERY)
        return predictor.name

    monkeypatch.setitem(asking.OF_ONE, "explain", slowly)
    told: list[float] = []
    assert there.ask("explain", MODELS, arguments={}, progress=told.append) == ONE
    assert told == sorted(told) and {0.25, 0.5, 0.75} & set(told)


def test_what_nobody_waits_for_is_not_computed(there: remote.RemoteService, monkeypatch):
    ended = threading.Event()

    def without_end(predictor: Predictor, *, progress: Callable[[float], None]) -> None:
        try:
            while True:
                progress(0.5)
                time.sleep(0.01)
        finally:
            ended.set()

    def stop(share: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setitem(asking.OF_ONE, "explain", without_end)
    with pytest.raises(KeyboardInterrupt):
        there.ask("explain", MODELS, arguments={}, progress=stop)
    assert ended.wait(10)
    assert there.ask("views", MODELS, arguments={"record": RECORD})  # and the next is answered


@pytest.mark.parametrize("progress", [None, lambda share: None], ids=["at once", "with progress"])
@pytest.mark.parametrize(
    ("call", "told", "error", "said"),
    [
        ("explain", {"record": RECORD, "target": "XYZ"}, ExplanationError, "does not answer for XYZ"),
        (
            "predict_together",
            {
                "records": [
                    replace(RECORD, signal=np.vstack([RECORD.signal[:11], np.full((1, 5000), np.nan)]))
                ]
            },
            RecordError,
            "This ECG is not judged: lead V6 was not recorded",
        ),
    ],
)
def test_what_cannot_be_answered_is_raised_as_here(
    there: remote.RemoteService, call, told, error, said, progress
):
    with pytest.raises(error, match=said):
        there.ask(call, MODELS, arguments=told, progress=progress)


def test_a_record_without_a_name_there_has_its_name_here(monkeypatch):
    class Far:
        def ask(self, *_: object, **__: object) -> None:
            raise RecordError("This ECG is not judged: lead V6 was not recorded.")

    monkeypatch.setattr(remote, "answers_there", lambda: True)
    monkeypatch.setattr(remote, "service", Far)
    with pytest.raises(RecordError, match=f"^{RECORD.id} is not judged"):
        predict_together([Predictor(ONE)], [RECORD])


def test_a_service_that_is_not_there_is_asked_once_and_told_of():
    gone = remote.RemoteService("http://127.0.0.1:9")
    for _ in range(2):
        with pytest.raises(remote.ServiceError, match=r"cannot be reached\. ECGs and measurements are there"):
            gone.ask("views", MODELS, arguments={"record": RECORD})
    assert gone._gone[0] > 0


def test_a_service_that_is_slow_is_told_of(there: remote.RemoteService, monkeypatch):
    monkeypatch.setattr(remote, "TIMEOUT", (1, 0.001))
    with pytest.raises(remote.ServiceError, match="did not answer in time"):
        remote.RemoteService(there.url).ask("views", MODELS, arguments={"record": RECORD})


def test_another_token_is_told_of(serve: Callable[..., Service]):
    closed = remote.RemoteService(serve(limits=LIMITS, token="open-sesame").address, "sesame")
    with pytest.raises(remote.ServiceError, match="set ECGNET_TOKEN to its token"):
        closed.ask("views", MODELS, arguments={"record": RECORD})


def test_another_version_is_told_of(there: remote.RemoteService, monkeypatch):
    monkeypatch.setattr(remote, "__version__", "0.0.1")
    with pytest.raises(remote.ServiceError, match="cannot be used: it runs ECGNet"):
        there.ask("views", MODELS, arguments={"record": RECORD})


def test_other_weights_are_told_of(there: remote.RemoteService):
    with pytest.raises(remote.ServiceError, match="its weights of waveform_cnn are others"):
        there.ask("views", {ONE: "another"}, arguments={"record": RECORD})


def test_what_each_model_reads_is_known_without_its_network():
    assert {name: entry.needs for name, entry in REGISTRY.items()} == {
        name: entry.build().needs for name, entry in REGISTRY.items()
    }
