"""Several reports as one file, and on its last pages what is not among them."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import datetime

from pypdf import PdfReader, PdfWriter

from ecgnet.language import say
from ecgnet.report._flow import titled_flow
from ecgnet.report._page import PAGES, Page


def together(
    reports: Iterable[tuple[str, bytes]], title: str, *, left_out: Sequence[str] = (), page: str = "A4"
) -> bytes:
    """One PDF of some reports, each a bookmark by its name; their pages stay as they are. left_out: sentences on what could
    not be printed. Raises ValueError where there is neither a report nor a sentence."""
    whole = PdfWriter()
    for name, pdf in reports:
        whole.append(PdfReader(io.BytesIO(pdf)), outline_item=name)
    if left_out:
        whole.append(
            PdfReader(io.BytesIO(_sentences(title, left_out, page))), outline_item=say("Not printed")
        )
    if not whole.pages:
        raise ValueError(say("there is nothing to print"))
    whole.create_viewer_preferences().print_scaling = "/None"  # as `Page` asks printers: 25 mm/s stay 25 mm/s
    whole.add_metadata({"/Title": title, "/Creator": "ECGNet"})
    out = io.BytesIO()
    whole.write(out)
    return out.getvalue()


def _sentences(title: str, said: Sequence[str], page: str) -> bytes:
    drawn = Page(page, [title, *said])
    flow = titled_flow(drawn, title, size=PAGES[page])
    flow.heading(say("Not printed"))
    for sentence in said:
        flow.text(sentence)
        flow.y += 1
    return drawn.finish(title, datetime.now().astimezone())
