"""The work list over the tables of `ecgnet score`: the most urgent ECG first, filtered, a page at a time."""

from ecgnet.archive.index import LEVELS
from ecgnet.archive.worklist.choice import DOUBTS, QUALITIES, Wanted, choose
from ecgnet.archive.worklist.export import MOST, NOTICE, as_csv, as_parquet, exported_columns
from ecgnet.archive.worklist.listing import ORDERS, Listing, open_listing, state_of
from ecgnet.archive.worklist.printed import MOST_PRINTED, as_pdf
from ecgnet.archive.worklist.rows import file_label, place_of, read_rows
from ecgnet.archive.worklist.sent import open_sent

__all__ = [
    "DOUBTS",
    "LEVELS",
    "MOST",
    "MOST_PRINTED",
    "NOTICE",
    "ORDERS",
    "QUALITIES",
    "Listing",
    "Wanted",
    "as_csv",
    "as_parquet",
    "as_pdf",
    "choose",
    "exported_columns",
    "file_label",
    "open_listing",
    "open_sent",
    "place_of",
    "read_rows",
    "state_of",
]
