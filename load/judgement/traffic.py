"""The reads or writes of a run, or all calls: what bottlenecks are looked for in."""

from collections.abc import Callable
from dataclasses import dataclass

from load.judgement.slowest import by_service_time
from load.measurements.operation_results import OperationResults
from load.measurements.results import Results
from load.measurements.run_records import Slowest
from load.measurements.time_histogram import merged
from load.measurements.timeline import Timeline
from load.observation.sessions import READS, WRITES

ALL_TRAFFIC = f"{READS} and {WRITES}"


@dataclass(frozen=True)
class Traffic:
    """Calls of a kind: answers/s, mean and least service time (ms), and the operation that took the largest
    share of their time.
    """

    name: str
    rate: float
    mean_ms: float
    least_ms: float
    longest: Slowest | None = None

    @property
    def concurrency(self) -> float:
        """How many calls were under way at a time (Little's law)."""
        return self.rate * self.mean_ms / 1000


def traffic_of(name: str, results: Results, belongs: Callable[[str], bool]) -> Traffic:
    """The calls of the operations, by label, that belong to a kind of traffic."""
    operations = {label: calls for label, calls in results.operations.items() if belongs(label)}
    total = OperationResults(Timeline(results.clock.warm_up))
    for operation in operations.values():
        total.add(operation)
    shares = by_service_time(operations, "all calls" if name == ALL_TRAFFIC else name)
    longest = max(shares, key=lambda operation: operation.share, default=None)
    all_times = merged(second.service for _, second in total.seconds)
    least_ms = min(all_times.counts, default=0) / 1000
    rate = total.rate(results.clock.measured_s)
    return Traffic(name, rate, total.measured.service.mean_ms, least_ms, longest)
