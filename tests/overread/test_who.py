"""Who reads."""

from __future__ import annotations

import pytest

from ecgnet.overread.who import Reader, local_reader, reader_of_login

CLAIMS = {"iss": "https://login.example", "sub": "7", "name": "Grace Hopper", "email": "g@h.example"}


def test_issuer_and_subject_say_who_it_is_whatever_the_name():
    married = reader_of_login(CLAIMS | {"name": "Grace Murray"})
    assert married.subject == reader_of_login(CLAIMS).subject
    assert reader_of_login(CLAIMS | {"iss": "https://other.example"}).subject != married.subject


@pytest.mark.parametrize("lacking", ["iss", "sub"])
def test_a_login_that_does_not_say_who_is_nobody(lacking: str):
    assert reader_of_login(CLAIMS | {lacking: ""}) is None


def test_a_subject_that_would_have_to_be_cut_short_is_nobody():
    assert reader_of_login(CLAIMS | {"sub": "7" * 500}) is None


def test_a_name_is_plain_text_in_one_line():
    assert reader_of_login(CLAIMS | {"name": "Grace\n\u202eHopper"}).name == "Grace Hopper"
    with pytest.raises(ValueError, match="one line"):
        Reader("x", "a\nb")


def test_without_a_name_nobody_is_named_at_this_machine():
    assert not local_reader({}).named
    assert local_reader({"ECGNET_READER": "Ada"}) == Reader("local: Ada", "Ada")
