"""The catalogues: up to date with the code, whole, and filled in as each language writes."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import date
from string import Formatter
from threading import Thread

import pytest

from ecgnet.language import (
    FOLDER,
    Words,
    again,
    carried,
    catalogue,
    for_all,
    languages,
    learn,
    localised,
    noting,
    say,
    say_n,
    speaking,
    spoken,
)
from ecgnet.language.extract import POT, messages, written

OTHERS = languages()[1:]


def placeholders(text: str) -> list[tuple[str, str, str]]:
    """Name, format and conversion of each."""
    return sorted((name, spec or "", how or "") for _, name, spec, how in Formatter().parse(text) if name)


def test_the_template_is_up_to_date() -> None:
    assert POT.read_text("utf-8") == written(messages(), {}), "run python -m ecgnet.language.extract"


@pytest.mark.parametrize("language", OTHERS)
def test_every_message_is_translated_with_its_placeholders(language: str) -> None:
    texts = catalogue(language)
    assert [message for message in messages() if message not in texts] == []
    filled = {
        m: t for m, t in texts.items() if "{" in m and "%{x" not in m and "%{y" not in m and "%{c" not in m
    }
    assert [m for m, t in filled.items() if any(placeholders(one) != placeholders(m) for one in t)] == []


@pytest.mark.parametrize("language", OTHERS)
def test_plotly_finds_its_own_placeholders(language: str) -> None:
    hover = re.compile(r"%\{+[^{}]*")
    texts = catalogue(language)
    assert [
        m for m, t in texts.items() if any(sorted(hover.findall(m)) != sorted(hover.findall(o)) for o in t)
    ] == []


@pytest.mark.parametrize("language", OTHERS)
def test_plural_messages_have_both_forms(language: str) -> None:
    texts = catalogue(language)
    assert [
        message for message, (plural, _) in messages().items() if plural and len(texts[message]) != 2
    ] == []


def test_english_is_what_the_code_says() -> None:
    assert spoken() == "en"
    assert say("{n:,} of {share:.1f} %", n=1234, share=0.5) == "1,234 of 0.5 %"
    assert say("braces {stay} without values") == "braces {stay} without values"


def test_german_numbers_days_and_plurals() -> None:
    with speaking("de"):
        assert localised("1,234.5") == "1.234,5"
        assert say("{v:.1f} on {day:%Y-%m-%d}", v=0.5, day=date(2026, 11, 28)) == "0,5 on 28.11.2026"
        assert say_n("{n} premature beat", "{n} premature beats", n=1) == "1 Extrasystole"
        assert say_n("{n} premature beat", "{n} premature beats", n=3) == "3 Extrasystolen"
        assert Words({"MI": "Myocardial infarction"})["MI"] == "Myokardinfarkt"
    assert Words({"MI": "Myocardial infarction"})["MI"] == "Myocardial infarction"


def test_a_thread_speaks_the_language_of_who_asks() -> None:
    heard = []
    with speaking("de"):
        thread = Thread(target=carried(lambda: heard.append(say("Browse"))))
    thread.start()
    thread.join()
    assert heard == ["Durchsehen"]


def test_what_was_worded_elsewhere_is_said_again() -> None:
    with speaking("de"), noting() as said:
        text = say("{title} (synthetic)", title=say("Normal ECG, man"))
    assert text == "Normal ECG, man (synthetic)"
    learn(said)
    assert again(text) == text
    with speaking("de"):
        assert again(text) == "Normales EKG, Mann (synthetisch)"


def test_the_catalogues_lie_beside_the_package() -> None:
    assert {file.stem for file in FOLDER.glob("*.po")} == set(OTHERS)


def test_a_day_is_said_again_as_the_language_writes_it() -> None:
    with noting() as said:
        text = say("ECGNet report of {made:%Y-%m-%d}", made=date(2026, 11, 28))
    learn(said)
    with speaking("de"):
        assert again(text) == "ECGNet-Befund vom 28.11.2026"


def test_what_is_raised_speaks_the_language_of_who_asks() -> None:
    @for_all
    def fail() -> None:
        raise ValueError(say("No beat was found."))

    with speaking("de"), pytest.raises(ValueError, match="Es wurde kein Schlag gefunden"):
        fail()
    with pytest.raises(ValueError, match="No beat was found"):
        fail()


@pytest.mark.parametrize(
    "how",
    [
        ["text", "{a.__class__}", "", {"a": "1"}],  # no message of the catalogue
        ["text", "{n:,} records", "", {"n": "many"}],
        ["text", "Lead {names}", "", {"other": 1}],
        ["text", "Lead {names}", "", None],
        ["text", ["Lead {names}"], "", {}],
    ],
)
def test_what_another_process_noted_is_not_trusted(how: list) -> None:
    learn({"text": how})
    with speaking("de"):
        assert again("text") == "text"


def test_no_catalogue_is_read_before_its_language_is_spoken() -> None:
    script = (
        "from ecgnet.demo import draw; from ecgnet.judge import judge; from ecgnet.language import catalogue; "
        "judge(draw('imi', 1), []).text(); print(catalogue.cache_info().currsize)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "1\n"  # English, which has none
