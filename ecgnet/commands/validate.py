"""`ecgnet validate`: a hospital's own ECGs against its labels (docs/validation.md)."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from ecgnet import atomic
from ecgnet.archive.sources import StatedFacts
from ecgnet.commands.answers import lead_names
from ecgnet.commands.models import asked_models
from ecgnet.models import DEFAULT
from ecgnet.reading import wording
from ecgnet.remote import answer_here
from ecgnet.site_profile import load_profile
from ecgnet.validation import EcgAnswers, Labels, as_json, as_pdf, in_words, read_labels, score_folder
from ecgnet.validation import validate as compare
from ecgnet.validation.codes import read_codes
from ecgnet.validation.labels import cart_labels

CARTS = "cart"
"""In place of a file of labels: what the carts themselves printed."""


def validate(options: argparse.Namespace) -> int:
    """The report on a folder, as text or JSON, and in `--out` as both and as PDF; 0 also where the labels are doubted."""
    answers, labels = answers_and_labels(options)
    profile = load_profile(options.profile) if options.profile is not None else None
    found = compare(answers, labels, profile=profile)
    values = json.dumps(as_json(found), indent=1, ensure_ascii=False)
    print(values if options.json else in_words(found))
    if options.json:
        print(wording.NOTICE, file=sys.stderr)
    if options.out is not None:
        write(options.out / "validation.json", values.encode())
        write(options.out / "validation.txt", in_words(found).encode())
        write(options.out / "validation.pdf", as_pdf(found))
    return 0


def answers_and_labels(options: argparse.Namespace) -> tuple[EcgAnswers, Labels | None]:
    """The labels, read first: a fault in them is told before an hour of answers. Raises ValidationError, ArchiveError and
    WeightsError."""
    answer_here()  # many ECGs are not sent one by one
    codes = read_codes(options.codes)
    given = options.labels
    labels = read_labels(given, codes) if given not in (None, CARTS) else None
    (model,) = asked_models(options, [DEFAULT])[:1]
    answers = score_folder(
        options.folder,
        model,
        out=options.out,
        told=StatedFacts(options.fs, options.unit, lead_names(options)),
        workers=options.workers,
    )
    if given == CARTS:
        labels = cart_labels(zip(answers.files, answers.cart, strict=True), codes)
    return answers, labels


def write(path: Path, content: bytes) -> None:
    """A file written whole, its folder made where it is not there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    atomic.write(path, content)
    print(f"ecgnet: {path}", file=sys.stderr)
