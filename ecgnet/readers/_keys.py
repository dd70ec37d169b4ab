"""What people call the rate, the unit and the names of leads beside samples, in text, arrays and attributes."""

from __future__ import annotations

import re
import unicodedata

RATES = (
    "fs", "sampling_rate", "sample_rate", "sampling_frequency", "sample_frequency", "samplerate", "samplingrate",
    "samplingfrequency", "samplefrequency", "sampling_freq", "sample_freq", "samp_freq", "sampfreq", "samples_per_second",
    "samples_per_sec", "samples_per_s", "frequency", "freq", "rate", "srate", "sfreq", "hz", "abtastrate",
    "abtastfrequenz", "frequence_d'echantillonnage", "frecuencia_de_muestreo", "frequenza_di_campionamento",
    "frequencia_de_amostragem",
)  # fmt: skip
"""The sampling rate in Hz, the surest first."""
UNITS = (
    "unit", "units", "amplitude_unit", "amplitude_units", "voltage_unit", "signal_unit", "signal_units", "data_unit",
    "physical_unit", "einheit", "unite", "unidad", "unita", "unidade",
)  # fmt: skip
"""The unit of the samples."""
LEADS = (
    "leads", "lead_names", "leadnames", "lead_name", "lead_order", "lead_labels", "lead", "channels", "channel_names",
    "channel_labels", "channel_name", "ch_names", "sig_name", "sig_names", "signal_names", "signal_labels", "labels",
    "description",
)  # fmt: skip
"""The names of the leads, in order."""
TIMES = ("time", "times", "t", "timestamp", "timestamps", "elapsed_time", "time_axis", "zeit")
"""When each sample was taken."""


def plain(key: str) -> str:
    """A key as it is looked up: lower case, without accents, its words joined by `_` ("sampleRate"), without a unit behind
    it."""
    key = re.sub(r"(?<=[a-z]{2})(?=[A-Z][a-z])", "_", key)
    bare = unicodedata.normalize("NFKD", key.strip())
    bare = "".join(c for c in bare if not unicodedata.combining(c)).casefold()
    bare = re.sub(r"[\s_\-]+", "_", bare).strip("_:=")
    return re.sub(r"(?<=[a-z])_\(?hz\)?$", "", bare)
