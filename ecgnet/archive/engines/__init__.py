"""Who works on the parts: processes of this machine (`local`), or a Ray cluster (`ray_data`).

An engine takes parts one by one, no more ahead than it works on, and yields each as it is done, in any order.
"""

from ecgnet.archive.engines.engine import ScoringEngine, Ticks

__all__ = ["ScoringEngine", "Ticks"]
