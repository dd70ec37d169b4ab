"""The commands that answer for ECG files, one a module; `ecgnet.__main__` has their options."""
