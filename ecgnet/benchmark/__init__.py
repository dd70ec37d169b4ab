"""How fast ECGNet is on this machine, each time beside a peer in the same run: `ecgnet benchmark`.

One file a subject; each says what is timed and which of it is the peer. What came of it: docs/performance.md.
"""

from ecgnet.benchmark.run import SUBJECTS, as_text, benchmark

__all__ = ["SUBJECTS", "as_text", "benchmark"]
