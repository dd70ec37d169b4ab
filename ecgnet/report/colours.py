"""The colours of printed pages, red, green and blue of 255."""

from __future__ import annotations

Colour = tuple[int, int, int]
INK: Colour = (22, 22, 22)
MUTED: Colour = (92, 100, 110)
RULE: Colour = (205, 209, 214)
