"""Philips XML 1.03 and 1.04: plain, base64 or XLI, with or without the calibration pulse."""

from __future__ import annotations

import base64

import numpy as np

from ecgnet.record import LEADS
from tests.readers.writers._texts import counts, encoded, int16, joined, tag

STEP = 0.001


def write(
    signal: np.ndarray,
    fs: float,
    *,
    version: str = "1.04",
    compression: str = "XLI",
    data: str = "Base64",
    pulse: bool = False,
    resolution: str | None = "1",
    stated_fs: str | None = None,
    labels: bool = True,
    spare: int = 0,
    encoding: str = "UTF-8",
    age: float | None = None,
    sex: str | None = None,
    height: float | None = None,
    weight: float | None = None,
    name: str | None = None,
    birth_date: str | None = None,
    patient_id: str | None = None,
    stated: str = "",
) -> bytes:
    """signal (12, T) in mV, in steps of 1 µV. pulse: 0.1 s flat, 0.2 s of 1 mV, 0.1 s flat behind it; spare: further
    signals without names; stated: elements before the waveforms."""
    rows = counts(signal, STEP)
    if pulse:
        n = round(0.1 * fs)
        rows = np.concatenate([rows, np.tile(np.repeat([0, 1000, 1000, 0], n), (len(rows), 1))], axis=1)
    duration = f"{1000 * rows.shape[1] / fs:.10g}"
    stated_fs = f"{fs:g}" if stated_fs is None else stated_fs
    extra = np.zeros((spare, rows.shape[1]), np.int64)
    if compression == "XLI":
        samples = base64.b64encode(b"".join(map(xli, [*residuals(rows), *extra]))).decode()
    else:
        samples = int16(rows.ravel()) if data == "Base64" else joined(rows.ravel())
    old = version == "1.03"
    how = f' compress{"method" if old else "ion"}="{compression}"' if compression else ""
    how += f' compressflag="{bool(compression)}"' if old else ""
    facts = "" if old or not labels else f' numberofleads="12" leadlabels="{" ".join(LEADS)}"'
    signals = (
        tag("samplingrate", stated_fs or None)
        + tag("signalresolution" if old else "resolution", resolution)
        + (tag("leadset", "STD-12") if labels else "")
        + "<signaloffset>0</signaloffset><signalsigned>True</signalsigned>"
        "<numberchannelsallocated>12</numberchannelsallocated>"
    )
    person = (
        tag("patientid", patient_id)
        + f"<name><lastname>{name or '---'}</lastname></name>"
        + f"<age>{tag('years', None if age is None else f'{age:g}')}{tag('dateofbirth', birth_date)}</age>"
        + tag("sex", sex and sex.capitalize())
        + f"<height>{tag('cm', height)}</height><weight>{tag('kg', weight)}</weight>"
    )
    return encoded(
        '<restingecgdata xmlns="http://www3.medical.philips.com"><documentinfo>'
        f"<documenttype>{'SierraECG' if old else 'PhilipsECG'}</documenttype>{tag('documentversion', version)}"
        '</documentinfo><dataacquisition date="2024-03-25" time="10:11:12">'
        f"<signalcharacteristics>{signals}</signalcharacteristics></dataacquisition>"
        f"<patient><generalpatientdata>{person}</generalpatientdata></patient>{stated}<waveforms>"
        f'<parsedwaveforms dataencoding="{data}"{how} durationperchannel="{duration}"{facts}>{samples}</parsedwaveforms>'
        "</waveforms></restingecgdata>",
        encoding,
    )


def residuals(rows: np.ndarray) -> np.ndarray:
    """The rows as XLI has them: III, aVR, aVL, aVF as what is left of them when they are computed from I and II."""
    one, two, three, right, left, foot = rows[:6]
    kept = [
        two - one - three,
        -right - (one + two) // 2,
        (one - three) // 2 - left,
        (two + three) // 2 - foot,
    ]
    return np.concatenate([rows[:2], kept, rows[6:]])


def xli(row: np.ndarray) -> bytes:
    """One lead: header, and second differences (high bytes, then low bytes) in LZW codes of 10 bits."""
    ahead = 2 * row[1:-1] - row[:-2] - row[2:]  # what each next sample falls short of a straight line
    deltas = np.concatenate([row[:2], ahead[1:] + 64, [64]]).astype(">i2").tobytes()
    packed = lzw(deltas[::2] + deltas[1::2])
    return (
        len(packed).to_bytes(4, "little")
        + b"\1\0"
        + int(ahead[0]).to_bytes(2, "little", signed=True)
        + packed
    )


def lzw(data: bytes) -> bytes:
    """LZW with codes of 10 bits; the table stays as it is when it is full."""
    codes = {bytes([k]): k for k in range(256)}
    bits, word = [], b""
    for byte in data:
        longer = word + bytes([byte])
        if longer in codes:
            word = longer
            continue
        bits.append(codes[word])
        if len(codes) < 1023:
            codes[longer] = len(codes)
        word = bytes([byte])
    bits.append(codes[word])
    stream = "".join(f"{code:010b}" for code in bits)
    stream += "0" * (-len(stream) % 8)
    return int(stream, 2).to_bytes(len(stream) // 8, "big")
