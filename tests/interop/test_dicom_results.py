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
from ecgnet.record import Identity

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


def test_an_ecg_without_a_study_has_none_for_its_results(reading: Reading):
    alone = replace(reading, record=replace(reading.record, identity=Identity(patient_id="4711")))
    with pytest.raises(NoStudyError, match="did not come as DICOM"):
        structured_report(alone)


@pytest.mark.skipif(shutil.which("dciodvfy") is None, reason="dciodvfy is not here (Debian: dicom3tools)")
@pytest.mark.parametrize("signed", [False, True])
def test_a_dicom_validator_finds_no_error(reading: Reading, signature, tmp_path: Path, signed: bool):
    who = signature if signed else None
    for made in (structured_report(reading, signature=who), encapsulated_pdf(reading, PDF, signature=who)):
        path = tmp_path / f"{made.Modality}.dcm"
        path.write_bytes(as_bytes(made))
        told = subprocess.run(["dciodvfy", path], capture_output=True, text=True, check=False)
        said = told.stdout + told.stderr
        assert {"SR": "ComprehensiveSR", "DOC": "EncapsulatedPDF"}[made.Modality] in said
        assert not re.findall("^Error.*", said, re.MULTILINE), said
