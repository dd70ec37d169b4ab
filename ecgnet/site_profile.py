"""A site profile: what `ecgnet adapt` learnt from a hospital's labels, applied to the answers of networks that never change.

A profile belongs to the weights that it was fitted to (their stamp) and carries the hash of its own content, so that one for
other weights, or one that was edited by hand, is refused.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
from scipy.special import expit

from ecgnet import atomic
from ecgnet.cards import Card, Stamp
from ecgnet.estimate import log_odds
from ecgnet.language import mark, say
from ecgnet.notices import percent
from ecgnet.ptbxl import SUPERCLASSES
from ecgnet.statements import STATEMENTS
from ecgnet.states import StateLimits

FORMAT = "ecgnet.site_profile/2"
NOTICE = mark("Research use only, not a diagnosis.")
Step = Literal["nothing", "offset", "slope", "head"]
STEPS: tuple[Step, ...] = ("nothing", "offset", "slope", "head")
"""What may be fitted, each with what stands before it: one offset a class, its slope, a head on the statements."""
IN_USE = "ECGNET_PROFILE"
"""The variable of the environment that names the profile which the app puts on; `ecgnet run --profile` sets it."""
ALPHA = 0.1
"""The share that may be wrong beyond each limit."""
CLIP = 7.0
"""Log-odds of statements beyond it count as this: the second head's are not meant to be told apart there."""


class ProfileError(ValueError):
    """A site profile that cannot be used; the message is a sentence on what to do."""


@dataclass(frozen=True, eq=False)
class Transform:
    """Shipped probabilities → the site's, in log-odds: offset (C,) + slope (C,) · class + head (C, S) · (statements -
    centre (S,)) / scale (S,), for C classes and S statements, as `SUPERCLASSES` and `STATEMENTS`."""

    offset: np.ndarray
    slope: np.ndarray
    head: np.ndarray
    centre: np.ndarray
    scale: np.ndarray

    @classmethod
    def identity(cls) -> Transform:
        """The networks as shipped."""
        c, s = len(SUPERCLASSES), len(STATEMENTS)
        return cls(np.zeros(c), np.ones(c), np.zeros((c, s)), np.zeros(s), np.ones(s))

    def __call__(self, probabilities: np.ndarray, statements: np.ndarray) -> np.ndarray:
        """Calibrated probabilities of the classes (..., C) and of the statements (..., S) → the site's (..., C)."""
        z = self.offset + self.slope * log_odds(probabilities)
        if self.head.any():
            z = z + self.views(statements) @ self.head.T
        return expit(z)

    def views(self, statements: np.ndarray) -> np.ndarray:
        """What the head sees of the statements' probabilities (..., S)."""
        return (statement_odds(statements) - self.centre) / self.scale


def limits_at(
    site: str, low: np.ndarray, *, high: np.ndarray, patients: int, refitted: tuple[str, ...]
) -> StateLimits:
    """Limits on a site's probabilities, low and high (C,) as `StateLimits`; refitted: the classes whose limits were set on
    one labelled ECG of each of so many of this site's patients."""
    held = (
        say(
            "For {refitted} absent is said of about {percent} or fewer of those who have it, present or "
            "possible of about {percent} or fewer of those who do not: on the average over patients who "
            "come, are recorded and are labelled as the {patients} of {site} on whom the limits were "
            "set. Not exactly, since those set the probabilities too, and not for a ward, a recorder or "
            "a time of its own. ",
            refitted=", ".join(refitted),
            percent=percent(ALPHA),
            patients=patients,
            site=site,
        )
        if refitted
        else ""
    )
    others = say("The other classes keep") if refitted else say("The classes keep")
    return StateLimits(
        SUPERCLASSES,
        low,
        high,
        ALPHA,
        patients,
        say(
            "{held}{others} the limits as shipped, without a guarantee here.",
            held=held,
            others=others,
        ),
    )


def statement_odds(statements: np.ndarray) -> np.ndarray:
    """Log-odds of the statements' probabilities, within ± `CLIP`."""
    return np.clip(log_odds(statements), -CLIP, CLIP)


@dataclass(frozen=True, eq=False)
class SiteProfile:
    """site: how the hospital calls itself; made: ISO date; model, weights, stamp: what it belongs to; step: the greatest
    of any class; adapted: the classes that it changes; transform; limits: of the states and of the conformal sets on the
    site's probabilities; refitted: the classes whose limits were set on this site's labels; records, patients, events: what
    it was fitted on; salt, fitted_on: of which signals, as `those_fitted_on` tells them; protocol: how it was chosen, and
    what was measured before and after; hash: SHA-256 of all of this."""

    site: str
    made: str
    model: str
    weights: str
    stamp: str
    step: Step
    adapted: tuple[str, ...]
    transform: Transform
    limits: StateLimits
    refitted: tuple[str, ...]
    records: int
    patients: int
    events: Mapping[str, int]
    salt: str = ""
    fitted_on: tuple[str, ...] = ()
    protocol: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def hash(self) -> str:
        """SHA-256 of the content, in hex."""
        return _hash(self.content())

    @cached_property
    def name(self) -> str:
        """Site and the first digits of the hash: labels every answer that the profile changed."""
        return f"{self.site}#{self.hash[:8]}"

    @property
    def sentence(self) -> str:
        """What people are told wherever it is on."""
        held = (
            say("; limits set here for {refitted}", refitted=", ".join(self.refitted))
            if self.refitted
            else say("; limits as shipped")
        )
        return say(
            "Site profile {name} is on: probabilities of {adapted} are adapted ({step}) to {records} "
            "labelled ECGs of this site{held}. The networks are as shipped.",
            name=self.name,
            adapted=", ".join(self.adapted) or say("no class"),
            step=self.step,
            records=self.records,
            held=held,
        )

    def those_fitted_on(self, signals: Collection[str]) -> frozenset[str]:
        """Those of these signals (SHA-256 each) that it was fitted on, which can therefore not judge it."""
        known = frozenset(self.fitted_on)
        return frozenset(signal for signal in signals if _salted(signal, self.salt) in known)

    def check(self, card: Card) -> None:
        """Raises ProfileError for the card of other weights than those that it was fitted to."""
        if card.name == self.model and card.stamp(Stamp.ANSWERS) != self.stamp:
            raise ProfileError(
                say(
                    "The site profile of {site} was fitted to {weights}, the weights here are {weights_id}: run "
                    "ecgnet adapt again.",
                    site=self.site,
                    weights=self.weights,
                    weights_id=card.weights_id,
                )
            )

    def content(self) -> dict[str, Any]:
        """As JSON has it, without the hash."""
        t = self.transform
        return {
            "format": FORMAT,
            "notice": say(NOTICE),
            "site": self.site,
            "made": self.made,
            "model": self.model,
            "weights": self.weights,
            "stamp": self.stamp,
            "step": self.step,
            "adapted": list(self.adapted),
            "refitted": list(self.refitted),
            "records": self.records,
            "patients": self.patients,
            "salt": self.salt,
            "fitted_on": list(self.fitted_on),
            "events": dict(self.events),
            "protocol": _rounded(self.protocol),
            "limits": {
                "alpha": self.limits.alpha,
                "present_from": _by_class(self.limits.low),
                "absent_to": _by_class(self.limits.high),
            },
            "offset": _by_class(t.offset),
            "slope": _by_class(t.slope),
            "head": {
                label: _rounded(row.tolist()) if row.any() else []
                for label, row in zip(SUPERCLASSES, t.head, strict=True)
            },
            "centre": _rounded(t.centre.tolist()),
            "scale": _rounded(t.scale.tolist()),
        }


def fingerprints(signals: Collection[str]) -> tuple[str, tuple[str, ...]]:
    """A new salt, and what a profile keeps of the signals (SHA-256 each) that it was fitted on: nothing of a patient, and
    nothing that another profile's can be compared with."""
    salt = secrets.token_hex(8)
    return salt, tuple(sorted(_salted(signal, salt) for signal in set(signals)))


def save_profile(profile: SiteProfile, path: str | Path) -> Path:
    """Write it as JSON with its hash. → the path."""
    content = profile.content()
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    atomic.write(path, json.dumps(content | {"hash": _hash(content)}, indent=1, ensure_ascii=False) + "\n")
    return path


def load_profile(path: str | Path, card: Card | None = None) -> SiteProfile:
    """A profile from its file. card: of the weights that are there, to be checked. Raises ProfileError for a file that is
    not there, is something else, was edited, or belongs to other weights."""
    path = Path(path)
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ProfileError(
            say("{path} cannot be read as a site profile: {error}", path=path, error=error)
        ) from error
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise ProfileError(
            say(
                "{name} is no site profile of this version ({format}): run ecgnet adapt again.",
                name=path.name,
                format=FORMAT,
            )
        )
    if content.pop("hash", None) != _hash(content):
        raise ProfileError(
            say(
                "{name} was changed after ecgnet adapt wrote it, by hand or by damage: run ecgnet adapt "
                "again, or take the file as it was written.",
                name=path.name,
            )
        )
    try:
        profile = _read(content)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ProfileError(
            say(
                "{name} lacks a part of a site profile ({error}): run ecgnet adapt again.",
                name=path.name,
                error=error,
            )
        ) from error
    if card is not None:
        profile.check(card)
    return profile


def _read(content: Mapping[str, Any]) -> SiteProfile:
    def values(by_class: Mapping[str, float]) -> np.ndarray:
        return np.array([by_class[label] for label in SUPERCLASSES], float)

    none = [0.0] * len(STATEMENTS)
    head = np.array([content["head"][label] or none for label in SUPERCLASSES], float)
    limits = content["limits"]
    return SiteProfile(
        content["site"],
        content["made"],
        content["model"],
        content["weights"],
        content["stamp"],
        content["step"],
        tuple(content["adapted"]),
        Transform(
            values(content["offset"]),
            values(content["slope"]),
            head,
            np.array(content["centre"], float),
            np.array(content["scale"], float),
        ),
        limits_at(
            content["site"],
            values(limits["present_from"]),
            high=values(limits["absent_to"]),
            patients=content["patients"],
            refitted=tuple(content["refitted"]),
        ),
        tuple(content["refitted"]),
        content["records"],
        content["patients"],
        content["events"],
        content["salt"],
        tuple(content["fitted_on"]),
        content["protocol"],
    )


def _by_class(values: np.ndarray) -> dict[str, float]:
    return {label: round(float(v), 7) for label, v in zip(SUPERCLASSES, values, strict=True)}


def _rounded(value: Any) -> Any:
    """The same with seven digits, so that it is written and read back alike."""
    if isinstance(value, Mapping):
        return {str(k): _rounded(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(v) for v in value]
    if isinstance(value, float | np.floating):
        return round(float(value), 7) if np.isfinite(value) else None
    return value


def _salted(signal: str, salt: str) -> str:
    return hashlib.sha256(f"{salt}{signal}".encode()).hexdigest()[:16]


def _hash(content: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
