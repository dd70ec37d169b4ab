"""Which models a command asks."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence

from ecgnet import weights
from ecgnet.cards import Card
from ecgnet.folders import RESTORE
from ecgnet.models import REGISTRY
from ecgnet.site_profile import ProfileError, SiteProfile, load_profile


def asked_models(options: argparse.Namespace, unasked: Sequence[str] | None = None) -> list[str]:
    """The models that `--model` names, else those of `unasked` that are there (None: every one). A name that is not
    registered is wrong usage and ends in SystemExit(2). Raises WeightsError where no model is there."""
    there = weights.available()
    names = list(dict.fromkeys(options.model or [n for n in unasked or there if n in there] or there[:1]))
    if unknown := [name for name in names if name not in REGISTRY]:
        print(
            f"ecgnet: no model is named {', '.join(unknown)}; there are {', '.join(REGISTRY)}",
            file=sys.stderr,
        )
        raise SystemExit(2)
    if not names:
        raise weights.WeightsError(f"weights/ holds no model; {RESTORE}.")
    return names


def site_profile(options: argparse.Namespace, cards: Mapping[str, Card]) -> SiteProfile | None:
    """The profile that `--profile` names, fit for these models' weights; None without one. Raises ProfileError, also for
    one of a model that is not asked."""
    if options.profile is None:
        return None
    profile = load_profile(options.profile)
    if cards and profile.model not in cards:
        raise ProfileError(
            f"The site profile of {profile.site} is for {profile.model}, which is not asked: add --model {profile.model}."
        )
    if cards:
        profile.check(cards[profile.model])
    return profile
