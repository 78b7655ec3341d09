"""The results file: all that is known of a run, typed and versioned. Reports are made from it."""

from pathlib import Path

import msgspec

from load.errors import LoadError
from load.measurements.coverage_records import CoverageRecord
from load.measurements.ledger_account import LedgerRecord
from load.measurements.run_records import (
    CapacityRecord,
    ExplanationRecord,
    Figures,
    GeneratorRecord,
    OperationRecord,
    OutcomeRecord,
    ReasonRecord,
    Record,
    Slowest,
)
from load.measurements.throttling import Throttling
from load.measurements.workload import Workload
from openapi.contract import Json

FILE = "results.json"
FORMAT = 5


class RunRecord(
    Record,
    frozen=True,
    kw_only=True,
    rename={"explanation": "explained", "side_calls": "beside", "scenario": "profile"},
):
    """A run: what was asked for, what was measured, and the verdict. The reasons why it failed and why it
    does not count are in `reasons` and `invalid` as lines for people, and in `failures` and `doubts` as
    values. Of a search for the capacity, it is the best trial.

    Larger than usual: it has one field per key of the file.

    `tool` is the program that wrote the file, with its version; `label` and `commit` are what the user said
    of the run, and `seed` what its values followed; `fingerprint` is that of the document. `to_judge` counts
    the findings that people judge, and that do not change the verdict. `uncovered` says which operations were
    not called and why, `omitted` what calls never carry, and `unchecked` which parts of responses were not
    checked. What has a default is missing in older files.
    """

    format: int
    tool: str = ""
    label: str = ""
    commit: str = ""
    seed: int | None = None
    title: str
    document: str
    fingerprint: str = ""
    host: str
    scenario: str
    users: int | None
    workload: Workload
    began: str
    ended: str = ""
    seconds: float
    measured_seconds: float
    passed: bool
    verdict: str
    to_judge: int = 0
    reasons: list[str]
    invalid: list[str]
    failures: list[ReasonRecord]
    doubts: list[ReasonRecord]
    notes: list[str]
    throttling: Throttling | None
    objectives: list[OutcomeRecord]
    uncovered: dict[str, str]
    omitted: list[str] = msgspec.field(default_factory=list)
    unchecked: list[str] = msgspec.field(default_factory=list)
    capacity: CapacityRecord | None
    explanation: ExplanationRecord | None
    slowest: Slowest | None
    total: Figures
    operations: dict[str, OperationRecord]
    coverage: CoverageRecord | None = None
    ledger: LedgerRecord
    side_calls: dict[str, int]
    closed: dict[str, int]
    generators: dict[str, GeneratorRecord]


class _Header(msgspec.Struct):
    format: object = None


def json_schema() -> dict[str, Json]:
    """The JSON Schema (2020-12) of the file."""
    dialect = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return {**dialect, "title": f"A run of contract-load, format {FORMAT}", **msgspec.json.schema(RunRecord)}


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
        version = msgspec.json.decode(content, type=_Header).format
    except msgspec.ValidationError:
        version = None
    except msgspec.DecodeError:
        raise LoadError(f"{file}: not a file of results: it is not JSON") from None
    if version != FORMAT:
        raise LoadError(f"{file}: not a file of results of this version: format {version}, not {FORMAT}")
    try:
        return msgspec.json.decode(content, type=RunRecord)
    except msgspec.ValidationError as error:
        raise LoadError(f"{file}: not a file of results: {error}") from None
