"""The 71 SCP-ECG statements of PTB-XL: their descriptions, and the six tasks that the published benchmark makes of them.

Source: Wagner et al. 2020, Scientific Data 7:154 (PTB-XL, CC BY 4.0); SCP-ECG is EN 1064; tasks by Strodthoff et al.
2020, IEEE JBHI 25:1519.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecgnet.language import Words, mark, say


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
        return READABLE.get(self.code) or say(self.description)

    @property
    def choice(self) -> str:
        """The same in a list to choose from, with the code, so that who knows it finds it."""
        return f"{self.words}, {self.code}"


READABLE: dict[str, str] = Words(
    {
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
)
"""The wording of the statements whose description reads otherwise than a reader writes: the place first, one spelling of one
thing, without a remark on the coding (and Wolff with both of his f's)."""

SUBCLASSES: dict[str, str] = Words(
    {
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
)
"""PTB-XL's 23 diagnostic subclasses, as people read them."""

STATEMENTS: dict[str, Statement] = {
    s.code: s
    for s in (
        Statement("NDT", mark("non-diagnostic T abnormalities"), "STTC", "STTC", form=True),
        Statement("NST_", mark("non-specific ST changes"), "STTC", "NST_", form=True),
        Statement("DIG", "digitalis-effect", "STTC", "STTC", form=True),
        Statement("LNGQT", mark("long QT-interval"), "STTC", "STTC", form=True),
        Statement("NORM", mark("normal ECG"), "NORM", "NORM"),
        Statement("IMI", mark("inferior myocardial infarction"), "MI", "IMI"),
        Statement("ASMI", mark("anteroseptal myocardial infarction"), "MI", "AMI"),
        Statement("LVH", mark("left ventricular hypertrophy"), "HYP", "LVH"),
        Statement("LAFB", mark("left anterior fascicular block"), "CD", "LAFB/LPFB"),
        Statement("ISC_", mark("non-specific ischemic"), "STTC", "ISC_"),
        Statement("IRBBB", mark("incomplete right bundle branch block"), "CD", "IRBBB"),
        Statement("1AVB", mark("first degree AV block"), "CD", "_AVB"),
        Statement("IVCD", mark("non-specific intraventricular conduction disturbance (block)"), "CD", "IVCD"),
        Statement("ISCAL", mark("ischemic in anterolateral leads"), "STTC", "ISCA"),
        Statement("CRBBB", mark("complete right bundle branch block"), "CD", "CRBBB"),
        Statement("CLBBB", mark("complete left bundle branch block"), "CD", "CLBBB"),
        Statement("ILMI", mark("inferolateral myocardial infarction"), "MI", "IMI"),
        Statement("LAO/LAE", mark("left atrial overload/enlargement"), "HYP", "LAO/LAE"),
        Statement("AMI", mark("anterior myocardial infarction"), "MI", "AMI"),
        Statement("ALMI", mark("anterolateral myocardial infarction"), "MI", "AMI"),
        Statement("ISCIN", mark("ischemic in inferior leads"), "STTC", "ISCI"),
        Statement("INJAS", mark("subendocardial injury in anteroseptal leads"), "MI", "AMI"),
        Statement("LMI", mark("lateral myocardial infarction"), "MI", "LMI"),
        Statement("ISCIL", mark("ischemic in inferolateral leads"), "STTC", "ISCI"),
        Statement("LPFB", mark("left posterior fascicular block"), "CD", "LAFB/LPFB"),
        Statement("ISCAS", mark("ischemic in anteroseptal leads"), "STTC", "ISCA"),
        Statement("INJAL", mark("subendocardial injury in anterolateral leads"), "MI", "AMI"),
        Statement("ISCLA", mark("ischemic in lateral leads"), "STTC", "ISCA"),
        Statement("RVH", mark("right ventricular hypertrophy"), "HYP", "RVH"),
        Statement("ANEUR", mark("ST-T changes compatible with ventricular aneurysm"), "STTC", "STTC"),
        Statement("RAO/RAE", mark("right atrial overload/enlargement"), "HYP", "RAO/RAE"),
        Statement("EL", mark("electrolytic disturbance or drug (former EDIS)"), "STTC", "STTC"),
        Statement("WPW", mark("Wolf-Parkinson-White syndrome"), "CD", "WPW"),
        Statement("ILBBB", mark("incomplete left bundle branch block"), "CD", "ILBBB"),
        Statement("IPLMI", mark("inferoposterolateral myocardial infarction"), "MI", "IMI"),
        Statement("ISCAN", mark("ischemic in anterior leads"), "STTC", "ISCA"),
        Statement("IPMI", mark("inferoposterior myocardial infarction"), "MI", "IMI"),
        Statement("SEHYP", mark("septal hypertrophy"), "HYP", "SEHYP"),
        Statement("INJIN", mark("subendocardial injury in inferior leads"), "MI", "IMI"),
        Statement("INJLA", mark("subendocardial injury in lateral leads"), "MI", "AMI"),
        Statement("PMI", mark("posterior myocardial infarction"), "MI", "PMI"),
        Statement("3AVB", mark("third degree AV block"), "CD", "_AVB"),
        Statement("INJIL", mark("subendocardial injury in inferolateral leads"), "MI", "IMI"),
        Statement("2AVB", mark("second degree AV block"), "CD", "_AVB"),
        Statement("ABQRS", mark("abnormal QRS"), form=True),
        Statement("PVC", mark("ventricular premature complex"), form=True),
        Statement("STD_", mark("non-specific ST depression"), form=True),
        Statement("VCLVH", mark("voltage criteria (QRS) for left ventricular hypertrophy"), form=True),
        Statement("QWAVE", mark("Q waves present"), form=True),
        Statement("LOWT", mark("low amplitude T-waves"), form=True),
        Statement("NT_", mark("non-specific T-wave changes"), form=True),
        Statement("PAC", mark("atrial premature complex"), form=True),
        Statement("LPR", mark("prolonged PR interval"), form=True),
        Statement("INVT", mark("inverted T-waves"), form=True),
        Statement("LVOLT", mark("low QRS voltages in the frontal and horizontal leads"), form=True),
        Statement("HVOLT", mark("high QRS voltage"), form=True),
        Statement("TAB_", mark("T-wave abnormality"), form=True),
        Statement("STE_", mark("non-specific ST elevation"), form=True),
        Statement("PRC(S)", mark("premature complex(es)"), form=True),
        Statement("SR", mark("sinus rhythm"), rhythm=True),
        Statement("AFIB", mark("atrial fibrillation"), rhythm=True),
        Statement("STACH", mark("sinus tachycardia"), rhythm=True),
        Statement("SARRH", mark("sinus arrhythmia"), rhythm=True),
        Statement("SBRAD", mark("sinus bradycardia"), rhythm=True),
        Statement("PACE", mark("normal functioning artificial pacemaker"), rhythm=True),
        Statement("SVARR", mark("supraventricular arrhythmia"), rhythm=True),
        Statement("BIGU", mark("bigeminal pattern (unknown origin, SV or Ventricular)"), rhythm=True),
        Statement("AFLT", mark("atrial flutter"), rhythm=True),
        Statement("SVTAC", mark("supraventricular tachycardia"), rhythm=True),
        Statement("PSVT", mark("paroxysmal supraventricular tachycardia"), rhythm=True),
        Statement("TRIGU", mark("trigeminal pattern (unknown origin, SV or Ventricular)"), rhythm=True),
    )
}
"""By code, in the order of the networks' second head."""

TASKS = (
    mark("all"),
    mark("diagnostic"),
    mark("subdiagnostic"),
    mark("superdiagnostic"),
    mark("form"),
    mark("rhythm"),
)
"""The six tasks of the published benchmark."""


def members(task: str) -> dict[str, list[int]]:
    """The classes of a task → the places of their statements in the second head. Raises ValueError for another task."""
    if task not in TASKS:
        raise ValueError(
            say(
                "there is no task {task!r}; there are {tasks}",
                task=task,
                tasks=", ".join(TASKS),
            )
        )
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
