"""A Bundle to the hospital's FHIR server, where `ECGNET_FHIR` names one (`connection`)."""

from __future__ import annotations

from typing import Any

from ecgnet.interop.connection import Connection, ConnectionFault, asked, connection, refuse
from ecgnet.interop.fhir.checks import check
from ecgnet.language import mark, say

VARIABLE = "ECGNET_FHIR"
_TYPE = "application/fhir+json"


def server() -> Connection | None:
    """The server that is set up, None where there is none. Raises ConnectionFault for settings that cannot be used."""
    return connection(VARIABLE, mark("FHIR server"))


def post(bundle: dict[str, Any], to: Connection) -> list[str]:
    """Send a Bundle as one transaction → where the server keeps each resource, as it says it.

    Raises FaultyBundle for one that must not leave, ConnectionFault where it does not arrive whole, or names no patient."""
    check(bundle)
    reports = [e["resource"] for e in bundle["entry"] if e["resource"]["resourceType"] == "DiagnosticReport"]
    if not all("subject" in report for report in reports):
        raise ConnectionFault(
            say(
                "The reading names no patient and nobody would find it on the FHIR server: send it with the patient's "
                "number."
            )
        )
    with to.session() as session:
        answer = asked(
            to,
            lambda: session.post(
                to.url,
                json=bundle,
                headers={"Content-Type": _TYPE, "Accept": _TYPE},
                timeout=to.timeout,
                allow_redirects=False,
            ),
        )
    refuse(to, answer.status_code)
    try:
        responses = [entry["response"] for entry in answer.json()["entry"]]
        kept = [str(response.get("location", "")) for response in responses]
        states = [str(response["status"]) for response in responses]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ConnectionFault(
            say(
                "What the {name} answered is no FHIR transaction: check the address.",
                name=to.name,
            )
        ) from None
    if len(kept) != len(bundle["entry"]) or not all(status.startswith("2") for status in states):
        raise ConnectionFault(
            say(
                "The {name} did not keep all parts of the reading: its log says why.",
                name=to.name,
            )
        )
    return kept
