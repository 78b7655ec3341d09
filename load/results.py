"""What was measured: exact latencies and findings per operation. Knows nothing of Locust."""

import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from hdrh.histogram import HdrHistogram

from load.checks import Fault, Finding

_LOWEST_US = 1
_HIGHEST_US = 3_600_000_000
_SIGNIFICANT_DIGITS = 3
_US_PER_MS = 1_000
_PLACES_AT_MOST = 100
_FRESH_AT_MOST = 20_000


def _histogram() -> HdrHistogram:
    return HdrHistogram(_LOWEST_US, _HIGHEST_US, _SIGNIFICANT_DIGITS)


@dataclass
class OperationResults:
    """The calls of one operation. `statuses` counts answers by status, 0 for no answer."""

    failures: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    findings: Counter[Finding] = field(default_factory=Counter)
    _histogram: HdrHistogram = field(default_factory=_histogram)
    _fresh: dict[int, int] = field(default_factory=dict)

    def record(self, response_time_us: int) -> None:
        """Count one response time (µs). The histogram takes it in later: that is work for quieter times."""
        fresh = self._fresh
        fresh[response_time_us] = fresh.get(response_time_us, 0) + 1
        if len(fresh) > _FRESH_AT_MOST:
            self.histogram  # noqa: B018 - for its effect

    @property
    def histogram(self) -> HdrHistogram:
        """Every response time (µs) that was recorded."""
        for value, count in self._fresh.items():
            self._histogram.record_value(value, count)
        self._fresh.clear()
        return self._histogram

    @property
    def requests(self) -> int:
        """The number of calls."""
        return int(self.histogram.total_count)

    def percentile_ms(self, percentile: float) -> float:
        """The response time (ms) that this share (%) of calls did not exceed; 0 without calls."""
        return (
            float(self.histogram.get_value_at_percentile(percentile)) / _US_PER_MS if self.requests else 0.0
        )

    @property
    def max_ms(self) -> float:
        """The longest response time (ms)."""
        return float(self.histogram.get_max_value()) / _US_PER_MS if self.requests else 0.0

    @property
    def error_rate(self) -> float:
        """The share of calls that failed, 0 to 1."""
        return self.failures / self.requests if self.requests else 0.0

    def add(self, other: "OperationResults") -> None:
        """Add the calls of another process, without loss."""
        self.histogram.add(other.histogram)
        self.failures += other.failures
        self.statuses.update(other.statuses)
        for finding, count in other.findings.items():
            _count(self.findings, finding, count)


@dataclass
class Results:
    """The calls of a run, by the label of their operation; `began` is in s since the epoch."""

    operations: dict[str, OperationResults]
    began: float = field(default_factory=time.time)

    @classmethod
    def of(cls, labels: Iterable[str]) -> "Results":
        """No calls yet of these operations."""
        return cls({label: OperationResults() for label in labels})

    def record(self, label: str, response_time_ms: float, status: int, findings: list[Finding]) -> None:
        """Count one call; status 0 when no answer came."""
        results = self.operations[label]
        results.record(min(max(round(response_time_ms * _US_PER_MS), _LOWEST_US), _HIGHEST_US))
        results.statuses[status] += 1
        if findings:
            results.failures += 1
            for finding in findings:
                _count(results.findings, finding, 1)

    @property
    def seconds(self) -> float:
        """How long ago (s) the run began."""
        return time.time() - self.began

    @property
    def total(self) -> OperationResults:
        """All operations together."""
        total = OperationResults()
        for each in self.operations.values():
            total.add(each)
        return total

    def message(self) -> dict[str, Any]:
        """These results as plain values, for another process."""
        return {
            label: {
                "histogram": each.histogram.encode().decode("ascii"),
                "failures": each.failures,
                "statuses": list(each.statuses.items()),
                "findings": [
                    [
                        str(one.fault),
                        one.place,
                        one.rule,
                        one.detail,
                        one.expected,
                        one.found,
                        one.answer,
                        one.sample,
                        count,
                    ]
                    for one, count in each.findings.items()
                ],
            }
            for label, each in self.operations.items()
            if each.requests
        }

    def merge(self, message: Mapping[str, Any]) -> None:
        """Add what another process told by `message`."""
        for label, each in message.items():
            results = self.operations.setdefault(label, OperationResults())
            results.histogram.decode_and_add(each["histogram"])
            results.failures += each["failures"]
            results.statuses.update({int(status): count for status, count in each["statuses"]})
            for fault, *described, count in each["findings"]:
                _count(results.findings, Finding(Fault(fault), *described), count)


def _count(findings: Counter[Finding], finding: Finding, count: int) -> None:
    """One entry per place and rule, whose first occurrence stays as the sample; where places are without
    number, as under names that a service makes up, the rest are one.
    """
    if finding not in findings and len(findings) >= _PLACES_AT_MOST:
        finding = Finding(finding.fault, "other places", "")
    findings[finding] += count
