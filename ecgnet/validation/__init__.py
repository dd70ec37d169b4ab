"""Does it hold on my patients? A hospital's own ECGs answered for and compared with its labels (docs/validation.md).

    labels = read_labels("labels.csv")
    answers = score_folder("ecgs/", model=DEFAULT)
    validation = validate(answers, labels)
    validation.sentences       what follows, the gravest first
    in_words(validation)       the whole report as text; `as_pdf` as pages, `as_json` for programs

`codes` turns diagnosis codes into classes by a table that a site may edit, `matching` joins labels and files, `by_class`
and `case_mix` hold the figures, `sizes` says how many more ECGs are needed, `doubts` looks for label files that are wrong.
"""

from ecgnet.validation.answers import EcgAnswers, score_folder
from ecgnet.validation.errors import ValidationError
from ecgnet.validation.in_words import in_words
from ecgnet.validation.labels import Labels, read_labels
from ecgnet.validation.pdf import as_pdf
from ecgnet.validation.result import Validation, as_json
from ecgnet.validation.run import validate

__all__ = [
    "EcgAnswers",
    "Labels",
    "Validation",
    "ValidationError",
    "as_json",
    "as_pdf",
    "in_words",
    "read_labels",
    "score_folder",
    "validate",
]
