"""The plots of a run, as figures of plotly.js: data and layout, without colours of text and lines
around, which the page gives them.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from load.measurements.results_file import RunRecord
from load.measurements.run_records import Figures, SampleRecord, TimeFigures, TrialRecord

if TYPE_CHECKING:
    # Slow to import, and only runs that are compared have it.
    from load.judgement.comparison import Comparison

Trace = dict[str, Any]
# Wong's, which people tell apart with any kind of sight; each comes with a dash and a marker of its own.
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
_DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
_MARKERS = ("circle", "square", "diamond", "triangle-up", "x", "cross")
_PERCENTILES: Mapping[str, Callable[[TimeFigures], float]] = {
    "median": lambda each: each.median_ms,
    "p95": lambda each: each.p95_ms,
    "p99": lambda each: each.p99_ms,
    "max": lambda each: each.max_ms,
}
_OF_TRIALS: Mapping[str, Callable[[TrialRecord], float]] = {
    "median": lambda each: each.median_ms,
    "p95": lambda each: each.p95_ms,
    "p99": lambda each: each.p99_ms,
}
_OF_SAMPLES: tuple[tuple[str, str, str, Mapping[str, Callable[[SampleRecord], float | None]]], ...] = (
    (
        "cores",
        "Processors",
        "cores",
        {
            "service": lambda each: each.service_cores,
            "its busiest process": lambda each: each.busiest_cores,
            "PostgreSQL": lambda each: each.postgres_cores,
            "this machine": lambda each: each.machine_cores,
        },
    ),
    (
        "sessions",
        "Database connections of the service",
        "connections",
        {
            "all": lambda each: each.sessions,
            "in use": lambda each: each.busy,
            "waiting for a lock": lambda each: each.locked,
        },
    ),
    ("probe", "A call for next to nothing", "ms", {"GET /": lambda each: each.probe_ms}),
)
_SECONDS = "s since the start"


@dataclass(frozen=True)
class Plot:
    """A figure with its heading, and what it shows for those who cannot see it."""

    name: str
    heading: str
    told: str
    data: Sequence[Trace]
    layout: Mapping[str, Any]

    @property
    def figure(self) -> dict[str, Any]:
        """What plotly.js is given."""
        return {"data": self.data, "layout": self.layout}


def over_time(run: RunRecord, label: str, figures: Figures, number: int) -> Iterator[Plot]:
    """Throughput and times of one operation, or of all, second by second; `number` tells its plots apart."""
    seconds = figures.seconds
    if not seconds:
        return
    at = [each.at for each in seconds]
    # A second that was cut off has fewer calls than its rate.
    whole = [each for each in seconds if each.at < int(run.seconds)] or seconds
    whole_at = [each.at for each in whole]
    shapes = {"shapes": [*_warm_up(run)]}
    rate = run.workload.rate if not number else None
    asked = [_line(4, "asked for", [at[0], at[-1]], [rate, rate])] if rate else []
    yield Plot(
        f"throughput-{number}",
        "Throughput",
        f"{label}: answers and failures per second; {figures.rate:.1f} answers/s on average",
        [
            _line(0, "answers", whole_at, [each.answers for each in whole]),
            _line(1, "failures", whole_at, [each.failures for each in whole]),
            *asked,
        ],
        _layout(_SECONDS, "per s", shapes),
    )
    for kind, heading, times in (
        ("response", "Response time", figures),
        ("service", "Service time", figures.service),
    ):
        series: list[TimeFigures] = [each if kind == "response" else each.service for each in seconds]
        yield Plot(
            f"{kind}-{number}",
            heading,
            f"{label}: percentiles per second; {times.median_ms:.1f} ms at the median, "
            f"{times.p99_ms:.1f} ms at p99, {times.max_ms:.1f} ms at most",
            [
                _line(index, name, at, [figure(each) for each in series])
                for index, (name, figure) in enumerate(_PERCENTILES.items())
            ],
            _layout(_SECONDS, "ms", shapes),
        )


def capacity_curves(run: RunRecord) -> Iterator[Plot]:
    """Throughput and percentiles against the rate that was asked for."""
    if not run.capacity:
        return
    trials = run.capacity.trials
    rates = [each.rate for each in trials]
    broken = [each for each in trials if not each.holds]
    limits = {
        "shapes": [
            {**_SHADE, "type": "line", "x0": rate, "x1": rate, "y0": 0, "y1": 1, "yref": "paper"}
            for rate in [run.capacity.rate]
            if rate
        ]
    }
    told = run.capacity.answer
    yield Plot(
        "capacity-throughput",
        "Throughput against rate",
        f"{told}; the line marks it",
        [
            _line(0, "answers", rates, [each.throughput for each in trials], markers=True),
            _line(2, "asked for", rates, rates),
            _broken(broken, lambda each: each.throughput),
        ],
        _layout("arrivals/s", "answers/s", limits),
    )
    yield Plot(
        "capacity-response",
        "Response time against rate",
        f"{told}; the line marks it",
        [
            *(
                _line(index, name, rates, [figure(each) for each in trials], markers=True)
                for index, (name, figure) in enumerate(_OF_TRIALS.items())
            ),
            _broken(broken, lambda each: each.p99_ms),
        ],
        _layout("arrivals/s", "ms", {**limits, "yaxis": {"type": "log"}}),
    )


def observed(run: RunRecord) -> Iterator[Plot]:
    """What was seen of the service besides its answers."""
    samples = run.explained.samples if run.explained else []
    shapes = {"shapes": [*_warm_up(run)]}
    at = [each.at for each in samples]
    for name, heading, unit, figures in _OF_SAMPLES:
        series = {shown: [figure(each) for each in samples] for shown, figure in figures.items()}
        known = {
            shown: values for shown, values in series.items() if any(each is not None for each in values)
        }
        if not known:
            continue
        most = {shown: max(each or 0 for each in values) for shown, values in known.items()}
        told = ", ".join(f"{shown} {value:.4g} at most" for shown, value in most.items())
        lines = [_line(index, shown, at, values) for index, (shown, values) in enumerate(known.items())]
        yield Plot(f"observed-{name}", heading, told, lines, _layout(_SECONDS, unit, shapes))


def changes(comparison: "Comparison") -> Iterator[Plot]:
    """What changed from one run to another, with intervals."""
    named = [each for each in comparison.differences if each.measure in ("median", "p95")]
    operations = list(dict.fromkeys(each.operation for each in named))
    if not operations:
        return
    data = []
    for index, measure in enumerate(("median", "p95")):
        of = [each for each in named if each.measure == measure]
        data.append(
            {
                "name": measure,
                "mode": "markers",
                "x": [100 * each.change for each in of],
                "y": [each.operation for each in of],
                "error_x": {
                    "type": "data",
                    "symmetric": False,
                    "array": [100 * max(each.high - each.change, 0) for each in of],
                    "arrayminus": [100 * max(each.change - each.low, 0) for each in of],
                    "color": _COLOURS[index],
                },
                "marker": {"symbol": _MARKERS[index], "size": 9, "color": _COLOURS[index]},
            }
        )
    told = "change of response times with its interval; to the right of 0 is slower"
    layout = _layout("% of before", "", {"hovermode": "closest"})
    layout["xaxis"] = {**layout["xaxis"], "rangemode": "normal", "zeroline": True, "zerolinecolor": "#888888"}
    height = 140 + 40 * len(operations)
    yield Plot("changes", "Response times", told, data, {**layout, "height": height})


def _broken(trials: Sequence[TrialRecord], figure: Callable[[TrialRecord], float]) -> Trace:
    return {
        "name": "not within",
        "mode": "markers",
        "x": [each.rate for each in trials],
        "y": [figure(each) for each in trials],
        "text": [each.broken or each.invalid for each in trials],
        "marker": {"symbol": "x-open", "size": 13, "color": _COLOURS[1], "line": {"width": 2}},
    }


_SHADE: Mapping[str, Any] = {
    "xref": "x",
    "yref": "paper",
    "layer": "below",
    "line": {"width": 1, "dash": "dot", "color": "#888888"},
}


def _warm_up(run: RunRecord) -> Iterator[dict[str, Any]]:
    if run.workload.warm_up:
        end = run.workload.warm_up
        shaded = {**_SHADE, "type": "rect", "x0": 0, "x1": end, "y0": 0, "y1": 1}
        label = {"text": "warm-up", "textposition": "top left"}
        yield {**shaded, "fillcolor": "#888888", "opacity": 0.25, "label": label}


def _line(
    index: int, name: str, x: Sequence[float], y: Sequence[float | None], markers: bool = False
) -> Trace:
    # A line through a single second would not be seen.
    is_marked = markers or len(x) == 1
    return {
        "name": name,
        "mode": "lines+markers" if is_marked else "lines",
        "x": x,
        "y": y,
        "line": {"color": _COLOURS[index], "dash": _DASHES[index], "width": 2},
        "marker": {"symbol": _MARKERS[index], "size": 7},
    }


def _layout(x: str, y: str, more: Mapping[str, Any]) -> dict[str, Any]:
    axis = {"rangemode": "tozero", "automargin": True, "zeroline": False, "gridcolor": "#8884"}
    return {
        "height": 300,
        "margin": {"l": 50, "r": 12, "t": 12, "b": 40},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "hovermode": "x unified",
        "legend": {"orientation": "h", "x": 0, "y": -0.2, "yanchor": "top"},
        **more,
        "xaxis": {**axis, "title": {"text": x, "standoff": 5}},
        "yaxis": {**axis, **more.get("yaxis", {}), "title": {"text": y}},
    }
