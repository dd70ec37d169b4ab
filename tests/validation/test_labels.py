"""Labels in four ways, and what is wrong with a file of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ecgnet.ptbxl import SUPERCLASSES
from ecgnet.validation import ValidationError
from ecgnet.validation.codes import SHIPPED, read_codes
from ecgnet.validation.labels import Labels, cart_labels, parse_labels


def classes(labels: Labels, row: int = 0) -> set[str] | None:
    truth = labels.rows[row].truth
    return None if np.isnan(truth).all() else {c for c, t in zip(SUPERCLASSES, truth, strict=True) if t == 1}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("file,NORM,MI,STTC,CD,HYP\na.dat,0,1,0,1,0\n", {"MI", "CD"}),
        ("file;superclasses\na.dat;MI CD\n", {"MI", "CD"}),
        ("file,scp_codes\na.dat,IMI|CLBBB|SR\n", {"MI", "CD"}),
        ("file,snomed\na.dat,164865005 164909002\n", {"MI", "CD"}),
        ("file,scp_codes\na.dat,IMI;CLBBB\n", {"MI", "CD"}),
    ],
)
def test_four_ways_of_labelling_say_the_same(text: str, expected: set[str]):
    assert classes(parse_labels(text, "labels.csv")) == expected


def test_sinus_rhythm_alone_is_normal_and_beside_another_code_is_not():
    labels = parse_labels("file,snomed\na,426783006\nb,426783006 270492004\n", "labels.csv")
    assert (classes(labels, 0), classes(labels, 1)) == ({"NORM"}, {"CD"})


def test_a_code_that_names_no_class_is_no_label():
    assert classes(parse_labels("file,snomed\na,164889003\n", "labels.csv")) is None


def test_one_class_suffices():
    assert parse_labels("file,MI\na,1\nb,0\n", "labels.csv").classes == ("MI",)


def test_a_site_puts_its_own_row_in_place_of_a_shipped_one(tmp_path: Path):
    head, *_ = SHIPPED.read_text().splitlines()
    own = tmp_path / "own.csv"
    own.write_text(f"{head}\nsnomed,426783006,sinus rhythm,SR,,,S,our cardiologists\n")
    assert classes(parse_labels("file,snomed\na,426783006\n", "l", codes=read_codes(own))) is None


def test_every_shipped_row_names_its_source_and_none_rests_on_memory_but_the_carts_phrases():
    rows = read_codes().rows.values()
    assert {row.system for row in rows if row.mark == "M"} == {"cart"}


def test_a_cart_that_denies_a_finding_does_not_state_it():
    files = [
        ("a", ("Left bundle branch block",)),
        ("b", ("Cannot rule out anterior infarct",)),
        ("c", ("Abnormal ECG",)),
    ]
    labels = cart_labels(files)
    assert [classes(labels, k) for k in range(3)] == [{"CD"}, None, None]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("name,MI\na,1\n", "no column that names the ECG"),
        ("file,diagnosis\na,infarction\n", "has no labels"),
        ("file,MI\na,maybe\n", "line 2: a class is 0, 1 or empty, not 'maybe'"),
        ("file,superclasses\na,AMI\n", "AMI is none of"),
        ("file,MI\n", "no row with a file"),
    ],
)
def test_a_file_of_labels_that_cannot_be_used_is_told_in_a_sentence(text: str, sentence: str):
    with pytest.raises(ValidationError, match=sentence):
        parse_labels(text, "labels.csv")


def test_a_cell_with_a_line_break_is_one_cell():
    labels = parse_labels('file,scp_codes,remark\na.dat,IMI,"seen\ntwice"\nb.dat,CLBBB,\n', "labels.csv")
    assert [(row.file, classes(labels, k)) for k, row in enumerate(labels.rows)] == [
        ("a.dat", {"MI"}),
        ("b.dat", {"CD"}),
    ]
