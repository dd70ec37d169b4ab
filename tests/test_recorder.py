"""What a recorder stated, as far as its words are read."""

from __future__ import annotations

import pytest

from ecgnet.recorder import RecorderReport


@pytest.mark.parametrize(
    "text",
    [
        "pacemaker ekg",
        "Schrittmacher-EKG",
        "Atrial-paced rhythm",
        "regular ventricular pacing",
        "ペースメーカー調律",
    ],
)
def test_a_pacemaker_is_read_in_several_languages(text: str):
    assert RecorderReport((text,)).states_pacemaker


@pytest.mark.parametrize(
    "text",
    [
        "Sinusrhythmus, wandernder Schrittmacher",
        "ectopic atrial pacemaker",
        "no pacemaker spikes",
        "ohne Schrittmacher",
        "normal sinus rhythm, spaced leads",
        "洞調律、正常範囲",
    ],
)
def test_a_pacemaker_of_the_heart_or_one_denied_is_none(text: str):
    assert not RecorderReport((text,)).states_pacemaker


def test_what_is_denied_in_one_part_may_be_stated_in_the_next():
    assert RecorderReport(("no P waves found. Pacemaker rhythm",)).states_pacemaker
