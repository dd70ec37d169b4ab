"""The made-up hospital of the validation's tests."""

from tests.validation.conftest import needs_weights

__all__ = ["needs_weights"]
