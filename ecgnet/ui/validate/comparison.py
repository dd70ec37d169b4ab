"""The report of this visit, made once for the answers as shipped and once for a site profile that is on."""

from __future__ import annotations

from ecgnet.ui.memory import remember
from ecgnet.ui.site_in_use import site_profile
from ecgnet.validation import EcgAnswers, Labels, Validation, validate


def report_on(answers: EcgAnswers, labels: Labels | None) -> Validation:
    """Compare them. Raises ValidationError."""
    profile = site_profile()
    if profile is not None and profile.model != answers.model:
        profile = None
    key = (answers, labels, profile and profile.name)
    return remember("validation", key, make=lambda: validate(answers, labels, profile=profile))
