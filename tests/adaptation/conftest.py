"""The made-up hospital of the validation's tests."""

from tests.validation.conftest import label_file, needs_weights

__all__ = ["label_file", "needs_weights"]
