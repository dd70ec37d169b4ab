"""`ecgnet receive`: a folder into which carts send their ECGs."""

from __future__ import annotations

import argparse
import sys
import threading
from datetime import datetime

from ecgnet.interop.receive import ReceiveService, receiving


def receive(options: argparse.Namespace) -> int:
    """Take ECGs until it is stopped."""
    service = ReceiveService(
        options.inbox,
        tuple(options.allow),
        title=options.title,
        address=options.address,
        port=options.port,
        certificate=options.certificate,
        key=options.key,
        authority=options.authority,
    )

    def say(what: str) -> None:
        print(f"{datetime.now():%Y-%m-%d %H:%M:%S} {what}", file=sys.stderr, flush=True)

    with receiving(service, say) as port:
        say(f"{service.title} listens at {service.address}, port {port}; Ctrl+C ends it.")
        threading.Event().wait()
    return 0
