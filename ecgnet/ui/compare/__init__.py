"""The Compare page, a file a section."""
