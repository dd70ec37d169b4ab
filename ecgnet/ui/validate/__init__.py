"""The page Validate: what is asked for, and the report."""
