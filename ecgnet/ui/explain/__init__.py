"""The Explain page: the question, the map, and what goes with it."""
