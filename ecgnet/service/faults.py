"""What a request is refused for: a sentence for people and a kind for programs, which stays the same."""

from __future__ import annotations

from typing import Literal

Kind = Literal[
    "host",
    "unauthorized",
    "too_many",
    "busy",
    "too_large",
    "slow",
    "incomplete",
    "no_file",
    "options",
    "no_model",
    "no_path",
    "method",
    "version",
    "no_explanation",
    "no_ecg",
    "left_out",
    "time",
    "memory",
    "crash",
    "damaged",
    "failed",
]
KINDS: dict[Kind, str] = {
    "host": "asked by another name than this machine's own, without a token (403)",
    "unauthorized": "no token, or another one (401)",
    "too_many": "more requests than one client may send; Retry-After says when to go on (429)",
    "busy": "as many requests as are answered at once are being answered; Retry-After as above (503)",
    "too_large": "a body of more than 50 MB (413)",
    "slow": "the body did not come in time (408)",
    "incomplete": "the body ended early or is not what its headers say (400)",
    "no_file": "nothing was sent that could be an ECG (400)",
    "options": "an option that is unknown or has no sense (422)",
    "no_model": "a model that is not there, or whose weights do not fit (422)",
    "no_path": "there is nothing at this path (404)",
    "method": "the path takes another method (405)",
    "version": "a dashboard of another version or with other weights (409)",
    "no_explanation": "this answer cannot be explained in this way (422)",
    "no_ecg": "of a file: something else than an ECG (422)",
    "left_out": "of a file: rate, unit or leads have to be told (422)",
    "time": "of a file: took too long to read (422)",
    "memory": "of a file: needed too much memory to read (422)",
    "crash": "of a file: ended the process that read it (422)",
    "damaged": "of a file: damaged, cut short, too large, or without 12 leads that can be derived (422)",
    "failed": "a fault of ECGNet, to be reported (500)",
}


class Fault(Exception):
    """A request that is refused. status: of HTTP; wait: seconds after which to try again, None for never."""

    def __init__(self, status: int, kind: Kind, message: str, *, wait: float | None = None) -> None:
        super().__init__(message)
        self.status, self.kind, self.message, self.wait = status, kind, message, wait
