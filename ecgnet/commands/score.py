"""`ecgnet score`: many ECGs answered for, into tables (docs/archive.md)."""

from __future__ import annotations

import argparse
import sys

from ecgnet.archive.engines import ScoringEngine
from ecgnet.archive.engines.local import Local
from ecgnet.archive.engines.ray_data import RayData
from ecgnet.archive.errors import ArchiveError
from ecgnet.archive.run import score as score_all
from ecgnet.archive.scorer import Asked
from ecgnet.archive.sources import StatedFacts
from ecgnet.commands.answers import lead_names
from ecgnet.commands.models import asked_models
from ecgnet.models import DEFAULT
from ecgnet.reading import wording
from ecgnet.remote import answer_here


def score(options: argparse.Namespace) -> int:
    """Every ECG of the inputs answered for; 0 also where some were refused: the table of refusals says why."""
    answer_here()  # many ECGs are not sent one by one
    asked = Asked(
        tuple(asked_models(options, [DEFAULT])),
        StatedFacts(options.fs, options.unit, lead_names(options)),
        options.anyway,
    )
    found = score_all(options.files, options.out, asked=asked, engine=_engine(options), mean=options.part)
    print(
        f"{options.out}: {found.ecgs} ECGs and {found.refusals} refusals of {found.sources} files, {found.scored} of them "
        "in this call"
    )
    print(wording.NOTICE, file=sys.stderr)
    return 0


def _engine(options: argparse.Namespace) -> ScoringEngine:
    if options.engine == "ray":
        return RayData(options.address, options.workers)
    if options.address:
        raise ArchiveError("--address is that of a Ray cluster: give --engine ray with it.")
    return Local(options.workers)
