"""The 71 SCP-ECG statements of PTB-XL: their descriptions, and the six tasks that the published benchmark makes of them.

Source: Wagner et al. 2020, Scientific Data 7:154 (PTB-XL, CC BY 4.0); SCP-ECG is EN 1064; tasks by Strodthoff et al.
2020, IEEE JBHI 25:1519.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement: its code; PTB-XL's own description of it, letter by letter, for coded exports; its diagnostic
    superclass and subclass (None for one that is not diagnostic); whether it speaks of the form of the waves or of the
    rhythm."""

    code: str
    description: str
    superclass: str | None = None
    subclass: str | None = None
    form: bool = False
    rhythm: bool = False

    @property
    def words(self) -> str:
        """The statement as people read it, within a sentence: the one wording of every page, report and export."""
        return READABLE.get(self.code, self.description)

    @property
    def choice(self) -> str:
        """The same in a list to choose from, with the code, so that who knows it finds it."""
        return f"{self.words}, {self.code}"


READABLE: dict[str, str] = {
    "NDT": "non-diagnostic T wave abnormality",
    "NST_": "non-specific ST change",
    "DIG": "digitalis effect",
    "LNGQT": "long QT interval",
    "ISC_": "non-specific ischaemia",
    "IVCD": "non-specific intraventricular conduction disturbance",
    "ISCAL": "anterolateral ischaemia",
    "LAO/LAE": "left atrial overload or enlargement",
    "ISCIN": "inferior ischaemia",
    "INJAS": "anteroseptal subendocardial injury",
    "ISCIL": "inferolateral ischaemia",
    "ISCAS": "anteroseptal ischaemia",
    "INJAL": "anterolateral subendocardial injury",
    "ISCLA": "lateral ischaemia",
    "ANEUR": "ST/T change compatible with ventricular aneurysm",
    "RAO/RAE": "right atrial overload or enlargement",
    "EL": "electrolyte disturbance or drug effect",
    "WPW": "Wolff-Parkinson-White syndrome",
    "ISCAN": "anterior ischaemia",
    "INJIN": "inferior subendocardial injury",
    "INJLA": "lateral subendocardial injury",
    "INJIL": "inferolateral subendocardial injury",
    "PVC": "ventricular premature complexes",
    "VCLVH": "voltage criteria for left ventricular hypertrophy",
    "QWAVE": "Q waves",
    "LOWT": "low T waves",
    "NT_": "non-specific T wave change",
    "PAC": "atrial premature complexes",
    "INVT": "inverted T waves",
    "LVOLT": "low QRS voltage",
    "HVOLT": "high QRS voltage",
    "TAB_": "T wave abnormality",
    "PRC(S)": "premature complexes",
    "PACE": "normally functioning pacemaker",
    "BIGU": "bigeminy, supraventricular or ventricular",
    "TRIGU": "trigeminy, supraventricular or ventricular",
}
"""The wording of the statements whose description reads otherwise than a reader writes: the place first, one spelling of one
thing, without a remark on the coding (and Wolff with both of his f's)."""

SUBCLASSES: dict[str, str] = {
    "NORM": "normal ECG",
    "IMI": "inferior infarction",
    "AMI": "anterior infarction",
    "LMI": "lateral infarction",
    "PMI": "posterior infarction",
    "STTC": "other ST/T change",
    "NST_": "non-specific ST change",
    "ISC_": "non-specific ischaemia",
    "ISCA": "anterior or lateral ischaemia",
    "ISCI": "inferior ischaemia",
    "LAFB/LPFB": "left anterior or posterior fascicular block",
    "IRBBB": "incomplete right bundle branch block",
    "ILBBB": "incomplete left bundle branch block",
    "CRBBB": "complete right bundle branch block",
    "CLBBB": "complete left bundle branch block",
    "_AVB": "AV block",
    "IVCD": "intraventricular conduction disturbance",
    "WPW": "Wolff-Parkinson-White syndrome",
    "LVH": "left ventricular hypertrophy",
    "RVH": "right ventricular hypertrophy",
    "SEHYP": "septal hypertrophy",
    "LAO/LAE": "left atrial overload or enlargement",
    "RAO/RAE": "right atrial overload or enlargement",
}
"""PTB-XL's 23 diagnostic subclasses, as people read them."""

STATEMENTS: dict[str, Statement] = {
    s.code: s
    for s in (
        Statement("NDT", "non-diagnostic T abnormalities", "STTC", "STTC", form=True),
        Statement("NST_", "non-specific ST changes", "STTC", "NST_", form=True),
        Statement("DIG", "digitalis-effect", "STTC", "STTC", form=True),
        Statement("LNGQT", "long QT-interval", "STTC", "STTC", form=True),
        Statement("NORM", "normal ECG", "NORM", "NORM"),
        Statement("IMI", "inferior myocardial infarction", "MI", "IMI"),
        Statement("ASMI", "anteroseptal myocardial infarction", "MI", "AMI"),
        Statement("LVH", "left ventricular hypertrophy", "HYP", "LVH"),
        Statement("LAFB", "left anterior fascicular block", "CD", "LAFB/LPFB"),
        Statement("ISC_", "non-specific ischemic", "STTC", "ISC_"),
        Statement("IRBBB", "incomplete right bundle branch block", "CD", "IRBBB"),
        Statement("1AVB", "first degree AV block", "CD", "_AVB"),
        Statement("IVCD", "non-specific intraventricular conduction disturbance (block)", "CD", "IVCD"),
        Statement("ISCAL", "ischemic in anterolateral leads", "STTC", "ISCA"),
        Statement("CRBBB", "complete right bundle branch block", "CD", "CRBBB"),
        Statement("CLBBB", "complete left bundle branch block", "CD", "CLBBB"),
        Statement("ILMI", "inferolateral myocardial infarction", "MI", "IMI"),
        Statement("LAO/LAE", "left atrial overload/enlargement", "HYP", "LAO/LAE"),
        Statement("AMI", "anterior myocardial infarction", "MI", "AMI"),
        Statement("ALMI", "anterolateral myocardial infarction", "MI", "AMI"),
        Statement("ISCIN", "ischemic in inferior leads", "STTC", "ISCI"),
        Statement("INJAS", "subendocardial injury in anteroseptal leads", "MI", "AMI"),
        Statement("LMI", "lateral myocardial infarction", "MI", "LMI"),
        Statement("ISCIL", "ischemic in inferolateral leads", "STTC", "ISCI"),
        Statement("LPFB", "left posterior fascicular block", "CD", "LAFB/LPFB"),
        Statement("ISCAS", "ischemic in anteroseptal leads", "STTC", "ISCA"),
        Statement("INJAL", "subendocardial injury in anterolateral leads", "MI", "AMI"),
        Statement("ISCLA", "ischemic in lateral leads", "STTC", "ISCA"),
        Statement("RVH", "right ventricular hypertrophy", "HYP", "RVH"),
        Statement("ANEUR", "ST-T changes compatible with ventricular aneurysm", "STTC", "STTC"),
        Statement("RAO/RAE", "right atrial overload/enlargement", "HYP", "RAO/RAE"),
        Statement("EL", "electrolytic disturbance or drug (former EDIS)", "STTC", "STTC"),
        Statement("WPW", "Wolf-Parkinson-White syndrome", "CD", "WPW"),
        Statement("ILBBB", "incomplete left bundle branch block", "CD", "ILBBB"),
        Statement("IPLMI", "inferoposterolateral myocardial infarction", "MI", "IMI"),
        Statement("ISCAN", "ischemic in anterior leads", "STTC", "ISCA"),
        Statement("IPMI", "inferoposterior myocardial infarction", "MI", "IMI"),
        Statement("SEHYP", "septal hypertrophy", "HYP", "SEHYP"),
        Statement("INJIN", "subendocardial injury in inferior leads", "MI", "IMI"),
        Statement("INJLA", "subendocardial injury in lateral leads", "MI", "AMI"),
        Statement("PMI", "posterior myocardial infarction", "MI", "PMI"),
        Statement("3AVB", "third degree AV block", "CD", "_AVB"),
        Statement("INJIL", "subendocardial injury in inferolateral leads", "MI", "IMI"),
        Statement("2AVB", "second degree AV block", "CD", "_AVB"),
        Statement("ABQRS", "abnormal QRS", form=True),
        Statement("PVC", "ventricular premature complex", form=True),
        Statement("STD_", "non-specific ST depression", form=True),
        Statement("VCLVH", "voltage criteria (QRS) for left ventricular hypertrophy", form=True),
        Statement("QWAVE", "Q waves present", form=True),
        Statement("LOWT", "low amplitude T-waves", form=True),
        Statement("NT_", "non-specific T-wave changes", form=True),
        Statement("PAC", "atrial premature complex", form=True),
        Statement("LPR", "prolonged PR interval", form=True),
        Statement("INVT", "inverted T-waves", form=True),
        Statement("LVOLT", "low QRS voltages in the frontal and horizontal leads", form=True),
        Statement("HVOLT", "high QRS voltage", form=True),
        Statement("TAB_", "T-wave abnormality", form=True),
        Statement("STE_", "non-specific ST elevation", form=True),
        Statement("PRC(S)", "premature complex(es)", form=True),
        Statement("SR", "sinus rhythm", rhythm=True),
        Statement("AFIB", "atrial fibrillation", rhythm=True),
        Statement("STACH", "sinus tachycardia", rhythm=True),
        Statement("SARRH", "sinus arrhythmia", rhythm=True),
        Statement("SBRAD", "sinus bradycardia", rhythm=True),
        Statement("PACE", "normal functioning artificial pacemaker", rhythm=True),
        Statement("SVARR", "supraventricular arrhythmia", rhythm=True),
        Statement("BIGU", "bigeminal pattern (unknown origin, SV or Ventricular)", rhythm=True),
        Statement("AFLT", "atrial flutter", rhythm=True),
        Statement("SVTAC", "supraventricular tachycardia", rhythm=True),
        Statement("PSVT", "paroxysmal supraventricular tachycardia", rhythm=True),
        Statement("TRIGU", "trigeminal pattern (unknown origin, SV or Ventricular)", rhythm=True),
    )
}
"""By code, in the order of the networks' second head."""

TASKS = ("all", "diagnostic", "subdiagnostic", "superdiagnostic", "form", "rhythm")
"""The six tasks of the published benchmark."""


def members(task: str) -> dict[str, list[int]]:
    """The classes of a task → the places of their statements in the second head. Raises ValueError for another task."""
    if task not in TASKS:
        raise ValueError(f"there is no task {task!r}; there are {', '.join(TASKS)}")
    classes: dict[str, list[int]] = {}
    for place, s in enumerate(STATEMENTS.values()):
        name = {
            "all": s.code,
            "diagnostic": s.code if s.superclass else None,
            "subdiagnostic": s.subclass,
            "superdiagnostic": s.superclass,
            "form": s.code if s.form else None,
            "rhythm": s.code if s.rhythm else None,
        }[task]
        if name is not None:
            classes.setdefault(name, []).append(place)
    return classes


def task_columns(task: str, values: np.ndarray) -> np.ndarray:
    """Labels or probabilities of the statements (N, 71) → of the task's classes (N, C): the highest of its statements."""
    return np.stack([values[:, places].max(1) for places in members(task).values()], 1)
