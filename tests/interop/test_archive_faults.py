"""What an archive may do wrong, by a small server on this machine that does it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import pytest

from ecgnet.interop.connection import Connection, ConnectionFault
from ecgnet.interop.pacs import Archive, Query, QueryError, archive, open_archive
from ecgnet.interop.pacs.archive import Place
from ecgnet.interop.pacs.hits import hit
from ecgnet.interop.pacs.multipart import MultipartError, only_part

pytest.importorskip("dicomweb_client")
ANYBODY = Query(number="4711")
PLACE = Place("1.2", "1.2.3", "1.2.3.4", "12-lead ECG")
MULTIPART = "multipart/related; type=application/dicom; boundary=x"
WHOLE = b"--x\r\nContent-Type: application/dicom\r\n\r\nDICM\r\n--x--"


def study(number: int, **values: str) -> dict:
    """A row of DICOM JSON."""
    told = {"0020000D": f"1.2.{number}", "00100020": "4711", "00080020": "20240229"} | values
    return {tag: {"vr": "LO", "Value": [value]} for tag, value in told.items()}


@pytest.fixture
def server() -> Iterator[SimpleNamespace]:
    """Answers everything with `status`, `kind` and `body`, after `wait` s; keeps the paths that were asked for."""
    state = SimpleNamespace(status=200, kind="application/dicom+json", body=b"[]", wait=0.0, asked=[])

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            state.asked.append(self.path)
            time.sleep(state.wait)
            self.send_response(state.status)
            self.send_header("Content-Type", state.kind)
            if state.status == 302:
                self.send_header("Location", "http://169.254.169.254/")
            self.send_header("Content-Length", str(len(state.body)))
            self.end_headers()
            self.wfile.write(state.body)

        def log_message(self, *_: object) -> None:
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=http.serve_forever, daemon=True).start()
    server = Connection("archive", f"http://127.0.0.1:{http.server_port}/web", timeout=(1, 1))
    state.archive = Archive(server)
    yield state
    http.shutdown()
    http.server_close()


def test_an_archive_that_is_gone_is_named():
    gone = Archive(Connection("archive", "http://127.0.0.1:9/web"))
    with pytest.raises(ConnectionFault, match="The archive cannot be reached"):
        gone.search(ANYBODY)


def test_a_slow_archive_is_given_up(server):
    server.wait = 1.5
    with pytest.raises(ConnectionFault, match="did not answer within 2 s"):
        server.archive.search(ANYBODY)


@pytest.mark.parametrize(
    ("status", "said"),
    [(401, "refuses these credentials"), (302, "sends elsewhere"), (503, "its log says why")],
)
def test_a_refusal_is_said_once_and_not_tried_again(server, status: int, said: str):
    server.status = status
    with pytest.raises(ConnectionFault, match=said):
        server.archive.search(ANYBODY)
    assert len(server.asked) == 1


def test_ten_thousand_hits_are_cut(server):
    server.body = json.dumps([study(k) for k in range(10_000)]).encode()
    found = server.archive.search(ANYBODY)
    assert (len(found.hits), found.more) == (archive.MOST_HITS, True)


def test_a_search_that_the_archive_cut_short_says_so_although_few_of_its_hits_fit(server):
    server.body = json.dumps([study(k) for k in range(archive.MOST_HITS + 1)]).encode()
    found = server.archive.search(Query(name="Nobody of this name"))
    assert (found.hits, found.more) == ((), True)


@pytest.mark.parametrize(
    "body", [b"<html>", b'[{"0020000D"', b"{}", b'{"error": "x"}', b'["x", 1, null]', b"[{}]"]
)
def test_an_answer_without_sense_is_a_sentence(server, body: bytes):
    server.body = body
    with pytest.raises(ConnectionFault, match="not what was asked"):
        server.archive.search(ANYBODY)


def test_a_row_without_sense_is_left_out(server):
    server.body = json.dumps([study(1), {}]).encode()
    assert len(server.archive.search(ANYBODY).hits) == 1


def test_a_study_without_a_waveform_is_said(server):
    server.body = json.dumps(
        [study(1, **{"00080016": "1.2.840.10008.5.1.4.1.1.104.1", "00080018": "1.2.3.4"})]
    ).encode()
    with pytest.raises(ConnectionFault, match="holds no ECG waveform"):
        server.archive.ecgs("1.2")


def test_an_ecg_is_fetched_from_the_address_that_is_set_up_whatever_the_server_says(server):
    row = study(
        1, **{"00080016": "1.2.840.10008.5.1.4.1.1.9.1.1", "0020000E": "1.2.3", "00080018": "1.2.3.4"}
    )
    row["00081190"] = {"vr": "UR", "Value": ["http://169.254.169.254/latest"]}
    server.body = json.dumps([row]).encode()
    (place,) = server.archive.ecgs("1.2")
    server.kind, server.body = MULTIPART, WHOLE
    assert server.archive.fetch(place) == b"DICM"
    assert server.asked[-1] == "/web/studies/1.2/series/1.2.3/instances/1.2.3.4"


def test_a_uid_that_is_a_path_is_no_ecg(server):
    row = study(
        1, **{"00080016": "1.2.840.10008.5.1.4.1.1.9.1.1", "0020000E": "../../x", "00080018": "1.2.3.4"}
    )
    server.body = json.dumps([row]).encode()
    with pytest.raises(ConnectionFault, match="holds no ECG"):
        server.archive.ecgs("1.2")


@pytest.mark.parametrize("body", [WHOLE[:-8], WHOLE[:20], b""])
def test_a_message_that_is_cut_short_is_said(server, body: bytes):
    server.kind, server.body = MULTIPART, body
    with pytest.raises(ConnectionFault, match="cut short"):
        server.archive.fetch(PLACE)


def test_an_object_larger_than_is_read_is_given_up(server, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(archive, "LARGEST_FILE", 3)
    server.kind, server.body = MULTIPART, WHOLE
    with pytest.raises(ConnectionFault, match="larger than"):
        server.archive.fetch(PLACE)


def test_an_object_that_drips_is_given_up(server, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(archive, "MOST_SECONDS", 0.0)
    server.kind, server.body = MULTIPART, WHOLE
    with pytest.raises(ConnectionFault, match="has not sent this ECG whole within 0 s"):
        server.archive.fetch(PLACE)


def test_a_token_that_expires_after_the_search_is_said_when_an_ecg_is_opened(server):
    server.body = json.dumps([study(1)]).encode()
    assert server.archive.search(ANYBODY).hits
    server.status = 401
    with pytest.raises(ConnectionFault, match="get a new token"):
        server.archive.fetch(PLACE)


def test_two_patients_under_one_number_are_told_apart():
    mine = hit(study(1, **{"00100010": "Löwe^Ada", "00100030": "19500131"}))
    assert mine.same_patient(hit(study(2, **{"00100010": "LÖWE^ADA"})))
    assert not mine.same_patient(hit(study(3, **{"00100010": "Tiger^Bob"})))
    assert not mine.same_patient(replace(mine, birth_date="19700203"))


def test_a_name_is_plain_text_in_one_line():
    found = hit(study(1, **{"00100010": "<b>A\u202e\nB</b>"}))
    assert found.name == "<b>A B</b>"


def test_a_hit_is_read_aloud_as_people_say_it():
    found = hit(study(1, **{"00100010": "Löwe^Ada^M", "00100030": "19500131"}))
    assert (found.spoken_name, found.born) == ("Löwe, Ada M", "1950-01-31")


@pytest.mark.parametrize(
    "wanted", [{}, {"number": "*"}, {"name": "a\\b"}, {"name": "x" * 65}, {"number": "1\n2"}], ids=str
)
def test_a_search_for_everything_is_refused(wanted: dict[str, str]):
    with pytest.raises(QueryError):
        Query(**wanted)


@pytest.mark.parametrize("kind", ["text/html", "multipart/related", ""])
def test_what_is_no_multipart_message_is_refused(kind: str):
    with pytest.raises(MultipartError):
        only_part(WHOLE, kind)


def test_without_a_setting_there_is_no_archive(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("ECGNET_DICOMWEB", raising=False)
    assert open_archive() is None
