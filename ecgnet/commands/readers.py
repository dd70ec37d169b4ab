"""`ecgnet readers`: the journal of who signed, opened and sent what (`ECGNET_DB`) verified, exported, and erased in part."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator

from ecgnet import atomic
from ecgnet.commands.answers import exit_code, read_files
from ecgnet.judge import choose_window
from ecgnet.overread import chain
from ecgnet.overread.audit import about
from ecgnet.overread.chain import Entry
from ecgnet.overread.database import VARIABLE, Database, DatabaseError, database
from ecgnet.overread.who import VARIABLE as NAME
from ecgnet.overread.who import local_reader
from ecgnet.reading.wording import NOTICE
from ecgnet.record import Record, signal_hash


def readers(options: argparse.Namespace) -> int:
    """One of its actions. Raises DatabaseError, BrokenChain for a journal that was changed."""
    store = database()
    if store is None:
        raise DatabaseError(f"There is no journal: {VARIABLE} names its database (docs/hospital.md).")
    return {"verify": _verify, "export": _export, "erase": _erase}[options.action](store, options)


def _verify(store: Database, options: argparse.Namespace) -> int:
    with store.reading() as connection:
        found = chain.verify(connection, holds=options.holds)
    print(f"{found.entries} entries, each follows the one before; {found.erased} erased.")
    if found.entries:
        print(f"The last one's hash is {found.head}: keep it elsewhere, for --holds.")
    for number in found.backwards:
        print(f"Entry {number}: the clock had been put back.", file=sys.stderr)
    return 0


def _export(store: Database, options: argparse.Namespace) -> int:
    """A line of JSON an entry: of all, or of those about some ECGs."""
    subjects, code = _subjects(options)
    with store.reading() as connection:
        chain.verify(connection)
        lines = [
            json.dumps(_row(entry), ensure_ascii=False)
            for entry in chain.each(connection)
            if subjects is None or about(entry, subjects)
        ]
    text = "".join(f"{line}\n" for line in lines)
    if options.out is None:
        sys.stdout.write(text)
    else:
        atomic.write(options.out, text)
    print(f"{len(lines)} entries. {NOTICE}", file=sys.stderr)
    return code


def _erase(store: Database, options: argparse.Namespace) -> int:
    """Forget what was said of some ECGs. Raises ValueError where it is not said of which, who and why."""
    who = local_reader()
    subjects, code = _subjects(options)
    if subjects is None or not options.why or not who.named:
        raise ValueError(
            f"Name the patient's ECG files, the reason (--why) and, in {NAME}, who erases: it stands in the journal."
        )
    with store.writing() as connection:
        made = chain.erase(connection, reader=who, subjects=subjects, why=options.why)
    store.tidy()
    count = len(made.payload["entries"]) if made is not None and made.payload else 0
    print(
        f"The contents of {count} entries are erased for good; who signed or opened something when remains."
    )
    return code


def _subjects(options: argparse.Namespace) -> tuple[frozenset[str] | None, int]:
    """The hashes of the ECGs in the files and those that were given, None without any, and the exit code."""
    if not options.files:
        return frozenset(options.subject) or None, 0
    answers = read_files(options, partial=True)
    for answer in answers:
        if answer.record is None:
            print(f"{answer.file}: {answer.error}", file=sys.stderr)
    found = (one for answer in answers if answer.record is not None for one in _hashes(answer.record))
    return frozenset((*options.subject, *found)), exit_code(answers)


def _hashes(record: Record) -> Iterator[str]:
    """Of the whole recording, and of the 10 s of it that are read by themselves."""
    yield signal_hash(record)
    yield signal_hash(choose_window(record).record)


def _row(entry: Entry) -> dict[str, object]:
    return {
        "entry": entry.id,
        "at": entry.at.isoformat(),
        "reader": entry.reader.subject,
        "name": entry.reader.name,
        "kind": entry.kind,
        "subject": entry.subject,
        "content": entry.payload,
        "previous": entry.previous,
        "hash": entry.hash,
    }
