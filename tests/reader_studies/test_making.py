"""A study made of files, and of PTB-XL where it is here."""

from __future__ import annotations

import numpy as np
import pytest

from ecgnet.demo import draw
from ecgnet.ptbxl import SUPERCLASSES, Catalogue, find_ptbxl
from ecgnet.reader_studies.making import Plan, from_files, from_ptbxl
from ecgnet.reader_studies.study import Given, StudyError
from ecgnet.record import Record
from ecgnet.validation.labels import parse_labels
from tests.reader_studies.conftest import given

FILES = [(f"/ecgs/{k}.xml", draw("imi", k)) for k in range(1, 5)]
LABELS = parse_labels("file,superclasses\n1,MI\n2,MI\n3,MI STTC\n4.xml,NORM\n", "labels.csv")


def says_mi(record: Record) -> tuple[Record, Given]:
    return record, given("MI")


def test_files_with_their_labels_and_planted_answers():
    study = from_files(FILES, Plan("files", "Files", seed=3, planted=0.5), labels=LABELS, ask=says_mi)
    assert [case.reference for case in study.cases] == [("MI",), ("MI",), ("MI", "STTC"), ("NORM",)]
    assert [case.where for case in study.cases] == [path for path, _ in FILES]
    planted = [case for case in study.cases if case.planted is not None]
    assert {case.number for case in planted} == {1, 2}  # where ECGNet is right
    assert not any(case.shown_right for case in planted)


def test_what_cannot_be_a_study_is_said():
    plan = Plan("files", "Files", planted=1.0)
    with pytest.raises(StudyError, match="on 2 of 4 cases, not on 4"):
        from_files(FILES, plan, labels=LABELS, ask=says_mi)
    with pytest.raises(StudyError, match=r"5\.xml: labels\.csv has no reference"):
        from_files([("/ecgs/5.xml", FILES[0][1])], plan, labels=LABELS, ask=says_mi)
    with pytest.raises(StudyError, match=r"1\.xml cannot be answered for"):
        from_files(FILES, plan, labels=LABELS, ask=lambda record: None)
    with pytest.raises(StudyError, match="from 0 to 1"):
        Plan("files", "Files", planted=3)


def test_ptbxl_is_drawn_by_class_one_ecg_a_patient():
    if (folder := find_ptbxl()) is None:
        pytest.skip("PTB-XL is not here")
    catalogue = Catalogue(folder)
    study = from_ptbxl(catalogue, Plan("ptbxl", "PTB-XL"), count=10, ask=says_mi)
    rows = catalogue.table.loc[[int(case.where) for case in study.cases]]
    assert (rows["fold"] == 10).all()
    assert rows["patient_id"].is_unique
    counts = np.array([[label in case.reference for label in SUPERCLASSES] for case in study.cases]).sum(0)
    assert (counts >= 2).all()
    again = from_ptbxl(catalogue, Plan("ptbxl", "PTB-XL", seed=2), count=10, ask=says_mi)
    assert {case.where for case in again.cases} != {case.where for case in study.cases}
