"""The Browse page: the finder, its list of records, and the patient's other ECGs."""
