"""PTB-XL: its table, folds, SCP-ECG statements and patients, and a Record by ecg_id.

Source: Wagner et al. 2020, PTB-XL, a large publicly available electrocardiography dataset, Sci Data 7:154,
doi 10.13026/kfzx-aw45; the aggregation of labels follows `example_physionet.py` and Strodthoff et al. 2021,
IEEE J Biomed Health Inform 25:1519.
"""

from __future__ import annotations

import ast
import os
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ecgnet.language import Words, say
from ecgnet.record import LEADS, Metadata, Record, RecordError
from ecgnet.recorder import RecorderReport, cleaned, lines

if TYPE_CHECKING:  # slow to import: whoever needs the names of the classes alone does not wait
    import pandas as pd

SUPERCLASSES: tuple[str, ...] = ("NORM", "MI", "STTC", "CD", "HYP")
SUPERCLASS_TITLES: dict[str, str] = Words(
    {
        "NORM": "Normal ECG",
        "MI": "Myocardial infarction",
        "STTC": "ST/T change",
        "CD": "Conduction disturbance",
        "HYP": "Hypertrophy",
    }
)
DEFAULT_FOLDER = Path("data/ptbxl")
TRAIN_FOLDS, VALIDATION_FOLD, TEST_FOLD = tuple(range(1, 9)), 9, 10


OVER_89 = 300
"""What the table has in place of every age above 89, so as not to name anybody (HIPAA)."""


class CatalogueError(RecordError):
    """The data set's folder cannot be used; the message says what is missing and what to do."""


def find_ptbxl() -> Path | None:
    """The data set's folder: `ECGNET_PTBXL` when set, else `data/ptbxl` when it is there, else None."""
    named = os.environ.get("ECGNET_PTBXL")
    if named:
        return Path(named)
    return DEFAULT_FOLDER if DEFAULT_FOLDER.is_dir() else None


class Catalogue:
    """PTB-XL in its official folder layout, read only.

    `table` has a row per record, indexed by ecg_id: patient_id, age (years, NaN when unknown or over 89),
    over_89 (bool), sex, height (cm), weight (kg), fold, report, device, recording_date (NaT when not told),
    validated_by_human and report_by_machine (True, False, None when not told), superclasses, subclasses,
    statements (tuples), filename_lr, filename_hr. Raises CatalogueError when the folder or its tables cannot be read.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        if not self.folder.is_dir():
            raise CatalogueError(
                say(
                    "{folder}: there is no such folder; set ECGNET_PTBXL to the folder that holds "
                    "ptbxl_database.csv.",
                    folder=self.folder,
                )
            )
        database = self._read_csv("ptbxl_database.csv")
        self.statements = self._read_csv("scp_statements.csv")
        """The 71 SCP-ECG statements, indexed by code, with the data set's own columns."""
        try:
            self.table = self._build_table(database)
        except CatalogueError:
            raise
        except (ValueError, TypeError) as error:
            raise CatalogueError(
                say(
                    "{folder} is damaged ({error}); restore it from PTB-XL 1.0.3.",
                    folder=self.folder / "ptbxl_database.csv",
                    error=error,
                )
            ) from error

    def _read_csv(self, name: str) -> pd.DataFrame:
        import pandas as pd

        path = self.folder / name
        try:
            return pd.read_csv(path, index_col=0)
        except FileNotFoundError:
            raise CatalogueError(
                say(
                    "{path} is missing; download PTB-XL 1.0.3 completely or point ECGNET_PTBXL at its folder.",
                    path=path,
                )
            ) from None
        except (OSError, ValueError) as error:
            raise CatalogueError(
                say(
                    "{path} cannot be read ({error}); restore it from PTB-XL 1.0.3.",
                    path=path,
                    error=error,
                )
            ) from error

    def _build_table(self, database: pd.DataFrame) -> pd.DataFrame:
        import pandas as pd

        needed = {"patient_id", "age", "sex", "scp_codes", "strat_fold", "filename_lr", "filename_hr"}
        explaining = {"diagnostic", "diagnostic_class", "diagnostic_subclass"}
        for name, table, wanted in (
            ("ptbxl_database.csv", database, needed),
            ("scp_statements.csv", self.statements, explaining),
        ):
            if missing := wanted - set(table.columns):
                raise CatalogueError(
                    say(
                        "{folder} lacks the column {sorted}; restore it from PTB-XL 1.0.3.",
                        folder=self.folder / name,
                        sorted=", ".join(sorted(missing)),
                    )
                )
        try:
            codes = database["scp_codes"].map(lambda text: tuple(ast.literal_eval(text)))
        except (ValueError, SyntaxError, TypeError) as error:
            raise CatalogueError(
                say(
                    "{folder}: the column scp_codes is damaged ({error}).",
                    folder=self.folder / "ptbxl_database.csv",
                    error=error,
                )
            ) from error
        diagnostic = self.statements[self.statements["diagnostic"] == 1]

        def aggregate(column: str, order: tuple[str, ...] | None = None) -> pd.Series:
            known = diagnostic[column].to_dict()
            found = codes.map(lambda row: {known[code] for code in row if code in known})
            return found.map(lambda row: tuple(sorted(row, key=order.index if order else None)))

        def told(column: str) -> pd.Series:
            return database.get(column, pd.Series(None, index=database.index, dtype=object))

        age = database["age"].astype(float)
        return pd.DataFrame(
            {
                "patient_id": database["patient_id"].astype(int),
                "age": age.where(age < OVER_89),
                "over_89": age == OVER_89,
                "sex": database["sex"].map({0: "male", 1: "female"}),
                "height": database.get("height"),
                "weight": database.get("weight"),
                "fold": database["strat_fold"].astype(int),
                "superclasses": aggregate("diagnostic_class", SUPERCLASSES),
                "subclasses": aggregate("diagnostic_subclass"),
                "statements": codes,
                "report": database.get("report", pd.Series("", index=database.index)).fillna(""),
                "device": database.get("device", pd.Series("", index=database.index)).fillna("").str.strip(),
                "recording_date": pd.to_datetime(told("recording_date"), errors="coerce"),
                "validated_by_human": told("validated_by_human")
                .map({True: True, False: False})
                .astype(object),
                "report_by_machine": told("initial_autogenerated_report")
                .map({True: True, False: False})
                .astype(object),
                "filename_lr": database["filename_lr"],
                "filename_hr": database["filename_hr"],
            }
        )

    @cached_property
    def statement_codes(self) -> tuple[str, ...]:
        """The 71 SCP-ECG codes in the order of the model's second head."""
        return tuple(self.statements.index)

    def superclass_matrix(self, ecg_ids: np.ndarray | None = None) -> np.ndarray:
        """(N, 5) float32 of 0 and 1, columns as `SUPERCLASSES`."""
        return self._matrix("superclasses", SUPERCLASSES, ecg_ids)

    def statement_matrix(self, ecg_ids: np.ndarray | None = None) -> np.ndarray:
        """(N, 71) float32 of 0 and 1, columns as `statement_codes`."""
        return self._matrix("statements", self.statement_codes, ecg_ids)

    def _matrix(self, column: str, names: tuple[str, ...], ecg_ids: np.ndarray | None) -> np.ndarray:
        rows = self.table[column] if ecg_ids is None else self.table.loc[ecg_ids, column]
        place = {name: k for k, name in enumerate(names)}
        matrix = np.zeros((len(rows), len(names)), np.float32)
        for row, found in zip(matrix, rows, strict=True):
            row[[place[name] for name in found if name in place]] = 1
        return matrix

    def metadata(self, ecg_id: int) -> Metadata:
        """What the data set tells of the patient at that recording."""
        row = self._row(ecg_id)

        def number(name: str) -> float | None:
            return float(row[name]) if _told(row[name]) else None

        sex = row["sex"] if isinstance(row["sex"], str) else None
        return Metadata(number("age"), sex, number("height"), number("weight"), bool(row["over_89"]))

    def recorder(self, ecg_id: int) -> RecorderReport | None:
        """The report that came with the record, by the cart or a cardiologist, with day, device and confirmation as far
        as the data set tells them. Its dates are shifted, each patient's by a span of their own; None for nothing told."""
        row = self._row(ecg_id)
        day, validated = row["recording_date"], row["validated_by_human"]
        found = RecorderReport(
            lines([_small_letters(row["report"])]),
            recorded_at=day.to_pydatetime() if _told(day) else None,
            confirmed=_confirmed(row["report"], validated, row["report_by_machine"]),
            device=cleaned(row["device"]) or None,
        )
        return found if found != RecorderReport() else None

    def has_signal(self, ecg_id: int, fs: int = 100) -> bool:
        """Whether the record's signal is in the folder at 100 or 500 Hz."""
        return self.is_here(ecg_id, fs)

    def is_here(self, ecg_id: int, fs: int = 100) -> bool:
        """Whether the signal is on this machine, so that opening it asks nobody."""
        return self.path(ecg_id, fs).with_suffix(".dat").is_file()

    def record(self, ecg_id: int, fs: int = 100) -> Record:
        """The record at 100 or 500 Hz, in mV. Raises CatalogueError when it is not there or is damaged."""
        signal = read_format16(self.path(ecg_id, fs), fs)
        return Record(
            (signal.T / 1000).astype(np.float32),
            fs,
            f"PTB-XL {ecg_id}",
            "PTB-XL",
            self.metadata(ecg_id),
            recorder=self.recorder(ecg_id),
        )

    def _row(self, ecg_id: int) -> pd.Series:
        try:
            return self.table.loc[ecg_id]
        except KeyError:
            raise CatalogueError(
                say(
                    "PTB-XL has no record {ecg_id}; ecg_id runs from {min} to {max}.",
                    ecg_id=ecg_id,
                    min=self.table.index.min(),
                    max=self.table.index.max(),
                )
            ) from None

    def path(self, ecg_id: int, fs: int = 100) -> Path:
        """Where the record's files lie, without their endings. Raises CatalogueError for another rate than 100 and
        500 Hz, and for a table that points outside its folder."""
        if fs not in (100, 500):
            raise CatalogueError(say("PTB-XL holds 100 Hz and 500 Hz, not {fs} Hz.", fs=fs))
        name = str(self._row(ecg_id)["filename_lr" if fs == 100 else "filename_hr"])
        path = (self.folder / name).resolve()
        if self.folder.resolve() not in path.parents:
            raise CatalogueError(
                say(
                    "ptbxl_database.csv points outside its folder for record {ecg_id}: {name}.",
                    ecg_id=ecg_id,
                    name=name,
                )
            )
        return path


def _told(value: object) -> bool:
    """Whether a cell of the table holds something: NaN and NaT alone differ from themselves."""
    return value is not None and value == value


def _confirmed(report: str, validated: object, by_machine: object) -> bool | None:
    """Whether a physician confirmed a record's report. Where a machine wrote it, a validation is of the labels alone, and
    some say of themselves that nobody confirmed them."""
    if "unbestätigt" in _small_letters(report):
        return False
    if not isinstance(validated, bool) or (validated and by_machine is True):
        return None
    return validated


def _small_letters(report: str) -> str:
    """PTB-XL's reports are in small letters but for Ä, Ö, Ü and Å, which whoever made them small left as they were."""
    return "".join(letter if letter.isascii() else letter.lower() for letter in report)


def read_format16(path: Path, fs: int) -> np.ndarray:
    """The 16-bit WFDB file of one PTB-XL record as (T, 12) int16 in microvolts.

    PTB-XL is uniform (12 leads, format 16, 1000 units per mV, no offset), which makes this 200 times quicker
    than a general reader; a header that says otherwise raises CatalogueError.
    """
    header, data = path.with_suffix(".hea"), path.with_suffix(".dat")
    try:
        lines = header.read_text(encoding="utf-8", errors="replace").splitlines()
        samples = np.fromfile(data, "<i2")
    except OSError as error:
        raise CatalogueError(
            say(
                "{data} cannot be read ({strerror}); restore the record from PTB-XL 1.0.3.",
                data=data,
                strerror=error.strerror,
            )
        ) from error
    signals = [line.split() for line in lines[1:13]]
    uniform = len(signals) == 12 and all(
        len(field) >= 9
        and field[1] == "16"
        and field[2] == "1000.0(0)/mV"
        and field[8].upper() == lead.upper()
        for field, lead in zip(signals, LEADS, strict=True)
    )
    length = fs * 10
    if not uniform or lines[0].split()[1:4] != ["12", str(fs), str(length)]:
        raise CatalogueError(
            say(
                "{header} is not a header of PTB-XL at {fs} Hz; restore it from PTB-XL 1.0.3.",
                header=header,
                fs=fs,
            )
        )
    if samples.size != 12 * length:
        raise CatalogueError(
            say(
                "{data} holds {size} samples instead of {length}; restore the record from PTB-XL 1.0.3.",
                data=data,
                size=samples.size,
                length=12 * length,
            )
        )
    return samples.reshape(length, 12)
