"""Which operation takes the longest."""

from collections.abc import Mapping

from load.measurements.operation_results import OperationResults
from load.measurements.results import Results
from load.measurements.run_records import Slowest
from load.measurements.time_histogram import TimeHistogram


def slowest(results: Results) -> Slowest | None:
    """The operation whose calls took the longest, by the mean of their service times; None without calls."""
    operations = by_service_time(results.operations, "all calls")
    return max(operations, key=lambda operation: operation.mean_ms, default=None)


def by_service_time(operations: Mapping[str, OperationResults], calls: str) -> list[Slowest]:
    """The service times of each operation that was called, and its share of the time of all of these; `calls`
    is what they are called in messages.
    """
    times = {label: results.measured.service for label, results in operations.items()}
    total = sum(service.mean_ms * service.count for service in times.values()) or 1.0
    return [_slowest(label, service, total, calls) for label, service in times.items() if service.count]


def _slowest(label: str, service: TimeHistogram, total_ms: float, calls: str) -> Slowest:
    mean_ms, p95_ms = service.mean_ms, service.percentile_ms(95)
    share = mean_ms * service.count / total_ms
    message = (
        f"{label}, with a service time of {mean_ms:.1f} ms on average and {p95_ms:.1f} ms at p95; "
        f"{share:.0%} of the time of {calls}"
    )
    return Slowest(operation=label, mean_ms=mean_ms, p95_ms=p95_ms, share=share, message=message)
