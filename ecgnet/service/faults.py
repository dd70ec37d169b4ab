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
    "no_answer",
    "no_ecg",
    "left_out",
    "time",
    "memory",
    "crash",
    "damaged",
    "failed",
]
KINDS: dict[Kind, tuple[int, str]] = {
    "host": (403, "asked by another name than this machine's own, without a token"),
    "unauthorized": (401, "no token, or another one"),
    "too_many": (429, "more requests than one client may send; Retry-After says when to go on"),
    "busy": (503, "as many requests as are answered at once are being answered; Retry-After as above"),
    "too_large": (413, "a body of more than 50 MB"),
    "slow": (408, "the body did not come in time"),
    "incomplete": (400, "the body ended early or is not what its headers say"),
    "no_file": (400, "nothing was sent that could be an ECG"),
    "options": (422, "an option that is unknown or has no sense"),
    "no_model": (422, "a model that is not there, or whose weights do not fit"),
    "no_path": (404, "there is nothing at this path"),
    "method": (405, "the path takes another method"),
    "version": (409, "a dashboard of another version or with other weights"),
    "no_explanation": (422, "this answer cannot be explained in this way"),
    "no_answer": (422, "the models cannot answer for this ECG"),
    "no_ecg": (422, "of a file: something else than an ECG"),
    "left_out": (422, "of a file: rate, unit or leads have to be told"),
    "time": (422, "of a file: took too long to read"),
    "memory": (422, "of a file: needed too much memory to read"),
    "crash": (422, "of a file: ended the process that read it"),
    "damaged": (422, "of a file: damaged, cut short, too large, or without 12 leads that can be derived"),
    "failed": (500, "a fault of ECGNet, to be reported"),
}
"""Each with its status of HTTP and what it means."""


class Fault(Exception):
    """A request that is refused; wait: seconds after which to try again, None for never."""

    def __init__(self, kind: Kind, message: str, *, wait: float | None = None) -> None:
        super().__init__(message)
        self.kind, self.message, self.wait = kind, message, wait

    @property
    def status(self) -> int:
        """Of HTTP."""
        return KINDS[self.kind][0]
