"""What is scored: files in folders, of globs and lists, at URLs, and PTB-XL with its patients."""

from ecgnet.archive.sources.inputs import roots_of
from ecgnet.archive.sources.source import FoundEcg, Root, Source, StatedFacts

__all__ = ["FoundEcg", "Root", "Source", "StatedFacts", "roots_of"]
