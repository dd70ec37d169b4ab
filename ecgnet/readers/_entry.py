"""The ways in: one file, several files of an upload, paths of a command line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path

from ecgnet.language import say
from ecgnet.readers._answer import Answer
from ecgnet.readers._core import ReadError, ReadOptions, Unit
from ecgnet.readers._disk import Disk
from ecgnet.readers._walk import Walk, plain_name
from ecgnet.record import Record


def read(
    source: str | Path | bytes,
    *,
    name: str | None = None,
    companions: Mapping[str, bytes] | None = None,
    fs: float | None = None,
    unit: Unit | None = None,
    leads: Sequence[str] | None = None,
    partial: bool = False,
    recording: int | None = None,
) -> Record:
    """One ECG out of a file or its bytes: signal (12, T) float32 in mV.

    source: a path, or the content itself, then with `name` to call it by. A WFDB record may be given by its
    header, its signal file, or by the record's name without ending; any file may be packed by gzip or zip.
    companions: the other files of the record, by name; with a path they are looked up in its folder.
    fs (Hz), unit, leads: what the file leaves out; partial: leads and samples may be missing; recording:
    which of several in the file; see `ReadOptions`.

    Raises ReadError, and nothing else, for everything that cannot be read. It reads in this process: for files of
    strangers there is `read_apart`.

    >>> from pydicom.data import get_testdata_file
    >>> record = read(get_testdata_file("waveform_ecg.dcm", download=False))
    >>> record.fs, record.duration, record.signal.shape
    (1000.0, 10.0, (12, 10000))
    >>> read(b"I,II\\n0.1,0.2\\n0.1,0.3\\n", name="two.csv", unit="mV", partial=True)
    Traceback (most recent call last):
    ecgnet.readers._core.ReadError: two.csv states no sampling rate: it has to be told.
    """
    options = ReadOptions(fs, unit, None if leads is None else tuple(leads), partial, recording)
    if isinstance(source, bytes):
        key = name or say("The file")
        walk = Walk({**(companions or {}), key: source}, options)
    else:
        key, walk = _on_disk(source, name, companions, options)
    jobs = list(islice(walk.jobs([key]), 2))
    if len(jobs) > 1:
        raise ReadError(
            say(
                "{call} holds several files or ECGs: give one, or its number (recording), or use "
                "read_together.",
                call=walk.call(key),
            )
        )
    return jobs[0].read()[0]


def _on_disk(
    path: str | Path, name: str | None, companions: Mapping[str, bytes] | None, options: ReadOptions
) -> tuple[str, Walk]:
    """The file that leads the record at a path, and the way to read it."""
    disk = Disk([path])
    key = next(iter(disk))
    files: Mapping[str, bytes] = disk
    if len(disk) > 1 or disk.labels[key] != str(path):
        raise ReadError(say("{path} is a folder: give one of the files in it.", path=path))
    if companions is not None:
        folder = key.removesuffix(Path(key).name)
        files = {folder + plain: data for plain, data in companions.items()} | {key: disk[key]}
    return key, Walk(files, options, plain_name if name is None else lambda _: name)


def read_together(
    files: Mapping[str, bytes],
    *,
    fs: float | None = None,
    unit: Unit | None = None,
    leads: Sequence[str] | None = None,
    partial: bool = False,
    recording: int | None = None,
) -> list[Answer]:
    """The records in the files of one upload, name to content, in the order given.

    A header takes its signal files from among them, and they share its answer; a signal file without its
    header is answered with an error. A zip is answered record by record. One bad file does not keep the others from
    being read. Options as in `read`; raises ReadError only for options without sense.
    """
    options = ReadOptions(fs, unit, None if leads is None else tuple(leads), partial, recording)
    return [answer for _, answer in Walk(files, options).answers(files)]


def read_paths(
    paths: Sequence[str | Path],
    *,
    fs: float | None = None,
    unit: Unit | None = None,
    leads: Sequence[str] | None = None,
    partial: bool = False,
    recording: int | None = None,
) -> list[Answer]:
    """The records at these paths, in the order given, each answered on its own; a folder stands for its files.

    What a header needs is looked up in its folder; given beside its header, a signal file shares its answer.
    Options as in `read`; raises ReadError only for options without sense.
    """
    options = ReadOptions(fs, unit, None if leads is None else tuple(leads), partial, recording)
    disk = Disk(paths)
    return [disk.labelled(name, answer) for name, answer in Walk(disk, options, plain_name).answers(disk)]
