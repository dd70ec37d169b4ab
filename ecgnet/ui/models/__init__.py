"""The Models page: the cards of the shipped weights."""
