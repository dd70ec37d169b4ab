"""What is done to the signal before a network sees it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import torch
from scipy.signal import butter, sosfiltfilt
from torch import Tensor, nn

from ecgnet.modality_transform import ModalityTransform
from ecgnet.study_results import StudyValue
from ecgnet.training.data import FoldData
from ecgnet.training.studies._bench import SHORT_FRACTION, Bench, Result, Table

QUESTION = "Does filtering help, and which picture of time and frequency serves the networks best?"
EPOCHS = 4


def run(bench: Bench) -> Result:
    """Three signals for the 1D-CNN, four pictures for the 2D-CNN, three scales for the Transformer."""
    training, validation = bench.training(), bench.validation()
    part = f"{SHORT_FRACTION:.0%} of the training patients, {EPOCHS} epochs; fold 9."
    found: dict[str, dict[str, dict]] = {"1D-CNN on": {}, "2D-CNN on": {}, "Transformer on": {}}
    for name, change in (
        ("raw mV", None),
        ("band-pass 0.5 to 40 Hz", band_pass),
        ("wavelet denoised", denoise),
    ):
        first, second = (
            (training, validation) if change is None else (changed(d, change) for d in (training, validation))
        )
        found["1D-CNN on"][name] = bench.short_run(
            name, "waveform_cnn", training=first, validation=second, epochs=EPOCHS
        )
    pictures = {
        "STFT, amplitude in dB": ({"signed": False}, None),
        "STFT, signed": ({"signed": True}, None),
        "wavelet scalogram, amplitude in dB": ({"signed": False}, ScalogramTransform()),
        "wavelet scalogram, signed": ({"signed": True}, ScalogramTransform()),
    }
    for name, (arguments, transform) in pictures.items():
        found["2D-CNN on"][name] = bench.short_run(
            name,
            "spectrogram_cnn",
            training=training,
            validation=validation,
            arguments=arguments,
            transform=transform,
            epochs=EPOCHS,
        )
    for scale in ("decibel", "magnitude", "power"):
        found["Transformer on"][scale] = bench.short_run(
            scale,
            "spectrum_cnn_transformer",
            training=training,
            validation=validation,
            arguments={"scale": scale},
            epochs=EPOCHS,
        )
    tables = [
        Table(
            f"{network} …, {part}",
            pd.DataFrame(
                [
                    {"input": n, "macro AUC": r["macro_auc"], **r["auc"], "seconds": r["seconds"]}
                    for n, r in rows.items()
                ]
            ),
        )
        for network, rows in found.items()
    ]
    findings = [
        f"{network} {best} is the strongest ({rows[best]['macro_auc']:.4f})."
        for network, rows in found.items()
        for best in [max(rows, key=lambda n: rows[n]["macro_auc"])]
    ]
    models = ("waveform_cnn", "spectrogram_cnn", "spectrum_cnn_transformer")
    values = {
        model: {f"macro_auc: {name}": StudyValue(r["macro_auc"]) for name, r in rows.items()}
        for model, rows in zip(models, found.values(), strict=True)
    }
    figure = {"fold 9": {n: r["macro_auc"] for rows in found.values() for n, r in rows.items()}}
    return Result(tables, findings, figure, values=values)


def changed(data: FoldData, change) -> FoldData:
    """The same records with signals changed: (N, 12, T) µV in, the same shape out."""
    parts = [np.asarray(data.signals[k : k + 512]) for k in range(0, len(data), 512)]
    done = np.concatenate([np.clip(change(part.astype(np.float32)), -32767, 32767) for part in parts])
    return replace(data, signals=torch.from_numpy(done.round().astype(np.int16)))


def band_pass(signals: np.ndarray) -> np.ndarray:
    """Butterworth of the third order, 0.5 to 40 Hz, forwards and backwards, at 100 Hz."""
    return sosfiltfilt(butter(3, (0.5, 40), "bandpass", fs=100, output="sos"), signals, axis=-1)


def denoise(signals: np.ndarray) -> np.ndarray:
    """Soft thresholding of db4 wavelet details over four levels at the universal threshold, the noise taken from the
    finest level (Donoho and Johnstone 1994)."""
    import pywt  # for this study alone: requirements-dev.txt

    smooth, *details = pywt.wavedec(signals, "db4", "symmetric", level=4, axis=-1)
    noise = np.median(np.abs(details[-1]), -1, keepdims=True) / 0.6745
    limit = noise * np.sqrt(2 * np.log(signals.shape[-1]))
    kept = [np.sign(d) * np.maximum(np.abs(d) - limit, 0) for d in details]
    return pywt.waverec([smooth, *kept], "db4", "symmetric", axis=-1)[..., : signals.shape[-1]]


class ScalogramTransform(ModalityTransform):
    """In place of the STFT a bank of 33 complex Morlet wavelets (Torrence and Compo 1998), from 0.7 to 45 Hz in equal
    ratios, six cycles each, sampled every hop: both parts (B, 12, 2, 33, S) mV, a 1 mV sine of a wavelet's frequency
    having amplitude 1 mV."""

    def __init__(self) -> None:
        super().__init__()
        frequencies = torch.logspace(np.log10(0.7), np.log10(45), self.spec.n_fft // 2 + 1)
        time = torch.arange(-128, 129) / self.spec.fs
        spread = (6 / (2 * torch.pi * frequencies)).clamp(max=0.45).unsqueeze(1)
        window = torch.exp(-0.5 * (time / spread) ** 2)
        angle = 2 * torch.pi * frequencies.unsqueeze(1) * time
        bank = torch.stack([window * angle.cos(), -window * angle.sin()], 1) * 2
        bank = bank / window.sum(1, keepdim=True).unsqueeze(1)
        self.register_buffer("bank", bank.flatten(0, 1).unsqueeze(1), persistent=False)

    def spectrogram(self, waveform: Tensor, crop: tuple[Tensor, int] | None = None) -> Tensor:
        """(B, 12, T) mV → (B, 12, 2, 33, S) mV; with `crop`, only its frames."""
        spec = self.spec
        padded = nn.functional.pad(waveform, (128, 129), mode="reflect")
        found = nn.functional.conv1d(padded.flatten(0, 1).unsqueeze(1), self.bank, stride=spec.hop)
        parts = found.unflatten(1, (-1, 2)).transpose(1, 2).unflatten(0, waveform.shape[:2])
        if crop is None:
            return parts
        starts, length = crop
        index = (starts // spec.hop).view(-1, 1) + torch.arange(length // spec.hop, device=parts.device)
        index = index.view(len(parts), 1, 1, 1, -1).expand(*parts.shape[:-1], -1)
        return parts.gather(-1, index)
