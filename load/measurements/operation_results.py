"""What was measured of one operation: exact times, answers and findings, second by second."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from load.measurements.findings import Fault, Finding
from load.measurements.times import Times

_PLACES_AT_MOST = 100
# A call that got no answer says how long users wait only if it waited: one that was refused did not.
WAITED_S = 1.0


class Outcome(Enum):
    """What became of a call: an answer, one that put it off, or none."""

    ANSWERED = "answered"
    THROTTLED = "throttled"
    UNANSWERED = "unanswered"


PackedSecond = tuple[int, int, int, int, bytes, bytes]


@dataclass
class Second:
    """The calls that ended within a second: all, those that failed, those that were answered, and those that
    were throttled, which are not among the answers. Response times count from when calls were due, service
    times from when they were sent; both are those of answers, and of calls that waited for one in vain.
    """

    requests: int = 0
    failures: int = 0
    answers: int = 0
    throttled: int = 0
    response: Times = field(default_factory=Times)
    service: Times = field(default_factory=Times)

    def add(self, other: "Second") -> None:
        """Add the calls of another."""
        self.requests += other.requests
        self.failures += other.failures
        self.answers += other.answers
        self.throttled += other.throttled
        self.response.add(other.response)
        self.service.add(other.service)

    def packed(self) -> PackedSecond:
        """As few bytes, for `unpacked`."""
        counts = self.requests, self.failures, self.answers, self.throttled
        return *counts, self.response.packed(), self.service.packed()

    @classmethod
    def unpacked(cls, packed: Iterable[Any]) -> "Second":
        """What `packed` wrote."""
        requests, failures, answers, throttled, response, service = packed
        times = Times.unpacked(response), Times.unpacked(service)
        return cls(requests, failures, answers, throttled, *times)


@dataclass
class OperationResults:
    """The calls of one operation: `statuses` counts answers by status, 0 for no answer. `warm_up` (s) is
    how much of the start is left out of the figures; everything else is counted from the start. Those
    answered `afterwards`, when no more calls were made, have times, but are not part of rates.
    """

    warm_up: float = 0.0
    failures: int = 0
    afterwards: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    findings: Counter[Finding] = field(default_factory=Counter)
    _measured: Second = field(default_factory=Second)
    _seconds: defaultdict[int, list[PackedSecond]] = field(default_factory=lambda: defaultdict(list))
    _now: Second = field(default_factory=Second)
    _at: int = 0

    def record(
        self,
        at: float,
        response_s: float,
        service_s: float,
        failed: bool,
        outcome: Outcome = Outcome.ANSWERED,
    ) -> None:
        """Count a call that ended so long (s) after the start."""
        if int(at) != self._at:
            self._flush()
            self._at = int(at)
        now = self._now
        now.requests += 1
        now.failures += failed
        if outcome is Outcome.ANSWERED:
            now.answers += 1
        elif outcome is Outcome.THROTTLED:
            now.throttled += 1
            return
        elif service_s < WAITED_S:
            return
        now.response.record(response_s)
        now.service.record(service_s)

    @property
    def measured(self) -> Second:
        """All calls since the warm-up, which the figures are made of."""
        self._flush()
        return self._measured

    @property
    def seconds(self) -> Iterator[tuple[int, Second]]:
        """The calls of each second since the start that had any."""
        self._flush()
        for at, parts in sorted(self._seconds.items()):
            second = Second()
            for each in parts:
                second.add(Second.unpacked(each))
            yield at, second

    @property
    def requests(self) -> int:
        """The number of calls."""
        return self.statuses.total()

    def rate(self, measured_s: float) -> float:
        """Calls answered per second, in the time (s) that was measured."""
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

    def add(self, other: "OperationResults") -> None:
        """Add the calls of another operation or process, without loss."""
        self._measured.add(other.measured)
        for at, parts in other._seconds.items():
            self._seconds[at] += parts
        self.failures += other.failures
        self.afterwards += other.afterwards
        self.statuses.update(other.statuses)
        for finding, count in other.findings.items():
            count_finding(self.findings, finding, count)

    def message(self) -> dict[str, Any]:
        """As plain values, for another process."""
        self._flush()
        return {
            "seconds": [*self._seconds.items()],
            "failures": self.failures,
            "afterwards": self.afterwards,
            "statuses": [*self.statuses.items()],
            "findings": [[*_plain(finding), count] for finding, count in self.findings.items()],
        }

    def merge(self, message: Mapping[str, Any]) -> None:
        """Add what another process told by `message`."""
        for at, parts in message["seconds"]:
            for each in parts:
                self.keep(at, Second.unpacked(each))
        self.failures += message["failures"]
        self.afterwards += message["afterwards"]
        self.statuses.update({int(status): count for status, count in message["statuses"]})
        for fault, *described, count in message["findings"]:
            count_finding(self.findings, Finding(Fault(fault), *described), count)

    def _flush(self) -> None:
        if self._now.requests:
            self.keep(self._at, self._now)
            self._now = Second()

    def keep(self, at: int, second: Second) -> None:
        """Add the calls that ended within a second that began at a time (s since the start)."""
        self._seconds[at].append(second.packed())
        if at >= self.warm_up:
            self._measured.add(second)


def _plain(finding: Finding) -> tuple[str, ...]:
    return (
        str(finding.fault),
        finding.place,
        finding.rule,
        finding.detail,
        finding.expected,
        finding.found,
        finding.answer,
        finding.sample,
    )


def count_finding(findings: Counter[Finding], finding: Finding, count: int) -> None:
    """Count a finding as often as it was made."""
    findings[named(findings, finding)] += count


def named(known: Counter[Finding], finding: Finding) -> Finding:
    """One entry per place and rule, whose first occurrence stays as the sample; where places are without
    number, as under names that a service makes up, the rest are one.
    """
    if finding not in known and len(known) >= _PLACES_AT_MOST:
        return Finding(finding.fault, "other places", "")
    return finding
