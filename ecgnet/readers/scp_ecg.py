"""SCP-ECG, the standard protocol of European electrocardiographs (.scp).

The rhythm is decoded here, for no library undoes all of its compression (own Huffman tables, bimodal, reference beat).
Source: EN 1064:2005 (ISO 11073-91064), "Standard communication protocol, computer-assisted electrocardiography".
"""

from __future__ import annotations

from collections.abc import Mapping

from ecgnet.language import say
from ecgnet.readers import _scp_report, _scp_sections, _scp_signal
from ecgnet.readers._core import ReadOptions
from ecgnet.readers._stated import assemble
from ecgnet.record import Identity, Metadata, Record

NAME = "SCP-ECG"


def sniff(data: bytes, name: str) -> bool:
    """Whether the record starts with a pointer section that points to itself."""
    return _scp_sections.looks_like_scp(data)


def read(data: bytes, name: str, companions: Mapping[str, bytes], options: ReadOptions) -> Record:
    """The rhythm of an SCP-ECG record, signal (12, T) in mV.

    The file states rate and step; fs and unit of the options serve where it says 0. Raises ReadError.
    """
    sections = _scp_sections.split(data, name)
    notes: list[str] = []
    if sections.damaged:
        parts = ", ".join(sections.damaged)
        notes.append(
            say(
                "The checksum of {parts} does not match: the samples may be damaged or edited.",
                parts=parts,
            )
        )
    metadata, identity, protocol = Metadata(), Identity(), 0
    if 1 in sections.bodies:
        metadata, identity, protocol = _scp_sections.patient(sections.bodies[1], notes)
    channels, fs = _scp_signal.rhythm(sections.bodies, sections.protocol or protocol, name, notes)
    if 12 in sections.bodies and (sections.protocol or protocol) >= 30:
        notes.append(say("The file also holds a long-term rhythm, which is not read."))
    recorder, remarks = _scp_report.report(sections.bodies, identity)
    return assemble(channels, fs, name, options, NAME, metadata, identity, (*notes, *remarks), recorder)
