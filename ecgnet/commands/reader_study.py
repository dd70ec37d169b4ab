"""`ecgnet reader-study`: a study made, its results, and its reads as files (docs/reader_studies.md)."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from ecgnet import atomic
from ecgnet.commands.answers import read_files
from ecgnet.overread.database import VARIABLE, Database, DatabaseError, database
from ecgnet.overread.who import local_reader
from ecgnet.ptbxl import Catalogue, CatalogueError, find_ptbxl
from ecgnet.reader_studies import files, journal, making
from ecgnet.reader_studies.in_words import in_words
from ecgnet.reader_studies.results import Results, results, results_json
from ecgnet.reader_studies.study import Study, StudyError, as_json
from ecgnet.reader_studies.table import Table, tabulate
from ecgnet.reading.wording import NOTICE
from ecgnet.validation.labels import read_labels

KINDS = (".csv", ".json", ".imrmc")


def reader_study(options: argparse.Namespace) -> int:
    """One of its actions. Raises DatabaseError without a journal, StudyError for what cannot be as it is asked for."""
    store = database()
    if store is None:
        raise DatabaseError(
            f"Reader studies stand in the journal of readers: {VARIABLE} names its database (docs/hospital.md)."
        )
    return {"new": _new, "results": _results, "export": _export}[options.action](store, options)


def _new(store: Database, options: argparse.Namespace) -> int:
    plan = making.Plan(
        options.id,
        options.title or options.id,
        options.seed,
        tuple(options.arms),
        options.planted,
        options.idle,
    )
    if options.files:
        if options.labels is None:
            raise StudyError("Name the table with the files' reference: --labels labels.csv")
        answers = read_files(options)
        if failed := [answer for answer in answers if answer.record is None]:
            raise StudyError(f"{failed[0].file}: {failed[0].error}")
        read = ((answer.file, answer.record) for answer in answers)
        study = making.from_files(read, plan, labels=read_labels(options.labels))
    else:
        if (folder := options.ptbxl or find_ptbxl()) is None:
            raise CatalogueError("Name ECG files, or PTB-XL's folder: --ptbxl, or ECGNET_PTBXL.")
        study = making.from_ptbxl(Catalogue(folder), plan, count=options.cases, records=options.records or ())
    journal.define(store, study, reader=local_reader())
    if options.out is not None:
        atomic.write(options.out, json.dumps(as_json(study), indent=1, ensure_ascii=False))
    right = sum(case.given.found == case.reference for case in study.cases)
    planted = sum(case.planted is not None for case in study.cases)
    print(
        f"Study {study.id}: {len(study.cases)} cases, ECGNet right on {right}, a wrong answer planted on {planted}. "
        "Readers find it on the page Reader study."
    )
    return 0


def _results(store: Database, options: argparse.Namespace) -> int:
    _, _, table, progress = _read(store, options.id)
    found = results(table, covariance=options.covariance)
    if options.json:
        print(json.dumps({"notice": NOTICE, **results_json(found)}, indent=1, ensure_ascii=False))
    else:
        print(in_words(found))
    print(progress, file=sys.stderr)
    return 0


def _export(store: Database, options: argparse.Namespace) -> int:
    """A file of the kind that its ending says."""
    out: Path | None = options.out
    if out is None or out.suffix not in KINDS:
        raise StudyError(f"Say where to: --out reads.csv, with one of the endings {', '.join(KINDS)}.")
    study, reads, table, progress = _read(store, options.id)
    rows = files.rows(study, reads)
    if out.suffix == ".csv":
        text = files.as_csv(rows)
    elif out.suffix == ".json":
        found: Results = results(table, covariance=options.covariance)
        text = files.whole_json(study, rows, found=found)
    else:
        text = files.as_imrmc(study, table, label=options.label)
    atomic.write(out, text)
    print(f"{out}: {len(rows)} reads. {progress} {NOTICE}", file=sys.stderr)
    return 0


def _read(store: Database, id: str) -> tuple[Study, list[journal.Read], Table, str]:
    """The study, its reads, those of who has finished as arrays, and how many have."""
    with store.reading() as connection:
        study = journal.study_of(connection, id)
        reads = journal.reads(connection, study)
        without = journal.withdrawn(connection, study)
    done = journal.finished(study, reads, without=without)
    begun = len(done) - sum(done.values())
    progress = f"{sum(done.values())} readers have finished, {begun} have begun."
    return study, reads, tabulate(study, reads, without=without), progress
