"""What the recorder stated in a DICOM object: its waveform annotations, and when it recorded.

Source: DICOM PS3.3 C.10.10 (waveform annotations), PS3.16 CID 3227 to 3229 (ECG measurements: codes of IEEE 11073-10101
and, from older carts, places in SCP-ECG records), LOINC.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ecgnet.language import say
from ecgnet.readers import _recorder
from ecgnet.readers._xml import positive
from ecgnet.record import Identity
from ecgnet.recorder import RecorderReport

_RR = {"2:16168", "5.10.2.1-3"}
_MEASUREMENTS = {
    **dict.fromkeys(("2:16016", "2:16770", "8867-4"), "heart_rate"),
    **dict.fromkeys(("2:15872", "5.13.5-7", "8625-6"), "pr"),
    **dict.fromkeys(("2:16156", "5.13.5-9", "8633-0"), "qrs"),
    **dict.fromkeys(("2:16160", "5.13.5-11", "8634-8"), "qt"),
    **dict.fromkeys(("2:15876", "5.10.2.5-5", "8636-3"), "qtc"),
    "2:15880": "qtc_bazett",
    "2:15892": "qtc_fridericia",
    **dict.fromkeys(("2:16128", "5.10.3-11", "8626-4"), "p_axis"),
    **dict.fromkeys(("2:16132", "5.10.3-13", "8632-2"), "axis"),
    **dict.fromkeys(("2:16136", "5.10.3-15", "8638-9"), "t_axis"),
}
_FORMULAS = {
    "bazett": "qtc_bazett",
    "fridericia": "qtc_fridericia",
    "framingham": "qtc_framingham",
    "hodges": "qtc_hodges",
}


def report(dataset: Any, identity: Identity) -> tuple[RecorderReport | None, tuple[str, ...]]:
    """What the recorder stated, and notes. Values of single leads and of places in the recording do not count."""
    lines: list[str] = []
    values: dict[str, tuple[str, str]] = {}
    rr: tuple[str, str] = ("", "")
    notes: tuple[str, ...] = ()
    try:
        items = [item for item in dataset.get("WaveformAnnotationSequence") or () if _global(item)]
    except (TypeError, ValueError, AttributeError):
        items, notes = (
            [],
            (say("What the recorder stated cannot be read: the file's annotations are damaged."),),
        )
    for item in items:
        if text := str(item.get("UnformattedTextValue") or "").strip():
            lines += text.splitlines()
        elif item.get("NumericValue") is not None:
            code, meaning = _code(item, "ConceptNameCodeSequence")
            stated = str(item.NumericValue), _code(item, "MeasurementUnitsCodeSequence")[0]
            name = _MEASUREMENTS.get(code)
            if name in ("qt", "qtc", None):
                name = next((f for word, f in _FORMULAS.items() if word in meaning.casefold()), name)
            if name:
                values.setdefault(name, stated)
            elif code in _RR:
                rr = stated
    if "heart_rate" not in values and rr[1] == "ms" and (interval := positive(rr[0])):
        values["heart_rate"] = str(60_000 / interval), "/min"
    found, remarks = _recorder.report(
        statements=lines,
        measurements=values,
        recorded_at=_recorder.stamp(_text(dataset, "AcquisitionDateTime"))
        or _recorder.stamp(_text(dataset, "StudyDate") + _text(dataset, "StudyTime")),
        device=(_text(dataset, "Manufacturer"), _text(dataset, "ManufacturerModelName")),
        identity=identity,
    )
    return found, (*notes, *remarks)


def _global(item: Any) -> bool:
    """Whether an annotation is on whole groups: no channels, or number 0 of each group (PS3.3 C.10.10.1.1)."""
    channels = item.get("ReferencedWaveformChannels") or ()
    return all(channel == 0 for channel in list(channels)[1::2])


def _code(item: Any, keyword: str) -> tuple[str, str]:
    """Code and meaning of the first item of a code sequence."""
    found: Mapping[str, Any] = (item.get(keyword) or [{}])[0]
    return str(found.get("CodeValue") or "").strip(), str(found.get("CodeMeaning") or "").strip()


def _text(dataset: Any, keyword: str) -> str:
    return str(dataset.get(keyword) or "").strip()
