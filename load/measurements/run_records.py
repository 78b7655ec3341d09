"""The parts of a results file, typed.

Times are in ms, rates in calls per s, lengths and times of day in s. Histograms are HdrHistogram's text.
"""

from enum import StrEnum

import msgspec

from load.measurements.findings import Fault


class Kind(StrEnum):
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
    """Calls of one operation, or of all together, with their response times; `statuses` counts answers by
    status, 0 for none. Times and rate are of those that were measured, after the warm-up. Answers
    that came `afterwards`, when no more calls were made, are no part of the rate.
    """

    requests: int
    failures: int
    measured_requests: int
    rate: float
    afterwards: int
    statuses: dict[str, int]
    service: TimeFigures
    seconds: list[SecondFigures]


class FindingRecord(Record, frozen=True, kw_only=True):
    """Something that was wrong with answers, how often, and how it showed the first time."""

    fault: Fault
    place: str
    rule: str
    detail: str
    expected: str
    found: str
    answer: str
    sample: str
    told: str
    count: int


class OperationRecord(Figures, frozen=True, kw_only=True):
    """One operation: its figures, the verdict on it in a word or two, and what was wrong."""

    operation_id: str
    verdict: str
    findings: list[FindingRecord]


class LossRecord(Record, frozen=True, kw_only=True):
    """Something that is not as acknowledged, as in `load.measurements.losses.Loss`."""

    kind: str
    label: str
    target: str
    expected: str
    found: str
    sent: float
    acknowledged: float
    read: float
    age: float
    count: int
    told: str


class LedgerRecord(Record, frozen=True, kw_only=True):
    """What became of what was acknowledged, as in `load.measurements.losses.Account`."""

    followed: int
    passed_over: int
    read: int
    unread: int
    unreadable: int
    lost: int
    late: int
    late_s: float
    notes: dict[str, int]
    untraced: dict[str, int]
    losses: list[LossRecord]


class OutcomeRecord(Record, frozen=True, kw_only=True):
    """An objective of an operation, or of all together, whether it was asked for or is promised by the
    document, and what was measured; None when nothing was.
    """

    operation: str
    objective: str
    measure: str
    limit: float
    asked: bool
    figure: float | None
    shown: str
    calls: int
    judged: bool
    holds: bool
    margin: float | None
    told: str


class Reason(Record, frozen=True, kw_only=True):
    """Why a run failed, or does not count: of which operation, if of one, and of what kind."""

    kind: Kind
    operation: str
    told: str

    def __str__(self) -> str:
        """For people."""
        return f"{self.operation}: {self.told}" if self.operation else self.told


class ThrottlingRecord(Record, frozen=True, kw_only=True):
    """How the service put calls off, as in `load.measurements.results.Throttling`."""

    since: float
    until: float
    unavailable: bool
    taken: float
    throttled: int
    calls: int
    answers: tuple[str, ...]
    told: str


class GeneratorRecord(Record, frozen=True, kw_only=True):
    """What a process of the load saw of itself: the share of a core that it used, by how much its event loop
    was late, the share of arrivals that were late and by how much, how many were not sent, how many were late
    as answers came at once, and for how long it stood still at most.
    """

    cpu: float
    loop_lag_p99_ms: float
    late: float
    lateness_p99_ms: float
    dropped: int
    late_as_answers_came_at_once: int
    stood_still_s: float


class BottleneckRecord(Record, frozen=True, kw_only=True):
    """What kept reads, writes or both from going faster, with the evidence and how sure it is."""

    of: str
    told: str
    evidence: tuple[str, ...]
    certainty: str
    shown: str


class SampleRecord(Record, frozen=True, kw_only=True):
    """A moment of the run, as in `load.observation.observer.Sample`."""

    at: float
    service_cores: float | None
    busiest_cores: float | None
    wanted_cores: float | None
    service_memory: int | None
    postgres_cores: float | None
    machine_cores: float
    probe_ms: float | None
    sessions: int | None
    busy: int | None
    locked: int | None
    load_cores: float | None


class StatementRecord(Record, frozen=True, kw_only=True):
    """A statement of SQL, how often it was run, and how long all of that took."""

    statement: str
    calls: float
    time_ms: float


class ExplanationRecord(Record, frozen=True, kw_only=True):
    """What was seen of the service, at which rate that was asked for, and what is made of it."""

    bottlenecks: list[BottleneckRecord]
    processes: list[str]
    cores: int
    idle_probe_ms: float | None
    samples: list[SampleRecord]
    waits: dict[str, dict[str, int]]
    database: dict[str, float] | None
    statements: list[StatementRecord] | None
    rate: float | None


class TrialRecord(Record, frozen=True, kw_only=True):
    """A rate that a search for the capacity has tried, as in `load.judgement.capacity.Trial`."""

    rate: float
    throughput: float
    median_ms: float
    p95_ms: float
    p99_ms: float
    failures: int
    broken: str
    invalid: str
    holds: bool


class CapacityRecord(Record, frozen=True, kw_only=True):
    """What a search for the capacity has found: the best rate, if any, and all that were tried, by rate."""

    answer: str
    rate: float | None
    trials: list[TrialRecord]


class WorkloadRecord(Record, frozen=True, kw_only=True):
    """How much was asked for, as in `load.options.workload.Workload`."""

    rate: float | None
    arrivals: str
    warm_up: int
    manner: str


class SlowestRecord(Record, frozen=True, kw_only=True):
    """The operation that took the longest, with the share of the time of all calls."""

    operation: str
    mean_ms: float
    p95_ms: float
    share: float
    told: str
