"""The plots of a run as values: their series, axes and marks. How they are drawn is the drawing's matter."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from load.measurements.results_file import RunRecord
from load.measurements.run_records import Figures, SampleRecord, SecondFigures, TimeFigures, TrialRecord

if TYPE_CHECKING:
    # Slow to import, and only runs that are compared have it.
    from load.judgement.comparison import Comparison

_PERCENTILES: Mapping[str, Callable[[TimeFigures], float]] = {
    "median": lambda times: times.median_ms,
    "p95": lambda times: times.p95_ms,
    "p99": lambda times: times.p99_ms,
    "max": lambda times: times.max_ms,
}
_OF_TRIALS: Mapping[str, Callable[[TrialRecord], float]] = {
    "median": lambda trial: trial.median_ms,
    "p95": lambda trial: trial.p95_ms,
    "p99": lambda trial: trial.p99_ms,
}
_OF_SAMPLES: tuple[tuple[str, str, str, Mapping[str, Callable[[SampleRecord], float | None]]], ...] = (
    (
        "cores",
        "Processors",
        "cores",
        {
            "service": lambda sample: sample.service_cores,
            "its busiest process": lambda sample: sample.busiest_cores,
            "PostgreSQL": lambda sample: sample.postgres_cores,
            "this machine": lambda sample: sample.machine_cores,
        },
    ),
    (
        "sessions",
        "Database connections of the service",
        "connections",
        {
            "all": lambda sample: sample.sessions,
            "in use": lambda sample: sample.busy,
            "waiting for a lock": lambda sample: sample.locked,
        },
    ),
    ("probe", "The lightest call, made beside the load", "ms", {"GET /": lambda sample: sample.probe_ms}),
)
_SECONDS = "s since the start"
# As many points as a plot has room for.
_MOST_POINTS = 240


@dataclass(frozen=True)
class Series:
    """Points of one kind. `number` chooses colour and dash; a y of None is a gap; `notes` are shown for the
    points in place of their y.
    """

    number: int
    name: str
    x: Sequence[float]
    y: Sequence[float | None]
    is_line: bool = True
    has_dots: bool = False
    notes: Sequence[str] = ()


@dataclass(frozen=True)
class Plot:
    """Series on two axes, under a heading, with what it shows in words for those who cannot see it."""

    name: str
    heading: str
    told: str
    x_label: str
    y_label: str
    series: Sequence[Series]
    # Up to where the run warmed up (s), which is shaded.
    warm_up: float = 0.0
    # A value of x that is marked with a line.
    limit: float | None = None
    is_logarithmic: bool = False
    # What stands beside each whole y, from 0, in place of numbers.
    rows: Sequence[str] = field(default=())


def over_time(run: RunRecord, label: str, figures: Figures, number: int) -> Iterator[Plot]:
    """Throughput and times of one operation, or of all, second by second; `number` tells its plots apart."""
    seconds = figures.seconds
    if not seconds:
        return
    # A second that was cut off has fewer calls than its rate.
    whole = [second for second in seconds if second.at < int(run.seconds)] or seconds
    rate = run.workload.rate if not number else None
    at = starts(whole)
    yield Plot(
        f"throughput-{number}",
        "Throughput",
        f"{label}: answers and failures per second; {figures.rate:.1f} answers/s on average",
        _SECONDS,
        "per s",
        [
            Series(0, "answers", at, means(whole, lambda second: second.answers)),
            Series(1, "failures", at, means(whole, lambda second: second.failures)),
            *([Series(4, "asked for", [at[0], at[-1]], [rate, rate])] if rate else []),
        ],
        run.workload.warm_up,
    )
    for kind, heading, times in (
        ("response", "Response time", figures),
        ("service", "Service time", figures.service),
    ):
        of: Callable[[SecondFigures], TimeFigures] = (
            (lambda second: second) if kind == "response" else (lambda second: second.service)
        )
        yield Plot(
            f"{kind}-{number}",
            heading,
            f"{label}: percentiles per second{_highest(seconds)}; {times.median_ms:.1f} ms at the median, "
            f"{times.p99_ms:.1f} ms at p99, {times.max_ms:.1f} ms at most",
            _SECONDS,
            "ms",
            [
                Series(index, name, starts(seconds), maxima(seconds, of, figure))
                for index, (name, figure) in enumerate(_PERCENTILES.items())
            ],
            run.workload.warm_up,
        )


def capacity_curves(run: RunRecord) -> Iterator[Plot]:
    """Throughput and percentiles against the rate that was asked for."""
    if not run.capacity:
        return
    trials = run.capacity.trials
    rates = [trial.rate for trial in trials]
    told = f"{run.capacity.answer}; the line marks it"
    limit = run.capacity.rate or None
    yield Plot(
        "capacity-throughput",
        "Throughput against rate",
        told,
        "arrivals/s",
        "answers/s",
        [
            Series(0, "answers", rates, [trial.throughput for trial in trials], has_dots=True),
            Series(2, "asked for", rates, rates),
            *_beyond(trials, lambda trial: trial.throughput),
        ],
        limit=limit,
    )
    yield Plot(
        "capacity-response",
        "Response time against rate",
        told,
        "arrivals/s",
        "ms",
        [
            *(
                Series(index, name, rates, [figure(trial) for trial in trials], has_dots=True)
                for index, (name, figure) in enumerate(_OF_TRIALS.items())
            ),
            *_beyond(trials, lambda trial: trial.p99_ms),
        ],
        limit=limit,
        is_logarithmic=True,
    )


def observed(run: RunRecord) -> Iterator[Plot]:
    """What was seen of the service besides its answers."""
    samples = run.explained.samples if run.explained else []
    at = [sample.at for sample in samples]
    for name, heading, unit, figures in _OF_SAMPLES:
        of = {shown: [figure(sample) for sample in samples] for shown, figure in figures.items()}
        known = {shown: y for shown, y in of.items() if any(value is not None for value in y)}
        if not known:
            continue
        most = {shown: max(value or 0 for value in values) for shown, values in known.items()}
        told = ", ".join(f"{shown} {value:.4g} at most" for shown, value in most.items())
        series = [Series(index, shown, at, values) for index, (shown, values) in enumerate(known.items())]
        yield Plot(f"observed-{name}", heading, told, _SECONDS, unit, series, run.workload.warm_up)


def changes(comparison: "Comparison") -> Iterator[Plot]:
    """What changed from one run to another, with intervals: a row for each operation."""
    named = [change for change in comparison.differences if change.measure in ("median", "p95")]
    operations = list(dict.fromkeys(change.operation for change in named))
    if not operations:
        return
    series = []
    for index, measure in enumerate(("median", "p95")):
        x: list[float] = []
        y: list[float | None] = []
        notes: list[str] = []
        for change in (change for change in named if change.measure == measure):
            # Beside each other, not over each other.
            row = len(operations) - 1 - operations.index(change.operation) + 0.1 - 0.2 * index
            x += [100 * change.low, 100 * change.change, 100 * change.high, 100 * change.high]
            y += [row, row, row, None]
            notes += [f"{change.operation}: {100 * change.change:+.1f}%"] * 4
        series.append(Series(index, measure, x, y, has_dots=True, notes=notes))
    yield Plot(
        "changes",
        "Response times",
        "change of response times with its interval; to the right of 0 is slower",
        "% of before",
        "",
        series,
        limit=0.0,
        rows=operations[::-1],
    )


def _beyond(trials: Sequence[TrialRecord], figure: Callable[[TrialRecord], float]) -> Iterator[Series]:
    """The trials that broke an objective, with what they broke."""
    broken = [trial for trial in trials if not trial.holds]
    if broken:
        x, y = [trial.rate for trial in broken], [figure(trial) for trial in broken]
        notes = [trial.broken or trial.invalid for trial in broken]
        yield Series(1, "not within", x, y, is_line=False, has_dots=True, notes=notes)


def _step(seconds: Sequence[SecondFigures]) -> int:
    """How many seconds one point stands for."""
    return -(-len(seconds) // _MOST_POINTS)


def _groups(seconds: Sequence[SecondFigures]) -> Iterator[Sequence[SecondFigures]]:
    step = _step(seconds)
    return (seconds[start : start + step] for start in range(0, len(seconds), step))


def starts(seconds: Sequence[SecondFigures]) -> list[float]:
    """When the seconds of each point began (s)."""
    return [group[0].at for group in _groups(seconds)]


def means(seconds: Sequence[SecondFigures], figure: Callable[[SecondFigures], float]) -> list[float]:
    """The mean of a figure over the seconds of each point."""
    return [sum(map(figure, group)) / len(group) for group in _groups(seconds)]


def maxima(
    seconds: Sequence[SecondFigures],
    times: Callable[[SecondFigures], TimeFigures],
    figure: Callable[[TimeFigures], float],
) -> list[float]:
    """The highest of a figure over the seconds of each point."""
    return [max(figure(times(second)) for second in group) for group in _groups(seconds)]


def _highest(seconds: Sequence[SecondFigures]) -> str:
    step = _step(seconds)
    return f", the highest of every {step}" if step > 1 else ""
