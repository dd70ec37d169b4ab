"""The statements in words."""

from __future__ import annotations

from ecgnet.statements import READABLE, STATEMENTS, SUBCLASSES


def test_every_wording_is_of_a_statement_and_of_one_alone():
    assert set(READABLE) <= set(STATEMENTS)
    words = [statement.words for statement in STATEMENTS.values()]
    assert len(words) == len(set(words)) == 71


def test_every_subclass_has_words():
    assert set(SUBCLASSES) == {s.subclass for s in STATEMENTS.values() if s.subclass}


def test_one_thing_is_spelt_in_one_way():
    said = " ".join(statement.words for statement in STATEMENTS.values())
    assert not [stray for stray in ("ischemic", "T-wave", "ST-T", "(former", "/enlargement") if stray in said]
    assert STATEMENTS["ISCAL"].words == "anterolateral ischaemia"
    assert (
        STATEMENTS["ISCAL"].description == "ischemic in anterolateral leads"
    )  # as PTB-XL has it, for coded exports
