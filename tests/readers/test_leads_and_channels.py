"""Names of leads as hospitals write them, channels that are no leads, spellings of units, calibration pulses, comments."""

from __future__ import annotations

import numpy as np
import pytest

from ecgnet.readers import ReadError, read
from ecgnet.readers._comments import facts, metadata
from ecgnet.readers._leads import millivolts_per, standard_lead
from ecgnet.record import LEADS
from tests.readers.writers import edf, hl7_aecg, muse_xml, numpy_files

CHEST_BY_ELECTRODE = (*LEADS[:6], *(f"C{k}" for k in range(1, 7)))


def wfdb(ecg, labels=LEADS, *, unit="mV", others=(), fs=" 250 500", comment="") -> dict:
    """A header with its signal file, whole microvolts; others: (label, unit) of further signals."""
    stored = np.round(ecg * 1000).astype("<i2")
    stored = np.vstack([stored, *(np.full((1, 500), 7, "<i2") for _ in others)])
    named = [(label, unit) for label in labels] + list(others)
    lines = [f"ecg {len(named)}{fs}", *(f"ecg.dat 16 1000(0)/{u} {label}" for label, u in named)]
    text = "\n".join([*lines, comment]) + "\n"
    return {"source": text.encode(), "name": "ecg.hea", "companions": {"ecg.dat": stored.T.tobytes()}}


@pytest.mark.parametrize("others", [[("PLETH", "NU")], [("ABP", "mmHg"), ("RESP", "pm")], [("SpO2", "%")]])
def test_channels_that_are_no_leads_never_stop_a_file(ecg, others):
    record = read(**wfdb(ecg, others=others))
    np.testing.assert_allclose(record.signal, ecg, atol=1e-6)
    names = ", ".join(label for label, _ in others)
    assert record.notes == (f"Left out, as not one of the 12 leads: {names}.",)


def test_a_channel_of_another_rate_or_skew_that_is_no_lead_does_not_stop_a_file(ecg):
    stored = np.round(ecg * 1000).astype("<i2").T
    frames = np.hstack([stored, np.arange(2000, dtype="<i2").reshape(500, 4)])
    lines = [
        "ecg 13 250 500",
        *(f"ecg.dat 16 1000/mV {lead}" for lead in LEADS),
        "ecg.dat 16x4:3 10/NU PLETH",
    ]
    record = read("\n".join(lines).encode(), name="ecg.hea", companions={"ecg.dat": frames.tobytes()})
    np.testing.assert_allclose(record.signal, ecg, atol=1e-6)


def test_a_lead_in_a_unit_that_is_no_voltage_stops_it(ecg):
    with pytest.raises(ReadError, match="lead I is in 'mmHg'"):
        read(**wfdb(ecg, unit="mmHg"))


@pytest.mark.parametrize(
    "labels", [[""] * 12, [f"col {k}" for k in range(12)], [f"ECG-{k}" for k in range(12)]]
)
def test_signals_without_names_are_asked_for_and_named_by_hand(ecg, labels):
    with pytest.raises(ReadError) as asked:
        read(**wfdb(ecg, labels))
    assert asked.value.question.asks == ("leads",)
    assert asked.value.question.likely["leads"][0] == LEADS
    record = read(**wfdb(ecg, labels), leads=LEADS)
    np.testing.assert_allclose(record.signal, ecg, atol=1e-6)
    assert "The leads were named by hand." in record.notes


def test_a_header_without_a_rate_is_asked_for_it(ecg):
    with pytest.raises(ReadError) as asked:
        read(**wfdb(ecg, fs=""))
    assert asked.value.question.asks == ("fs",)
    assert read(**wfdb(ecg, fs=""), fs=250).fs == 250


@pytest.mark.parametrize(
    "spelling",
    [
        "{}",
        "LEAD_{}",
        "Lead {}",
        "ECG {}",
        "{} lead",
        "MDC_ECG_LEAD_{}",
        "Abl. {}",
        "Ableitung {}",
        " {} ",
        "ecg_{}",
        "Ch 1: {}",
        "12-Lead {}",
        "Kanal {}",
        "Derivação {}",
        "{} raw",
    ],
)
@pytest.mark.parametrize("case", [str, str.upper, str.lower])
@pytest.mark.parametrize("leads", [LEADS, CHEST_BY_ELECTRODE, (*LEADS[:6], *(f"V0{k}" for k in range(1, 7)))])
def test_leads_as_hospitals_write_them(spelling, case, leads):
    assert tuple(standard_lead(case(spelling.format(lead))) for lead in leads) == LEADS


@pytest.mark.parametrize("label", ["V1-C", "V1-Ref", "ECG V1-WCT"])
def test_a_chest_lead_against_its_reference(label):
    assert standard_lead(label) == "V1"


@pytest.mark.parametrize("label", ["I-II", "II-I", "I+II", "V1-V2", "C3-Ref", "EEG C4-REF"])
def test_what_lies_between_two_leads_or_on_the_head_is_no_lead(label):
    assert standard_lead(label) is None


@pytest.mark.parametrize("name", ["D1 DI D2 DII D3 DIII", "LI"])
def test_names_of_the_limb_leads(name):
    expected = {"D1": "I", "DI": "I", "D2": "II", "DII": "II", "D3": "III", "DIII": "III", "LI": None}
    assert [standard_lead(part) for part in name.split()] == [expected[part] for part in name.split()]


def test_chest_leads_named_by_their_electrodes_are_read(ecg):
    np.testing.assert_allclose(read(**wfdb(ecg, CHEST_BY_ELECTRODE)).signal, ecg, atol=1e-6)
    both = read(**wfdb(ecg, others=[("C3", "mV")]))  # an electroencephalogram beside the ECG
    np.testing.assert_allclose(both.signal, ecg, atol=1e-6)
    assert "Left out, as not one of the 12 leads: C3." in both.notes


@pytest.mark.parametrize(
    ("lead", "label"),
    [
        ("aVR", "-aVR"),
        ("I", "inverted I"),
        ("V3", "V3 (inv)"),
        ("aVR", "AVRneg"),
        ("aVR", "aVR-"),
        ("II", "II(-)"),
    ],
)
def test_an_inverted_lead_is_turned_and_noted(ecg, lead, label):
    turned = ecg.copy()
    turned[LEADS.index(lead)] *= -1
    record = read(**wfdb(turned, [label if name == lead else name for name in LEADS]))
    np.testing.assert_allclose(record.signal, ecg, atol=1e-6)
    assert f"Stored upside down and turned: {label}." in record.notes


def test_a_lead_counts_before_its_negative(ecg):
    record = read(**wfdb(ecg, others=[("-aVR", "mV")]))
    np.testing.assert_allclose(record.signal, ecg, atol=1e-6)


@pytest.mark.parametrize(
    "unit",
    [
        "uV",
        "µV",
        "μV",
        "ÂµV",
        "Î¼V",
        "æV",
        "&micro;V",
        "microvolts",
        "[uV]",
        "uVolt",
        " u V ",
        "MDC_DIM_MICRO_VOLT",
        "micro-volt",
    ],
)
def test_microvolts_in_any_spelling(unit):
    assert millivolts_per(unit) == 1e-3


@pytest.mark.parametrize("unit", ["", "V2", "mmHg", "u", "counts", "mV/s", "NU"])
def test_what_is_no_voltage_is_none(unit):
    assert millivolts_per(unit) is None


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_units_of_edf_in_any_encoding(ecg, encoding):
    data = edf.write(ecg, 250, unit="xxx").replace(b"xxx     ", "µV".encode(encoding).ljust(8))
    np.testing.assert_allclose(read(data, name="e.edf").signal, ecg, atol=1e-6)


@pytest.mark.parametrize("filler", [b"\0", b"\0 ", b" \0", b"\t"])
def test_header_fields_of_edf_filled_up_with_nul(ecg, filler):
    data = edf.write(ecg, 250)
    size = 256 * 13
    header = bytearray(data[:size])
    for at, width in ((184, 8), (236, 8), (244, 8), (252, 4)):
        field = bytes(header[at : at + width]).strip()
        header[at : at + width] = (field + filler * width)[:width]
    np.testing.assert_allclose(read(bytes(header) + data[size:], name="e.edf").signal, ecg, atol=1e-6)


def pulse(ecg, *, height=1.0, at="end", flat=25) -> np.ndarray:
    """The ECG three times over with a calibration pulse of 0.2 s between flat lines."""
    line = np.zeros((12, flat))
    calibration = np.hstack([line, np.full((12, 50), height), line])
    body = np.hstack([ecg, ecg, ecg])
    return np.hstack([body, calibration] if at == "end" else [calibration, body])


@pytest.mark.parametrize("height", [1.0, 0.5])
@pytest.mark.parametrize("at", ["end", "beginning"])
@pytest.mark.parametrize("write", [hl7_aecg.write, numpy_files.write])
def test_a_calibration_pulse_is_cut_off_in_files_of_any_format(ecg, height, at, write):
    record = read(write(pulse(ecg, height=height, at=at), 250), name="e")
    assert abs(record.n_samples - 1500) <= 2
    kept = np.hstack([ecg] * 3)[:, :1400] if at == "end" else np.hstack([ecg] * 3)[:, -1400:]
    read_out = record.signal[:, :1400] if at == "end" else record.signal[:, -1400:]
    np.testing.assert_allclose(read_out, kept, atol=1e-6)
    assert any(
        f"A calibration pulse of {height:g} mV at the {at}, no ECG, is cut off" in n for n in record.notes
    )


def test_a_pulse_on_the_level_of_each_lead_is_cut_off(ecg):
    level = ecg[:, -1:] + np.linspace(-0.2, 0.2, 12)[:, None]
    pulse = level + np.repeat([0.0, 1.0, 0.0], [20, 50, 20])
    record = read(numpy_files.write(np.hstack([ecg - ecg[:, -1:] + level, pulse]), 250), name="e.npz")
    assert record.n_samples == pytest.approx(500, abs=15)
    assert "A calibration pulse of 1 mV at the end" in record.notes[-1]


def test_a_pulse_shows_in_the_measured_leads_where_the_others_are_derived(ecg):
    eight = pulse(ecg)
    assert abs(read(muse_xml.write(eight, 250), name="e.xml").n_samples - 1500) <= 2


def test_a_pulse_within_is_noted_and_left(ecg):
    within = np.hstack([ecg] * 3)
    within[:, 700:750] = 1.0
    record = read(numpy_files.write(within, 250), name="e.npz")
    assert record.n_samples == 1500
    assert any("stands within the recording, at 2.8 s" in note for note in record.notes)


def test_an_ecg_without_a_pulse_is_left_as_it_is(ecg):
    assert read(numpy_files.write(ecg, 250), name="e.npz").notes == ()


@pytest.mark.parametrize(
    "line",
    [
        "#<age>: 65 <sex>: F <diagnoses> Coronary artery disease",
        "# Age: 65  Sex: F",
        "# age=65; sex=female; height=170",
        "#Age: 65, Gender: Female",
        "# 65 F 1085 1629 x1",
        "# <age>: 65y <sex>: female",
        "# Female, 65 years",
        "# 65 y/o woman",
        "# Patient: 65F",
        "# Age/Sex: 65/F",
        "# age 65 sex F",
        '# {"age": 65, "sex": "F"}',
    ],
)
def test_age_and_sex_in_one_comment(line):
    known = metadata(facts([line]))
    assert (known.age, known.sex) == (65, "female")


@pytest.mark.parametrize(
    "lines",
    [
        ["# Alter: 65", "# Geschlecht: weiblich"],
        ["# Âge: 65 ans", "# Sexe: F"],
        ["# Patient age: 65", "# Patient sex: F"],
    ],
)
def test_age_and_sex_in_other_words(lines):
    known = metadata(facts(lines))
    assert (known.age, known.sex) == (65, "female")


@pytest.mark.parametrize(
    ("age", "years"), [("6 months", 0.5), ("065Y", 65), ("52 weeks", 0.997), ("10 m", 10)]
)
def test_an_age_in_its_unit(age, years):
    assert metadata(facts([f"# Age: {age}"])).age == pytest.approx(years, abs=1e-3)


@pytest.mark.parametrize("line", ["# 10 m", "# 12 F", "# filter 50 Hz, f 0.5"])
def test_a_number_and_a_letter_are_no_patient(line):
    assert metadata(facts([line])) == metadata({})


def test_a_file_of_other_channels_that_is_not_there_does_not_stop_a_record(ecg):
    given = wfdb(ecg)
    given["source"] = given["source"].replace(b"ecg 12 ", b"ecg 13 ") + b"pleth.dat 16 100/NU PLETH\n"
    record = read(**given)
    np.testing.assert_allclose(record.signal, ecg, atol=1e-6)
    assert "Not there, and no lead in it: pleth.dat." in record.notes


def test_a_diagnosis_is_no_sex():
    assert metadata(facts(["# Diagnosis: sex unknown, 65 years", "#Dx: F"])).sex is None
