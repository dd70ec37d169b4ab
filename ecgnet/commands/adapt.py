"""`ecgnet adapt`: a hospital's labels → a site profile (docs/validation.md)."""

from __future__ import annotations

import argparse
import sys

from ecgnet.adaptation import adapt as fit
from ecgnet.commands.validate import answers_and_labels
from ecgnet.reading import wording
from ecgnet.site_profile import save_profile
from ecgnet.validation import validate
from ecgnet.validation.errors import ValidationError


def adapt(options: argparse.Namespace) -> int:
    """Write the profile and say what it changes; nothing is written where the labels do not allow it. Raises
    AdaptationError, ValidationError, ArchiveError and WeightsError."""
    if options.labels is None:
        raise ValidationError("Nothing is adapted without labels: name them with --labels.")
    answers, labels = answers_and_labels(options)
    made = fit(
        answers,
        labels,
        validation=validate(answers, labels),
        site=options.site,
        classes=options.classes and tuple(options.classes),
    )
    path = save_profile(made.profile, options.profile)
    print("\n".join([*made.sentences, made.profile.sentence, wording.NOTICE]))
    print(f"ecgnet: {path}; use it with ecgnet read --profile {path}", file=sys.stderr)
    return 0
