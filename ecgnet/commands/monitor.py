"""`ecgnet monitor`: does it still hold, on a folder that `ecgnet score` wrote (docs/validation.md)."""

from __future__ import annotations

import argparse
import json
import sys

from ecgnet.commands.models import asked_models
from ecgnet.monitoring import as_json, in_words
from ecgnet.monitoring import monitor as watch
from ecgnet.reading import wording
from ecgnet.site_profile import load_profile
from ecgnet.validation import read_labels
from ecgnet.validation.codes import read_codes

CONFIRMED = "confirmed"
"""In place of a file of labels: what carts printed and a physician confirmed."""


def monitor(options: argparse.Namespace) -> int:
    """Periods and alarms, as text or JSON; 0 also where there are alarms."""
    labels = options.labels
    if labels not in (None, CONFIRMED):
        labels = read_labels(labels, read_codes(options.codes))
    found = watch(
        options.folder,
        reference=options.reference,
        labels=labels,
        model=asked_models(options, [])[0] if options.model else None,
        profile=load_profile(options.profile) if options.profile is not None else None,
    )
    print(json.dumps(as_json(found), indent=1, ensure_ascii=False) if options.json else in_words(found))
    if options.json:
        print(wording.NOTICE, file=sys.stderr)
    return 0
