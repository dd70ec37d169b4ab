"""From named channels to the 12 leads: spelling of names, units, derived limb leads."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

import numpy as np

from ecgnet.leads import LIMB, i_and_ii, limb_lead
from ecgnet.readers._core import ReadError
from ecgnet.record import LEADS, Identity, Metadata, Record, RecordError
from ecgnet.recorder import RecorderReport

_SPELLINGS: dict[str, str] = {lead.casefold(): lead for lead in LEADS} | {
    spelling: lead
    for lead, spellings in {
        "I": ("d1", "di", "lead1"),
        "II": ("d2", "dii", "lead2"),
        "III": ("d3", "diii", "lead3"),
    }.items()
    for spelling in spellings
}
_PREFIX = re.compile(r"^(?:mdc|ecg|ekg|lead)+(?=.)")
# A hyphen that opens a word is a minus ("-aVR"); one between letters only joins them ("Lead-I").
_MINUS = re.compile(
    r"(?:^|(?<=[\s_]))[-\u2212\u2013](?=\w)|inv(?:erted|erse)?|neg(?:ative)?|minus", re.IGNORECASE
)
_MAX_LABEL = 80

_MILLIVOLTS = {"v": 1e3, "volt": 1e3, "mv": 1.0, "millivolt": 1.0, "uv": 1e-3, "microvolt": 1e-3, "nv": 1e-6}


def standard_lead(label: str) -> str | None:
    """The name in `LEADS` that a label means, None if it means none of them.

    Case, separators, remarks in brackets and the prefixes of IEEE 11073 ("MDC_ECG_LEAD_V1") do not matter.
    """
    if len(label) > _MAX_LABEL or is_inverse(label):
        return None
    return _lookup(label)


def is_inverse(label: str) -> bool:
    """Whether a label means a lead upside down, such as "-aVR"."""
    if len(label) > _MAX_LABEL:
        return False
    rest, signs = _MINUS.subn("", label.strip())
    return signs > 0 and _lookup(rest) is not None


def _lookup(label: str) -> str | None:
    bare = re.sub(r"\(.*?\)|\[.*?\]", "", label).split(",")[0].casefold()
    bare = re.sub(r"[\W_]+", "", bare)
    return _SPELLINGS.get(bare) or _SPELLINGS.get(_PREFIX.sub("", bare))


def millivolts_per(unit: str) -> float | None:
    """How many mV one `unit` is; None for a unit that is not a voltage known here."""
    bare = unit.strip().replace("\u00b5", "u").replace("\u03bc", "u").casefold()
    return _MILLIVOLTS.get(bare) or _MILLIVOLTS.get(bare.removesuffix("s"))


def twelve_leads(channels: Sequence[tuple[str, np.ndarray]], name: str) -> tuple[np.ndarray, tuple[str, ...]]:
    """The 12 leads out of labelled channels, each (T,) in mV: signal (12, T) and what had to be noted.

    A limb lead that is missing follows from two of I, II and III by Einthoven's and Goldberger's equations.
    Any other lead that is missing is NaN. Raises ReadError for a lead that is inverted or named twice, and when there is
    none at all.
    """
    found: dict[str, np.ndarray] = {}
    others: list[str] = []
    for label, samples in channels:
        if is_inverse(label):
            raise ReadError(
                f"{name}: {label!r} is an inverted lead: export the lead itself, not its negative."
            )
        lead = standard_lead(label)
        if lead is None:
            others.append(label[:40] or "(no name)")
        elif lead in found:
            raise ReadError(f"{name}: lead {lead} is there twice: keep one of them.")
        else:
            found[lead] = np.asarray(samples, dtype=np.float64)

    given = [lead for lead in ("I", "II", "III") if lead in found]
    derived = _derive_limb_leads(found)
    if not found:
        unknown = f" (there are {', '.join(map(repr, others))})" if others else ""
        raise ReadError(f"{name}: none of its signals is one of the 12 leads{unknown}: name them by --leads.")
    missing = [lead for lead in LEADS if lead not in found]
    nothing = np.full_like(next(iter(found.values())), np.nan)
    found |= dict.fromkeys(missing, nothing)
    notes = []
    if derived:
        notes.append(
            f"Lead {', '.join(derived)} derived from {' and '.join(given[:2])} (Einthoven, Goldberger)."
        )
    if others:
        notes.append(f"Left out, as not one of the 12 leads: {', '.join(others)}.")
    if missing:
        notes.append(f"Lead {', '.join(missing)} {'was' if len(missing) == 1 else 'were'} not recorded.")
    return np.stack([found[lead] for lead in LEADS]), tuple(notes)


def _derive_limb_leads(found: dict[str, np.ndarray]) -> list[str]:
    """Adds to `found` the limb leads that follow from two of I, II, III; returns their names."""
    given = [lead for lead in ("I", "II", "III") if lead in found][:2]
    lacking = [lead for lead in LIMB if lead not in found]
    if len(given) < 2 or not lacking:
        return []
    one, two = i_and_ii(np.stack([found[lead] for lead in given]), given)
    found |= {lead: limb_lead(lead, one, two=two) for lead in lacking}
    return lacking


def build_record(
    channels: Sequence[tuple[str, np.ndarray]],
    fs: float,
    name: str,
    metadata: Metadata,
    notes: Sequence[str] = (),
    identity: Identity | None = None,
    recorder: RecorderReport | None = None,
) -> Record:
    """A Record from labelled channels, each (T,) in mV. Raises ReadError where Record or a lead objects."""
    signal, lead_notes = twelve_leads(channels, name)
    record_id = PurePosixPath(name.replace("\\", "/")).stem
    try:
        with np.errstate(over="ignore"):  # a value beyond float32 becomes inf, which Record refuses
            return Record(
                signal,
                fs,
                record_id,
                name,
                metadata,
                (*notes, *lead_notes),
                identity or Identity(),
                recorder,
            )
    except RecordError as error:
        raise ReadError(f"{name}: {str(error).removeprefix(f'{record_id}: ')}") from error
