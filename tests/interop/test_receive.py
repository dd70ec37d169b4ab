"""Carts that send, and who is not heard: each test is a cart that calls a service on this machine."""

from __future__ import annotations

import errno
import io
import shutil
import ssl
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pydicom
import pytest

from ecgnet.demo import draw
from ecgnet.interop import receive
from ecgnet.interop.receive import NO_ROOM, NOT_TAKEN, STORED, ReceiverError, ReceiveService, receiving
from ecgnet.readers import read
from tests.readers.writers import dicom

pynetdicom = pytest.importorskip("pynetdicom")
SIGNAL = draw("imi", 1).signal
KINDS = ("twelve_lead", "general", "ambulatory", "general_32")


def ecg(kind: str = "twelve_lead", **options: str) -> pydicom.Dataset:
    return pydicom.dcmread(
        io.BytesIO(dicom.write(SIGNAL, 500, storage=kind, name="Ada Tiger", study="1.2.3", **options))
    )


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def port(tmp_path: Path, said: list[str]) -> Iterator[int]:
    with receiving(ReceiveService(tmp_path / "inbox", ("CART1", "CART2"), port=0), said.append) as port:
        yield port


@pytest.fixture
def send(port: int) -> Callable[..., int | None]:
    """send(dataset, title="CART1") → the state of the answer, None where the cart is not heard."""

    def send(dataset: pydicom.Dataset, title: str = "CART1", called: str = "ECGNET") -> int | None:
        cart = pynetdicom.AE(ae_title=title)
        cart.add_requested_context(dataset.SOPClassUID, dataset.file_meta.TransferSyntaxUID)
        line = cart.associate("127.0.0.1", port, ae_title=called)
        if not line.is_established:
            return None
        try:
            return line.send_c_store(dataset).Status
        finally:
            line.release()

    return send


@pytest.mark.parametrize("kind", KINDS)
def test_an_ecg_of_each_class_arrives_and_is_read(send, tmp_path: Path, said: list[str], kind: str):
    sent = ecg(kind)
    assert send(sent) == STORED
    (path,) = (tmp_path / "inbox").iterdir()
    assert path.name == f"{sent.SOPInstanceUID}.dcm"
    assert read(path).identity.study.study == "1.2.3"
    assert said[-1].startswith("CART1 sent a ")
    assert "Tiger" not in " ".join(said)


@pytest.mark.parametrize(("title", "called"), [("STRANGER", "ECGNET"), ("CART1", "OTHER")])
def test_who_is_not_on_the_list_or_calls_another_is_not_heard(send, tmp_path: Path, title: str, called: str):
    assert send(ecg(), title, called) is None
    assert not list((tmp_path / "inbox").iterdir())


def test_what_is_sent_twice_is_kept_once_and_nothing_is_written_over(send, tmp_path: Path):
    first, other = ecg(), ecg(accession="A-2")
    assert [send(first), send(first, "CART2"), send(other)] == [STORED] * 3
    names = sorted(path.name for path in (tmp_path / "inbox").iterdir())
    assert names == [f"{first.SOPInstanceUID}-2.dcm", f"{first.SOPInstanceUID}.dcm"]


def test_what_is_no_ecg_is_not_agreed_upon(send):
    picture = ecg()
    picture.SOPClassUID = pydicom.uid.SecondaryCaptureImageStorage
    assert send(picture) is None


def test_a_name_that_is_a_path_is_not_taken(send, tmp_path: Path):
    bad = ecg()
    bad.SOPInstanceUID = "1.2/../../x"
    try:
        state = send(bad)
    except ValueError:  # the sender's own library may refuse it first
        state = NOT_TAKEN
    assert state == NOT_TAKEN
    assert not list(tmp_path.rglob("*x*.dcm"))


def test_an_ecg_too_large_to_be_read_is_not_taken(send, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(receive, "LARGEST_FILE", 1000)
    assert send(ecg()) == NOT_TAKEN


def test_a_full_disk_is_told_to_the_cart(send, said: list[str], monkeypatch: pytest.MonkeyPatch):
    def full(path: Path, *, durable: bool) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("ecgnet.atomic.replacing", full)
    assert send(ecg()) == NO_ROOM
    assert "No space left on device" in said[-1]


def test_a_cart_may_ask_whether_somebody_is_there(port: int):
    cart = pynetdicom.AE(ae_title="CART1")
    cart.add_requested_context("1.2.840.10008.1.1")
    line = cart.associate("127.0.0.1", port, ae_title="ECGNET")
    assert line.send_c_echo().Status == STORED
    line.release()


def test_a_port_that_is_taken_is_named(port: int, tmp_path: Path):
    with (
        pytest.raises(ReceiverError, match=f"port {port}"),
        receiving(ReceiveService(tmp_path, ("A",), port=port)),
    ):
        pass


@pytest.mark.parametrize(
    ("allowed", "options", "said"),
    [
        ((), {}, "Name the carts"),
        (("A" * 17,), {}, "no AE title"),
        (("A\\B",), {}, "no AE title"),
        (("A",), {"authority": Path("ca.pem")}, "TLS alone"),
    ],
)
def test_settings_that_cannot_be_used(tmp_path: Path, allowed, options, said: str):
    with pytest.raises(ReceiverError, match=said):
        ReceiveService(tmp_path, allowed, **options)


def test_a_certificate_that_is_none_is_said(tmp_path: Path):
    bad = tmp_path / "bad.pem"
    bad.write_text("no certificate")
    with (
        pytest.raises(ReceiverError, match="give PEM files"),
        receiving(ReceiveService(tmp_path, ("A",), port=0, certificate=bad)),
    ):
        pass


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not here to make a certificate")
def test_with_tls_who_does_not_speak_it_is_not_heard(tmp_path: Path):
    certificate, key = tmp_path / "here.pem", tmp_path / "here.key"
    words = ["-x509", "-nodes", "-newkey", "rsa:2048", "-subj", "/CN=localhost", "-days", "1"]
    files = ["-out", str(certificate), "-keyout", str(key)]
    subprocess.run(["openssl", "req", *words, *files], check=True, capture_output=True)
    service = ReceiveService(tmp_path / "inbox", ("CART1",), port=0, certificate=certificate, key=key)
    trusted = ssl.create_default_context(cafile=certificate)
    with receiving(service, lambda what: None) as port:
        cart = pynetdicom.AE(ae_title="CART1")
        cart.acse_timeout = 5
        cart.add_requested_context("1.2.840.10008.1.1")
        assert not cart.associate("127.0.0.1", port, ae_title="ECGNET").is_established
        line = cart.associate("127.0.0.1", port, ae_title="ECGNET", tls_args=(trusted, "localhost"))
        assert line.is_established
        line.release()
