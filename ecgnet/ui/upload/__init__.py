"""The Upload page: one visitor's files, what is asked of their owner, and long recordings."""
