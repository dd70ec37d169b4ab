"""The Upload page: what becomes of files that people drop on it."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from ecgnet.demo import draw
from ecgnet.readers import Answer, formats
from ecgnet.record import LEADS, Identity, Metadata, Record
from ecgnet.ui.escape import JOINER, plain
from ecgnet.ui.upload.forms import HINTS
from tests.readers.writers import cardiosoft_xml

ALIKE = str.maketrans({"∗": "*", "ˋ": "`", "∼": "~", "ǀ": "|"})


def csv(record: Record, *, times: bool = True, header: bool = True, leads: tuple[str, ...] = LEADS) -> bytes:
    """A CSV export as a spreadsheet would write it."""
    columns = [record.lead(lead) for lead in leads]
    names = [f"{lead} (mV)" for lead in leads]
    if times:
        columns, names = [np.arange(record.n_samples) / record.fs, *columns], ["time_s", *names]
    rows = [",".join(f"{value:.4f}" for value in row) for row in zip(*columns, strict=True)]
    return "\n".join([",".join(names), *rows] if header else rows).encode()


def wfdb(record: Record, name: str) -> dict[str, bytes]:
    """Header and samples as PhysioNet keeps them."""
    samples = np.round(record.signal * 1000).astype("<i2").T
    lines = [f"{name} 12 {record.fs:g} {len(samples)}"]
    lines += [
        f"{name}.dat 16 1000.0(0)/mV 16 0 {values[0]} {int(values.sum(dtype=np.int64)) % 65536} 0 {lead}"
        for lead, values in zip(LEADS, samples.T, strict=True)
    ]
    return {f"{name}.hea": ("\n".join(lines) + "\n").encode(), f"{name}.dat": samples.tobytes()}


@pytest.fixture(scope="module")
def ecg() -> Record:
    """10 s at 500 Hz."""
    return draw("norm_male", 1, fs=500)


@pytest.fixture(scope="module")
def minute() -> dict[str, bytes]:
    """A minute at 250 Hz as WFDB: 30 s at about 70 a minute, then 30 s at about 50."""
    halves = [
        draw(kind, seed, fs=250, duration=30).signal for kind, seed in (("norm_male", 1), ("norm_slow", 3))
    ]
    return wfdb(Record(np.concatenate(halves, 1), 250, "minute", "test"), "minute")


def drop(app: AppTest, **files: bytes) -> AppTest:
    """Drop files on the page; `__` in a name stands for a dot."""
    named = {name.replace("__", "."): data for name, data in files.items()}
    return app.file_uploader[0].set_value([(name, data, "") for name, data in named.items()]).run()


def said(app: AppTest) -> str:
    parts = [*app.markdown, *app.caption, *app.warning, *app.error, *app.info, *app.success, *app.text]
    return "\n".join(str(part.value) for part in parts)


def tell_rate(app: AppTest, fs: float) -> None:
    """Fill in the sampling rate that is asked for."""
    next(found for found in app.number_input if found.label.startswith("Sampling rate")).set_value(fs)


def on_screen(app: AppTest) -> Record:
    """The record that the page and all others show."""
    source, key = app.session_state["current"]
    assert source == "Your uploads"
    return app.session_state["uploads"][key].record


def button(app: AppTest, label: str):
    return next(found for found in app.button if found.label.startswith(label))


def listed(app: AppTest) -> list[str]:
    return app.radio[0].options


def test_each_file_is_answered_on_its_own(open_page: Callable, ecg: Record) -> None:
    app = drop(
        open_page("upload"), good__csv=csv(ecg), empty__csv=b"", letter__pdf=b"%PDF-1.4", **wfdb_named(ecg)
    )
    assert not app.exception
    assert listed(app) == ["good.csv", "heart.hea"]
    (refused,) = [error.value for error in app.error]
    assert "empty.csv is empty" in refused and "letter.pdf is a PDF" in refused
    assert "What the models say" in said(app)


def test_what_was_not_read_is_dismissed_and_the_record_on_screen_stays(
    open_page: Callable, ecg: Record
) -> None:
    app = drop(open_page("upload"), good__csv=csv(ecg), empty__csv=b"", **wfdb_named(ecg))
    app.radio[0].set_value("heart.hea").run()
    button(app, "Dismiss").click().run()
    assert "empty.csv" not in said(app)
    assert app.radio[0].value == "heart.hea"


def wfdb_named(record: Record) -> dict[str, bytes]:
    return {name.replace(".", "__"): data for name, data in wfdb(record, "heart").items()}


def test_another_record_of_the_list_can_be_chosen(open_page: Callable, ecg: Record) -> None:
    app = drop(open_page("upload"), one__csv=csv(ecg), two__csv=csv(draw("clbbb", 2, fs=500)))
    assert on_screen(app).id == "one.csv"
    app.radio[0].set_value("two.csv").run()
    assert on_screen(app).id == "two.csv"


def test_next_and_previous_go_through_the_uploads(open_page: Callable, ecg: Record) -> None:
    app = drop(open_page("upload"), **{f"{k}.csv": csv(ecg) for k in "ab"})
    assert button(app, "Previous").disabled
    button(app, "Next").click().run()
    assert not app.exception
    assert button(app, "Next").disabled
    assert app.session_state["current"] == ("Your uploads", "b.csv")


def test_a_missing_rate_is_asked_for_and_never_prefilled_where_several_fit(
    open_page: Callable, ecg: Record
) -> None:
    app = drop(open_page("upload"), bare__csv=csv(ecg, times=False))
    assert "needs an answer" in listed(app)[0]
    (rate,) = [found for found in app.number_input if found.label.startswith("Sampling rate")]
    assert rate.value is None  # 400 Hz would fit as well
    assert "5000 samples would last 10 s at 500 Hz" in said(app)
    assert "12.5 s at 400 Hz" in said(app)
    assert not [found for found in app.selectbox if found.label.startswith("Unit")]
    rate.set_value(500.0)
    button(app, "Read the file").click().run()
    assert on_screen(app).fs == 500
    assert "Read with 500 Hz, as you answered" in said(app)


def test_an_answer_serves_the_next_file_of_its_kind_and_the_page_says_so(
    open_page: Callable, ecg: Record
) -> None:
    app = drop(open_page("upload"), first__csv=csv(ecg, times=False))
    tell_rate(app, 500.0)
    button(app, "Read the file").click().run()
    drop(app, second__csv=csv(ecg, times=False) + b"\n")
    assert on_screen(app).id == "second.csv"
    assert "as answered for first.csv" in said(app)


def test_an_answer_also_reads_the_files_that_wait(open_page: Callable, ecg: Record) -> None:
    other = draw("norm_male", 2, fs=500)
    app = drop(open_page("upload"), one__csv=csv(ecg, times=False), two__csv=csv(other, times=False))
    tell_rate(app, 500.0)
    button(app, "Read the file").click().run()
    assert "Read with the same answers: two.csv" in said(app)
    assert set(app.session_state["uploads"]) == {"one.csv", "two.csv"}


def test_a_file_that_holds_many_is_a_list_to_choose_from(open_page: Callable, ecg: Record) -> None:
    stored = io.BytesIO()
    np.savez(stored, tracings=np.stack([ecg.signal.T] * 3), exam_id=[11, 5, 8], unit="mV", leads=LEADS)
    app = drop(open_page("upload"), many__npz=stored.getvalue())
    tell_rate(app, 500.0)
    button(app, "Read the file").click().run()
    assert not app.exception
    assert [name.replace("\u2060", "") for name in listed(app)] == ["many.npz#11", "many.npz#5", "many.npz#8"]


def test_an_answer_can_be_changed(open_page: Callable, ecg: Record) -> None:
    app = drop(open_page("upload"), bare__csv=csv(ecg, times=False))
    button(app, "Read the file").click().run()
    next(n for n in app.number_input if n.label.startswith("Sampling rate")).set_value(250.0)
    button(app, "Read the file").click().run()
    assert on_screen(app).fs == 250


def test_lead_names_are_asked_for_and_their_number_must_fit(open_page: Callable, ecg: Record) -> None:
    app = drop(open_page("upload"), bare__csv=csv(ecg, times=False, header=False))
    names = next(found for found in app.text_input if found.label.startswith("Names of 12 columns"))
    assert names.value == ", ".join(LEADS)
    names.set_value("I, II, V1")
    tell_rate(app, 500.0)
    button(app, "Read the file").click().run()
    assert "12 columns" in app.error[-1].value
    names = next(found for found in app.text_input if found.label.startswith("Names of 12 columns"))
    names.set_value(" ".join(LEADS))
    button(app, "Read the file").click().run()
    assert on_screen(app).complete


def test_a_record_with_missing_leads_is_shown_and_not_judged(open_page: Callable, ecg: Record) -> None:
    app = drop(open_page("upload"), some__csv=csv(ecg, leads=("I", "II", "V1", "V2")))
    assert not app.error and not app.exception
    assert "8 of 12 leads" in app.radio[0].proto.captions[0]
    assert "is not judged" in said(app)


def test_age_and_sex_can_be_given_by_hand(open_page: Callable, ecg: Record) -> None:
    app = drop(open_page("upload"), one__csv=csv(ecg))
    assert on_screen(app).metadata == Metadata()
    next(found for found in app.number_input if found.label.startswith("Age")).set_value(61)
    next(found for found in app.selectbox if found.label == "Sex").set_value("female")
    button(app, "Use").click().run()
    assert on_screen(app).metadata == Metadata(61, "female")
    assert "Age and sex as given by hand." in on_screen(app).notes


def test_age_and_sex_are_prefilled_from_the_file(open_page: Callable, ecg: Record) -> None:
    app = drop(open_page("upload"), one__csv=b"# age: 47\n# sex: male\n" + csv(ecg))
    assert next(found for found in app.number_input if found.label.startswith("Age")).value == 47
    assert next(found for found in app.selectbox if found.label == "Sex").value == "male"


def test_of_a_long_recording_10_s_are_read_and_it_says_which(open_page: Callable, minute: dict) -> None:
    app = drop(open_page("upload"), **{name.replace(".", "__"): data for name, data in minute.items()})
    assert on_screen(app).duration == 10
    assert "from 0:00:00 to 0:00:10" in on_screen(app).notes[-1]
    app.slider[0].set_value(24.0).run()
    assert "from 0:00:24 to 0:00:34" in on_screen(app).notes[-1]


def test_a_suggestion_opens_its_window(open_page: Callable, minute: dict) -> None:
    app = drop(open_page("upload"), **{name.replace(".", "__"): data for name, data in minute.items()})
    button(app, "Slowest").click().run()
    assert app.slider[0].value >= 25
    assert on_screen(app).notes[-1].startswith("This is the part from 0:00:")


def test_all_windows_can_be_scored(open_page: Callable, minute: dict) -> None:
    app = drop(open_page("upload"), **{name.replace(".", "__"): data for name, data in minute.items()})
    button(app, "Score all windows").click().run()
    upload = next(iter(app.session_state["visit"].uploads.values()))
    upload.scoring.wait(300)
    app.run()
    assert not app.exception
    assert upload.scoring.scores.probabilities.shape == (6, 5)
    assert np.isfinite(upload.scoring.scores.probabilities).all()
    assert not [found for found in app.button if found.label.startswith("Score")]


def test_samples_find_the_header_that_comes_later(open_page: Callable, ecg: Record) -> None:
    files = wfdb_named(ecg)
    app = drop(open_page("upload"), heart__dat=files["heart__dat"])
    assert "give its header" in app.error[0].value
    drop(app, heart__hea=files["heart__hea"])
    assert not app.error
    assert listed(app) == ["heart.hea"]


def test_namesakes_are_kept_apart(open_page: Callable, ecg: Record) -> None:
    app = drop(open_page("upload"), ecg__csv=csv(ecg))
    drop(app, ecg__csv=csv(draw("clbbb", 2, fs=500)))
    assert listed(app) == ["ecg.csv", "ecg.csv (2)"]


def test_a_corrected_file_takes_the_place_of_the_refused_one(open_page: Callable, ecg: Record) -> None:
    app = drop(open_page("upload"), ecg__csv=b"")
    assert app.error
    drop(app, ecg__csv=csv(ecg))
    assert not app.error
    assert listed(app) == ["ecg.csv"]


def test_forgetting_leaves_nothing_behind(open_page: Callable, ecg: Record) -> None:
    app = drop(open_page("upload"), one__csv=csv(ecg), two__csv=b"")
    button(app, "Forget the uploads").click().run()
    assert not app.radio and not app.error
    assert not app.session_state["visit"].files
    assert not app.session_state["uploads"]
    assert "kept_predictions" not in app.session_state
    assert app.session_state["current"] == ("Demo library", "demo-01")
    assert not app.file_uploader[0].value


def test_one_of_several_can_be_removed(open_page: Callable, ecg: Record) -> None:
    app = drop(open_page("upload"), one__csv=csv(ecg), two__csv=csv(draw("clbbb", 2, fs=500)))
    button(app, "Remove this one").click().run()
    assert listed(app) == ["two.csv"]
    assert set(app.session_state["visit"].files) == {"two.csv"}


@pytest.fixture
def named(monkeypatch: pytest.MonkeyPatch, ecg: Record) -> None:
    """Every file is of one patient, whose name is hostile, and looks odd."""
    who = Identity("<b>Doe</b>^**Jane**", "1950-01-31", "4711")
    record = Record(ecg.signal, ecg.fs, "x", "x", identity=who)
    monkeypatch.setattr(
        "ecgnet.ui.upload.visit.read_apart",
        lambda files, **_: [
            Answer(name, record, None, "test", ("Lead V1 is [odd](http://x.y).",)) for name in files
        ],
    )


def test_name_and_birth_date_are_shown_only_when_asked_for(open_page: Callable, named: None) -> None:
    app = drop(open_page("upload"), one__ecg=b"1")
    assert "Doe" not in said(app) and "1950" not in said(app)
    app.toggle(key="identity-1").set_value(True).run()
    (text,) = [found.value for found in app.text]
    assert "<b>Doe</b>" in text and "1950-01-31" in text  # as text: nothing in it is markup
    assert app.query_params["record"] == "upload/1"  # its number in the visit, nothing of its own


def test_a_warning_stands_beside_the_record_and_is_plain_text(open_page: Callable, named: None) -> None:
    app = drop(open_page("upload"), one__ecg=b"1")
    (warning,) = [found.value for found in app.warning if "second look" in found.value]
    assert "Lead V1 is" in warning
    assert "](" not in warning
    assert "What the models say" in said(app)


def test_a_hostile_file_name_is_only_a_name(open_page: Callable, ecg: Record) -> None:
    name = "<img src=x onerror=alert(1)> [a](http://x.y) :smile:.csv"
    app = open_page("upload")
    app.file_uploader[0].set_value([(name, csv(ecg), "")]).run()
    for part in (*app.markdown, *app.caption):
        assert "<img" not in str(part.value) and "](http" not in str(part.value)
    assert "<img" not in listed(app)[0]
    assert on_screen(app).id.replace(JOINER, "") == name


@given(st.text(alphabet=st.characters(codec="ascii", exclude_characters="$\\"), max_size=60))
def test_plain_text_reads_the_same(text: str) -> None:
    """But for control characters and runs of blanks."""
    printed = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    assert plain(text).replace(JOINER, "").translate(ALIKE) == printed


@pytest.mark.parametrize(
    "text",
    [
        "**b**",
        "`c`",
        "[a](b)",
        "![a](b)",
        "<i>",
        "$x$",
        ":smile:",
        ":red[x]",
        "www.x.y",
        "_a_",
        "# h",
        "&lt;",
    ],
)
def test_plain_text_has_no_markup_left(text: str) -> None:
    assert text not in plain(f"{text} and {text}")


def test_what_is_read_is_told_by_the_readers(open_page: Callable) -> None:
    table = next(found.value for found in open_page("upload").markdown if "What ECGNet reads" in found.value)
    for module in formats():
        assert f"**{module.NAME}**" in table
    assert set(HINTS) <= {module.NAME for module in formats()}
    assert "50 MB" in said(open_page("upload"))


def test_of_several_recordings_the_page_says_which_was_read_and_another_can_be_chosen(
    open_page: Callable, ecg: Record
) -> None:
    strip = cardiosoft_xml.write(draw("clbbb", 2, fs=500).signal[:, :2500], 500).decode()
    full = cardiosoft_xml.write(ecg.signal, 500, disclosure=True).decode()
    part = full[full.index("<FullDisclosure>") : full.index("</CardiologyXML>")]
    app = drop(
        open_page("upload"), two__xml=strip.replace("</CardiologyXML>", part + "</CardiologyXML>").encode()
    )
    (choice,) = [found for found in app.selectbox if found.label.startswith("Recording")]
    assert (choice.value, choice.options) == (2, ["1: strip, 5 s", "2: full disclosure, 10 s"])
    assert "Number 2 of 2 is read, as it is the longest." in said(app)
    choice.set_value(1).run()
    assert not app.exception
    assert on_screen(app).duration == 5
    assert "Number 1 of 2 is read, as asked for." in said(app)
