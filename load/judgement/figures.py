"""What was measured, as the figures of a record."""

from typing import TypedDict

from load.measurements.operation_results import OperationResults, Second
from load.measurements.run_records import SecondFigures, TimeFigures
from load.measurements.times import Times


class _Times(TypedDict):
    """The fields of `TimeFigures`, which others have among their own."""

    mean_ms: float
    median_ms: float
    p95_ms: float
    p99_ms: float
    p999_ms: float
    max_ms: float
    histogram: str


class _Calls(_Times):
    """The fields of `Figures`, which `OperationRecord` has, too."""

    requests: int
    failures: int
    measured_requests: int
    rate: float
    afterwards: int
    statuses: dict[str, int]
    service: TimeFigures
    seconds: list[SecondFigures]


def calls_of(each: OperationResults, measured_s: float) -> _Calls:
    """The fields of `Figures` for the calls of an operation, in the time (s) that was measured."""
    measured = each.measured
    return {
        "requests": each.requests,
        "failures": each.failures,
        "measured_requests": measured.requests,
        "rate": each.rate(measured_s),
        "afterwards": each.afterwards,
        "statuses": {str(status): count for status, count in sorted(each.statuses.items())},
        "seconds": [_second(at, second) for at, second in each.seconds],
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


def _times(times: Times) -> _Times:
    return {
        "mean_ms": times.mean_ms,
        "median_ms": times.percentile_ms(50),
        "p95_ms": times.percentile_ms(95),
        "p99_ms": times.percentile_ms(99),
        "p999_ms": times.percentile_ms(99.9),
        "max_ms": times.max_ms,
        "histogram": times.encoded(),
    }
