"""Reports put into English; every sentence here is invented."""

from __future__ import annotations

import csv

import pytest

from ecgnet.translation import translate
from ecgnet.translation.dictionary import FILE, LANGUAGES


@pytest.mark.parametrize(
    ("report", "language", "english"),
    [
        (
            "sinusrhythmus linkstyp st-senkung in v4-6",
            "German",
            "Sinus rhythm, leftward axis, ST-depression in V4-6",
        ),
        ("VORHOFFLATTERN MIT 2:1 ÜBERLEITUNG", "German", "Atrial flutter with 2:1 conduction"),
        ("mögl. alter vorderwandinfarkt", "German", "Possible old anterior infarction"),
        ("inferiorer infarkt,   wahrscheinlich   akut", "German", "Inferior infarction, probably acute"),
        (
            "förmaksflimmer med låg kammarfrekvens i extremitetsavledningarna",
            "Swedish",
            "Atrial fibrillation with low ventricular rate in the limb leads",
        ),
    ],
)
def test_a_report_is_read_in_english(report: str, language: str, english: str):
    translated = translate(report)
    assert (translated.language_title, translated.text) == (language, english)
    assert translated.whole


def test_umlauts_may_be_written_out():
    assert translate("vorhofueberlastung").text == translate("vorhofüberlastung").text == "Atrial overload"


def test_what_is_not_known_stays_and_is_marked():
    translated = translate("sinusrhythmus unter zaubertrank")
    assert translated.text == "Sinus rhythm, under ‹zaubertrank›"
    assert not translated.whole
    assert translated.original == "sinusrhythmus unter zaubertrank"


def test_a_last_word_that_was_cut_off_is_known_by_its_beginning_where_that_is_enough():
    assert translate("linkstyp linksschenkelbl").text == "Leftward axis, left bundle branch block…"
    assert translate("linkstyp vor").text == "Leftward axis, before"  # a word of its own


@pytest.mark.parametrize("report", ["sinus rhythm. old inferior infarction in avf.", "", "   ", "123 4.5"])
def test_what_is_in_english_or_says_nothing_is_left_alone(report: str):
    assert translate(report) is None


def test_every_term_has_its_english_a_language_and_a_kind():
    with FILE.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert all(row["term"] and row["english"] for row in rows)
    assert {row["language"] for row in rows} == {*LANGUAGES, "any"}
    assert {row["kind"] for row in rows} == {"word", "adjective", "short", "finding"}
    assert len({(row["term"], row["language"], row["kind"]) for row in rows}) == len(rows)
