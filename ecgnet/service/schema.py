"""Every value that goes into the service and comes out of it, typed; OpenAPI is made from these models."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from ecgnet.ptbxl import SUPERCLASSES
from ecgnet.reading.wording import NOTICE
from ecgnet.service.faults import Kind
from ecgnet.states import State

Label = Literal["NORM", "MI", "STTC", "CD", "HYP"]
assert Label.__args__ == tuple(SUPERCLASSES)


def _listed(value: Any) -> Any:
    """ "I, II" → ["I", "II"]."""
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


Names = Annotated[tuple[str, ...], BeforeValidator(_listed)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FileOptions(_Strict):
    """What a file may leave out, and which recording of it is read; as in the app and on the command line."""

    fs: float | None = Field(
        None, gt=0, le=1e6, description="sampling rate in Hz, where the file leaves it out"
    )
    unit: Literal["mV", "uV", "V"] | None = Field(
        None, description="unit of the samples, where the file leaves it out"
    )
    leads: Names | None = Field(
        None, description="lead names in order, parted by commas, where the file leaves them out"
    )
    recording: int | None = Field(None, ge=1, description="which to read, where a file holds several")
    age: float | None = Field(None, ge=0, le=130, description="years; replaces what the file says")
    sex: Literal["female", "male"] | None = Field(None, description="replaces what the file says")
    anyway: bool = Field(False, description="ask the models also of what cannot be read")


class ReadOptions(FileOptions):
    """Options of /v1/read."""

    models: Names = Field(
        (), description="models to ask, parted by commas; the first or the default one leads; none: default"
    )


class ExplainOptions(FileOptions):
    """Options of /v1/explain."""

    model: str | None = Field(None, description="the model that answers; none: the default one")
    target: str | None = Field(
        None, description="a class or an SCP-ECG statement; none: the most probable class"
    )
    method: str | None = Field(None, description="see /v1/models; none: the one measured to be the best")
    against: Literal["normal", "zero"] | None = Field(
        None,
        description="compared with normal beats or a flat line; none: normal beats, where a rhythm is found",
    )
    on_trace: bool = Field(False, description="on the recording, whatever the model reads")
    values: bool = Field(False, description="the maps themselves, not their sums alone")


class Signal(_Strict):
    """A signal as JSON: the body of /v1/read and /v1/explain with the content type application/json."""

    fs: float = Field(description="Hz", examples=[500])
    unit: Literal["mV", "uV", "V"] = Field(examples=["mV"])
    leads: list[str] = Field(
        description="names in the order of the signal",
        examples=[["I", "II", "V1", "V2", "V3", "V4", "V5", "V6"]],
    )
    signal: list[list[float | None]] = Field(description="a list of samples for each lead; null is a gap")
    age: float | None = None
    sex: Literal["female", "male"] | None = None


class Fault(_Strict):
    """Why there is no answer."""

    kind: Kind
    message: str


class FaultAnswer(_Strict):
    """A request that was refused."""

    error: Fault
    notice: str = NOTICE


class Measurement(_Strict):
    """A measurement with its limits; a reason where there is no value."""

    value: float | None
    unit: str
    low: float | None
    high: float | None
    flag: str | None
    reason: str | None
    note: str | None


class Rhythm(_Strict):
    """The rhythm in words."""

    text: str | None
    code: str | None
    certain: bool
    reason: str | None


class ClassState(_Strict):
    """A class by the leading model."""

    probability: float
    state: State


class Statement(_Strict):
    """An SCP-ECG statement at or above its threshold."""

    code: str
    text: str
    probability: float
    set_aside: str | None


class Line(_Strict):
    """A line of the structured reading."""

    topic: str
    text: str
    source: str
    because: str | None


class Conclusion(_Strict):
    """The reading in a sentence."""

    text: str
    grade: str


class Trust(_Strict):
    """How far a model's answer holds."""

    familiar: bool | None
    sets: dict[Label, str]
    abstain: bool | None
    sentences: list[str]


class Prediction(_Strict):
    """One model's answer, as `ecgnet predict --json` has it."""

    model: str
    probabilities: dict[Label, float]
    milliseconds: float
    device: str
    trust: Trust | None
    state: dict[Label, State] | None


class FileRow(_Strict):
    """What is said of every ECG: its name, whether it was read, why not, and what its reader remarks."""

    file: str
    ok: bool
    error: str | None
    warnings: list[str]
    kind: Kind | None = Field(description="why it was not read")
    asks: list[str] = Field(description="what has to be told: fs, unit, leads")


class ReadRow(FileRow):
    """The reading of an ECG, as `ecgnet read --json` has it, and every model's answer."""

    window: tuple[float, float] | None
    readable: bool | None
    reason: str | None
    measurements: dict[str, Measurement] | None
    rhythm: Rhythm | None
    classes: dict[Label, ClassState] | None
    statements: list[Statement] | None
    critical: list[str] | None
    leads: dict[str, dict[str, float | None]] | None
    recorder: dict[str, Any] | None
    reading: list[Line] | None
    conclusion: Conclusion | None
    model: str | None
    weights: str | None
    notice: str | None
    predictions: list[Prediction]


class ReadAnswer(_Strict):
    """The answer of /v1/read: a row an ECG; error: of the first, where none could be read."""

    answers: list[ReadRow]
    error: Fault | None
    version: str
    notice: str = NOTICE


class Map(_Strict):
    """What one view of the ECG contributed, in sums. lead_sums: signed shares; lead_shares: of sizes."""

    modality: Literal["waveform", "spectrum", "spectrogram", "metadata"]
    lead_sums: dict[str, float] | None
    lead_shares: dict[str, float] | None
    band_shares: dict[str, float] | None
    field_shares: dict[str, float] | None
    sentences: list[str]
    shape: list[int]
    values: list[Any] | None


class Explained(_Strict):
    """Why a model answered as it did. logit, baseline_logit: of the target; their difference is what the maps share out."""

    model: str
    weights: str
    target: str
    probability: float
    logit: float
    baseline_logit: float
    baseline: str
    method: str
    against: Literal["normal", "zero"]
    on_trace: bool
    completeness_error: float | None
    window: tuple[float, float]
    maps: list[Map]


class ExplainRow(FileRow):
    """One ECG explained."""

    explanation: Explained | None


class ExplainAnswer(_Strict):
    """The answer of /v1/explain."""

    answers: list[ExplainRow]
    error: Fault | None
    version: str
    notice: str = NOTICE


class ModelRow(_Strict):
    """A model that is there."""

    name: str
    title: str
    summary: str
    labels: list[str]
    statements: list[str]
    weights: str
    checksum: str
    parameters: int
    reads_metadata: bool
    default: bool
    test_macro_auc: float | None = Field(description="on PTB-XL's fold 10")


class ModelsAnswer(_Strict):
    """The answer of /v1/models."""

    models: list[ModelRow]
    methods: dict[str, str] = Field(description="of explanation, and a sentence on each")
    device: str
    profile: str | None
    version: str
    notice: str = NOTICE


class HealthAnswer(_Strict):
    """The answer of /health."""

    ok: bool
    version: str
    notice: str = NOTICE
