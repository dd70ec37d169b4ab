"""The Work list page, over the answers to three files."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from pypdf import PdfReader

from ecgnet import weights
from ecgnet.__main__ import main
from ecgnet.archive.engines.local import Local
from ecgnet.archive.run import score
from ecgnet.archive.scorer import Asked
from ecgnet.archive.worklist import open_listing, state_of
from ecgnet.judge import judge
from ecgnet.overread.database import Database
from ecgnet.overread.review import sign
from ecgnet.overread.who import Reader
from ecgnet.readers import read
from ecgnet.signature import Opinion
from ecgnet.ui.worklist import SCORED, SENT
from ecgnet.ui.worklist.opened import OPEN
from ecgnet.ui.worklist.printing import PRINTING, Printing
from tests.archive.conftest import MODEL, write_csv


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of two ECGs, and a file that is none."""
    if MODEL not in weights.available():
        pytest.skip(f"weights/{MODEL}.json is not there")
    folder = tmp_path_factory.mktemp("scored")
    write_csv(folder / "ecgs/one.csv", 1)
    write_csv(folder / "ecgs/two.csv", 2, "imi")
    (folder / "ecgs/LICENSE").write_text("Everybody may use this.")
    score([str(folder / "ecgs")], folder / "answers", asked=Asked((MODEL,)), engine=Local(1))
    return folder / "answers"


@pytest.fixture
def scored(answers: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(SCORED, str(answers))
    return answers


def test_the_list_and_what_has_no_answer(open_page: Callable, scored: Path):
    app = open_page("worklist")
    assert not app.exception
    assert not app.error
    assert any("**2** of 2 ECGs" in text.value for text in app.markdown)
    ecgs, refused = (table.value for table in app.dataframe)
    assert set(ecgs["File"]) == {"one.csv", "two.csv"}
    assert list(refused["Kind"]) == ["something else than an ECG"]


def test_a_filter_that_nothing_fits(open_page: Callable, scored: Path):
    app = open_page("worklist")
    app.selectbox(key="worklist-class").select("HYP").run()
    app.multiselect(key="worklist-states").set_value(["present"])
    app.run()
    assert any("No ECG fits" in info.value for info in app.info)


def test_an_ecg_is_read_and_the_next_follows_the_list(open_page: Callable, scored: Path):
    app = open_page("worklist")
    first, second = app.dataframe[0].value["File"]
    row = {"one.csv": 0, "two.csv": 1}[first]
    app = open_page("worklist", state={OPEN: (state_of(scored), row)})
    assert not app.exception
    assert not app.error
    assert any(first in text.value for text in app.markdown)
    assert app.button(key="worklist-Previous").disabled
    app.button(key="worklist-Next").click().run()
    assert any(second in text.value for text in app.markdown)
    assert len(app.session_state["visit"].uploads) == 1  # one at a time
    app.button(key="worklist-back").click().run()
    assert any("**2** of 2 ECGs" in text.value for text in app.markdown)


def test_ecgs_whose_readers_differ_are_found(
    open_page: Callable, scored: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    pytest.importorskip("sqlalchemy")
    monkeypatch.setenv("ECGNET_DB", str(tmp_path / "readers.db"))
    two = read(scored.parent / "ecgs/two.csv")
    reading = judge(two, [])
    seen = ""
    for name, label in (("Ada", "MI"), ("Bob", "NORM")):
        reader = Reader(f"local: {name}", name)
        store = Database(str(tmp_path / "readers.db"))
        seen = sign(store, reading, reader=reader, opinion=Opinion((label,)), seen=seen).seen
    app = open_page("worklist")
    assert dict(zip(*(app.dataframe[0].value[c] for c in ("File", "Readers")), strict=True)) == {
        "one.csv": "",
        "two.csv": "readers differ",
    }
    app.get("pills")[-1].set_value(["differing"]).run()
    assert not app.exception
    assert list(app.dataframe[0].value["File"]) == ["two.csv"]


def test_another_folder_is_told(open_page: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(SCORED, str(tmp_path))
    assert "no answers of ecgnet score" in open_page("worklist").error[0].value


def test_without_a_folder_the_page_says_how_to_get_one(open_page: Callable, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv(SCORED, raising=False)
    assert "ecgnet run --scored" in open_page("worklist").info[0].value


def test_the_app_does_not_start_with_another_folder(tmp_path: Path, capsys: pytest.CaptureFixture):
    assert main(["run", "--scored", str(tmp_path)]) == 1
    assert "no answers of ecgnet score" in capsys.readouterr().err


def test_the_list_is_printed_beside_the_page(open_page: Callable, scored: Path):
    app = open_page("worklist")
    app.button(key="worklist-print").click().run()
    app.session_state[PRINTING].wait(60)
    app.run()
    assert not app.exception and not app.error
    pages = PdfReader(io.BytesIO(app.session_state[PRINTING].pdf)).pages
    assert len(pages) >= 2
    assert all("Research use only, not a diagnosis" in page.extract_text() for page in pages)
    app.selectbox(key="worklist-class").select("HYP").run()
    assert PRINTING not in app.session_state  # another list is another file


def test_a_list_that_is_too_long_is_cut_and_said(
    open_page: Callable, scored: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("ecgnet.ui.worklist.printing.MOST_PRINTED", 1)
    said = [text.value for text in open_page("worklist").caption]
    assert any("the first 1 of these 2 are printed" in text for text in said)


def test_printing_ends_when_it_is_cancelled(scored: Path, monkeypatch: pytest.MonkeyPatch):
    reached, go_on = threading.Event(), threading.Event()

    def waits(work: Callable) -> object:
        reached.set()
        go_on.wait(30)
        return work()

    monkeypatch.setattr("ecgnet.ui.worklist.printing.in_turn", waits)
    listing = open_listing(scored)
    printing = Printing(listing, listing.orders["urgency"], name="all", asked=[])
    assert reached.wait(30)
    printing.cancel()
    go_on.set()
    printing.wait(60)
    assert (printing.done, printing.pdf, printing.failed) == (1, None, None)


def test_a_table_is_opened_from_upload_without_following_it_to_its_files(
    open_page: Callable, answers: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv(SCORED, raising=False)
    (part,) = (answers / "ecgs").iterdir()
    app = open_page("upload")
    app.file_uploader(key="worklist-files-0").set_value([("part.parquet", part.read_bytes(), "")]).run()
    assert not app.exception
    assert "2 ECGs are open" in app.success[0].value
    listing, state = app.session_state[SENT]
    app = open_page("worklist", state={SENT: (listing, state), OPEN: (state, 0)})
    assert "came without its ECGs: drop the file of" in app.info[0].value
    app.button(key="worklist-back").click().run()
    assert any("**2** of 2 ECGs" in text.value for text in app.markdown)


def test_something_else_than_a_table_is_one_sentence(open_page: Callable):
    app = open_page("upload")
    app.file_uploader(key="worklist-files-0").set_value([("ecg.csv", b"1,2,3", "")]).run()
    assert "ecg.csv is no Parquet file" in app.error[0].value
