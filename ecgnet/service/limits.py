"""What the service takes on at once."""

from __future__ import annotations

from dataclasses import dataclass

from ecgnet.readers import LARGEST_FILE


@dataclass(frozen=True, slots=True)
class ServiceLimits:
    """body: bytes of a request, as of an upload; bodies: bytes of all bodies that are held at once; files, records: in one
    request; silence: seconds without a byte, and for the head of a request; whole: seconds for a body, and for an answer to
    be taken; rate: requests a second of one address, after a burst of so many; at_once: requests that are answered at
    once, those that wait included; connections: that are open at once; explained: explanations that wait."""

    body: int = LARGEST_FILE
    bodies: int = 500_000_000
    files: int = 100
    records: int = 64
    silence: float = 10.0
    whole: float = 120.0
    rate: float = 50.0
    burst: int = 200
    at_once: int = 64
    connections: int = 512
    explained: int = 8
