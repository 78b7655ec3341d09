"""The plots of a run and of a comparison."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from load.measurements.results_file import RunRecord
from load.measurements.run_records import Figures, SecondFigures, TimeFigures, Trial
from load.measurements.sample import Sample
from load.reports.plot import Plot, Series, YAxis
from load.reports.seconds import maxima, means, seconds_per_point, starts

if TYPE_CHECKING:
    # Slow to import, and only comparisons need it.
    from load.judgement.comparison import Comparison

_PERCENTILES: Mapping[str, Callable[[TimeFigures], float]] = {
    "median": lambda times: times.median_ms,
    "p95": lambda times: times.p95_ms,
    "p99": lambda times: times.p99_ms,
    "max": lambda times: times.max_ms,
}
_OF_TRIALS: Mapping[str, Callable[[Trial], float]] = {
    "median": lambda trial: trial.median_ms,
    "p95": lambda trial: trial.p95_ms,
    "p99": lambda trial: trial.p99_ms,
}
_OF_SAMPLES: tuple[tuple[str, str, str, Mapping[str, Callable[[Sample], float | None]]], ...] = (
    (
        "cores",
        "CPU",
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
    ("probe", "Response time of a GET / during the load", "ms", {"GET /": lambda sample: sample.probe_ms}),
)
_SECONDS = "s since the start"


def over_time(run: RunRecord, label: str, figures: Figures, number: int) -> Iterator[Plot]:
    """Throughput and times of one operation, or of all, second by second.

    `number` tells its plots from those of other operations; it is 0 for all operations together.
    """
    if not figures.seconds:
        return
    yield _throughput(run, label, figures, f"throughput-{number}", is_all=not number)
    yield _times(run, label, figures, f"response-{number}", is_service=False)
    yield _times(run, label, figures, f"service-{number}", is_service=True)


def _throughput(run: RunRecord, label: str, figures: Figures, name: str, is_all: bool) -> Plot:
    # A second that was cut short has fewer calls than its rate.
    full = [second for second in figures.seconds if second.at < int(run.seconds)] or figures.seconds
    at = starts(full)
    return Plot(
        name,
        "Throughput",
        f"{label}: answers and failures per second; {figures.rate:.1f} answers/s on average",
        _SECONDS,
        YAxis("per s"),
        [
            Series(0, "answers", at, means(full, lambda second: second.answers)),
            Series(1, "failures", at, means(full, lambda second: second.failures)),
            *(_arrival_rate(run, at[0], at[-1]) if is_all and run.workload.is_open else ()),
        ],
        run.workload.warm_up,
    )


def _arrival_rate(run: RunRecord, first: float, last: float) -> Iterator[Series]:
    """The rate that was asked for between two times (s since the start)."""
    points = [
        (at, rate)
        for span in run.workload.course.spans
        for at, rate in ((span.begin, span.stage.first), (span.end, span.stage.last))
    ]
    if not run.workload.stages:
        points = [(first, points[0][1]), (last, points[0][1])]
    yield Series(4, "arrival rate", [at for at, _ in points], [rate for _, rate in points])


def _times(run: RunRecord, label: str, figures: Figures, name: str, is_service: bool) -> Plot:
    times: TimeFigures = figures.service if is_service else figures
    of: Callable[[SecondFigures], TimeFigures] = (
        (lambda second: second.service) if is_service else (lambda second: second)
    )
    step = seconds_per_point(figures.seconds)
    return Plot(
        name,
        "Service time" if is_service else "Response time",
        f"{label}: percentiles per second{f', the highest of every {step} s' if step > 1 else ''}; "
        f"median {times.median_ms:.1f} ms, p99 {times.p99_ms:.1f} ms, max {times.max_ms:.1f} ms",
        _SECONDS,
        YAxis("ms"),
        [
            Series(index, percentile, starts(figures.seconds), maxima(figures.seconds, of, figure))
            for index, (percentile, figure) in enumerate(_PERCENTILES.items())
        ],
        run.workload.warm_up,
    )


def capacity_curves(run: RunRecord) -> Iterator[Plot]:
    """Throughput and percentiles against the arrival rate."""
    if not run.capacity:
        return
    trials = run.capacity.trials
    rates = [trial.rate for trial in trials]
    description = f"{run.capacity.answer}; the vertical line marks it"
    limit = run.capacity.rate or None
    yield Plot(
        "capacity-throughput",
        "Throughput against arrival rate",
        description,
        "arrivals/s",
        YAxis("answers/s"),
        [
            Series(0, "answers", rates, [trial.throughput for trial in trials], has_dots=True),
            Series(2, "arrival rate", rates, rates),
            *_broken(trials, lambda trial: trial.throughput),
        ],
        limit=limit,
    )
    yield Plot(
        "capacity-response",
        "Response time against arrival rate",
        description,
        "arrivals/s",
        YAxis("ms", is_logarithmic=True),
        [
            *(
                Series(index, name, rates, [figure(trial) for trial in trials], has_dots=True)
                for index, (name, figure) in enumerate(_OF_TRIALS.items())
            ),
            *_broken(trials, lambda trial: trial.p99_ms),
        ],
        limit=limit,
    )


def _broken(trials: Sequence[Trial], figure: Callable[[Trial], float]) -> Iterator[Series]:
    """The trials that did not hold, each with the reason."""
    broken = [trial for trial in trials if not trial.holds]
    if broken:
        x, y = [trial.rate for trial in broken], [figure(trial) for trial in broken]
        notes = [trial.broken or trial.invalid for trial in broken]
        yield Series(1, "does not hold", x, y, is_line=False, has_dots=True, notes=notes)


def observed(run: RunRecord) -> Iterator[Plot]:
    """What was observed of the service besides its answers."""
    samples = run.explanation.samples if run.explanation else []
    at = [sample.at for sample in samples]
    for name, heading, unit, figures in _OF_SAMPLES:
        values = {shown: [figure(sample) for sample in samples] for shown, figure in figures.items()}
        known = {shown: y for shown, y in values.items() if any(value is not None for value in y)}
        if not known:
            continue
        maximum = {shown: max(value or 0 for value in y) for shown, y in known.items()}
        description = ", ".join(f"{shown} {value:.4g} at most" for shown, value in maximum.items())
        series = [Series(index, shown, at, y) for index, (shown, y) in enumerate(known.items())]
        yield Plot(
            f"observed-{name}", heading, description, _SECONDS, YAxis(unit), series, run.workload.warm_up
        )


def changes(comparison: "Comparison") -> Iterator[Plot]:
    """How median and p95 changed from one run to the other: a row per operation, with intervals."""
    shown = [change for change in comparison.differences if change.measure in ("median", "p95")]
    operations = list(dict.fromkeys(change.operation for change in shown))
    if not operations:
        return
    series = []
    for index, measure in enumerate(("median", "p95")):
        x: list[float] = []
        y: list[float | None] = []
        notes: list[str] = []
        for change in (change for change in shown if change.measure == measure):
            # The two measures of a row are drawn one below the other.
            row = len(operations) - 1 - operations.index(change.operation) + 0.1 - 0.2 * index
            x += [100 * change.low, 100 * change.change, 100 * change.high, 100 * change.high]
            y += [row, row, row, None]
            notes += [f"{change.operation}: {100 * change.change:+.1f}%"] * 4
        series.append(Series(index, measure, x, y, has_dots=True, notes=notes))
    yield Plot(
        "changes",
        "Response times",
        "change of response times with its interval; slower is to the right of 0",
        "% of before",
        YAxis(rows=operations[::-1]),
        series,
        limit=0.0,
    )
