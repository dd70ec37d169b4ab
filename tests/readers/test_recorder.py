"""What the recorder stated, format by format: statements, measurements, ST, time, confirmation, device."""

from __future__ import annotations

import struct
from datetime import UTC, date, datetime, timedelta, timezone

import pydicom
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecgnet.readers import ReadError, _scp_report, read
from ecgnet.readers._recorder import confirmed_in, moment, report, stamp
from ecgnet.record import LEADS, Identity
from ecgnet.recorder import MAX_LETTERS, MAX_STATEMENTS, MEASURES, ST_POINTS, RecorderReport
from tests.readers.writers import (
    cardiosoft_xml,
    dicom,
    hl7_aecg,
    mortara_xml,
    muse_xml,
    philips_xml,
    sapphire_xml,
    schiller_xml,
    scp_ecg,
)


def values(recorder: RecorderReport) -> dict[str, float]:
    return {name: measured.value for name, measured in recorder.measurements.items()}


def test_muse_real_file(samples):
    stated = read(samples / "ecg2dcm_guangxi.xml").recorder
    assert stated.statements == ("窦性心律", "ST段抬高（提示心室早期复极）")
    assert stated.original == (*stated.statements, "正常心电图")
    assert values(stated) == {
        "heart_rate": 97,
        "pr": 122,
        "qrs": 74,
        "qt": 328,
        "qtc": 417,
        "qtc_fridericia": 384,
        "p_axis": 31,
        "axis": 63,
        "t_axis": 49,
    }
    assert stated.recorded_at == datetime(2024, 1, 1, 10, 35, 17)
    assert (stated.confirmed, stated.device) == (True, "GE MAC P")


def test_muse_statements_that_share_a_line_are_one(ecg):
    def statement(text: str, *flags: str) -> str:
        return (
            "<DiagnosisStatement>"
            + "".join(f"<StmtFlag>{flag}</StmtFlag>" for flag in flags)
            + f"<StmtText>{text}</StmtText></DiagnosisStatement>"
        )

    lines = (
        statement("Sinus rhythm", "USERINSERT")
        + statement("with 1st degree AV block", "ENDSLINE")
        + statement("洞性徐脈", "ENDSLINE")
        + statement("Confirmed by SMITH, JOHN (12) on 3/25/2024 10:11:12 AM", "ENDSLINE")
    )
    stated = read(muse_xml.write(ecg, 250, stated=f"<Diagnosis>{lines}</Diagnosis>"), name="e.xml").recorder
    assert stated.statements == ("Sinus rhythm with 1st degree AV block", "洞性徐脈")
    assert stated.original == ()
    assert stated.recorded_at == date(2024, 3, 25)


def test_philips_real_file(samples):
    stated = read(samples / "129DYPRG.XML").recorder
    assert stated.statements == (
        "Sinus bradycardia (rate< 50)",
        "Nonspecific intraventricular conduction delay (QRSd >115mS, not LBBB/RBBB)",
        "Inferior infarct, acute (LCx) (ST>0.10mV, II III aVF, STd V1-V3)",
        ">>> Acute MI <<<",
        "ABNORMAL ECG",
    )
    assert values(stated) == {
        "heart_rate": 41,
        "pr": 151,
        "qrs": 135,
        "qt": 476,
        "qtc": 393,
        "p_axis": 66,
        "axis": -21,
        "t_axis": 59,
    }
    assert stated.st["III"] == {"j": 0.224, "j80": 0.171}
    assert len(stated.st) == 12
    assert stated.recorded_at == datetime(2011, 12, 1, 7, 27, 34)
    assert (stated.confirmed, stated.device) == (False, "Philips HeartstartMRx")


def test_philips_of_two_interpretations_the_later_one_counts(ecg):
    def interpretation(time: str, statement: str, rate: int) -> str:
        return (
            f'<interpretation date="2024-03-25" time="{time}"><globalmeasurements><heartrate>{rate}</heartrate>'
            f"<qtcb>410</qtcb><qtcf>400</qtcf><qrsfrontaxis>0</qrsfrontaxis></globalmeasurements>"
            f"<statement><leftstatement>{statement}</leftstatement></statement></interpretation>"
        )

    both = interpretation("11:00:00", "Atrial flutter", 75) + interpretation("10:11:12", "Sinus rhythm", 74)
    data = philips_xml.write(ecg, 250, stated=f"<interpretations>{both}</interpretations>")
    stated = read(
        data.replace(b"<restingecgdata ", b'<restingecgdata status="Confirmed" '), name="e.xml"
    ).recorder
    assert (stated.statements, stated.original) == (("Atrial flutter",), ("Sinus rhythm",))
    assert values(stated) == {"heart_rate": 75, "qtc_bazett": 410, "qtc_fridericia": 400, "axis": 0}
    assert stated.confirmed is True


def test_cardiosoft_real_file(samples):
    stated = read(samples / "deepecg_dummy_ecg.xml").recorder
    assert stated.statements == (
        "Normal sinus rhythm",
        "Voltage criteria for left ventricular hypertrophy",
        "Abnormal ECG",
    )
    assert values(stated) == {
        "heart_rate": 74,
        "p_duration": 120,
        "pr": 172,
        "qrs": 74,
        "qt": 394,
        "qtc": 437,
        "p_axis": 43,
        "axis": -20,
        "t_axis": 41,
    }
    assert (stated.st["V2"], stated.st["aVR"]) == ({"j": -0.07}, {"j": -0.01})
    assert stated.recorded_at == datetime(2000, 1, 1)
    assert (stated.confirmed, stated.device) == (None, "GE CardioSoft V6.71")


def test_cardiosoft_a_conclusion_stands_before_the_diagnosis(ecg):
    texts = (
        "<Interpretation><Diagnosis><DiagnosisText>Infarkt</DiagnosisText></Diagnosis>"
        "<Conclusion><ConclusionText>Kein Infarkt</ConclusionText></Conclusion></Interpretation>"
    )
    stated = read(cardiosoft_xml.write(ecg, 250, stated=texts), name="e.xml").recorder
    assert (stated.statements, stated.original) == (("Kein Infarkt",), ("Infarkt",))


def test_sapphire(ecg):
    said = (
        '<num><ventricularRate V="74" U="/min" INV="-1"/></num><interpretation><statement V="Синусовый ритм"/>'
        '<statement V="Unconfirmed"/></interpretation>'
    )
    measured = (
        '<measurements><global><PR_Interval V="162" U="ms"/><QRS_Duration V="0.09" U="s"/>'
        '<QT_Interval V="-7" INV="-7" U="ms"/><R_Axis V="-1" U="deg"/></global></measurements>'
    )
    stated = read(sapphire_xml.write(ecg, 250, stated=said, measured=measured), name="e.xml").recorder
    assert (stated.statements, stated.confirmed) == (("Синусовый ритм",), False)
    assert values(stated) == {"heart_rate": 74, "pr": 162, "qrs": 90, "axis": -1}
    assert stated.recorded_at == datetime(2024, 3, 25, 10, 11, 12)


def test_mortara(ecg):
    data = mortara_xml.write(
        ecg,
        250,
        stated='<SOURCE MANUFACTURER="Mortara" MODEL="ELI 280"/><AUTOMATIC_INTERPRETATION><STATEMENT '
        'TEXT="Sinus bradycardia" REASON="rate &lt; 60"/></AUTOMATIC_INTERPRETATION>',
        measured='PR_DURATION="160" QRS_DURATION="94" QT="400" QTC="410" QTB="408" QTF="405" QRS_AXIS="30" T_AXIS="999"',
        attributes='VENT_RATE="58" SEVERITY="OTHERWISE NORMAL ECG"',
    )
    stated = read(data, name="e.xml").recorder
    assert stated.statements == ("Sinus bradycardia (rate < 60)", "OTHERWISE NORMAL ECG")
    assert values(stated) == {
        "heart_rate": 58,
        "pr": 160,
        "qrs": 94,
        "qt": 400,
        "qtc": 410,
        "qtc_bazett": 408,
        "qtc_fridericia": 405,
        "axis": 30,
    }
    assert stated.recorded_at == datetime(2024, 3, 25, 10, 11, 12)
    assert stated.device == "Mortara ELI 280"


def test_schiller(ecg):
    pairs = {"HR": 72, "PQ": 158, "QRS": 96, "QT": 380, "QTC": 416, "AXIS_QRS": 45}
    said = "".join(
        f"<annotation_global><name>{k}</name><value>{v}</value></annotation_global>" for k, v in pairs.items()
    )
    said += "<textdata><type>INTERPRETATION</type><textdata>Rythme sinusal; ECG normal</textdata></textdata>"
    said += "<textdata><type>REMARK</type><textdata>Mme Dupont</textdata></textdata>"
    stated = read(schiller_xml.write(ecg, 250, stated=said), name="e.xml").recorder
    assert stated.statements == ("Rythme sinusal", "ECG normal")
    assert values(stated) == {"heart_rate": 72, "pr": 158, "qrs": 96, "qt": 380, "qtc": 416, "axis": 45}
    assert stated.recorded_at == date(2024, 3, 25)


def test_hl7_real_file(samples):
    stated = read(samples / "fda_subject1_0.xml").recorder
    assert stated.statements == ("Sinus Rhythm",)
    assert values(stated) == MORTARA
    assert stated.recorded_at == datetime(2002, 11, 22, 9, 10)
    assert stated.device == "Mortara Instrument, Inc. ELI250"


MORTARA = {
    "p_duration": 102,
    "pr": 148,
    "qrs": 120,
    "qt": 420,
    "qtc": 443,
    "p_axis": 44,
    "axis": -61,
    "t_axis": 86,
}
"""What the same recorder says of the same ECG in HL7 aECG and in SCP-ECG."""


def annotation_set(*annotations: str, person: bool = False) -> str:
    author = "<author><assignedPerson><name>Dr. Grey</name></assignedPerson></author>" if person else ""
    inner = "".join(f"<component>{annotation}</component>" for annotation in annotations)
    return f"<subjectOf><annotationSet>{author}{inner}</annotationSet></subjectOf>"


def test_hl7_a_persons_statements_stand_before_the_devices(ecg):
    def said(text: str) -> str:
        nested = f'<code code="MDC_ECG_INTERPRETATION_STATEMENT"/><value>{text}</value>'
        return (
            '<annotation><code code="MDC_ECG_INTERPRETATION"/><component><annotation>'
            f"{nested}</annotation></component></annotation>"
        )

    both = annotation_set(said("異常Q波"), said("UNCONFIRMED REPORT")) + annotation_set(
        said("正常範囲"), person=True
    )
    stated = read(hl7_aecg.write(ecg, 250, stated=both), name="e.xml").recorder
    assert (stated.statements, stated.original) == (("正常範囲",), ("異常Q波",))


def test_hl7_a_beats_measurement_is_the_median_and_never_that_of_a_lead(ecg):
    def qrs(value: int, support: str = "") -> str:
        code = '<code code="MDC_ECG_TIME_PD_QRS"/>'
        return f'<annotation>{code}<value value="{value}" unit="ms"/>{support}</annotation>'

    lead = (
        "<support><supportingROI><component><boundary><code code='MDC_ECG_LEAD_V1'/></boundary></component>"
        "</supportingROI></support>"
    )
    sets = annotation_set(qrs(90), qrs(180), qrs(92), qrs(300, lead), qrs(310, lead), qrs(320, lead))
    assert values(read(hl7_aecg.write(ecg, 250, stated=sets), name="e.xml").recorder) == {"qrs": 92}


def test_scp_real_file(samples):
    stated = read(samples / "ecgtoolkit_Example.scp").recorder
    assert values(stated) == MORTARA
    assert stated.recorded_at == datetime(2002, 11, 22, 9, 10)
    assert (stated.statements, stated.device) == ((), "ELI250")


def scp_statements(*texts: bytes, confirmed: int = 0) -> bytes:
    lines = (struct.pack("<BH", k + 1, len(text)) + text for k, text in enumerate(texts))
    return bytes([confirmed]) + struct.pack("<HBB3xB", 2024, 2, 29, len(texts)) + b"".join(lines)


def test_scp_interpretation(ecg):
    said = scp_statements("洞調律\0".encode(), "正常心電図\0".encode(), confirmed=1)
    data = scp_ecg.write(ecg, 250, text="utf-8", clock=(8, 30, 15), stated={8: said})
    stated = read(data, name="e.scp").recorder
    assert (stated.statements, stated.confirmed) == (("洞調律", "正常心電図"), True)
    assert (stated.recorded_at, stated.device) == (datetime(2024, 2, 29, 8, 30, 15), "ECG-1")


def test_scp_codes_of_section_11_stand_in_for_texts(ecg):
    stated = read(
        scp_ecg.write(ecg, 250, stated={11: scp_statements(b"\1NSR\0LVH\0")}), name="e.scp"
    ).recorder
    assert (stated.statements, stated.confirmed) == (("NSR LVH",), False)


def test_scp_measurements_and_what_is_not_measured(ecg):
    beat = struct.pack("<5H3h", 29999, 29999, 400, 495, 800, 29999, 29999, -1)
    section = struct.pack("<BBHH", 1, 0, 800, 29999) + beat + struct.pack("<H3HB", 0, 0, 29999, 405, 3)
    stated = read(scp_ecg.write(ecg, 250, stated={7: section}), name="e.scp").recorder
    assert values(stated) == {"heart_rate": 75, "qrs": 95, "qt": 400, "qtc_fridericia": 405, "t_axis": -1}


def test_scp_st_of_a_lead(ecg):
    lead = [29999] * 14 + [120] + [29999] * 12 + [150, 180]  # J, J + 60 ms, J + 80 ms in microvolts
    section = struct.pack("<HHHH", 1, 0, scp_ecg.CODES["V2"], 2 * len(lead)) + struct.pack("<29h", *lead)
    stated = read(scp_ecg.write(ecg, 250, stated={10: section}), name="e.scp").recorder
    assert stated.st == {"V2": {"j": 0.12, "j60": 0.15, "j80": 0.18}}


@pytest.mark.parametrize("number", [7, 8, 10, 11])
def test_scp_a_damaged_section_does_not_cost_the_ecg(ecg, number):
    record = read(scp_ecg.write(ecg, 250, stated={number: b"\xff" * 12}), name="e.scp")
    assert record.n_samples == 500
    assert f"stated in section {number} cannot be read" in " ".join(record.notes)


def test_dicom_real_file(samples):
    stated = read(samples / "ecg2dcm_guangxi.dcm").recorder
    told = values(read(samples / "ecg2dcm_guangxi.xml").recorder)
    assert values(stated) == {name: value for name, value in told.items() if name != "qtc_fridericia"}
    assert (stated.recorded_at, stated.device) == (datetime(2024, 1, 1), "GE Healthcare MAC P")


def test_dicom_of_a_cart_that_counts_places_in_scp_ecg():
    stated = read(pydicom.data.get_testdata_file("waveform_ecg.dcm")).recorder
    assert stated.statements == ("RITMO SINUSALE", "ECG NORMALE")
    assert values(stated) == {
        "heart_rate": 61.1,  # of an RR interval of 982 ms
        "pr": 161,
        "qrs": 75,
        "qt": 368,
        "qtc": 370,
        "p_axis": 74,
        "axis": 52,
        "t_axis": 57,
    }
    assert stated.recorded_at == datetime(2013, 1, 25, 10, 59, 19)


def test_dicom_values_of_one_lead_do_not_count_and_a_formula_does(ecg):
    items = [
        dicom.annotation("洞調律\r\n正常範囲"),
        dicom.annotation(code="2:16156", meaning="QRS duration", value="94"),
        dicom.annotation(code="2:16156", meaning="QRS duration", value="300", channel=3),
        dicom.annotation(code="2:15876", meaning="QTc interval (Hodges)", value="0.41", unit="s"),
    ]
    stated = read(dicom.write(ecg, 250, annotations=items), name="e.dcm").recorder
    assert stated.statements == ("洞調律", "正常範囲")
    assert values(stated) == {"qrs": 94, "qtc_hodges": 410}
    assert stated.recorded_at == datetime(2024, 2, 29, 8, 30)


def test_dicom_damaged_annotations_do_not_cost_the_ecg(ecg):
    damaged = dicom.annotation(code="2:16156", value="94")
    damaged.ReferencedWaveformChannels = 1  # half a pair
    record = read(dicom.write(ecg, 250, annotations=[damaged]), name="e.dcm")
    assert record.n_samples == 500
    assert record.recorder.measurements == {}
    assert "annotations are damaged" in record.notes[0]


def test_dicom_a_value_that_is_no_number_is_no_measurement(ecg):
    data = dicom.write(ecg, 250, annotations=[dicom.annotation(code="2:16156", value="94")])
    assert data.count(b"DS\x02\x0094") == 1
    assert read(data.replace(b"DS\x02\x0094", b"DS\x02\x00x!"), name="e.dcm").recorder.measurements == {}


def test_nothing_stated_is_none(npz):
    assert read(npz, name="e.npz").recorder is None


@pytest.mark.parametrize("text", ["0", "-1", "29999", "65535", "", "Indeterminate", "---"])
def test_what_stands_for_not_measured_is_no_measurement(text):
    assert report(measurements={"qrs": text}) == (None, ())


@pytest.mark.parametrize(
    ("text", "degrees"), [("0", 0), ("-1", -1), ("-90", -90), ("180", 180), ("-180", 180), ("270", -90)]
)
def test_an_axis_is_told_between_minus_and_plus_180_degrees(text, degrees):
    stated, _ = report(measurements={"axis": text})
    assert values(stated) == {"axis": degrees}


@pytest.mark.parametrize("stated", ["4000", "-80", ("90", "furlong"), "1e300"])
def test_what_cannot_be_is_left_out_with_a_note(stated):
    found, notes = report(measurements={"qrs": stated})
    assert found is None
    assert notes[0].startswith("The recorder states QRS") and notes[0].endswith("left out.")


def test_units_are_converted():
    stated, _ = report(
        measurements={"qt": ("0.4", "s"), "heart_rate": ("60", "bpm")}, st={"V2": {"j": ("150", "uV")}}
    )
    assert values(stated) == {"qt": 400, "heart_rate": 60}
    assert stated.st == {"V2": {"j": 0.15}}


def test_an_st_that_cannot_be_is_left_out_with_a_note():
    found, notes = report(st={"V2": {"j": ("90", "mV")}, "X": {"j": ("1", "mV")}})
    assert found is None
    assert "ST for lead V2" in notes[0]


def test_statements_are_bounded():
    stated, notes = report(statements=["x" * 10_000, *(f"Statement {k}" for k in range(1000))])
    assert len(stated.statements) == MAX_STATEMENTS
    assert len(stated.statements[0]) == MAX_LETTERS and stated.statements[0].endswith("…")
    assert "1001 statements; the first 60 are kept" in notes[0]


def test_statements_are_plain_text_in_any_script():
    texts = [
        "洞調律、左室肥大",
        "Синусовый\u202e ритм\x00\n\tнорма",
        "<script>alert(1)</script>",
        "  ",
        "ریتم\u200cسینوسی",
    ]
    stated, _ = report(statements=texts)
    assert stated.statements == (
        "洞調律、左室肥大",
        "Синусовый ритм норма",
        "<script>alert(1)</script>",
        "ریتم\u200cسینوسی",
    )


def test_the_patient_is_not_named():
    who = Identity("Anna Young", "1950-01-01", "4711-0815")
    stated, _ = report(
        statements=["YOUNG, Anna: normal in a young patient", "No 4711-0815", "Befundet von: Dr. Maier"],
        identity=who,
    )
    assert stated.statements == ("(patient): normal in a young patient", "No (patient)")


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("20240325", date(2024, 3, 25)),
        ("202403251011", datetime(2024, 3, 25, 10, 11)),
        ("20240325101112.250", datetime(2024, 3, 25, 10, 11, 12)),
        ("20240325101112+0100", datetime(2024, 3, 25, 10, 11, 12, tzinfo=timezone(timedelta(hours=1)))),
        ("2024-03-25T10:11:12Z", datetime(2024, 3, 25, 10, 11, 12, tzinfo=UTC)),
        ("2024-03-25", date(2024, 3, 25)),
        ("20241325", None),
        ("202403259911", None),
        ("", None),
    ],
)
def test_stamps(text, at):
    assert stamp(text) == at


@pytest.mark.parametrize(
    ("clock", "hour"), [("10:35:17", 10), ("103517.5", 10), ("01:05", 1), ("01:05:00 PM", 13)]
)
def test_a_day_and_a_time(clock, hour):
    assert moment(date(2024, 3, 25), clock).hour == hour


def test_a_day_without_a_time_stays_a_day():
    assert moment(date(2024, 3, 25), "25:99") == date(2024, 3, 25)
    assert moment(None, "10:35:17") is None


@pytest.mark.parametrize("day", [date(1900, 1, 1), date(2999, 1, 1)])
def test_a_day_that_cannot_be_is_left_out(day):
    assert report(recorded_at=day)[0] is None
    assert "cannot be" in report(recorded_at=day)[1][0]


@pytest.mark.parametrize(
    ("words", "confirmed"),
    [
        ("CONFIRMED", True),
        ("Unconfirmed diagnosis", False),
        ("Not confirmed", False),
        ("Not yet determined", None),
    ],
)
def test_confirmation_in_words(words, confirmed):
    assert confirmed_in(words) is confirmed


@pytest.mark.parametrize("text", ["&#x0;", "</Diagnosis>"])
def test_hostile_markup_does_not_break_the_reader(ecg, text):
    stated = f"<Diagnosis><DiagnosisStatement><StmtText>{text}</StmtText></DiagnosisStatement></Diagnosis>"
    with pytest.raises(ReadError, match="no whole XML"):
        read(muse_xml.write(ecg, 250, stated=stated), name="e.xml")


TEXT = st.text(max_size=500) | st.from_regex(r"-?[0-9]{1,6}(\.[0-9]+)?", fullmatch=True) | st.just("1e308")
MEASURED = TEXT | st.floats() | st.tuples(TEXT, st.sampled_from(["", "ms", "s", "deg", "bpm", "mV"]) | TEXT)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(TEXT, max_size=70),
    st.dictionaries(st.sampled_from(list(MEASURES)), MEASURED),
    st.dictionaries(
        st.sampled_from(LEADS) | TEXT,
        st.dictionaries(
            st.sampled_from(ST_POINTS), st.tuples(TEXT | st.floats(), st.sampled_from(["uV", "mV"]) | TEXT)
        ),
        max_size=5,
    ),
    TEXT,
    st.builds(Identity, TEXT, TEXT, TEXT),
)
def test_whatever_a_device_writes_is_told_or_left_out(texts, measured, leads, word, who):
    stated, notes = report(
        statements=texts,
        original=texts[1:],
        measurements=measured,
        st=leads,
        recorded_at=stamp(word) or moment(date(2024, 3, 25), word),
        confirmed=confirmed_in(word),
        device=texts[:2],
        identity=who,
    )
    assert stated is None or RecorderReport.from_json(stated.as_json()) == stated
    assert all(note.endswith(".") for note in notes)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from([1, 7, 8, 10, 11]), st.binary(max_size=300)))
def test_whatever_stands_in_an_scp_record_is_told_or_left_out(bodies):
    stated, _ = _scp_report.report(bodies, Identity())
    assert stated is None or isinstance(stated, RecorderReport)
