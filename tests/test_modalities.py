"""The four views of an ECG, against signals whose spectrum is known."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from ecgnet.modalities import METADATA_FIELDS, MODALITIES, Modalities, Spec, encode_metadata
from ecgnet.modality_transform import ModalityTransform
from ecgnet.record import Metadata

TRANSFORM = ModalityTransform()
UNKNOWN = encode_metadata([Metadata()])


def sine(hertz: float, millivolts: float = 1.0) -> Tensor:
    """(1, 12, 1000) at 100 Hz."""
    return (millivolts * torch.sin(2 * torch.pi * hertz * torch.arange(1000) / 100)).expand(1, 12, 1000)


def noise(batch: int = 2) -> Tensor:
    return torch.randn(batch, 12, 1000, generator=torch.Generator().manual_seed(0))


def views(waveform: Tensor) -> Modalities:
    return TRANSFORM(waveform, UNKNOWN.expand(len(waveform), -1))


def test_shapes():
    seen = views(noise(2))
    assert len(seen) == 2
    assert seen.waveform.shape == (2, 12, 1000)
    assert seen.spectrum.shape == (2, 12, 501) == (2, 12, len(seen.frequencies))
    assert seen.spectrogram.shape == (2, 12, 2, 33, 126) == (2, 12, 2, len(seen.bins), len(seen.times))
    assert seen.metadata.shape == (2, len(METADATA_FIELDS))


def test_axes_are_in_hertz_and_seconds():
    seen = views(noise(1))
    assert (seen.frequencies[0], seen.frequencies[1], seen.frequencies[-1]) == (0, 0.1, 50)
    assert (seen.bins[0], seen.bins[-1]) == (0, 50)
    assert (seen.times[0], seen.times[-1]) == (0, 10)


@given(hertz=st.sampled_from([1.0, 4.5, 10.0, 25.0, 40.0]), millivolts=st.sampled_from([0.1, 0.5, 1.0, 2.0]))
@settings(max_examples=20, deadline=None)
def test_spectrum_reads_a_sine_at_its_amplitude(hertz: float, millivolts: float):
    spectrum = views(sine(hertz, millivolts)).spectrum[0, 0]
    assert spectrum.argmax() == round(hertz * 10)
    assert float(spectrum.max()) == pytest.approx(20 * np.log10(millivolts), abs=0.1)


def test_spectrogram_reads_a_millivolt_sine_at_0_db():
    seen = views(sine(12.5))  # in the middle of a bin
    middle = seen.decibel[0, 0, :, 5:-5]
    assert (middle.argmax(0) == 8).all()
    assert seen.bins[8] == 12.5
    torch.testing.assert_close(middle[8], torch.zeros(len(middle[8])), atol=0.05, rtol=0)


def test_spectrogram_loses_little_between_two_bins():
    middle = views(sine(10)).decibel[0, 0, :, 5:-5]
    assert middle.amax(0).abs().max() < 0.7


def test_frames_stand_where_the_signal_is():
    waveform = torch.zeros(1, 12, 1000)
    waveform[..., 400] = 1
    seen = views(waveform)
    loudest = int(seen.decibel[0, 0].mean(0).argmax())
    assert seen.times[loudest] == pytest.approx(4.0)


def test_the_spectrogram_keeps_the_sign_of_a_wave():
    waveform = torch.zeros(1, 12, 1000)
    waveform[..., 400] = 1
    upright, inverted = views(waveform), views(-waveform)
    torch.testing.assert_close(upright.decibel, inverted.decibel)
    torch.testing.assert_close(upright.spectrogram, -inverted.spectrogram)
    cosine = upright.spectrogram[0, 0, 0, :, 50]
    assert (cosine > 0).all()  # a wave in the middle of its frame has one phase at every frequency


def test_silence_reads_the_floor():
    assert views(torch.zeros(1, 12, 1000)).spectrum.unique().tolist() == pytest.approx([-60])


def test_offset_is_removed_from_each_lead():
    offset = torch.arange(12.0).view(12, 1)
    torch.testing.assert_close(views(sine(10) + offset).waveform, views(sine(10)).waveform, atol=1e-5, rtol=0)


def test_amplitude_is_kept():
    loud, quiet = views(2 * noise(1)).waveform, views(noise(1)).waveform
    torch.testing.assert_close(loud, 2 * quiet)


@given(st.lists(st.integers(0, 93), min_size=2, max_size=2))
@settings(max_examples=15, deadline=None)
def test_crop_argument_equals_cropping_afterwards(places: list[int]):
    starts = 8 * torch.tensor(places)
    waveform, metadata = noise(2), UNKNOWN.expand(2, -1)
    made = TRANSFORM(waveform, metadata, crop=(starts, 256))
    cut = TRANSFORM(waveform, metadata).crop(starts, 256)
    for name in ("waveform", "spectrum", "spectrogram", "metadata"):
        torch.testing.assert_close(getattr(made, name), getattr(cut, name), atol=1e-4, rtol=1e-4)
    assert made.waveform.shape == (2, 12, 256)
    assert made.spectrogram.shape == (2, 12, 2, 33, 32)


@given(st.lists(st.integers(0, 93), min_size=1, max_size=4))
@settings(max_examples=15, deadline=None)
def test_crops_at_the_same_places_of_every_record(places: list[int]):
    seen, starts = TRANSFORM(noise(2), UNKNOWN.expand(2, -1)), [8 * place for place in places]
    expected = seen.repeat(len(starts)).crop(torch.tensor(starts * 2), 256)
    for name in MODALITIES:
        assert torch.equal(getattr(seen.crops(starts, 256, needed=MODALITIES), name), getattr(expected, name))
    assert seen.crops(starts, 256, needed=("waveform",)).spectrogram.numel() == 0


def test_views_that_are_not_needed_stay_empty():
    seen = TRANSFORM(noise(2), UNKNOWN.expand(2, -1), needed=("waveform",))
    assert seen.spectrum.numel() == seen.spectrogram.numel() == 0


def test_repeat_keeps_a_record_together():
    waveform = views(noise(2)).repeat(3).waveform
    torch.testing.assert_close(waveform[0], waveform[2])
    assert len(waveform) == 6


def test_metadata_is_encoded_with_flags():
    patients = [Metadata(80, "female"), Metadata(40, "male"), Metadata(), Metadata(age=0)]
    assert encode_metadata(patients).tolist() == [[1, 1, 1, 1], [-1, 1, -1, 1], [0, 0, 0, 0], [-3, 1, 0, 0]]


def test_no_patients_make_an_empty_table():
    assert encode_metadata([]).shape == (0, 4)


def test_gradient_reaches_the_waveform():
    waveform = noise(1).requires_grad_()
    seen = views(waveform)
    (seen.spectrum.sum() + seen.spectrogram.sum()).backward()
    assert waveform.grad is not None
    assert waveform.grad.isfinite().all()
    assert waveform.grad.abs().sum() > 0


@pytest.mark.parametrize("shape", [(1, 12, 999), (1, 8, 1000), (12, 5000)])
def test_wrong_shape_is_refused(shape: tuple[int, ...]):
    with pytest.raises(ValueError, match=r"must have the shape \(B, 12, 1000\)"):
        TRANSFORM(torch.zeros(shape), UNKNOWN)


def test_spec_survives_its_card():
    assert Spec(**Spec(hop=4).to_dict()) == Spec(hop=4)
