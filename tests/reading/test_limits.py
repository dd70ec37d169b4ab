"""Limits by sex and age, and a table that a site edits."""

from __future__ import annotations

import json

import pytest

from ecgnet.reading.limits import SHIPPED, LimitsError, critical_values, ranged, read_limits, shipped_or_site
from ecgnet.record import Metadata
from tests.reading.conftest import measured

LIMITS = read_limits(SHIPPED)
WOMAN, MAN = Metadata(50, "female"), Metadata(50, "male")


@pytest.mark.parametrize(
    ("name", "value", "who", "flag"),
    [
        ("heart_rate", 59, MAN, "low"),
        ("heart_rate", 72, MAN, None),
        ("heart_rate", 34, MAN, "critical"),
        ("pr", 212, MAN, "high"),
        ("qrs", 164, WOMAN, "high"),
        ("qtc_fridericia", 455, MAN, "high"),
        ("qtc_fridericia", 455, WOMAN, None),
        ("qtc_fridericia", 593, WOMAN, "critical"),
        ("axis", -55, WOMAN, "low"),
        ("axis", 90, WOMAN, None),
    ],
)
def test_a_value_is_flagged_by_the_limits_for_its_patient(name, value, who, flag):
    assert ranged(measured(**{name: value}), who, limits=LIMITS)[name].flag == flag


def test_unknown_sex_takes_the_wider_limits_and_says_so():
    found = ranged(measured(qtc_fridericia=455), Metadata(50), limits=LIMITS)["qtc_fridericia"]
    assert (found.high, found.flag) == (460, None)
    assert "sex not known" in found.note


def test_a_child_has_no_limits_and_that_is_said():
    found = ranged(measured(qrs=120), Metadata(9, "male"), limits=LIMITS)["qrs"]
    assert (found.low, found.high, found.flag, found.note) == (None, None, None, "no limits for this age")


def test_what_is_not_measurable_has_its_reason_and_no_flag():
    found = ranged(measured(), MAN, limits=LIMITS)["pr"]
    assert (found.value, found.flag, found.reason) == (None, None, "Not found.")


def test_the_gravest_critical_value_is_told():
    assert [c.level for c in critical_values("heart_rate", 34, limits=LIMITS)] == ["critical"]
    assert [c.level for c in critical_values("heart_rate", 38, limits=LIMITS)] == ["urgent"]


def test_a_qtc_behind_a_wide_qrs_complex_is_not_critical():
    found = ranged(measured(qrs=150, qt=560, qtc_fridericia=580), MAN, limits=LIMITS)["qtc_fridericia"]
    assert (found.flag, found.note) == ("high", "lengthened by the wide QRS complex: JT 410 ms")


def test_every_row_names_its_source():
    assert all(row.source for row in (*LIMITS.rows, *LIMITS.critical))


def test_a_site_keeps_its_own_table(tmp_path, monkeypatch):
    table = json.loads(SHIPPED.read_text())
    table["limits"][0]["high"] = 90
    own = tmp_path / "ours.json"
    own.write_text(json.dumps(table))
    monkeypatch.setenv("ECGNET_LIMITS", str(own))
    assert ranged(measured(heart_rate=95), MAN, limits=shipped_or_site())["heart_rate"].flag == "high"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda t: t["limits"][0].update(measure="pulse"), "no measurement 'pulse'"),
        (lambda t: t["limits"][0].update(low=200), "not below the upper one"),
        (lambda t: t["limits"][0].pop("source"), "a row lacks 'source'"),
        (lambda t: t["critical"][0].update(below="forty"), "'forty' is no number"),
        (lambda t: t.pop("critical"), "a row lacks 'critical'"),
    ],
)
def test_a_faulty_table_is_named_with_its_fault(tmp_path, change, words):
    table = json.loads(SHIPPED.read_text())
    change(table)
    path = tmp_path / "ours.json"
    path.write_text(json.dumps(table))
    with pytest.raises(LimitsError, match=r"ours\.json") as caught:
        read_limits(path)
    assert words in str(caught.value)


def test_a_table_that_is_not_there_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("ECGNET_LIMITS", str(tmp_path / "none.json"))
    with pytest.raises(LimitsError, match=r"none\.json, named in ECGNET_LIMITS"):
        shipped_or_site()
