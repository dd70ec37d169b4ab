"""An archive that speaks DICOMweb, at `ECGNET_DICOMWEB` (`connection`).

Searching is dicomweb-client's. Objects are fetched here, byte by byte as they are stored, since they are read in a process
of its own (`readers.read_apart`), and so that no answer is larger than ECGNet reads. Addresses that a server answers with
(`RetrieveURL`, `BulkDataURI`) are never followed; each is built on the configured one."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import requests

from ecgnet.interop.connection import Connection, ConnectionFault, asked, connection, refuse
from ecgnet.interop.pacs.hits import FIELDS, UID, Hit, Query, hit, text_at
from ecgnet.interop.pacs.multipart import MultipartError, only_part
from ecgnet.language import Words, mark, say
from ecgnet.readers import LARGEST_FILE

if TYPE_CHECKING:
    from dicomweb_client.api import DICOMwebClient

VARIABLE = "ECGNET_DICOMWEB"
ECG_CLASSES = Words(
    {
        "1.2.840.10008.5.1.4.1.1.9.1.1": "12-lead ECG",
        "1.2.840.10008.5.1.4.1.1.9.1.2": "General ECG",
        "1.2.840.10008.5.1.4.1.1.9.1.3": "Ambulatory ECG",
        "1.2.840.10008.5.1.4.1.1.9.1.4": "General 32-bit ECG",
    }
)
"""The classes of ECG waveforms, PS3.4 B.5; each is read as `readers.dicom` does."""
MOST_HITS = 200
"""Studies that a search shows; people then narrow it."""
MOST_SECONDS = 120.0
"""One object may take, however steadily it drips."""
_INSTALL = "pip install 'ecgnet[hospital]'"
_CHUNK = 1 << 16
_STUDY, _INSTANCE = "0020000D", "00080018"
"""Tags of the UIDs of a study and of an object."""


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The hits of a search, the newest first; more: whether the archive has others that are not among them."""

    hits: tuple[Hit, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class Place:
    """One ECG within an archive: UIDs, and its class in words."""

    study: str
    series: str
    instance: str
    kind: str


class Archive:
    """One archive. Its methods raise ConnectionFault, with a sentence, where it does not answer as it should."""

    def __init__(self, server: Connection) -> None:
        self.server = server
        self._session = server.session()
        self._client = _client(server, self._session)

    def search(self, query: Query, most: int = MOST_HITS) -> SearchResult:
        """Studies that have an ECG."""
        rows = asked(
            self.server,
            lambda: self._client.search_for_studies(
                search_filters=query.filters, fields=list(FIELDS.values()), limit=most + 1
            ),
        )
        listed = self._listed(rows, _STUDY)
        found = [one for one in map(hit, listed) if one is not None and query.fits(one.name)]
        hits = sorted(found, key=lambda one: one.when, reverse=True)
        return SearchResult(
            tuple(hits[:most]), len(listed) > most
        )  # what the archive cut off may fit as well

    def of_same_patient(self, one: Hit) -> tuple[tuple[Hit, ...], tuple[Hit, ...]]:
        """The other studies under the patient's number → those of the same person, and those whose name or date of birth
        says that it is another one. Empty for a study without a number."""
        if not one.number:
            return (), ()
        others = [found for found in self.search(Query(number=one.number)).hits if found.study != one.study]
        same = tuple(other for other in others if other.same_patient(one))
        return same, tuple(other for other in others if other not in same)

    def ecgs(self, study: str) -> tuple[Place, ...]:
        """The ECG waveforms of a study. Raises ConnectionFault for a study without any."""
        rows = asked(
            self.server,
            lambda: self._client.search_for_instances(
                study, fields=["00080016", "0020000E"], limit=MOST_HITS
            ),
        )
        found = []
        for row in self._listed(rows, _INSTANCE):
            series, instance, kind = (text_at(row, tag) for tag in ("0020000E", "00080018", "00080016"))
            if kind in ECG_CLASSES and UID.fullmatch(series) and UID.fullmatch(instance):
                found.append(Place(study, series, instance, ECG_CLASSES[kind]))
        if not found:
            raise ConnectionFault(
                say(
                    "This study holds no ECG waveform: what is there may be its PDF or its picture, which cannot be read."
                )
            )
        return tuple(found)

    def fetch(self, place: Place) -> bytes:
        """One ECG as the file that was stored."""
        url = f"{self.server.url}/studies/{place.study}/series/{place.series}/instances/{place.instance}"
        return asked(self.server, lambda: self._bytes(url))

    def holds(self, study: str, instance: str) -> bool:
        """Whether an object is there already."""
        rows = asked(
            self.server,
            lambda: self._client.search_for_instances(study, search_filters={"SOPInstanceUID": instance}),
        )
        return any(text_at(row, _INSTANCE) == instance for row in self._listed(rows, _INSTANCE))

    def store(self, datasets: Iterable[Any], study: str) -> None:
        """Put objects (pydicom datasets with their file meta) into a study. Raises ConnectionFault where one is not
        taken."""
        answer = asked(self.server, lambda: self._client.store_instances(list(datasets), study))
        if len(answer.get("FailedSOPSequence") or ()):  # an empty one is how Orthanc says that all went well
            raise ConnectionFault(
                say(
                    "The {name} did not take all results: its log says why.",
                    name=self.server.name,
                )
            )

    def _listed(self, rows: Any, uid: str) -> list[dict[str, Any]]:
        """What a search answered, row by row. uid: the tag that every row has; an answer of something else than a search
        (dicomweb-client makes a row of any object) has it nowhere."""
        if (
            not isinstance(rows, list)
            or not all(isinstance(row, dict) for row in rows)
            or (rows and not any(text_at(row, uid) for row in rows))
        ):
            raise ConnectionFault(
                say(
                    "What the {name} answered is not what was asked: check its address.",
                    name=self.server.name,
                )
            )
        return rows

    def _bytes(self, url: str) -> bytes:
        headers = {"Accept": 'multipart/related; type="application/dicom"; transfer-syntax=*'}
        until, body = time.monotonic() + MOST_SECONDS, bytearray()
        with self._session.get(
            url, headers=headers, stream=True, timeout=self.server.timeout, allow_redirects=False
        ) as answer:
            refuse(self.server, answer.status_code)
            for chunk in answer.iter_content(_CHUNK):
                body += chunk
                if len(body) > LARGEST_FILE:
                    raise ConnectionFault(
                        say(
                            "This ECG is larger than the {largest_file} MB that are read.",
                            largest_file=LARGEST_FILE // 10**6,
                        )
                    )
                if time.monotonic() > until:
                    raise ConnectionFault(
                        say(
                            "The {name} has not sent this ECG whole within {most_seconds:.0f} s: try again later.",
                            name=self.server.name,
                            most_seconds=MOST_SECONDS,
                        )
                    )
            try:
                return only_part(bytes(body), answer.headers.get("Content-Type", ""))
            except MultipartError:
                raise ConnectionFault(
                    say(
                        "What the {name} sent is cut short or no ECG: try again; if it stays so, its log says why.",
                        name=self.server.name,
                    )
                ) from None


def open_archive() -> Archive | None:
    """The archive that is set up, None where there is none. Raises ConnectionFault for settings that cannot be used, or
    where dicomweb-client is not installed."""
    server = connection(VARIABLE, mark("archive"))
    return None if server is None else Archive(server)


def _client(server: Connection, session: requests.Session) -> DICOMwebClient:
    try:
        from dicomweb_client.api import DICOMwebClient  # an extra: not everybody has an archive
    except ImportError:
        raise ConnectionFault(
            say(
                "An archive needs packages that are not installed: {install}",
                install=_INSTALL,
            )
        ) from None
    client = DICOMwebClient(server.url, session=session, timeout=server.timeout)
    client.set_http_retry_params(retry=False)  # people wait: what went wrong is said at once
    return client
