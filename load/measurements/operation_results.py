"""What was measured of one operation: exact times, answers and findings."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import msgspec

from load.measurements.finding_counts import FindingCounts
from load.measurements.findings import Finding
from load.measurements.secret_mask import Mask
from load.measurements.timeline import PackedSecond, Second, Timeline


class OperationMessage(msgspec.Struct, frozen=True):
    """The calls of one operation, as a worker sends them to its master."""

    seconds: dict[int, list[PackedSecond]]
    failures: int
    afterwards: int
    statuses: dict[int, int]
    findings: list[tuple[Finding, int]]
    lessons: dict[str, str] = {}
    sent: set[str] = set()


@dataclass
class OperationResults:
    """The calls of one operation. `statuses` counts answers by status, 0 for no answer. `afterwards` counts
    answers that came when no more calls were made: they have times, but are not part of rates. `lessons` say
    what was learned from answers, each by its subject; `sent` are the parameters and properties that calls
    had. All but the times is counted from the start of the run, the warm-up included.
    """

    timeline: Timeline = field(default_factory=Timeline)
    failures: int = 0
    afterwards: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    findings: FindingCounts = field(default_factory=FindingCounts)
    lessons: dict[str, str] = field(default_factory=dict)
    sent: set[str] = field(default_factory=set)

    @property
    def measured(self) -> Second:
        """All calls since the warm-up, of which the figures are."""
        return self.timeline.measured

    @property
    def seconds(self) -> Iterator[tuple[int, Second]]:
        """Each second (s since the start) that had calls, with these."""
        return self.timeline.seconds

    @property
    def requests(self) -> int:
        """The number of calls."""
        return self.statuses.total()

    def rate(self, measured_s: float) -> float:
        """Answers per second, in the time (s) that was measured."""
        return max(self.measured.answers - self.afterwards, 0) / measured_s if measured_s else 0.0

    def percentile_ms(self, percentile: float) -> float:
        """The response time (ms) that this share (%) of calls did not exceed; 0 without calls."""
        return self.measured.response.percentile_ms(percentile)

    @property
    def max_ms(self) -> float:
        """The longest response time (ms)."""
        return self.measured.response.max_ms

    @property
    def error_rate(self) -> float:
        """The share of calls that failed, 0 to 1."""
        return self.failures / self.requests if self.requests else 0.0

    def record_failure(self, findings: Iterable[Finding], mask: Mask) -> None:
        """Count a call that failed, with what is wrong with it."""
        self.failures += 1
        self.findings.record(findings, mask)

    def add(self, other: "OperationResults") -> None:
        """Add the calls of another operation, without loss."""
        self.timeline.merge(other.timeline)
        self.failures += other.failures
        self.afterwards += other.afterwards
        self.statuses.update(other.statuses)
        self.findings.merge(other.findings.items())

    def message(self) -> OperationMessage:
        """The same for another process."""
        return OperationMessage(
            self.timeline.packed,
            self.failures,
            self.afterwards,
            self.statuses,
            [*self.findings.items()],
            self.lessons,
            self.sent,
        )

    def merge(self, message: OperationMessage) -> None:
        """Add the calls of another process."""
        for at, parts in message.seconds.items():
            for part in parts:
                self.timeline.add(at, part.unpacked())
        self.failures += message.failures
        self.afterwards += message.afterwards
        self.statuses.update(message.statuses)
        self.findings.merge(message.findings)
        self.lessons.update(message.lessons)
        self.sent.update(message.sent)
