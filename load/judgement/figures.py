"""What was measured, as the figures of a record."""

from typing import TypedDict

from load.measurements.operation_results import OperationResults
from load.measurements.run_records import SecondFigures, TimeFigures
from load.measurements.time_histogram import TimeHistogram
from load.measurements.timeline import Second


class _Times(TypedDict):
    """The fields of `TimeFigures`, which other records have among their own."""

    mean_ms: float
    median_ms: float
    p95_ms: float
    p99_ms: float
    p999_ms: float
    max_ms: float
    histogram: str


class _Figures(_Times):
    """The fields of `Figures`, which `OperationRecord` has, too: one per column of the file."""

    requests: int
    failures: int
    measured_requests: int
    rate: float
    afterwards: int
    statuses: dict[str, int]
    service: TimeFigures
    seconds: list[SecondFigures]


def figures_of(operation: OperationResults, measured_s: float) -> _Figures:
    """The fields of `Figures` for the calls of an operation, in the time (s) that was measured."""
    measured = operation.measured
    return {
        "requests": operation.requests,
        "failures": operation.failures,
        "measured_requests": measured.requests,
        "rate": operation.rate(measured_s),
        "afterwards": operation.afterwards,
        "statuses": {str(status): count for status, count in sorted(operation.statuses.items())},
        "seconds": [_second(at, second) for at, second in operation.seconds],
        "service": TimeFigures(**_times(measured.service)),
        **_times(measured.response),
    }


def _second(at: int, second: Second) -> SecondFigures:
    return SecondFigures(
        at=at,
        requests=second.requests,
        failures=second.failures,
        answers=second.answers,
        throttled=second.throttled,
        service=TimeFigures(**_times(second.service)),
        **_times(second.response),
    )


def _times(times: TimeHistogram) -> _Times:
    return {
        "mean_ms": times.mean_ms,
        "median_ms": times.percentile_ms(50),
        "p95_ms": times.percentile_ms(95),
        "p99_ms": times.percentile_ms(99),
        "p999_ms": times.percentile_ms(99.9),
        "max_ms": times.max_ms,
        "histogram": times.encoded(),
    }
