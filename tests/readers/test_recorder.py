"""What the recorder stated, format by format: statements, measurements, ST, time, confirmation, device."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from ecgnet.readers import ReadError, read
from ecgnet.readers._recorder import confirmed_in, moment, report, stamp
from ecgnet.record import Identity
from ecgnet.recorder import MAX_LETTERS, MAX_STATEMENTS, RecorderReport
from tests.readers.writers import muse_xml, philips_xml


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
