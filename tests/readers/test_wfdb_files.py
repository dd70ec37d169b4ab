"""WFDB: what is written comes back; what is cut short, misnamed or foreign is refused with a sentence."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest
import scipy.io
import wfdb
from hypothesis import given, settings
from hypothesis import strategies as st

from ecgnet.readers import ReadError, read, read_together
from ecgnet.record import LEADS


def written(folder: Path, signal: np.ndarray, leads=LEADS, format="16", gain=1000.0, comments=()) -> Path:
    """A record by wfdb's own writer at 250 Hz; its header's path."""
    n = len(leads)
    wfdb.wrsamp(
        "ecg",
        fs=250,
        units=["mV"] * n,
        sig_name=list(leads),
        p_signal=np.asarray(signal).T,
        fmt=[format] * n,
        adc_gain=[gain] * n,
        baseline=[0] * n,
        comments=list(comments),
        write_dir=str(folder),
    )
    return folder / "ecg.hea"


def header(leads=LEADS, n=500, spec="16", calibration="1000(0)/mV", file="ecg.dat") -> bytes:
    """A header by hand."""
    lines = [
        f"ecg {len(leads)} 250 {n}",
        *(f"{file} {spec} {calibration} 16 0 0 0 0 {lead}" for lead in leads),
    ]
    return "\n".join(lines).encode() + b"\n"


@pytest.fixture(scope="session")
def dat(ecg) -> bytes:
    return np.round(ecg.T * 1000).astype("<i2").tobytes()


@pytest.fixture(scope="session")
def flac(ecg, tmp_path_factory) -> tuple[bytes, dict[str, bytes]]:
    """Header and signal files of 40 seconds in FLAC, which takes 8 leads a file: several blocks in each."""
    path = written(tmp_path_factory.mktemp("flac"), np.tile(ecg, 20), format="516")
    return path.read_bytes(), {file.name: file.read_bytes() for file in path.parent.iterdir() if file != path}


@pytest.mark.parametrize("format", ["16", "24", "32", "212", "516", "524"])
def test_each_format_comes_back_to_the_microvolt(tmp_path, ecg, format):
    record = read(written(tmp_path, ecg, format=format))
    assert (record.fs, record.id, record.source) == (250, "ecg", "ecg.hea")
    assert record.notes == ()
    np.testing.assert_allclose(record.signal, ecg, atol=1e-6)


@pytest.mark.parametrize("format", ["80", "508"])
def test_coarse_formats_come_back_to_their_step(tmp_path, ecg, format):
    record = read(written(tmp_path, ecg, format=format, gain=50.0))
    np.testing.assert_allclose(record.signal, ecg, atol=0.011)


def packed(samples: np.ndarray, format: str) -> bytes:
    """Samples in the formats that wfdb reads and does not write, signal(5)."""
    if format == "61":
        return samples.astype(">i2").tobytes()
    if format == "160":
        return (samples.astype(np.int32) + 32768).astype("<u2").tobytes()
    if format == "8":
        return np.diff(samples.reshape(-1, 12), axis=0, prepend=0).astype("i1").tobytes()
    a, b, c = (samples & 1023).astype(np.uint32).reshape(-1, 3).T
    if format == "311":
        return (a | b << 10 | c << 20).astype("<u4").tobytes()
    return (a << 1 | (c & 31) << 11 | (b << 1 | (c >> 5) << 11) << 16).astype("<u4").tobytes()


@pytest.mark.parametrize("format", ["8", "61", "160", "310", "311"])
def test_formats_that_wfdb_only_reads(ecg, format):
    steps = np.round(ecg.T * 100).astype(int).ravel()
    text = header(spec=format, calibration="100(0)/mV")
    record = read(text, name="e.hea", companions={"ecg.dat": packed(steps, format)})
    np.testing.assert_allclose(record.signal, steps.reshape(-1, 12).T / 100, atol=1e-6)
    with pytest.raises(ReadError, match="cut short"):
        read(text, name="e.hea", companions={"ecg.dat": packed(steps, format)[:-1]})


@pytest.mark.parametrize("path", ["ecg.hea", "ecg.dat", "ecg"])
def test_header_signal_file_and_bare_name_are_the_same_record(tmp_path, ecg, path):
    written(tmp_path, ecg)
    np.testing.assert_allclose(read(str(tmp_path / path)).signal, ecg, atol=1e-6)


def test_mat_file_of_the_cinc_challenges(ecg):
    stored = io.BytesIO()
    scipy.io.savemat(stored, {"val": np.round(ecg * 1000).astype(np.int16)}, format="4")
    # Version 4 stores column by column, so 12 leads by T samples is a frame after the other.
    record = read(
        header(spec="16+24", file="ecg.mat") + b"#Age: 63\n#Sex: Female\n",
        name="ecg.hea",
        companions={"ecg.mat": stored.getvalue()},
    )
    np.testing.assert_allclose(record.signal, ecg, atol=1e-6)
    assert (record.metadata.age, record.metadata.sex) == (63, "female")


def test_matlab_5_is_refused(ecg):
    stored = io.BytesIO()
    scipy.io.savemat(stored, {"val": np.round(ecg * 1000).astype(np.int16)}, format="5")
    with pytest.raises(ReadError, match="version 4"):
        read(header(spec="16+24", file="ecg.mat"), name="x.hea", companions={"ecg.mat": stored.getvalue()})


def test_real_record(samples):
    record = read(samples / "E07500.hea")
    expected = json.loads((samples / "expected.json").read_text())["E07500.hea"]
    assert (record.fs, record.n_samples) == (expected["fs_hz"], expected["n_samples"])
    assert (record.metadata.age, record.metadata.sex, record.notes) == (78, "male", ())
    for lead in LEADS:
        values, truth = record.lead(lead), expected["mV"][lead]
        np.testing.assert_allclose(values[:5], truth["first5"], atol=1e-5)
        np.testing.assert_allclose([values.min(), values.max()], [truth["min"], truth["max"]], atol=1e-5)
        np.testing.assert_allclose(values.mean(), truth["mean"], atol=1e-5)


@settings(max_examples=15, deadline=None)
@given(order=st.permutations(range(12)))
def test_leads_in_any_order(ecg, order):
    data = np.round(ecg[order].T * 1000).astype("<i2").tobytes()
    record = read(header([LEADS[k] for k in order]), name="e.hea", companions={"ecg.dat": data})
    np.testing.assert_allclose(record.signal, ecg, atol=1e-6)


@pytest.mark.parametrize(
    "spelling",
    [
        str.upper,
        str.lower,
        "MDC_ECG_LEAD_{}".format,
        "Lead {}".format,
        "lead-{}".format,
        "ECG lead {}".format,
    ],
)
def test_leads_in_any_spelling(ecg, dat, spelling):
    record = read(header([spelling(lead) for lead in LEADS]), name="e.hea", companions={"ecg.dat": dat})
    np.testing.assert_allclose(record.signal, ecg, atol=1e-6)


def test_fifteen_leads_of_ptb(tmp_path, ecg):
    record = read(
        written(tmp_path, np.concatenate([ecg, ecg[:3]]), (*map(str.lower, LEADS), "vx", "vy", "vz"))
    )
    np.testing.assert_allclose(record.signal, ecg, atol=1e-6)
    assert "vx, vy, vz" in record.notes[0]


@pytest.mark.parametrize("pair", [("I", "II"), ("I", "III"), ("II", "III")])
def test_limb_leads_follow_from_two(tmp_path, ecg, pair):
    kept = [lead for lead in LEADS if lead in pair or lead.startswith("V")]
    record = read(written(tmp_path, ecg[[LEADS.index(lead) for lead in kept]], kept))
    np.testing.assert_allclose(record.signal, ecg, atol=1e-6)
    assert f"derived from {pair[0]} and {pair[1]}" in record.notes[0]


@pytest.mark.parametrize(
    ("replaced", "by", "sentence"),
    [
        ("V6", "V5", "V5 is there twice"),
        ("V6", "V9", "V6 is missing. Left out, as not one of the 12 leads: V9"),
    ],
)
def test_leads_that_are_refused(dat, replaced, by, sentence):
    leads = [by if lead == replaced else lead for lead in LEADS]
    with pytest.raises(ReadError, match=sentence):
        read(header(leads), name="e.hea", companions={"ecg.dat": dat})


@pytest.mark.parametrize(
    ("calibration", "factor"),
    [("1(0)/uV", 1.0), ("1(0)/\u00b5V", 1.0), ("1e6/V", 1.0), ("2000(0)/mV", 0.5), ("1000(1000)/mV", 0)],
)
@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_units_become_millivolts(ecg, dat, calibration, factor, encoding):
    text = header(calibration=calibration).decode().encode(encoding)
    signal = read(text, name="e.hea", companions={"ecg.dat": dat}).signal
    np.testing.assert_allclose(signal, ecg * factor if factor else ecg - 1, atol=1e-6)


def test_missing_unit_and_gain_are_noted_not_silent(dat):
    lines = ["ecg 12 250 500", *(f"ecg.dat 16 {lead}" for lead in LEADS)]
    notes = read("\n".join(lines).encode(), name="e.hea", companions={"ecg.dat": dat}).notes
    assert "No unit stated" in notes[0]
    assert "No gain stated" in notes[1]


def test_a_length_that_is_not_stated_is_taken_from_the_file_and_noted(ecg, dat):
    record = read(header(n=0), name="e.hea", companions={"ecg.dat": dat})
    assert record.n_samples == 500
    assert "states no length" in record.notes[0]


def test_damaged_samples_do_not_match_their_checksum(tmp_path, ecg):
    path = written(tmp_path, ecg)
    data = bytearray(path.with_suffix(".dat").read_bytes())
    data[1000] ^= 1
    path.with_suffix(".dat").write_bytes(data)
    assert "checksum" in read(path).notes[0]


def test_invalid_samples_are_named_with_file_and_lead(ecg):
    data = np.round(ecg.T * 1000).astype("<i2")
    data[7:40, LEADS.index("V2")] = -32768  # what WFDB means by "no sample"
    with pytest.raises(ReadError, match=r"^gap.hea: samples are missing \(NaN\) in lead V2 \(33\)"):
        read(header(), name="gap.hea", companions={"ecg.dat": data.tobytes()})


@pytest.mark.parametrize(
    "file", ["../ecg.dat", "/etc/passwd", "a\\b.dat", "C:ecg.dat", "http://x/ecg.dat", "..", ".ecg", "-"]
)
def test_only_plain_names_are_followed(file):
    with pytest.raises(ReadError, match="plain file names"):
        read(header(file=file), name="e.hea", companions={file: b"x"})


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (b"ecg/3 12 250 500\n", "announces 3 segments and names 0"),
        (b"ecg/0 12 250 500\n", "announces 0 segments"),
        (b"ecg/1 12 250 500\n../ecg 500\n", "only other records in the folder"),
        (b"ecg/1 12 250 500\nhttp://x/ecg 500\n", "only other records in the folder"),
        (b"ecg/1 12 250 500\necg 500\n", "only other records in the folder"),
        (b"ecg/1 12 250 500\nother 400\n", "its segments have 400"),
        (b"ecg/1 12 250 90000000\nother 90000000\n", "too many"),
        (b"ecg/1 12 250 500\n~ 500\n", "no segment with samples"),
        (b"ecg/1 12 250 500\nother 500\n", "needs other.hea"),
        (b"ecg 12 0 500\n", "no sampling rate"),
        (b"ecg 12\n", "describes 0"),
        (b"ecg 0 250 500\n", "no signals"),
        (b"ecg 12 250 500\necg.dat 16 1000/mV\n", "announces 12 signals and describes 1"),
        (b"ecg 12 250 99999999999\n", "describes 0|too many"),
        (header(n=50_000_000), "too many"),
        (header(spec="0"), "format 0"),
        (header(spec="16x4"), "4 samples a frame"),
        (header(spec="16:2"), "skewed"),
        (header(calibration="1000/mmHg"), "'mmHg', not in mV"),
        (header(file="other.dat"), "needs other.dat"),
        (header(n=501), "cut short"),
        (header(spec="516"), "could not be read as WFDB"),
        (header(spec="9" * 5000), "format of signal 1"),
    ],
)
def test_headers_that_are_refused(dat, text, sentence):
    with pytest.raises(ReadError, match=rf"e\.hea.*({sentence})|ecg\.dat.*({sentence})"):
        read(text, name="e.hea", companions={"ecg.dat": dat})


@pytest.fixture(scope="session")
def segments(ecg, tmp_path_factory) -> dict[str, bytes]:
    """Two segments of a second each, with gains of their own; to be led by a header of several segments."""
    folder = tmp_path_factory.mktemp("segments")
    files = {}
    for name, part, gain in (("s1", ecg[:, :250], 1000.0), ("s2", ecg[:, 250:], 2000.0)):
        path = written(folder, part, gain=gain)
        files[f"{name}.hea"] = path.read_bytes().replace(b"ecg", name.encode())
        files[f"{name}.dat"] = path.with_suffix(".dat").read_bytes()
    return files


TWO = b"all/2 12 250 500\ns1 250\ns2 250\n"


def test_segments_follow_one_another(tmp_path, ecg, segments):
    for name, data in ({"all.hea": TWO + b"# Age: 63\n"} | segments).items():
        (tmp_path / name).write_bytes(data)
    record = read(tmp_path / "all.hea")
    assert (record.fs, record.metadata.age) == (250, 63)
    assert record.notes == ("The record was put together from 2 segments.",)
    np.testing.assert_allclose(record.signal, ecg, atol=1e-6)
    by_wfdb = wfdb.rdrecord(str(tmp_path / "all"), m2s=True).p_signal
    np.testing.assert_allclose(by_wfdb.T, record.signal, atol=1e-6)


def test_segments_are_part_of_the_upload_of_their_header(ecg, segments):
    (answer,) = read_together(segments | {"all.hea": TWO})
    assert (answer.file, answer.ok) == ("all.hea", True)
    np.testing.assert_allclose(answer.record.signal, ecg, atol=1e-6)


def test_a_segment_without_samples_is_a_gap(ecg, segments):
    master = b"all/3 12 250 600\ns1 250\n~ 100\ns2 250\n"
    with pytest.raises(ReadError, match=r"samples are missing \(NaN\) in lead I \(100\)"):
        read(master, name="all.hea", companions=segments)
    record = read(master, name="all.hea", companions=segments, partial=True)
    assert np.isnan(record.signal[:, 250:350]).all()
    np.testing.assert_allclose(np.delete(record.signal, range(250, 350), axis=1), ecg, atol=1e-6)


def test_segments_of_a_variable_layout_may_lack_leads(tmp_path, ecg, segments):
    path = written(tmp_path, ecg[:11, 250:], leads=LEADS[:11])
    files = segments | {
        "s3.hea": path.read_bytes().replace(b"ecg", b"s3"),
        "s3.dat": path.with_suffix(".dat").read_bytes(),
    }
    variable, fixed = b"all/3 12 250 500\nlayout 0\ns1 250\ns3 250\n", b"all/2 12 250 500\ns1 250\ns3 250\n"
    record = read(variable, name="all.hea", companions=files, partial=True)
    assert record.gaps == {"V6": 250}
    np.testing.assert_allclose(record.signal[:11], ecg[:11], atol=1e-6)
    with pytest.raises(ReadError, match="are not those of the first one"):
        read(fixed, name="all.hea", companions=files, partial=True)


@pytest.mark.parametrize(
    ("file", "change", "sentence"),
    [
        ("s2.hea", lambda data: data.replace(b"s2 12 250", b"s2 12 500"), "other rates or lengths"),
        ("s2.hea", lambda data: data.replace(b"s2.dat", b"../s2.dat"), "plain file names"),
        ("s2.hea", lambda data: b"s2/1 12 250 250\ns1 250\n", "segments of its own"),
        ("s2.hea", lambda data: data.replace(b"250 250", b"250 249", 1), "other rates or lengths"),
        ("s2.dat", lambda data: data[:-1], "cut short"),
        ("s2.dat", lambda data: None, r"needs s2\.dat"),
        ("s1.hea", lambda data: None, r"needs s1\.hea"),
    ],
)
def test_segments_that_are_refused(segments, file, change, sentence):
    files = {key: change(data) if key == file else data for key, data in segments.items()}
    with pytest.raises(ReadError, match=sentence):
        read(TWO, name="all.hea", companions={key: data for key, data in files.items() if data is not None})


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_a_signal_file_cut_anywhere_is_refused(dat, data):
    cut = data.draw(st.integers(0, len(dat) - 1))
    with pytest.raises(ReadError, match="cut short"):
        read(header(), name="e.hea", companions={"ecg.dat": dat[:cut]})


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_a_compressed_file_cut_anywhere_is_refused(flac, data):
    text, files = flac
    name = data.draw(st.sampled_from(sorted(files)))
    cut = data.draw(st.integers(0, len(files[name]) - 1))
    with pytest.raises(ReadError, match="copy"):
        read(text, name="e.hea", companions=files | {name: files[name][:cut]})


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_header_cut_anywhere_is_refused_or_whole(ecg, dat, data):
    text = header()
    cut = data.draw(st.integers(0, len(text) - 1))
    try:
        record = read(text[:cut], name="e.hea", companions={"ecg.dat": dat})
    except ReadError as error:
        assert "e.hea" in str(error)
    else:
        np.testing.assert_allclose(record.signal, ecg, atol=1e-6)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300), st.sampled_from([b"", b"ecg 12 250 500\n", header()[:40], header()]))
def test_damaged_headers_raise_nothing_but_read_errors(dat, garbage, start):
    try:
        read(start + garbage, name="e.hea", companions={"ecg.dat": dat})
    except ReadError as error:
        assert "e.hea" in str(error) or "ecg.dat" in str(error)
