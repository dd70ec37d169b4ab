"""Ray Data on a local cluster of two workers: the same tables as the local engine, also when one of them is killed."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pytest

from ecgnet.archive.engines import ray_data
from ecgnet.archive.engines.local import Local
from ecgnet.archive.engines.ray_data import RayData
from ecgnet.archive.errors import ArchiveError
from ecgnet.archive.parts import parts_of
from ecgnet.archive.scorer import ScoredPart
from ecgnet.archive.sources import roots_of
from ecgnet.archive.sources.files import Folder
from tests.archive.conftest import ASKED, TIMES

ray = pytest.importorskip("ray", reason="Ray is not installed: pip install -r requirements-scale.txt")


@pytest.fixture(scope="module")
def cluster():
    """Two workers of this machine."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    ray.init("local", num_cpus=2, include_dashboard=False, log_to_driver=False, logging_level="ERROR")
    yield
    ray.shutdown()


@dataclass(frozen=True)
class Deadly(Folder):
    """A folder whose first reader is killed halfway. mark: a file that says that it was."""

    mark: str = ""

    def read(self, sources, told):
        if not Path(self.mark).exists():
            Path(self.mark).write_text(str(os.getpid()))
            os.kill(os.getpid(), signal.SIGKILL)
        return super().read(sources, told)


def tables(scored: list[ScoredPart]) -> dict[str, tuple[pa.Table, pa.Table]]:
    """The tables of each part, by its place."""
    return {part.place: (part.ecgs.drop_columns(list(TIMES)), part.refusals) for part in scored}


def test_the_answers_are_the_local_ones_to_the_bit_also_when_a_worker_is_killed(
    cluster, library: Path, tmp_path: Path
):
    local = list(Local(1)(ASKED, parts_of(roots_of([str(library / "ward1")]), 1), ticks=lambda begun: None))
    mark, told = tmp_path / "killed", []
    parts = parts_of([Deadly(str(library / "ward1"), mark=str(mark))], 1)
    far = list(RayData()(ASKED, parts, ticks=told.append))
    assert mark.read_text() != str(os.getpid())
    assert len(far) == len(local) == told[-1]
    assert tables(far) == tables(local)


def test_a_cluster_that_is_not_there_is_one_sentence(monkeypatch):
    monkeypatch.setattr(ray, "is_initialized", lambda: False)
    monkeypatch.setattr(ray, "init", refuse)
    with pytest.raises(
        ArchiveError, match=r"cluster far:6379 cannot be reached or was lost \(nobody answers\)"
    ):
        list(RayData("far:6379")(ASKED, [], ticks=lambda begun: None))


def test_a_head_that_is_lost_is_one_sentence_before_ray_ends_the_process(monkeypatch):
    monkeypatch.setattr(ray_data, "LOOK", 0.05)
    monkeypatch.setattr(ray_data, "PATIENCE", 0.1)
    monkeypatch.setattr(ray, "is_initialized", lambda: True)
    with socket.socket() as free:  # where nobody answers
        free.bind(("127.0.0.1", 0))
        head = free.getsockname()
    waits = threading.Event()
    said = r"cluster far:6379 .* was lost \(its head does not answer any more\); the same command goes on where it stopped"
    with pytest.raises(ArchiveError, match=said), ray_data._cluster("far:6379"):
        list(ray_data._watched(lambda: iter(waits.wait, True), head=head))
    waits.set()


def test_rows_come_through_and_so_does_what_goes_wrong():
    def rows():
        yield from (1, 2)
        raise ray.exceptions.RayError("a fault")

    found = ray_data._watched(rows, head=None)
    assert [next(found), next(found)] == [1, 2]
    with pytest.raises(ray.exceptions.RayError, match="a fault"):
        next(found)


def refuse(*arguments, **options):
    raise ConnectionError("nobody answers")


def test_without_ray_the_command_that_installs_it_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(
        ArchiveError, match=r"Ray, which is not installed: pip install -r requirements-scale.txt"
    ):
        list(RayData()(ASKED, [], ticks=lambda begun: None))
