"""From named channels to the 12 leads: spelling of names, units, derived limb leads."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from pathlib import PurePosixPath

import numpy as np

from ecgnet.language import joined, say, say_n
from ecgnet.leads import LIMB, i_and_ii, limb_lead
from ecgnet.readers._core import ReadError
from ecgnet.record import LEADS, Identity, LeftOut, Metadata, Record, RecordError
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
# C1 to C6 are the chest leads of IEC 60601-2-25; V01 is V1 as some programs count.
_SPELLINGS |= {f"{letter}{zero}{k}": f"V{k}" for letter in "vc" for zero in ("", "0") for k in range(1, 7)}
_BY_ELECTRODE = re.compile(r"(?:.*[\W_]|)c0?[1-6]\W*", re.IGNORECASE)
# Words around a name: as one piece ("LeadI", "MDC_ECG_LEAD_V1"), or parted ("Ch 1: I", "V1-C", "ECG II-Ref").
_PREFIX = re.compile(
    r"^(?:mdc|ecg|ekg|lead|ableitung|abl|derivation|derivacion|derivacao|derivazione|deriv|channel|kanal|afleiding|avledning"
    r"|signal|wave)+(?=.)"
)
_SUFFIX = re.compile(r"(?<=.)(?:lead|ecg|ekg)$")
_BEFORE = re.compile(
    r"(?:ch|channel|kanal|canal|ecg|ekg)?\d{1,2}|12lead|(?:mdc|ecg|ekg|lead|ch|channel|kanal|canal|signal|wave)"
)
_BEHIND = re.compile(r"lead|ecg|ekg|signal|wave|raw|filtered|filt")
_AGAINST = re.compile(
    r"(v0?[1-6]|av[rlf]|i{1,3})(?:ref|wct)|(v0?[1-6])c"
)  # "V1-C", "II-Ref": against a reference
_ROMAN = {"i", "ii", "iii"}
# A hyphen that opens a word is a minus ("-aVR"), as is one in brackets or behind an augmented lead ("aVR-"); one between
# letters only joins them ("Lead-I").
_MINUS = re.compile(
    r"(?:^|(?<=[\s_]))[-\u2212\u2013](?=\w)|\([-\u2212\u2013]\)|(?<=av[rlf])\s?[-\u2212\u2013]$"
    r"|inv(?:erted|erse)?|neg(?:ative)?|minus",
    re.IGNORECASE,
)
_MAX_LABEL = 80

_MILLIVOLTS = (
    dict.fromkeys(("v", "volt"), 1e3)
    | dict.fromkeys(("mv", "millivolt", "mvolt", "milliv"), 1.0)
    | dict.fromkeys(("uv", "microvolt", "uvolt", "microv", "mcv"), 1e-3)
    | dict.fromkeys(("nv", "nanovolt"), 1e-6)
)
# The micro sign and mu; UTF-8 read as Latin-1; the micro sign of code page 437; entities of XML and HTML.
_MICRO = re.compile(
    "\u00c2\u00b5|\u00ce\u00bc|\u00b5|\u03bc|\u00e6(?=[Vv])|&(?:micro|mu|#181|#xb5|#956);", re.IGNORECASE
)


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
    bare = re.sub(r"\(.*?\)|\[.*?\]", "", label).split(",")[0]
    bare = "".join(c for c in unicodedata.normalize("NFKD", bare) if not unicodedata.combining(c)).casefold()
    words = re.findall(r"[^\W_]+", bare)
    while len(words) > 1 and _BEFORE.fullmatch(words[0]) and not (len(words) == 2 and words[1].isdecimal()):
        words = words[1:]
    while len(words) > 1 and _BEHIND.fullmatch(words[-1]):
        words = words[:-1]
    if len(words) == 2 and (match := _AGAINST.fullmatch("".join(words))):
        words = [match[1] or match[2]]
    if len(words) > 1 and _ROMAN.intersection(words[:-1]):
        return None  # "I-II" is no lead III
    joined = "".join(words)
    found = _SPELLINGS.get(joined) or _SPELLINGS.get(_PREFIX.sub("", joined))
    return found or _SPELLINGS.get(_SUFFIX.sub("", _PREFIX.sub("", joined)))


def lead_of(label: str) -> str | None:
    """The lead that a label means, upright or inverted; None for what is no lead."""
    return standard_lead(label) or (_lookup(_MINUS.sub("", label.strip())) if is_inverse(label) else None)


def millivolts_per(unit: str) -> float | None:
    """How many mV one `unit` is; None for a unit that is not a voltage known here."""
    bare = (
        re.sub(r"[\s_\-]", "", _MICRO.sub("u", unit.strip()).strip("[]() ."))
        .casefold()
        .removeprefix("mdcdim")
    )
    return _MILLIVOLTS.get(bare) or _MILLIVOLTS.get(bare.removesuffix("s"))


def twelve_leads(channels: Sequence[tuple[str, np.ndarray]], name: str) -> tuple[np.ndarray, tuple[str, ...]]:
    """The 12 leads out of labelled channels, each (T,) in mV: signal (12, T) and what had to be noted.

    A limb lead that is missing follows from two of I, II and III by Einthoven's and Goldberger's equations.
    Any other lead that is missing is NaN. An inverted lead ("-aVR") is turned, unless the lead itself is there too.
    Raises ReadError for a lead that is named twice, and when there is none at all.
    """
    found: dict[str, np.ndarray] = {}
    others: list[str] = []
    turned: list[str] = []
    by_name = [(label, samples) for label, samples in channels if not _BY_ELECTRODE.fullmatch(label)]
    rest = [(label, samples) for label, samples in channels if _BY_ELECTRODE.fullmatch(label)]
    upright = [pair for pair in (*by_name, *rest) if not is_inverse(pair[0])]
    for label, samples in (*upright, *(pair for pair in channels if is_inverse(pair[0]))):
        lead = lead_of(label)
        inverse, second = is_inverse(label), bool(_BY_ELECTRODE.fullmatch(label))
        if lead is None or (lead in found and (inverse or second)):
            others.append(label[:40] or say("(no name)"))
        elif inverse:
            found[lead] = -np.asarray(samples, dtype=np.float64)
            turned.append(label[:40])
        elif lead in found:
            raise ReadError(
                say(
                    "{name}: lead {lead} is there twice: keep one of them.",
                    name=name,
                    lead=lead,
                )
            )
        else:
            found[lead] = np.asarray(samples, dtype=np.float64)

    given = [lead for lead in ("I", "II", "III") if lead in found]
    derived = _derive_limb_leads(found)
    if not found:
        unknown = say(" (there are {others})", others=", ".join(map(repr, others))) if others else ""
        raise ReadError(
            say(
                "{name}: none of its signals is one of the 12 leads{unknown}: name them by --leads.",
                name=name,
                unknown=unknown,
            )
        )
    missing = [lead for lead in LEADS if lead not in found]
    nothing = np.full_like(next(iter(found.values())), np.nan)
    found |= dict.fromkeys(missing, nothing)
    notes = []
    if turned:
        notes.append(say("Stored upside down and turned: {turned}.", turned=", ".join(turned)))
    if derived:
        notes.append(
            say(
                "Lead {derived} derived from {given} (Einthoven, Goldberger).",
                derived=", ".join(derived),
                given=joined(" and ", given[:2]),
            )
        )
    if others:
        notes.append(
            LeftOut(
                say(
                    "Left out, as not one of the 12 leads: {others}.",
                    others=", ".join(others),
                )
            )
        )
    if missing:
        notes.append(
            say_n(
                "Lead {missing} was not recorded.",
                "Lead {missing} were not recorded.",
                n=len(missing),
                missing=", ".join(missing),
            )
        )
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
    file, mark, part = PurePosixPath(name.replace("\\", "/")).name.partition("#")  # "many.hdf5#1003"
    record_id = f"{PurePosixPath(file).stem}{mark}{part}"
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
