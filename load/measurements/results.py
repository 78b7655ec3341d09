"""What was measured in a run: exact times, answers and findings per operation and second."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import msgspec

from load.measurements.clock import Clock
from load.measurements.findings import Fault, Finding
from load.measurements.ledger_account import LedgerRecord
from load.measurements.load_generator import Generator
from load.measurements.losses import DroppedProperty, Loss
from load.measurements.operation_results import OperationMessage, OperationResults
from load.measurements.secret_mask import Mask
from load.measurements.silence import Silence, Silences
from load.measurements.timeline import CallOutcome, Timeline

# What became of calls whose connection the service closed as they were sent.
REPEATED = "repeated on a new one"
UNKNOWN = "not repeated, as nobody knows whether they were carried out"


class Unjudged(msgspec.Struct, frozen=True):
    """Calls that were not judged since a time (s since the start), and how many they are."""

    since: float
    calls: int


class ResultsMessage(msgspec.Struct, frozen=True):
    """What a worker sends to its master: the results since its last report."""

    operations: dict[str, OperationMessage]
    generators: dict[str, Generator]
    account: LedgerRecord
    side_calls: dict[str, int]
    closed: dict[str, int]
    silence: Silence
    unaccepted: dict[str, Unjudged]
    broken_hooks: dict[str, int]

    @property
    def calls(self) -> int:
        """The number of calls."""
        return sum(sum(operation.statuses.values()) for operation in self.operations.values())


@dataclass
class Results:
    """The calls of a run by the label of their operation, and what else its processes report, with the clock
    of the run and the mask, which hides credentials in all that is kept for people.

    Larger than usual: it has one field for each part of a report.

    `generators` are what the processes observed of themselves, by name. `side_calls` counts calls that are
    not measured, by their purpose; `closed` those whose connection the service closed instead of an answer,
    which is no fault where it was idle. `unaccepted` are the calls that were not judged as the credentials
    were no longer accepted, by reason; `broken_hooks` counts the failures of the user's hooks, by what they
    raised.
    """

    operations: dict[str, OperationResults]
    clock: Clock = field(default_factory=Clock)
    generators: dict[str, Generator] = field(default_factory=dict)
    account: LedgerRecord = field(default_factory=LedgerRecord)
    side_calls: Counter[str] = field(default_factory=Counter)
    closed: Counter[str] = field(default_factory=Counter)
    silences: Silences = field(default_factory=Silences)
    unaccepted: dict[str, Unjudged] = field(default_factory=dict)
    broken_hooks: Counter[str] = field(default_factory=Counter)
    mask: Mask = field(default_factory=Mask, compare=False)

    @classmethod
    def of(cls, labels: Iterable[str], warm_up: float = 0.0, origin: float | None = None) -> "Results":
        """No calls yet of these operations, in a run that began at a time of `time.perf_counter`, or now."""
        operations = {label: OperationResults(Timeline(warm_up)) for label in labels}
        return cls(operations, Clock.since(origin, warm_up))

    def emptied(self) -> "Results":
        """Results of the same run without calls, to record what comes after a report."""
        operations = {label: OperationResults(Timeline(self.clock.warm_up)) for label in self.operations}
        return Results(operations, self.clock, silences=self.silences, mask=self.mask)

    @property
    def elapsed(self) -> float:
        """How long ago (s) the run began."""
        return self.clock.elapsed

    @property
    def total(self) -> OperationResults:
        """All operations together."""
        total = OperationResults(Timeline(self.clock.warm_up))
        for operation in self.operations.values():
            total.add(operation)
        return total

    def record(
        self, label: str, status: int, response_s: float, service_s: float, findings: list[Finding]
    ) -> None:
        """Count one call that ends now; status 0 when no answer came."""
        operation, clock, outcome = self.operations[label], self.clock, CallOutcome.ANSWERED
        at = clock.elapsed
        if not status:
            outcome = CallOutcome.UNANSWERED
            self.silences.own.record_unanswered(at - service_s)
        else:
            self.silences.own.record_answer(at)
            if findings and any(finding.fault is Fault.THROTTLED for finding in findings):
                outcome = CallOutcome.THROTTLED
        operation.timeline.record(at, response_s, service_s, bool(findings), outcome)
        operation.afterwards += clock.ended is not None and outcome is CallOutcome.ANSWERED
        operation.statuses[status] += 1
        if findings:
            operation.record_failure(findings, self.mask)

    def add_findings(self, label: str, findings: list[Finding]) -> None:
        """Add what is wrong with a call that was recorded as a good one."""
        if findings:
            self.operations[label].record_failure(findings, self.mask)

    def record_lessons(self, label: str, lessons: Mapping[str, str]) -> None:
        """Keep what was learned of an operation from its answers: sentences by their subjects."""
        masked = {subject: self.mask.answer(text) for subject, text in lessons.items()}
        self.operations[label].lessons.update(masked)

    def record_unjudged(self, reason: str, since: float, calls: int) -> None:
        """Count calls that were not judged, for a reason that holds since a time (s since the start)."""
        former = self.unaccepted.get(reason, Unjudged(since, 0))
        self.unaccepted[reason] = Unjudged(min(former.since, since), former.calls + calls)

    def record_loss(self, loss: Loss, sample: str) -> None:
        """Count an acknowledged write that a read contradicts, as a finding of the operation that wrote;
        `sample` is a command that shows it.
        """
        loss = loss.masked(self.mask)
        self.operations[loss.label].findings.record([loss.finding(sample)], self.mask)
        self.account.record_loss(loss)

    def record_dropped(self, dropped: DroppedProperty, sample: str) -> None:
        """Count a property that the service never keeps, as a finding of the operation that writes it. The
        sample is a command that shows it.
        """
        self.operations[dropped.label].findings.record([dropped.finding(sample)], self.mask, dropped.count)

    def add_generator(self, name: str, generator: Generator) -> None:
        """Add what a process of the load observed of itself."""
        self.generators.setdefault(name, Generator()).add(generator)

    def message(self) -> ResultsMessage:
        """The same for another process."""
        return ResultsMessage(
            operations={
                label: operation.message()
                for label, operation in self.operations.items()
                if operation.requests or operation.findings
            },
            generators=self.generators,
            account=self.account,
            side_calls=self.side_calls,
            closed=self.closed,
            silence=self.silences.own,
            unaccepted=self.unaccepted,
            broken_hooks=self.broken_hooks,
        )

    def merge(self, message: ResultsMessage, process: str = "another") -> None:
        """Add what another process has reported."""
        for label, operation in message.operations.items():
            timeline = Timeline(self.clock.warm_up)
            self.operations.setdefault(label, OperationResults(timeline)).merge(operation)
        for name, generator in message.generators.items():
            self.add_generator(name, generator)
        self.account.merge(message.account)
        self.side_calls.update(message.side_calls)
        self.closed.update(message.closed)
        self.broken_hooks.update(message.broken_hooks)
        self.silences.others[process] = message.silence
        for reason, unjudged in message.unaccepted.items():
            self.record_unjudged(reason, unjudged.since, unjudged.calls)
