"""The reader's part of a record, where `ECGNET_DB` is set: agree or correct, write a note, sign; overread; decide."""

from ecgnet.ui.overread.panel import reader_part

__all__ = ["reader_part"]
