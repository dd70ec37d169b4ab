"""Signals as arrays: resampling, fitting to a window, display filters, spectra. numpy and scipy only."""

from ecgnet.signal._filters import BANDS, Band, DisplayFilter, stretches
from ecgnet.signal._length import fit_length, resample
from ecgnet.signal._repair import bridge, recorded, steady
from ecgnet.signal._spectra import amplitude_spectrum, decibel, spectrogram

__all__ = [
    "BANDS",
    "Band",
    "DisplayFilter",
    "amplitude_spectrum",
    "bridge",
    "decibel",
    "fit_length",
    "recorded",
    "resample",
    "spectrogram",
    "steady",
    "stretches",
]
