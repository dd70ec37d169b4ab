"""The Archive page, against an archive made of two studies."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from ecgnet.demo import draw
from ecgnet.interop.connection import ConnectionFault
from ecgnet.interop.pacs import Hit, Query, SearchResult
from ecgnet.interop.pacs.archive import Place
from tests.readers.writers import dicom

HITS = (
    Hit("1.2.2", "4711", "Löwe^Ada<b>", "19500131", "F", "A-2", date(2024, 3, 1), "08", ""),
    Hit("1.2.1", "4711", "Löwe^Ada<b>", "19500131", "F", "A-1", date(2024, 2, 29), "08", ""),
)


class Archive:
    """Answers as `ecgnet.interop.pacs.Archive` does, and keeps what it was asked, and how often it was opened."""

    def __init__(self, fault: str = "") -> None:
        self.fault, self.queries, self.fetched, self.opened = fault, [], [], 0

    def open(self) -> Archive:
        self.opened += 1
        return self

    def search(self, query: Query) -> SearchResult:
        if self.fault:
            raise ConnectionFault(self.fault)
        self.queries.append(query)
        return SearchResult(HITS, True)

    def of_same_patient(self, hit: Hit) -> tuple[tuple[Hit, ...], tuple[Hit, ...]]:
        return tuple(other for other in HITS if other != hit), (HITS[0],)

    def ecgs(self, study: str) -> tuple[Place, ...]:
        return (Place(study, f"{study}.1", f"{study}.1.1", "12-lead ECG"),)

    def fetch(self, place: Place) -> bytes:
        self.fetched.append(place.study)
        return dicom.write(draw("imi", 1).signal, 500, patient_id="4711", study=place.study)


@pytest.fixture
def archive(monkeypatch: pytest.MonkeyPatch) -> Archive:
    made = Archive()
    monkeypatch.setenv("ECGNET_DICOMWEB", "http://127.0.0.1:9/web")  # set up; asked is nobody there
    monkeypatch.setattr("ecgnet.ui.pacs.kept.open_archive", made.open)
    return made


def test_an_ecg_is_searched_opened_and_read(open_page: Callable, archive: Archive):
    app = open_page("pacs")
    app.text_input(key="pacs-number").input("4711")
    next(b for b in app.button if b.label == "Search").click()
    app.run()
    assert archive.queries == [Query(number="4711")]
    assert "narrow the search" in app.warning[0].value
    app.button(key="pacs-open-1.2.2").click().run()
    assert not app.exception
    assert archive.fetched == ["1.2.2"]
    assert app.query_params["record"] == "upload/1"  # nothing of it enters the link
    assert any("another name or date of birth" in warning.value for warning in app.warning)
    app.button(key="pacs-other-1.2.1").click().run()
    assert archive.fetched == ["1.2.2", "1.2.1"]
    assert archive.opened == 1  # a visit keeps its connection


@pytest.mark.parametrize("fault", ["", "The archive cannot be reached."])
def test_what_goes_wrong_is_a_sentence(open_page: Callable, archive: Archive, fault: str):
    archive.fault = fault
    app = open_page("pacs")
    if fault:
        app.text_input(key="pacs-number").input("4711")
    next(b for b in app.button if b.label == "Search").click()
    app.run()
    assert (fault or "Say whom to look for") in app.error[0].value
