"""Tables that a visitor sends: parts of `ecgnet score`, or a zip of its folder, read in memory as the folder is.

Where their ECGs lie is the sender's word, which nobody follows: a table could name any file of this machine.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping

import pyarrow as pa
import pyarrow.dataset as ds

from ecgnet.archive.columns import VERSION, columns_of, schema_of
from ecgnet.archive.dataset import ECGS
from ecgnet.archive.errors import ArchiveError
from ecgnet.archive.worklist.listing import Listing, listing_of
from ecgnet.language import say
from ecgnet.models import REGISTRY

MOST_ECGS, MOST_BYTES = 1_000_000, 500_000_000
"""ECGs of one list, and bytes of its parts once they are out of their zip."""
_PART = re.compile(rf"(?:.*/)?{ECGS}/part-[0-9a-f]+\.parquet")
_ANSWER = re.compile(r"(.+)_p_NORM")


def open_sent(files: Mapping[str, bytes]) -> Listing:
    """The list of some files by name: parts of a run's table `ecgs`, zips that hold them, or both. Raises ArchiveError, in a
    sentence, for whatever else was sent, tables of another version or of several runs, and too much of it."""
    form = ds.ParquetFileFormat()
    fragments = []
    schema: pa.Schema | None = None
    rows = 0
    for name, data in _parts(files):
        fragment = form.make_fragment(pa.py_buffer(data))
        try:
            found, rows = fragment.physical_schema, rows + fragment.metadata.num_rows
        except (OSError, pa.ArrowInvalid) as error:
            raise ArchiveError(
                say("{name} is no Parquet file, or damaged: copy it again.", name=name)
            ) from error
        if rows > MOST_ECGS:
            raise ArchiveError(
                say(
                    "These tables hold more than {most_ecgs:,} ECGs: start the app with ecgnet run --scored "
                    "instead.",
                    most_ecgs=MOST_ECGS,
                )
            )
        _check(name, found)
        if schema is not None and not found.equals(schema):
            raise ArchiveError(
                say(
                    "{name} is of another run than the files before it: send the parts of one.",
                    name=name,
                )
            )
        schema = found
        fragments.append(fragment)
    if schema is None:
        raise ArchiveError(
            say(
                "There is no table of ecgnet score: send {ecgs}/part-….parquet, or a zip of its folder.",
                ecgs=ECGS,
            )
        )
    run = {"schema": VERSION, "models": {model: {} for model in _models(schema)}}
    try:
        return listing_of(ds.FileSystemDataset(fragments, schema, form), run, sources_here=False)
    except (OSError, pa.ArrowInvalid) as error:
        raise ArchiveError(say("A part of these tables is damaged: copy it again.")) from error


def _parts(files: Mapping[str, bytes]) -> Iterator[tuple[str, bytes]]:
    """The Parquet files among them and in their zips. Raises ArchiveError for more bytes than are held."""
    size = 0
    for name, data in files.items():
        if not zipfile.is_zipfile(io.BytesIO(data)):
            size += len(data)
            _room(size)
            yield name, data
            continue
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as pack:
                for member in (one for one in pack.infolist() if _PART.fullmatch(one.filename)):
                    size += member.file_size  # no more is unpacked than is announced
                    _room(size)
                    yield f"{name}/{member.filename}", pack.read(member)
        except ArchiveError:
            raise
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError) as error:
            raise ArchiveError(
                say("{name} is a damaged zip, or cut short: copy it again.", name=name)
            ) from error


def _room(size: int) -> None:
    if size > MOST_BYTES:
        raise ArchiveError(
            say(
                "These tables have more than {most_bytes} MB: start the app with ecgnet run --scored instead.",
                most_bytes=MOST_BYTES // 10**6,
            )
        )


def _models(schema: pa.Schema) -> list[str]:
    """The models that answered, by their columns."""
    return [found[1] for name in schema.names if (found := _ANSWER.fullmatch(name)) and found[1] in REGISTRY]


def _check(name: str, schema: pa.Schema) -> None:
    version = (schema.metadata or {}).get(b"ecgnet.schema", b"").decode("ascii", "replace")
    models = _models(schema)
    if not version or not models:
        raise ArchiveError(say("{name} is no table of ECGs that ecgnet score wrote.", name=name))
    if version != str(VERSION):
        raise ArchiveError(
            say(
                "{name} holds a table of version {version}, and {version_2} is read here: score the ECGs "
                "anew.",
                name=name,
                version=version[:20],
                version_2=VERSION,
            )
        )
    if not schema.equals(schema_of(columns_of(models))):
        raise ArchiveError(
            say(
                "{name} is no table that this version of ecgnet score wrote: its columns are others.",
                name=name,
            )
        )
