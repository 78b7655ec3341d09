"""Which operation takes the longest."""

from collections.abc import Mapping
from dataclasses import dataclass

from load.measurements.operation_results import OperationResults
from load.measurements.results import Results


@dataclass(frozen=True)
class Slowest:
    """An operation that takes longer than others: its service times (ms), and its share of the time, 0 to 1,
    of the calls that were looked at.
    """

    operation: str
    mean_ms: float
    p95_ms: float
    share: float
    looked_at: str = "all calls"

    def __str__(self) -> str:
        return (
            f"{self.operation}, {self.mean_ms:.1f} ms at the mean and {self.p95_ms:.1f} ms at p95 of service "
            f"time; {self.share:.0%} of the time of {self.looked_at}"
        )


def slowest(results: Results) -> Slowest | None:
    """The operation whose calls took the longest, by the mean of their service times; None without calls."""
    return max(compared(results.operations), key=lambda each: each.mean_ms, default=None)


def compared(operations: Mapping[str, OperationResults], named: str = "all calls") -> list[Slowest]:
    """Each operation that was called, beside all of these, which are `named` for people."""
    times = {label: each.measured.service for label, each in operations.items()}
    total = sum(each.mean_ms * each.count for each in times.values()) or 1.0
    return [
        Slowest(label, each.mean_ms, each.percentile_ms(95), each.mean_ms * each.count / total, named)
        for label, each in times.items()
        if each.count
    ]
