"""Files made to do harm: the service answers for them as the app does."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from ecgnet.archive.refusals import kind_of
from ecgnet.readers import read_apart
from ecgnet.service.schema import ReadAnswer
from tests.readers.test_hostile import CLAIMS, Trap, zip_of
from tests.readers.writers import numpy_files
from tests.service.conftest import Service

FILES = {
    "bomb.zip": lambda mark: zip_of("x.csv", bytes(2 * 10**7)),
    "slip.zip": lambda mark: zip_of("../../etc/x.csv", b"I,II\n1,2\n"),
    "trap.npy": lambda mark: numpy_files.bare(np.array([Trap(mark)], dtype=object)),
    "trap.pickle": lambda mark: pickle.dumps(Trap(mark)),
    "letter.pdf": lambda mark: b"%PDF-1.4",
    "<script>alert(1)<x>.csv": lambda mark: b"<script>alert(1)</script>,=cmd|' /C calc'!A0\n1,2\n",
    "half.xml": lambda mark: (
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;'
    ),
    **{name: lambda mark, data=data: data for name, data in CLAIMS.items()},
}


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_is_answered_as_in_the_app(service: Service, tmp_path, name: str):
    mark = tmp_path / "mark"
    data = FILES[name](mark)
    (expected,) = read_apart({name: data}, partial=True)
    answer = service.post("/v1/read", {"models": "waveform_cnn"}, files={"file": (name, data)})
    assert answer.status_code == 422
    (row,) = ReadAnswer.model_validate(answer.json()).answers
    assert (row.file, row.error, row.kind) == (name, expected.error, kind_of(expected))
    assert not mark.exists()
