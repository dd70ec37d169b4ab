"""What the page asks for: ECGs in a folder of this machine or dropped here, and their labels."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePath

import streamlit as st

from ecgnet.archive.errors import ArchiveError
from ecgnet.language import mark, say
from ecgnet.remote import answers_there
from ecgnet.ui import predictors
from ecgnet.ui.server import is_local
from ecgnet.ui.waiting import patiently
from ecgnet.validation import Labels, ValidationError, score_folder
from ecgnet.validation.answers import EcgAnswers
from ecgnet.validation.labels import cart_labels, parse_labels

FOLDER, FILES = mark("A folder of this machine"), mark("Files dropped here")
NONE, CSV, CARTS = mark("None"), mark("A CSV file"), mark("What the carts printed")
WAYS = (NONE, CSV, CARTS)
HELP = mark(
    "A row an ECG: a column file, then NORM, MI, STTC, CD, HYP with 0 and 1, or one column superclasses, scp_codes or "
    "snomed. Columns patient, age, sex, hospital, ward and device are read where they are there; names of patients are not."
)


@dataclass(frozen=True)
class ValidateInputs:
    """folder: of this machine, "" where files were dropped; files: dropped ones; way: of labelling; csv: its name
    and text."""

    folder: str
    files: tuple[tuple[str, bytes], ...]
    way: str
    csv: tuple[str, str] | None

    @property
    def complete(self) -> bool:
        """Whether there is something to validate."""
        return bool(self.folder or self.files) and (self.way != CSV or self.csv is not None)


def folders_may_be_read() -> bool:
    """Whether a visitor may name a folder of the machine: where only the machine itself reaches the app."""
    return is_local(st.get_option("server.address") or "")


def inputs() -> tuple[ValidateInputs, bool]:
    """The controls. → what they say, and whether to begin."""
    places = [FOLDER, FILES] if folders_may_be_read() else [FILES]
    left, right = st.columns(2, gap="large")
    with left:
        place = st.radio(say("ECGs"), places, horizontal=True, key="validate-place", format_func=say)
        folder = st.text_input(say("Folder"), key="validate-folder").strip() if place == FOLDER else ""
        dropped = (
            st.file_uploader(say("ECG files"), accept_multiple_files=True, key="validate-files")
            if place == FILES
            else []
        )
        if len(places) == 1:
            st.caption(
                say(
                    "A folder of the server can be named where the app listens on 127.0.0.1 alone, as `ecgnet run` does."
                )
            )
    with right:
        way = st.radio(
            say("Labels"), WAYS, index=1, horizontal=True, key="validate-way", help=say(HELP), format_func=say
        )
        csv = (
            st.file_uploader(say("Labels (CSV)"), type=["csv", "txt"], key="validate-labels")
            if way == CSV
            else None
        )
    text = None if csv is None else (csv.name, csv.getvalue().decode("utf-8-sig", "replace"))
    asked = ValidateInputs(folder, tuple((f.name, f.getvalue()) for f in dropped), way, text)
    return asked, st.button(say("Validate"), type="primary", disabled=not asked.complete, key="validate-go")


def answered(asked: ValidateInputs) -> tuple[EcgAnswers, Labels | None]:
    """The answers as shipped, and the labels. Raises ValidationError, ArchiveError and WeightsError."""
    if answers_there():
        raise ValidationError(
            say(
                "A folder is answered for by networks on its own machine, and this dashboard's are at a service: run ecgnet "
                "validate instead, here or there."
            )
        )
    labels = parse_labels(asked.csv[1], asked.csv[0]) if asked.way == CSV and asked.csv else None
    with (
        _folder(asked) as folder,
        st.spinner(say("The ECGs are read and answered for, some three a second…")),
    ):
        answers = patiently(lambda: score_folder(folder, predictors.default_model(), workers=1))
    return answers, _labels(asked, answers, labels)


def _labels(asked: ValidateInputs, answers: EcgAnswers, labels: Labels | None) -> Labels | None:
    return cart_labels(zip(answers.files, answers.cart, strict=True)) if asked.way == CARTS else labels


@contextmanager
def _folder(asked: ValidateInputs) -> Iterator[str]:
    """The folder, or a temporary one with the files that were dropped, gone afterwards."""
    if asked.folder:
        if not Path(asked.folder).expanduser().is_dir():
            raise ValidationError(
                say(
                    "{folder} is no folder of this machine. Check the path.",
                    folder=asked.folder,
                )
            )
        yield asked.folder
        return
    with tempfile.TemporaryDirectory(prefix="ecgnet-dropped-") as made:
        for name, data in asked.files:
            (Path(made) / PurePath(name).name).write_bytes(data)
        yield made


ERRORS = (ValidationError, ArchiveError)
"""What is told as a sentence."""
