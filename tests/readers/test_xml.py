"""XML of any family: what may harm is refused, every encoding of devices is read, samples in texts are counted."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecgnet.readers import ReadError, _xml
from ecgnet.readers._patient import date_in, metadata
from ecgnet.record import Metadata

LAUGHS = '<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><a>&c;</a>'
OUTSIDE = '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'


@pytest.mark.parametrize("text", [LAUGHS, OUTSIDE])
def test_entities_are_refused(text):
    with pytest.raises(ReadError, match=r"e\.xml declares entities"):
        _xml.parse(text.encode(), "e.xml")


def test_a_dtd_that_is_only_named_is_not_fetched():
    root, notes = _xml.parse(b'<!DOCTYPE a SYSTEM "http://127.0.0.1:1/a.dtd"><a>1</a>', "e.xml")
    assert (root.text, notes) == ("1", ())


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("<a>" * 101 + "</a>" * 101, "nested deeper than 100"),
        ("<a>" + "<b/>" * 1000 + "</a>", "more than 1000"),
    ],
)
def test_depth_and_number_of_elements_are_limited(monkeypatch, text, sentence):
    monkeypatch.setattr(_xml, "MAX_ELEMENTS", 1000)
    with pytest.raises(ReadError, match=rf"e\.xml: its XML elements are {sentence}"):
        _xml.parse(text.encode(), "e.xml")


@pytest.mark.parametrize("text", ["", "<a>", "<a><b></a>", "<a>\x01</a>", "<a", "<a/><b/>", "<a>&nbsp;</a>"])
def test_what_is_no_whole_xml_is_refused(text):
    with pytest.raises(ReadError, match=r"e\.xml (is no whole XML|declares entities)"):
        _xml.parse(text.encode(), "e.xml")


@pytest.mark.parametrize(
    ("declared", "codec"),
    [
        ("UTF-8", "utf-8"),
        ("UTF-8", "utf-8-sig"),
        ("ISO-8859-1", "latin-1"),
        ("ISO8859-1", "latin-1"),
        ("windows-1252", "cp1252"),
        ("UTF-16", "utf-16"),
        ("UTF-16", "utf-16-le"),
        ("UTF-16", "utf-16-be"),
        ("utf-16", "utf-8"),
    ],
)
def test_encodings(declared, codec):
    data = f'<?xml version="1.0" encoding="{declared}"?>\n<x:a xmlns:x="urn:x">Jörg</x:a>'.encode(codec)
    root, notes = _xml.parse(data, "e.xml")
    assert (root.tag, root.text, notes) == ("a", "Jörg", ())
    assert _xml.root_name(_xml.head(data)) == "a"


def test_chinese_and_a_lost_byte_order_mark():
    assert (
        _xml.parse('<?xml version="1.0" encoding="GB2312"?><a>窦性</a>'.encode("gb2312"), "e")[0].text
        == "窦性"
    )
    data = b'?<?xml version="1.0"?><a/>'
    assert _xml.root_name(_xml.head(data)) == _xml.parse(data, "e")[0].tag == "a"


def test_a_text_not_in_its_encoding_is_noted():
    root, notes = _xml.parse('<?xml version="1.0" encoding="UTF-8"?><a>Jörg</a>'.encode("latin-1"), "e")
    assert root.text == "Jörg"
    assert "not in utf-8" in notes[0]


def test_an_encoding_that_is_no_text_is_not_used():
    assert _xml.parse(b'<?xml version="1.0" encoding="punycode"?><a>1</a>', "e")[0].text == "1"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("<!-- <b> --><!DOCTYPE c [<!ELEMENT d ANY>]><?pi <e>?><x:f g='1'>", "f"),
        ("no XML", ""),
        ("<!-- never ends", ""),
        ("<", ""),
    ],
)
def test_the_root_is_found_behind_comments(text, name):
    assert _xml.root_name(text) == name


@given(
    st.lists(st.integers(-40000, 40000), max_size=50),
    st.sampled_from([" ", ",", ", ", ",\n\t\t", ";", "\r\n"]),
)
def test_numbers_in_a_text(values, separator):
    np.testing.assert_array_equal(
        _xml.samples_in_text(separator.join(map(str, values)), "e", "lead I"), values
    )


def test_an_empty_place_between_commas_is_a_sample_that_is_missing():
    values = _xml.samples_in_text(",1,, \n,4,", "e", "lead I")
    np.testing.assert_array_equal(values, [np.nan, 1, np.nan, np.nan, 4])


@pytest.mark.parametrize("text", ["1 x 2", "1 2-3", "0x10", "1,,a"])
def test_what_is_no_number_is_refused(text):
    with pytest.raises(ReadError, match=r"e: lead I holds something that is no number"):
        _xml.samples_in_text(text, "e", "lead I")


@pytest.mark.parametrize(
    ("text", "sentence"), [("A", "no base64"), ("", "no samples"), ("AAAA", "within a sample")]
)
def test_base64_that_is_refused(text, sentence):
    with pytest.raises(ReadError, match=rf"e: .*lead I.*{sentence}|e: lead I.*{sentence}"):
        _xml.samples_in_base64(text, "<i2", "e", "lead I")


@pytest.mark.parametrize(
    ("facts", "known"),
    [
        ({"age": "18", "age_unit": "MONTHS", "sex": "F"}, Metadata(age=1.5, sex="female")),
        ({"age": "50", "age_unit": "unheard of", "sex": "UNKNOWN"}, Metadata()),
        ({"age": "0", "age_unit": "YEARS", "height": ("0", "cm")}, Metadata()),
        ({"height": ("70", "in"), "weight": ("154.3", "lb")}, Metadata(height=177.8, weight=69.989)),
        ({"height": ("1.7", "m"), "weight": ("70", "stone")}, Metadata(height=170)),
        ({"age": "300", "weight": ("9999", "kg")}, Metadata()),
    ],
)
def test_what_is_known_of_the_patient(facts, known):
    assert metadata(**facts) == (known, ())


def test_the_age_follows_from_the_dates():
    recorded = date_in("20240325101112", "%Y%m%d")
    known, notes = metadata(birth=date_in("1970-03-26", "%Y-%m-%d"), recorded=recorded)
    assert known.age == 53 and "computed" in notes[0]
    assert metadata(birth=date_in("2023-09-25", "%Y-%m-%d"), recorded=recorded)[0].age == 0.5
    assert metadata(birth=date_in("1890-01-01", "%Y-%m-%d"), recorded=recorded)[0].age is None


def test_the_age_stated_counts_and_a_difference_is_noted():
    dates = {"birth": date_in("1970-01-01", "%Y-%m-%d"), "recorded": date_in("2024-03-25", "%Y-%m-%d")}
    assert metadata(age="54", **dates) == (Metadata(age=54), ())
    known, notes = metadata(age="46", **dates)
    assert known.age == 46 and "does not fit" in notes[0]
