"""The reading as an ECG Report: what was measured and what is said, in codes that an archive can search.

Source: DICOM PS3.16 TID 3700 (ECG Report, extensible) with 3708 (waveform), 321 (a part of it), 3713 (global measurements),
3714 (of a lead), 3717 (qualitative analysis), 3719 (summary) and 1002 to 1004 (observers); PS3.3 A.35.3 (Comprehensive SR,
what may stand in what by its table 2), C.17.2. What a network says is outside the template: a class or a statement as an ECG
finding, and its probability as a property of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as Items
from pydicom.uid import ComprehensiveSRStorage

from ecgnet.interop.codes import Code, code, groups, own
from ecgnet.interop.dicom import content
from ecgnet.interop.dicom.content import CONTEXT, MODIFIER, PROPERTIES, container
from ecgnet.interop.dicom.frame import (
    described,
    framed,
    own_scheme,
    referenced,
    source_of,
    uid,
)
from ecgnet.interop.outgoing import MODEL, Outgoing, device_name, outgoing, result_name
from ecgnet.judge import Reading
from ecgnet.language import say
from ecgnet.reading import wording
from ecgnet.reading.wording import NOTICE
from ecgnet.record import SourceStudy
from ecgnet.signature import Signature
from ecgnet.statements import STATEMENTS

PROBABILITY = own("PROBABILITY", "Probability by a neural network")
MANDATORY = ("heart_rate", "qt", "pr", "qrs", "rr")
"""Of template 3713: told as a measurement that failed where there is none."""
_MORE = ("qtc_bazett", "qtc_fridericia", "axis")


def structured_report(
    reading: Reading, *, signature: Signature | None = None, made: datetime | None = None
) -> Dataset:
    """The report in the study of its ECG. Without a signature it is partial, preliminary and unverified.

    Raises NoStudyError for an ECG without a study, UnsignedError for a signature of another reading."""
    made = (made or datetime.now()).astimezone()
    facts, source = outgoing(reading), source_of(reading)
    dataset = framed(
        reading,
        facts,
        result=result_name(reading, signature),
        sop_class=ComprehensiveSRStorage,
        made=made,
    )
    dataset.Modality, dataset.SeriesNumber, dataset.SeriesDescription = (
        "SR",
        9001,
        described("ECGNet ECG report", facts),
    )
    dataset.ReferencedPerformedProcedureStepSequence = Items()
    dataset.PerformedProcedureCodeSequence = Items()
    dataset.CodingSchemeIdentificationSequence = Items([own_scheme()])
    dataset.CurrentRequestedProcedureEvidenceSequence = Items([_evidence(source)])
    _verify(dataset, signature)
    root = container(
        code("documents", "ecg_report"),
        list(
            _parts(
                facts,
                source,
                signature=signature,
                agreed=signature is None or signature.agrees(reading),
            )
        ),
        template="3700",
        relation=None,
    )
    dataset.update(root)
    return dataset


def _verify(dataset: Dataset, signature: Signature | None) -> None:
    """Whether somebody vouches for it, PS3.3 C.17.2."""
    dataset.CompletionFlag = "COMPLETE" if signature else "PARTIAL"
    dataset.PreliminaryFlag = "FINAL" if signature else "PRELIMINARY"
    dataset.VerificationFlag = "VERIFIED" if signature else "UNVERIFIED"
    if signature is None:
        return
    observer = Dataset()
    observer.VerifyingObserverName = content.person(
        code("report_items", "person_name"), signature.reader
    ).PersonName
    observer.VerifyingOrganization = signature.organization or "not stated"
    observer.VerificationDateTime = f"{signature.signed_at:%Y%m%d%H%M%S%z}"
    observer.VerifyingObserverIdentificationCodeSequence = Items()
    dataset.VerifyingObserverSequence = Items([observer])


def _parts(
    facts: Outgoing, source: SourceStudy, *, signature: Signature | None, agreed: bool
) -> Iterator[Dataset]:
    item = groups()["report_items"]
    yield content.choice(item["language"], item["english"], relation=MODIFIER)
    yield from _observers(facts, signature)
    yield content.choice(item["procedure"], item["twelve_lead_ecg"], relation=MODIFIER)
    recorded = (
        [content.moment(item["procedure_datetime"], facts.recorded_at)]
        if isinstance(facts.recorded_at, datetime)
        else []
    )
    yield container(
        code("documents", "current_procedure"),
        [*recorded, *_read_of(facts, source)],
        template="3708",
    )
    if facts.measurements:
        yield container(item["quantitative"], [_global(facts), *_of_leads(facts)])
    if signature:  # what the person says, apart from the program's findings
        yield container(item["qualitative"], list(_stated(signature)), template="3717")
    if findings := list(_findings(facts)):
        yield container(item["qualitative"], findings, template="3717")
    yield _summary(facts, signature, agreed)


def _read_of(facts: Outgoing, source: SourceStudy) -> Iterator[Dataset]:
    """The ECG, and of a longer recording the seconds that were read, after template 321."""
    name = code("report_items", "source")
    yield content.waveform(name, source)
    if facts.part:
        seconds = facts.part.start, facts.part.end
        selected = content.waveform(name, source, relation=content.SELECTED)
        yield content.within(content.segment(name, seconds), [selected])


def _observers(facts: Outgoing, signature: Signature | None) -> Iterator[Dataset]:
    """The program, and who signed."""
    item = groups()["report_items"]
    yield content.choice(item["observer_type"], item["device"], relation=CONTEXT)
    yield content.unique(item["device_uid"], uid(device_name(facts)), relation=CONTEXT)
    for name, value in (
        ("device_name", f"{MODEL} {facts.version}"),
        ("device_manufacturer", "The ECGNet authors"),
        ("device_model", facts.model),
    ):
        yield content.text(item[name], value, relation=CONTEXT)
    if signature:
        yield content.choice(item["observer_type"], item["person"], relation=CONTEXT)
        yield content.person(item["person_name"], signature.reader, relation=CONTEXT)


def _global(facts: Outgoing) -> Dataset:
    names, units = groups()["global_measurements"], groups()["units"]
    values: dict[str, float | None] = {row.name: row.value for row in facts.measurements} | {"rr": facts.rr}
    unit = {"heart_rate": units["beats"], "axis": units["°"]}
    told = [name for name in (*MANDATORY, *_MORE) if name in MANDATORY or values.get(name) is not None]
    return container(
        code("report_items", "global_measurements"),
        [content.number(names[name], values.get(name), unit=unit.get(name, units["ms"])) for name in told],
        template="3713",
    )


def _of_leads(facts: Outgoing) -> Iterator[Dataset]:
    item = groups()["report_items"]
    for lead, name in groups()["leads"].items():
        waves = [
            content.number(row.code, row.value, unit=code("units", row.unit))
            for row in facts.of_leads
            if row.lead == lead
        ]
        if waves:
            which = content.choice(item["lead"], name, relation=MODIFIER)
            yield container(item["lead_measurements"], [which, *waves], template="3714")


def _findings(facts: Outgoing) -> Iterator[Dataset]:
    if facts.rhythm:
        yield content.text(code("report_items", "finding"), f"Rhythm: {facts.rhythm}")
    for row in facts.classes:
        yield _finding(own(row.label, row.title), f"{row.title}: {row.state}", row.probability)
    for row in facts.statements:
        yield _finding(row.codes[-1], row.text, row.probability)  # SNOMED CT where it has one


def _stated(signature: Signature) -> Iterator[Dataset]:
    """Classes and statements of the one who signed, observed by this person, and the note."""
    item, coded = groups()["report_items"], groups()["statements"]
    yield content.choice(item["observer_type"], item["person"], relation=CONTEXT)
    yield content.person(item["person_name"], signature.reader, relation=CONTEXT)
    for label in signature.opinion.classes:
        yield content.choice(item["finding"], own(label, wording.CLASSES[label]))
    for key in signature.opinion.statements:
        said = own(key, STATEMENTS[key].description)
        yield content.choice(item["finding"], coded.get(key, said))
    for line in signature.lines[1:]:
        yield content.text(item["finding"], line)


def _finding(value: Code, words: str, chance: float) -> Dataset:
    item = groups()["report_items"]
    return content.within(
        content.choice(item["finding"], value),
        [
            content.text(item["equivalent_meaning"], words, relation=MODIFIER),
            content.number(PROBABILITY, chance, unit=code("units", "1"), relation=PROPERTIES),
        ],
    )


def _summary(facts: Outgoing, signature: Signature | None, agreed: bool) -> Dataset:
    heading = code("documents", "summary")
    critical = (f"CRITICAL: {text}" for text in facts.critical)
    signed = signature.lines if signature else ()
    conclusion = f"{MODEL}: {facts.conclusion}" if signature else facts.conclusion
    words = "\n".join([*signed, *critical, conclusion, *facts.warnings, say(NOTICE)])
    said = [content.text(heading, words)]
    if facts.grade is not None and agreed:  # a reader who corrects it has said another
        said.append(content.choice(code("documents", "overall_finding"), facts.grade))
    return container(heading, said, template="3719")


def _evidence(source: SourceStudy) -> Dataset:
    """The ECG, as what the report speaks of."""
    series, study = Dataset(), Dataset()
    series.SeriesInstanceUID = source.series
    series.ReferencedSOPSequence = Items([referenced(source.sop_class, source.instance)])
    study.StudyInstanceUID = source.study
    study.ReferencedSeriesSequence = Items([series])
    return study
