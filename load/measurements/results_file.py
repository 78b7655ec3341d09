"""The results file: all that is known of a run, typed and versioned. Reports are made of it."""

from pathlib import Path
from typing import Any

import msgspec

from load.errors import LoadError
from load.measurements.run_records import (
    CapacityRecord,
    ExplanationRecord,
    Figures,
    GeneratorRecord,
    LedgerRecord,
    OperationRecord,
    OutcomeRecord,
    Reason,
    Record,
    SlowestRecord,
    ThrottlingRecord,
    WorkloadRecord,
)

FILE = "results.json"
FORMAT = 5


class RunRecord(Record, frozen=True, kw_only=True):
    """A run: what was asked for, what was measured, and the verdict. Why it failed and why it does not
    count stand for people in `reasons` and `invalid`, and as values in `failures` and `doubts`. Of a search
    for the capacity, it is the best trial.
    """

    format: int
    title: str
    document: str
    host: str
    profile: str
    users: int | None
    workload: WorkloadRecord
    began: str
    seconds: float
    measured_seconds: float
    passed: bool
    verdict: str
    reasons: list[str]
    invalid: list[str]
    failures: list[Reason]
    doubts: list[Reason]
    notes: list[str]
    throttling: ThrottlingRecord | None
    objectives: list[OutcomeRecord]
    uncovered: dict[str, str]
    capacity: CapacityRecord | None
    explained: ExplanationRecord | None
    slowest: SlowestRecord | None
    total: Figures
    operations: dict[str, OperationRecord]
    ledger: LedgerRecord
    beside: dict[str, int]
    closed: dict[str, int]
    generators: dict[str, GeneratorRecord]


class _Header(msgspec.Struct):
    format: Any = None


def write(path: Path, run: RunRecord) -> None:
    """Write a run to a file."""
    path.write_bytes(msgspec.json.format(msgspec.json.encode(run), indent=1) + b"\n")


def read(path: Path) -> RunRecord:
    """The run of a file, or of the file of results in a folder. Raises LoadError when there is none."""
    file = path / FILE if path.is_dir() else path
    try:
        content = file.read_bytes()
    except OSError as error:
        raise LoadError(f"cannot read {file}: {error.strerror}; give a {FILE} or its folder") from None
    try:
        found = msgspec.json.decode(content, type=_Header).format
    except msgspec.ValidationError:
        found = None
    except msgspec.DecodeError:
        raise LoadError(f"{file}: not a file of results: it is not JSON") from None
    if found != FORMAT:
        raise LoadError(f"{file}: not a file of results of this version: format {found}, not {FORMAT}")
    try:
        return msgspec.json.decode(content, type=RunRecord)
    except msgspec.ValidationError as error:
        raise LoadError(f"{file}: not a file of results: {error}") from None
