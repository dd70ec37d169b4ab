"""`ecgnet serve`: ECGs answered for over HTTP (docs/service.md)."""

from __future__ import annotations

import argparse
from dataclasses import replace

from ecgnet.commands.models import site_profile
from ecgnet.service.limits import ServiceLimits
from ecgnet.service.serve import serve as answer_until_ended
from ecgnet.service.serve import token_of
from ecgnet.weights import read_card


def serve(options: argparse.Namespace) -> int:
    """Answer until it is ended. Raises ServiceError, ProfileError and WeightsError."""
    profile = site_profile(options, {})
    if profile is not None:
        profile.check(read_card(profile.model))
    answer_until_ended(
        address=options.address,
        port=options.port,
        token=token_of(),
        profile=profile,
        limits=replace(ServiceLimits(), rate=options.rate, at_once=options.at_once),
        certificate=options.certificate,
        key=options.key,
    )
    return 0
