"""What is asked of the owner of an upload, and what of it is shown only when asked for."""

from __future__ import annotations

import inspect
import re
from typing import Any

import streamlit as st

from ecgnet.language import Words, again, say
from ecgnet.readers import formats
from ecgnet.record import LEADS, Metadata, Record
from ecgnet.ui.escape import plain
from ecgnet.ui.upload.upload import WORDS, Upload

UNITS = Words({"mV": "mV (millivolt)", "uV": "µV (microvolt)", "V": "V (volt)"})
MOST_LISTED = 12
HINTS = Words(
    {
        "delimited text": "CSV, TSV or semicolon text with a column for each lead; best with a time column and units in the "
        "header: `V1 (mV)`",
        "DICOM": "12-lead, general and ambulatory ECG, one `.dcm` file",
        "GE MUSE XML": "exported by GE MUSE",
        "GE CardioSoft XML": "exported by GE CardioSoft or CASE",
        "HL7 aECG": "the FDA's annotated ECG, `.xml`",
        "Philips XML": "exported by Philips PageWriter or TraceMaster, SierraECG 1.03 and 1.04",
        "SCP-ECG": "the European standard, `.scp`",
        "EDF": "European data format, `.edf`, EDF+ and BDF",
        "HL7 FHIR": "an Observation with sampled data, alone or in a Bundle, `.json`",
        "JSON": "leads by name or one array, with rate and unit; recordings of Kardia with one lead or six, `.json`",
        "HDF5": "an array of leads by samples or one for each lead, `.h5`",
        "MATLAB": "a matrix of leads by samples or one for each lead, `.mat`",
        "MFER": "the Japanese standard, ISO 22077, `.mwf`",
        "NumPy": "leads by samples, `.npy` or `.npz`",
        "ISHNE Holter": "12-lead Holter recordings, `.ecg`",
        "Mortara ELI XML": "exported by Mortara ELI",
        "GE Sapphire XML": "exported by GE MAC 800, MAC 2000 and VU360",
        "Schiller XML": "exported by Schiller SEMA",
        "WFDB": "PhysioNet: the `.hea` and its `.dat`, `.mat` or FLAC file, dropped together",
    }
)
"""What people know a format by; a format without one is described by its reader."""


def left_out(upload: Upload) -> str:
    """What a file leaves out, as a sentence."""
    *first, last = [WORDS.get(name, name) for name in upload.question.asks]
    what = say("{first} and {last}", first=", ".join(first), last=last) if first else last
    return say(
        "This file does not say its {what}. Answer here, and it is read.",
        what=what,
    )


def question_form(upload: Upload) -> dict[str, Any] | None:
    """Ask for exactly what a file leaves out, prefilled with what is likely and why. → fs, unit, leads once given."""
    question = upload.question
    key = f"question-{upload.number}"
    given: dict[str, Any] = {}
    with st.form(key):
        for name in question.asks:
            value, why = question.likely.get(name, (None, ""))
            given[name] = _ask(name, upload.given.get(name, value), question.columns, key)
            if why:
                st.caption(f":material/lightbulb: {plain(why)}")
        sent = st.form_submit_button(say("Read the file"), type="primary", icon=":material/check:")
    if not sent:
        return None
    if isinstance(given.get("leads"), str):
        given["leads"] = tuple(name for name in re.split(r"[,;\s]+", given["leads"]) if name)
    missing = [name for name, value in given.items() if not value]
    if missing:
        st.warning(
            say(
                "Still open: {get}.",
                get=", ".join(WORDS.get(name, name) for name in missing),
            )
        )
        return None
    return given


def _ask(name: str, value: Any, columns: int, key: str) -> Any:
    key = f"{key}-{name}"
    if name == "fs":
        return st.number_input(
            say("Sampling rate (Hz)"),
            min_value=1.0,
            max_value=100_000.0,
            value=float(value) if value else None,
            step=1.0,
            format="%g",
            placeholder=say("for example 500"),
            help=say("Samples a second in each lead; the device's settings or its manual say it."),
            key=key,
        )
    if name == "unit":
        options = list(UNITS)
        place = options.index(value) if value in options else None
        return st.selectbox(
            say("Unit of the samples"),
            options,
            place,
            format_func=UNITS.get,
            placeholder=say("choose"),
            key=key,
        )
    many = say("{columns} columns", columns=columns) if columns else say("every column")
    return st.text_input(
        say("Names of {many}, in order", many=many),
        value=", ".join(value or ()),
        placeholder=", ".join(LEADS),
        help=say(
            "Separated by commas. A column that holds no lead may be called time, or by any other name; "
            "it is then left out."
        ),
        key=key,
    )


def recording_choice(upload: Upload) -> int | None:
    """Say which of a file's recordings was read and why, and offer the others. → the number of another, once chosen."""
    choice = upload.answer.choice
    if choice is None:
        return None
    numbers = list(range(1, len(choice.titles) + 1))
    chosen = st.selectbox(
        say("Recording ({n_numbers} in this file)", n_numbers=len(numbers)),
        numbers,
        numbers.index(choice.number) if choice.number in numbers else None,
        format_func=lambda k: f"{k}: {plain(again(choice.titles[k - 1]), 80)}",
        key=f"recording-{upload.number}-{choice.number}",
    )
    st.caption(f":material/stacks: {plain(again(choice.why))}")
    return chosen if chosen not in (None, choice.number) else None


def answered(upload: Upload) -> str:
    """What was answered for a file, as a sentence; "" for nothing."""
    given = upload.given
    parts = [f"{given['fs']:g} Hz"] if given.get("fs") else []
    parts += [UNITS[given["unit"]].split()[0]] if given.get("unit") else []
    parts += [say("leads {leads}", leads=", ".join(given["leads"]))] if given.get("leads") else []
    if not parts:
        return ""
    source = (
        say(
            "as answered for {taken_from} in this visit",
            taken_from=plain(upload.taken_from),
        )
        if upload.taken_from
        else say("as you answered")
    )
    return say(
        "Read with {parts}, {source}.",
        parts=plain(", ".join(parts)),
        source=source,
    )


def patient_form(upload: Upload) -> Metadata | None:
    """Ask for age and sex, prefilled from the file. → the patient data once sent."""
    known = upload.metadata
    with st.form(f"patient-{upload.number}", border=False):
        one, two = st.columns(2)
        age = one.number_input(
            say("Age (years)"),
            0,
            130,
            value=None if known.age is None else round(known.age),
            placeholder=say("unknown"),
            key=f"age-{upload.number}",
        )
        sexes = ["female", "male"]
        sex = two.selectbox(
            say("Sex"),
            sexes,
            sexes.index(known.sex) if known.sex in sexes else None,
            placeholder=say("unknown"),
            key=f"sex-{upload.number}",
            format_func=say,
        )
        sent = st.form_submit_button(say("Use"), width="stretch")
    if not sent:
        return None
    return Metadata(None if age is None else float(age), sex, known.height, known.weight)


def identity(record: Record, number: int) -> None:
    """Whose ECG it is, as the file says it: only when asked for, as plain text."""
    who = record.identity
    known = {say("Name"): who.name, say("Born"): who.birth_date, say("Patient"): who.patient_id}
    if not any(known.values()):
        return
    if st.toggle(
        say("Show name and birth date"),
        key=f"identity-{number}",
        help=say("As the file states them. They are in no link, log or figure."),
    ):
        st.text(" · ".join(f"{what}: {plain_text(value)}" for what, value in known.items() if value))


def plain_text(text: str) -> str:
    """A value out of a file for st.text, which shows every character as it is."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:200]


def refusals(uploads: list[Upload]) -> None:
    """Say of each file that cannot be read why, in a sentence, in one calm block."""
    if not uploads:
        return
    sentences = [
        plain(again(upload.answer.error or "").replace(upload.name, upload.label))
        for upload in uploads[:MOST_LISTED]
    ]
    if len(uploads) > MOST_LISTED:
        sentences.append(say("and {n_uploads} more.", n_uploads=len(uploads) - MOST_LISTED))
    head = (
        say("Not read:")
        if len(uploads) == 1
        else say("{n_uploads} files were not read:", n_uploads=len(uploads))
    )
    st.error("\n".join([f"**{head}**", "", *(f"- {sentence}" for sentence in sentences)]))


def formats_help() -> None:
    """A compact table of what can be read, told by the readers themselves."""
    known = sorted(formats(), key=lambda module: module.NAME.casefold())
    rows = [f"| **{plain(say(module.NAME))}** | {_hint(module)} |" for module in known]
    st.markdown("\n".join([say("| What ECGNet reads | |"), "|---|---|", *rows]))
    st.caption(
        say(
            "Up to 50 MB a file, also as ZIP or gzip. Files are recognised by their content, whatever their name. Leads may "
            "come in any order and spelling; limb leads that are missing are derived from two of I, II and III, and the "
            "record says so. A rate, unit or lead names that a file leaves out are asked for."
        )
    )


def _hint(module: Any) -> str:
    """How to give a format: in the words for people, else the first sentence that its reader says of itself."""
    if module.NAME in HINTS:
        return HINTS[module.NAME]
    return re.split(r"(?<=\.)\s", " ".join((inspect.getdoc(module) or "").split()), maxsplit=1)[0]
