"""The ECGs of a work list as a file for other programs, in the list's order."""

from __future__ import annotations

import io

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from ecgnet.archive.worklist.listing import Listing
from ecgnet.language import say
from ecgnet.reading.wording import NOTICE

MOST = 20_000
"""ECGs in one file that a browser fetches; the tables themselves hold all."""
_TEXTS = pa.list_(pa.string())


def exported_columns(listing: Listing) -> list[str]:
    """All columns of the tables but those that hold lists of numbers or of statements, or a lead's faults."""
    return [f.name for f in listing.dataset.schema if not pa.types.is_nested(f.type) or f.type == _TEXTS]


def as_parquet(table: pa.Table) -> bytes:
    """The rows with units and meanings in the fields' metadata, and the notice in the schema's."""
    out = io.BytesIO()
    said = {**(table.schema.metadata or {}), b"ecgnet.notice": say(NOTICE).encode()}
    pq.write_table(table.replace_schema_metadata(said), out, compression="zstd")
    return out.getvalue()


def as_csv(table: pa.Table) -> bytes:
    """The rows in UTF-8, several texts in a cell parted by "; ", the notice in a last column. A text that a spreadsheet
    would take for a formula gets an apostrophe before it."""
    for place, field in enumerate(table.schema):
        values = table[field.name]
        if field.type == _TEXTS:
            values = pc.binary_join(values, "; ")
        if field.type in (_TEXTS, pa.string()):
            values = pc.replace_substring_regex(values, r"\A([=+\-@\t\r])", r"'\1")
            table = table.set_column(place, field.name, values)
    table = table.append_column("notice", pa.array([say(NOTICE)] * len(table), pa.string()))
    out = io.BytesIO()
    pyarrow.csv.write_csv(table, out)
    return out.getvalue()
