"""A reading as objects for the archive: PDF and structured report in the ECG's own study."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pydicom
import pytest
from pydicom.dataset import Dataset

from ecgnet.interop.dicom import NoStudyError, as_bytes, encapsulated_pdf, structured_report
from ecgnet.judge import Reading
from ecgnet.reading.wording import NOTICE
from ecgnet.record import Identity, Metadata
from ecgnet.signature import UnsignedError, proposed

PDF = b"%PDF-1.7 a report"


def stored(dataset: Dataset) -> Dataset:
    """As it is read from its file."""
    return pydicom.dcmread(io.BytesIO(as_bytes(dataset)))


def items(dataset: Dataset) -> Iterator[tuple[str, Dataset]]:
    """Every content item with the code of its name."""
    for item in dataset.get("ContentSequence", ()):
        yield item.ConceptNameCodeSequence[0].CodeValue, item
        yield from items(item)


def first(dataset: Dataset, code: str) -> Dataset:
    return next(item for found, item in items(dataset) if found == code)


def test_results_stand_in_the_study_of_the_ecg_under_its_patient(reading: Reading):
    for made in map(stored, (structured_report(reading), encapsulated_pdf(reading, PDF))):
        assert (made.StudyInstanceUID, made.AccessionNumber, made.StudyID) == ("1.2.3", "A-1", "S1")
        assert (made.PatientID, str(made.PatientName), made.PatientSex) == ("4711", "Löwe^Ada", "F")
        assert made.PatientBirthDate == "19500131"
        assert made.SeriesInstanceUID != "1.2.3.4"


def test_the_pdf_comes_back_whole_and_names_its_ecg(reading: Reading):
    made = stored(encapsulated_pdf(reading, PDF))
    assert made.EncapsulatedDocument[: made.EncapsulatedDocumentLength] == PDF
    assert made.SourceInstanceSequence[0].ReferencedSOPInstanceUID == "1.2.3.4.5"
    assert (made.Modality, made.VerificationFlag) == ("DOC", "UNVERIFIED")


def test_the_report_measures_in_the_codes_of_template_3713(reading: Reading):
    made = stored(structured_report(reading))
    assert made.ContentTemplateSequence[0].TemplateIdentifier == "3700"
    qrs = first(made, "2:16156").MeasuredValueSequence[0]
    assert int(qrs.NumericValue) == round(reading.ranges["qrs"].value)
    assert qrs.MeasurementUnitsCodeSequence[0].CodeValue == "ms"


def test_what_could_not_be_measured_is_said(reading: Reading):
    without_pr = replace(
        reading, ranges=dict(reading.ranges) | {"pr": replace(reading.ranges["pr"], value=None)}
    )
    pr = first(stored(structured_report(without_pr)), "2:15872")
    assert not pr.MeasuredValueSequence
    assert pr.NumericValueQualifierCodeSequence[0].CodeMeaning == "Measurement failure"


def test_each_lead_has_its_waves(reading: Reading):
    made = stored(structured_report(reading))
    leads = [item for code, item in items(made) if code == "122159"]
    assert len(leads) == 12
    v2 = next(x for x in leads if first(x, "122148").ConceptCodeSequence[0].CodeMeaning == "Lead V2")
    r = first(v2, "2:2048").MeasuredValueSequence[0].NumericValue
    assert float(r) == pytest.approx(reading.measurements.leads["V2"].r, abs=1e-3)


def test_of_a_long_recording_each_result_says_which_seconds_were_read(part_reading: Reading):
    made = stored(structured_report(part_reading))
    read = next(item for _, item in items(made) if item.ValueType == "TCOORD")
    assert (read.TemporalRangeType, [float(t) for t in read.ReferencedTimeOffsets]) == ("SEGMENT", [20, 30])
    (ecg,) = read.ContentSequence
    assert (ecg.RelationshipType, ecg.ReferencedSOPSequence[0].ReferencedSOPInstanceUID) == (
        "SELECTED FROM",
        "1.2.3.4.5",
    )
    for result in (made, stored(encapsulated_pdf(part_reading, PDF))):
        assert "seconds 20 to 30 of 60" in result.SeriesDescription  # what an archive lists


def test_a_class_is_a_finding_with_its_probability(reading: Reading):
    made = stored(structured_report(reading))
    found = next(
        item
        for code, item in items(made)
        if code == "271921002" and item.ValueType == "CODE" and item.ConceptCodeSequence[0].CodeValue == "MI"
    )
    chance = first(found, "PROBABILITY").MeasuredValueSequence[0].NumericValue
    assert float(chance) == pytest.approx(reading.prediction.probability("MI"), abs=1e-4)
    assert first(found, "121051").TextValue == f"Myocardial infarction: {reading.states['MI']}"


def test_model_and_version_are_the_observer(reading: Reading):
    assert first(structured_report(reading), "121015").TextValue == reading.prediction.weights_id


def test_the_summary_has_the_conclusion_and_the_notice(reading: Reading):
    summary = first(structured_report(reading), "55112-7").ContentSequence[0].TextValue
    assert reading.conclusion.text in summary
    assert summary.endswith(NOTICE)


def test_it_is_unverified_until_it_is_signed(reading: Reading, signature):
    made = structured_report(reading)
    assert (made.CompletionFlag, made.PreliminaryFlag, made.VerificationFlag) == (
        "PARTIAL", "PRELIMINARY", "UNVERIFIED"
    )  # fmt: skip
    made = stored(structured_report(reading, signature=signature))
    assert (made.CompletionFlag, made.VerificationFlag) == ("COMPLETE", "VERIFIED")
    observer = made.VerifyingObserverSequence[0]
    assert str(observer.VerifyingObserverName) == "Dr. Grace Hopper"
    assert observer.VerificationDateTime == "20260102030405+0000"


def test_a_result_keeps_its_uid_and_a_signed_one_has_another(reading: Reading, signature):
    first_uid = structured_report(reading).SOPInstanceUID
    assert structured_report(reading).SOPInstanceUID == first_uid
    assert structured_report(reading, signature=signature).SOPInstanceUID != first_uid


def test_what_was_signed_stands_apart_under_the_readers_name(reading: Reading, signature):
    made = stored(structured_report(reading, signature=signature))
    parts = [item for code, item in items(made) if code == "122145"]
    mine, networks = parts
    assert str(first(mine, "121008").PersonName) == "Dr. Grace Hopper"
    said = [item.ConceptCodeSequence[0].CodeValue for _, item in items(mine) if item.ValueType == "CODE"]
    assert {"MI", "CD"} <= set(said)
    assert "As in <2024>." in [item for _, item in items(mine)][-1].TextValue
    assert first(networks, "PROBABILITY")


def test_a_corrected_reading_has_no_grade_of_ecgnets(reading: Reading, signature):
    agreed = replace(signature, opinion=proposed(reading))
    assert first(structured_report(reading, signature=agreed), "18810-2")
    summary = first(structured_report(reading, signature=signature), "55112-7")
    assert len(summary.ContentSequence) == 1
    assert summary.ContentSequence[0].TextValue.startswith("Read and signed by Dr. Grace Hopper")


@pytest.mark.parametrize(
    "changed",
    [
        lambda r: replace(r, window=(1.0, 11.0)),
        lambda r: replace(r, predictions=(*r.predictions, replace(r.predictions[0], weights_id="b@2"))),
        lambda r: replace(r, ranges=dict(r.ranges) | {"pr": replace(r.ranges["pr"], high=999.0)}),
        lambda r: replace(r, record=replace(r.record, metadata=Metadata(age=20.0))),
        lambda r: replace(r, conclusion=replace(r.conclusion, text="Other")),
    ],
    ids=["window", "another model", "limits", "age", "conclusion"],
)
def test_a_changed_reading_has_another_uid_and_is_not_the_one_that_was_signed(reading, signature, changed):
    other = changed(reading)
    assert structured_report(other).SOPInstanceUID != structured_report(reading).SOPInstanceUID
    with pytest.raises(UnsignedError, match="signed another reading"):
        structured_report(other, signature=signature)


@pytest.mark.parametrize(
    "changed",
    [
        lambda r: replace(r.record, identity=replace(r.record.identity, patient_id="4712")),
        lambda r: replace(
            r.record, identity=replace(r.record.identity, study=replace(r.record.identity.study, study="9.9"))
        ),
    ],
    ids=["patient", "study"],
)
def test_the_same_ecg_of_another_patient_or_study_is_another_result(reading: Reading, changed):
    other = replace(reading, record=changed(reading))
    assert structured_report(other).SOPInstanceUID != structured_report(reading).SOPInstanceUID


def test_an_ecg_without_a_study_has_none_for_its_results(reading: Reading):
    alone = replace(reading, record=replace(reading.record, identity=Identity(patient_id="4711")))
    with pytest.raises(NoStudyError, match="did not come as DICOM"):
        structured_report(alone)


@pytest.mark.skipif(shutil.which("dciodvfy") is None, reason="dciodvfy is not here (Debian: dicom3tools)")
@pytest.mark.parametrize("what", ["unsigned", "signed", "a part"])
def test_a_dicom_validator_finds_no_error(
    reading: Reading, part_reading: Reading, signature, tmp_path: Path, what: str
):
    who = signature if what == "signed" else None
    of = part_reading if what == "a part" else reading
    for made in (structured_report(of, signature=who), encapsulated_pdf(of, PDF, signature=who)):
        path = tmp_path / f"{made.Modality}.dcm"
        path.write_bytes(as_bytes(made))
        told = subprocess.run(["dciodvfy", path], capture_output=True, text=True, check=False)
        said = told.stdout + told.stderr
        assert {"SR": "ComprehensiveSR", "DOC": "EncapsulatedPDF"}[made.Modality] in said
        assert not re.findall("^Error.*", said, re.MULTILINE), said
