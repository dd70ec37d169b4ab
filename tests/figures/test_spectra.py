"""The frequency views show the numbers they were given, in the units they name."""

from __future__ import annotations

import numpy as np
import pytest

from ecgnet.figures import DARK, LIGHT, learning_curve, share_bars, spectrogram_figure, spectrum_figure
from ecgnet.record import LEADS

FREQUENCIES, BINS, TIMES = np.linspace(0, 50, 501), np.linspace(0, 50, 33), np.arange(126) * 0.08


@pytest.fixture
def rng():
    return np.random.default_rng(1)


@pytest.mark.parametrize("leads", [None, ("V2",), ("II", "V5")])
def test_a_line_per_lead_in_decibel(rng, leads):
    spectrum = rng.uniform(-60, 0, (12, 501))
    figure = spectrum_figure(spectrum, FREQUENCIES, theme=LIGHT, leads=leads)
    lines = {trace.name: trace for trace in figure.data}
    assert tuple(lines) == (leads or LEADS)
    for lead, line in lines.items():
        np.testing.assert_allclose(line.y, spectrum[LEADS.index(lead)], rtol=1e-6)
        np.testing.assert_array_equal(line.x, FREQUENCIES)
    assert figure.layout.xaxis.title.text == "Frequency (Hz)"
    assert "dB re 1 mV" in figure.layout.yaxis.title.text
    assert figure.layout.meta["alt"]


def test_attribution_and_attention_of_the_spectrum(rng):
    attribution, attention = rng.normal(size=(12, 501)), rng.dirichlet(np.ones(63))
    figure = spectrum_figure(
        rng.uniform(-60, 0, (12, 501)),
        FREQUENCIES,
        theme=DARK,
        leads=("V1", "V6"),
        attribution=attribution,
        attention=attention,
        target="MI",
    )
    shown = {trace.name: trace for trace in figure.data}
    np.testing.assert_allclose(shown["attribution"].z, attribution[[6, 11]], rtol=1e-6)
    assert shown["attribution"].zmin == -shown["attribution"].zmax
    np.testing.assert_allclose(shown["attention"].customdata[1:-1], attention)
    assert figure.layout.xaxis2.title.text == "Frequency (Hz)"


def test_the_spectrogram_shares_its_time_with_the_waveform(rng):
    spectrogram, wave = rng.uniform(-60, 0, (12, 33, 126)), rng.normal(size=(12, 1000))
    attribution, attention = rng.normal(size=(12, 33, 126)), rng.dirichlet(np.ones(500)).reshape(4, 125)
    figure = spectrogram_figure(
        spectrogram,
        BINS,
        times=TIMES,
        lead="V2",
        theme=LIGHT,
        waveform=wave,
        attribution=attribution,
        attention=attention,
    )
    trace, heat, signed, looked = figure.data
    np.testing.assert_allclose(trace.y, wave[7], rtol=1e-6)
    assert (trace.x0, trace.dx) == (0, 0.01)
    np.testing.assert_allclose(heat.z, spectrogram[7], rtol=1e-6)
    assert heat.colorbar.title.text == "dB re 1 mV"
    np.testing.assert_allclose(signed.z, attribution[7], rtol=1e-6)
    assert signed.zmin == -signed.zmax
    np.testing.assert_allclose(looked.z, attention * 100, rtol=1e-5)
    np.testing.assert_allclose(looked.y, [6.25, 18.75, 31.25, 43.75])
    axes = [figure.layout[name] for name in ("xaxis", "xaxis2", "xaxis3", "xaxis4")]
    assert len({axis.range for axis in axes}) == 1
    assert axes[-1].title.text == "Time (s)"


def test_a_spectrogram_alone_is_one_panel(rng):
    figure = spectrogram_figure(rng.uniform(-60, 0, (12, 33, 126)), BINS, times=TIMES, lead="II", theme=DARK)
    assert len(figure.data) == 1
    assert figure.layout.xaxis.title.text == "Time (s)"


@pytest.mark.parametrize("shares", [{"waveform": 0.6, "spectrum": 0.4}, {"I": 0.7, "II": -0.3}])
def test_shares_are_percent(shares):
    (bars,) = share_bars(shares, LIGHT, title="Share of each part").data
    np.testing.assert_allclose(bars.x, [100 * value for value in shares.values()])
    assert tuple(bars.y) == tuple(shares)


def test_the_learning_curve_names_its_best_epoch():
    log = [{"epoch": k, "loss": 1 / k, "macro_auc": auc} for k, auc in ((1, 0.8), (2, 0.93), (3, 0.92))]
    figure = learning_curve(log, DARK)
    np.testing.assert_allclose(figure.data[0].y, [0.8, 0.93, 0.92])
    assert "0.9300 after epoch 2" in figure.layout.meta["alt"]


def test_amplitudes_may_be_linear_in_mv(rng):
    spectrum = rng.uniform(0, 0.2, (12, 501))
    figure = spectrum_figure(spectrum, FREQUENCIES, theme=LIGHT, leads=("II",), unit="mV")
    np.testing.assert_allclose(figure.data[0].y, spectrum[1], rtol=1e-6)
    assert figure.layout.yaxis.title.text == "Amplitude (mV)"
    assert figure.layout.yaxis.range[0] == 0
    assert "mV<extra>" in figure.data[0].hovertemplate


def test_the_heart_rate_and_its_multiples_are_marked(rng):
    figure = spectrum_figure(rng.uniform(-60, 0, (12, 501)), FREQUENCIES, theme=LIGHT, heart_rate=72)
    (marks,) = [trace for trace in figure.data if trace.meta["kind"] == "harmonics"]
    np.testing.assert_allclose(np.unique(marks.x[np.isfinite(marks.x)]), 1.2 * np.arange(1, 11))
    fast = spectrum_figure(rng.uniform(-60, 0, (12, 501)), FREQUENCIES, theme=LIGHT, heart_rate=600)
    (marks,) = [trace for trace in fast.data if trace.meta["kind"] == "harmonics"]
    assert np.nanmax(marks.x) <= 50


def test_leads_that_were_not_recorded_are_left_out_and_said(rng):
    spectrum = rng.uniform(-60, 0, (12, 501))
    spectrum[6] = np.nan
    figure = spectrum_figure(spectrum, FREQUENCIES, theme=LIGHT)
    assert {trace.name for trace in figure.data} == set(LEADS) - {"V1"}
    assert figure.layout.meta["alt"].endswith("Not recorded: V1.")


def test_a_spectrum_of_nothing_is_an_empty_chart():
    figure = spectrum_figure(np.full((12, 501), np.nan), FREQUENCIES, theme=LIGHT, leads=("V1",))
    assert not figure.data


def test_the_spectrogram_of_a_part_keeps_the_record_s_time(rng):
    figure = spectrogram_figure(
        rng.uniform(-60, 0, (12, 33, 126)),
        BINS,
        times=TIMES,
        lead="II",
        theme=LIGHT,
        waveform=rng.normal(size=(12, 5000)),
        fs=500,
        start=30,
    )
    trace, heat = figure.data
    assert (trace.x0, trace.dx) == (30, 0.002)
    np.testing.assert_allclose(heat.x, TIMES + 30)
