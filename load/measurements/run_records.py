"""The parts of a results file, typed.

Times are in ms, rates in calls per s, lengths and times of day in s. Histograms are HdrHistogram's text.
"""

from enum import StrEnum

import msgspec

from load.measurements.coverage_records import OperationCoverage
from load.measurements.findings import FindingRecord
from load.measurements.sample import Sample


class ReasonKind(StrEnum):
    """The kinds of reasons why a run did not pass."""

    ENDED = "ended early"
    EMPTY = "no judgement"
    GONE = "nobody answers"
    BEHIND = "falls behind"
    OBJECTIVE = "objective"
    FAULT = "fault"
    INTERRUPTED = "interrupted"
    REFUSED = "credentials not accepted"
    FORBIDDEN = "forbidden"
    GENERATOR = "load generator"
    MISSING = "missing results"
    THROTTLED = "throttled"
    UNREAD = "not read back"
    HOOK = "hook"
    UNJUDGED = "not judged"


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the file."""


class TimeFigures(Record, frozen=True, kw_only=True, rename={"p999_ms": "p99.9_ms"}):
    """How long calls took (ms)."""

    mean_ms: float
    median_ms: float
    p95_ms: float
    p99_ms: float
    p999_ms: float
    max_ms: float
    histogram: str


class SecondFigures(TimeFigures, frozen=True, kw_only=True):
    """The calls that ended in the second that began `at` (s since the start), with their response times."""

    at: int
    requests: int
    failures: int
    answers: int
    throttled: int
    service: TimeFigures


class Figures(TimeFigures, frozen=True, kw_only=True):
    """Calls of one operation, or of all together, with their response times. `statuses` counts answers by
    status, 0 for none. Times and rate are of the calls that were measured, after the warm-up. Answers that
    came `afterwards`, when no more calls were made, are not part of the rate.
    """

    requests: int
    failures: int
    measured_requests: int
    rate: float
    afterwards: int
    statuses: dict[str, int]
    service: TimeFigures
    seconds: list[SecondFigures]


class OperationRecord(Figures, frozen=True, kw_only=True):
    """One operation: its figures, the verdict on it in a word or two, what was wrong, and what was exercised
    of it (None in older files).
    """

    operation_id: str
    verdict: str
    findings: list[FindingRecord]
    coverage: OperationCoverage | None = None


class OutcomeRecord(Record, frozen=True, kw_only=True, rename={"is_requested": "asked", "message": "told"}):
    """An objective of an operation, or of all together, and what was measured (None without calls).
    `is_requested` says that whoever ran the load set it; otherwise the document promises it.

    Larger than usual: it has one field per column of the file.
    """

    operation: str
    objective: str
    measure: str
    limit: float
    is_requested: bool
    figure: float | None
    shown: str
    calls: int
    judged: bool
    holds: bool
    margin: float | None
    message: str


class ReasonRecord(Record, frozen=True, kw_only=True, rename={"message": "told"}):
    """Why a run failed, or does not count: the kind, the operation if it is about one, and the message."""

    kind: ReasonKind
    operation: str
    message: str


class GeneratorRecord(Record, frozen=True, kw_only=True):
    """What a process of the load observed of itself: the share of a core that it used, by how much its event
    loop was late, the share of arrivals that were late and by how much, how many were not sent, how many were
    late as answers came all at once, and the longest time that it stood still.
    """

    cpu: float
    loop_lag_p99_ms: float
    late: float
    lateness_p99_ms: float
    dropped: int
    late_as_answers_came_at_once: int
    stood_still_s: float


class Bottleneck(msgspec.Struct, frozen=True, rename={"message": "told"}):
    """What kept reads, writes or both from going faster: what it is, what was observed, and how sure that
    makes it. `shown` is all of it in one line.
    """

    of: str
    message: str
    evidence: tuple[str, ...]
    certainty: str
    shown: str = ""

    def __post_init__(self) -> None:
        shown = f"{self.of}: {self.message} ({self.certainty})"
        msgspec.structs.force_setattr(self, "shown", shown)


class StatementRecord(Record, frozen=True, kw_only=True):
    """A statement of SQL, how often it was run, and how long all of that took."""

    statement: str
    calls: float
    time_ms: float


class ExplanationRecord(Record, frozen=True, kw_only=True):
    """What was observed of the service at the rate (arrivals/s) that it was asked for, and what kept it from
    going faster.

    Larger than usual: it has one field per column of the file.
    """

    bottlenecks: list[Bottleneck]
    processes: list[str]
    cores: int
    idle_probe_ms: float | None
    samples: list[Sample]
    waits: dict[str, dict[str, int]]
    database: dict[str, float] | None
    statements: list[StatementRecord] | None
    rate: float | None


class Trial(msgspec.Struct, frozen=True):
    """A rate (arrivals/s) that a search for the capacity has tried: the throughput (answers/s), the response
    times (ms), why the service is not within its objectives (`broken`), and why the load itself could not go
    that far (`invalid`); it `holds` when neither is so.

    Larger than usual: it has one field per column of the file.
    """

    rate: float
    throughput: float
    median_ms: float
    p95_ms: float
    p99_ms: float
    failures: int
    broken: str = ""
    invalid: str = ""
    holds: bool = False

    def __post_init__(self) -> None:
        msgspec.structs.force_setattr(self, "holds", not self.broken and not self.invalid)

    def __str__(self) -> str:
        return (
            f"{self.rate:8.1f}/s: {self.throughput:.1f} answers/s, median {self.median_ms:.1f} ms, "
            f"p95 {self.p95_ms:.1f} ms, p99 {self.p99_ms:.1f} ms: "
            f"{self.broken or self.invalid or 'within the objectives'}"
        )


class CapacityRecord(Record, frozen=True, kw_only=True):
    """What a search for the capacity has found: the best rate, if any, and all that were tried, by rate."""

    answer: str
    rate: float | None
    trials: list[Trial]


class Slowest(Record, frozen=True, kw_only=True, rename={"message": "told"}):
    """The operation that took the longest: its service times (ms), and its share of the time of all calls."""

    operation: str
    mean_ms: float
    p95_ms: float
    share: float
    message: str
