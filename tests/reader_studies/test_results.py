"""What a study found, by readers of whom it is known what they did."""

from __future__ import annotations

import json

import numpy as np
import pytest

from ecgnet.overread.database import Database
from ecgnet.reader_studies import files, journal
from ecgnet.reader_studies.results import results, results_json
from ecgnet.reader_studies.statistics.obuchowski_rockette import Analysis
from ecgnet.reader_studies.study import StudyError, as_json
from ecgnet.reader_studies.table import tabulate
from tests.reader_studies.conftest import read_all, small_study
from tests.readers_journal import ADA, BOB

STUDY = small_study(20, planted=4)  # cases 1 to 4 are shown wrong: NORM, MI, STTC, CD


@pytest.fixture(scope="module")
def reads(tmp_path_factory: pytest.TempPathFactory) -> list[journal.Read]:
    """Ada is led astray by two planted answers and helped twice; Bob is wrong on one case, both times."""
    pytest.importorskip("sqlalchemy")
    store = Database(str(tmp_path_factory.mktemp("journal") / "readers.db"))
    journal.define(store, STUDY, reader=ADA)
    read_all(store, STUDY, ADA, wrong={"alone": {6, 7}, "aided": {1, 2}})
    read_all(store, STUDY, BOB, wrong={"alone": {10}, "aided": {10}})
    with store.reading() as connection:
        found = journal.reads(connection, STUDY)
    store.close()
    return found


def test_what_changed_is_told_apart(reads: list[journal.Read]):
    found = results(tabulate(STUDY, reads), samples=20)
    by = {(c.reader, c.arm, c.shown_right): c for c in found.changes}
    ada = by["reader 1", None, None]
    assert (ada.right_right, ada.right_wrong, ada.wrong_right, ada.wrong_wrong) == (16, 2, 2, 0)
    assert (by["reader 1", None, False].right_wrong, by["reader 1", None, True].right_wrong) == (2, 0)
    assert by["reader 1", None, False].harmed.value == pytest.approx(2 / 4)
    assert (by["reader 2", None, None].wrong_wrong, by["all", None, None].right_wrong) == (1, 2)
    arms = [by["all", arm, None] for arm in STUDY.arms]
    assert sum(c.right_right + c.right_wrong + c.wrong_right + c.wrong_wrong for c in arms) == 40


def test_accuracy_by_reader_and_phase(reads: list[journal.Read]):
    found = results(tabulate(STUDY, reads), samples=20)
    mi = {(a.reader, a.phase): a for a in found.accuracy if a.label == "MI"}
    alone, aided = mi["reader 1", "alone"], mi["reader 1", "aided"]
    assert (alone.cases, alone.sensitivity.value, aided.sensitivity.value) == (
        4,
        0.75,
        0.75,
    )  # 7, and 2, are MI
    assert alone.specificity.value == 1
    assert aided.auc.value < 1 == mi["reader 2", "alone"].auc.value
    whole = {(w.reader, w.phase): w.right.value for w in found.whole}
    assert whole == {
        ("reader 1", "alone"): 0.9,
        ("reader 1", "aided"): 0.9,
        ("reader 2", "alone"): 0.95,
        ("reader 2", "aided"): 0.95,
    }


def test_agreement_and_the_analysis_of_several_readers(reads: list[journal.Read]):
    found = results(tabulate(STUDY, reads), samples=50)
    kappa = next(
        a for a in found.agreement if (a.phase, a.label, a.statistic) == ("alone", "CD", "Cohen's κ")
    )
    assert kappa.between == ("reader 1", "reader 2")
    assert kappa.value.low < kappa.value.value < 1
    analysis = found.multi_reader["MI"]
    assert isinstance(analysis, Analysis)
    assert analysis.merits.shape == (2, 2)


def test_who_has_not_finished_is_not_counted(reads: list[journal.Read]):
    table = tabulate(STUDY, reads[:-1])
    assert table.readers == ("reader 1",)
    found = results(table, samples=20)
    assert found.agreement == ()
    assert "2 readers" in found.multi_reader["MI"]


def test_each_file_is_the_same_read_back(reads: list[journal.Read]):
    table = tabulate(STUDY, reads)
    rows = files.rows(STUDY, reads)
    assert files.from_csv(files.as_csv(rows)) == rows
    content = json.loads(files.whole_json(STUDY, rows, found=results(table, samples=20)))
    assert content["notice"].startswith("Research use only")
    assert content["study"] == json.loads(json.dumps(as_json(STUDY)))
    assert content["results"] == json.loads(json.dumps(results_json(results(table, samples=20))))
    back = files.from_imrmc(files.as_imrmc(STUDY, table, label="MI"))
    assert back.readers == ("reader1", "reader2")
    assert back.modalities == ("alone", "aided")
    assert np.array_equal(back.truth, table.truth[:, 1])
    assert np.array_equal(back.scores, table.scores[..., 1])


def test_files_name_nobody(reads: list[journal.Read]):
    table, rows = tabulate(STUDY, reads), files.rows(STUDY, reads)
    every = (
        files.as_csv(rows)
        + files.whole_json(STUDY, rows, found=results(table, samples=20))
        + files.as_imrmc(STUDY, table, label="MI")
    )
    assert not any(word in every for word in ("Ada", "Bob", "login.example"))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("truth,1,truth,0", "BEGIN DATA"),
        ("BEGIN DATA:\ntruth,1,truth,0\nr,1,m,x", "Line 3"),
        ("BEGIN DATA:\ntruth,1,truth,0\nr,2,m,5", "Case 2 has no row"),
        ("BEGIN DATA:\ntruth,1,truth,0\nr,1,m,5\nr,1,m,5", "again"),
        ("BEGIN DATA:\ntruth,1,truth,3", "0 or 1"),
    ],
)
def test_a_file_that_imrmc_would_not_take(text: str, why: str):
    with pytest.raises(StudyError, match=why):
        files.from_imrmc(text)
