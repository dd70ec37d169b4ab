"""Two people who read, for tests of the journal of readers and of what stands on it."""

from __future__ import annotations

from ecgnet.overread.who import Reader

ADA, BOB = Reader("https://login.example 1", "Ada Löwe"), Reader("https://login.example 2", "Bob Tiger")
