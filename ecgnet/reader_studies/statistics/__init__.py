"""What is counted of a reader study, on numpy arrays alone: it knows nothing of readers, studies or screens.

obuchowski_rockette: several readers, several cases, several ways of reading; agreement: between readers."""
