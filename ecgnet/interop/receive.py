"""What carts send: a DICOM storage service (C-STORE SCP) that writes ECGs into an inbox, file by file as they come.

Nothing is parsed here: files of strangers are read by `readers.read_paths_apart`, in a process with limits. Source: DICOM
PS3.4 B (storage, its states B.2.3), PS3.8 7.1 (associations), PS3.15 B.1 (TLS)."""

from __future__ import annotations

import re
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ecgnet import atomic
from ecgnet.interop.pacs.archive import ECG_CLASSES
from ecgnet.interop.pacs.hits import UID
from ecgnet.readers import LARGEST_FILE

if TYPE_CHECKING:
    from pynetdicom.events import Event

STORED, NO_ROOM, NOT_TAKEN = 0x0000, 0xA700, 0xA900
"""States of an answer: success; out of resources, to be sent again; not of a class, or with a name, that is taken."""
_AT_ONCE = 10
"""Associations."""
_PATIENCE = 30
"""Seconds without a word."""


class ReceiverError(OSError):
    """A service that cannot be started; the message is a sentence for people."""


@dataclass(frozen=True, slots=True)
class ReceiveService:
    """inbox: the folder that ECGs go into; allowed: the AE titles that may send, at least one; title: the one they call;
    address and port: where it listens, port 0 is any free one; certificate, key: PEM files for TLS; authority: a PEM
    file whose certificates senders must show.

    Raises ReceiverError for settings that cannot be used."""

    inbox: Path
    allowed: tuple[str, ...]
    title: str = "ECGNET"
    address: str = "127.0.0.1"
    port: int = 11112
    certificate: Path | None = None
    key: Path | None = None
    authority: Path | None = None

    def __post_init__(self) -> None:
        if not self.allowed:
            raise ReceiverError("Name the carts that may send by their AE titles: nobody else is heard.")
        for title in (self.title, *self.allowed):
            if not re.fullmatch(r"[\x20-\x5b\x5d-\x7e]{1,16}", title) or not title.strip():
                raise ReceiverError(
                    f"{title!r} is no AE title: it has 1 to 16 letters of ASCII and no backslash."
                )
        if self.authority and not self.certificate:
            raise ReceiverError(
                "Certificates of senders are asked for with TLS alone: name a certificate as well."
            )


@contextmanager
def receiving(service: ReceiveService, say: Callable[[str], None] = print) -> Iterator[int]:
    """Take ECGs while the block runs → the port. say: is told of each, in a sentence without the patient.

    Raises ReceiverError where pynetdicom is not installed, a certificate cannot be used or the port is taken."""
    try:
        from pynetdicom import AE, evt
        from pynetdicom.sop_class import Verification
    except ImportError:
        raise ReceiverError(
            "Receiving needs a package that is not installed: pip install 'ecgnet[hospital]'"
        ) from None
    from pydicom.uid import AllTransferSyntaxes

    entity = AE(ae_title=service.title)
    entity.require_called_aet = True
    entity.require_calling_aet = list(service.allowed)
    entity.maximum_associations = _AT_ONCE
    entity.acse_timeout = entity.dimse_timeout = entity.network_timeout = _PATIENCE
    entity.add_supported_context(Verification)
    for kind in ECG_CLASSES:
        entity.add_supported_context(kind, AllTransferSyntaxes[:4])  # those without compression of images
    service.inbox.mkdir(parents=True, exist_ok=True)

    one_by_one = threading.Lock()  # associations have threads of their own

    def store(event: Event) -> int:
        with one_by_one:
            return _store(event, service.inbox, say)

    def turn_away(event: Event) -> None:
        say(f"Turned away: {_plain(event.assoc.requestor.ae_title)}.")

    handlers = [(evt.EVT_C_STORE, store), (evt.EVT_REJECTED, turn_away)]
    try:
        server = entity.start_server(
            (service.address, service.port), block=False, ssl_context=_tls(service), evt_handlers=handlers
        )
    except OSError as error:
        raise ReceiverError(
            f"Nothing can be received at {service.address}, port {service.port}: {error.strerror or error}."
        ) from None
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()


def _store(event: Any, inbox: Path, say: Callable[[str], None]) -> int:
    """One object, as it came, under its UID. What is there already is kept: an object of the same UID and other content
    gets a number."""
    sender = _plain(event.assoc.requestor.ae_title)
    kind, instance = str(event.request.AffectedSOPClassUID), str(event.request.AffectedSOPInstanceUID)
    if kind not in ECG_CLASSES or not UID.fullmatch(instance):
        say(f"{sender} sent something that is no ECG; not taken.")
        return NOT_TAKEN
    data = event.encoded_dataset()
    if len(data) > LARGEST_FILE:
        say(f"{sender} sent an ECG of {len(data) / 1e6:.0f} MB, more than is read; not taken.")
        return NOT_TAKEN
    path, number = inbox / f"{instance}.dcm", 1
    try:
        while path.exists() and path.read_bytes() != data:
            number += 1
            path = inbox / f"{instance}-{number}.dcm"
        if not path.exists():  # on the disk before the cart is told so, and forgets its own
            with atomic.replacing(path, durable=True) as part:
                part.write_bytes(data)
    except OSError as error:
        say(
            f"An ECG from {sender} could not be written ({error.strerror or error}); the cart is told to send it again."
        )
        return NO_ROOM
    say(f"{sender} sent a {ECG_CLASSES[kind]}.")
    return STORED


def _plain(title: str) -> str:
    """An AE title of a stranger, for a log."""
    return "".join(letter if letter.isprintable() else "?" for letter in str(title).strip())[:16]


def _tls(service: ReceiveService) -> ssl.SSLContext | None:
    if service.certificate is None:
        return None
    try:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=service.authority)
        context.load_cert_chain(service.certificate, service.key)
    except (OSError, ssl.SSLError):
        raise ReceiverError(
            "The certificate, its key or the authority cannot be used: give PEM files."
        ) from None
    if service.authority:
        context.verify_mode = ssl.CERT_REQUIRED
    return context
