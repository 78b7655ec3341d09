"""Where everything of a plot is in its SVG, which the page writes; lengths are in units of the drawing.

No library draws it: plotly's script made each page 4.8 MB, matplotlib installs 60 MB, and pygal takes 60 ms a
plot and hangs an import hook of Python 3.4's days into every program that imports it.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from load.reports.plots import Plot, Series

WIDTH = 600
_HEIGHT, _ROW_HEIGHT = 240, 36
# Of the area of the plot; the names of rows stand above them, inside.
LEFT, RIGHT, TOP, _BELOW = 52, WIDTH - 12, 8, 20
_MOST_TICKS = 8
# Wong's, which people tell apart with any kind of sight; each comes with a dash of its own.
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
_DASHES = ("none", "7 4", "2 3", "7 3 2 3", "12 4", "12 4 2 4")

Tick = tuple[float, str]
Place = Callable[[float], float]


@dataclass(frozen=True)
class Line:
    """A series as it is drawn: the path of its line and its dots."""

    name: str
    colour: str
    dash: str
    path: str
    dots: Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Drawing:
    """A plot with the places of its parts. `values` are shown to who points at it: the places of the first
    and the last x (shares of the width), every x, and for each series its value or note at each x.
    """

    plot: Plot
    bottom: float
    x_ticks: Sequence[Tick]
    y_ticks: Sequence[Tick]
    lines: Sequence[Line]
    warm_up: float
    limit: float | None
    values: Mapping[str, Any]


def draw(plot: Plot) -> Drawing:
    """Where the parts of a plot are."""
    bottom = TOP + (_ROW_HEIGHT * len(plot.rows) if plot.rows else _HEIGHT)
    every_x = sorted({x for series in plot.series for x in series.x})
    x_low, x_high = min(0.0, every_x[0]), every_x[-1] if every_x[-1] > min(0.0, every_x[0]) else 1.0
    y_low, y_high = _range_of_y(plot)
    place_x = _linear(x_low, x_high, LEFT, RIGHT)
    scale = _logarithmic if plot.is_logarithmic else _linear
    place_y = scale(y_low, y_high, bottom, TOP)
    y_values = _powers(y_low, y_high) if plot.is_logarithmic else _ticks(y_low, y_high)
    rows = [(place_y(at), row) for at, row in enumerate(plot.rows)]
    return Drawing(
        plot,
        bottom,
        [(place_x(at), f"{at:g}") for at in _ticks(x_low, x_high)],
        rows or [(place_y(at), f"{at:g}") for at in y_values],
        [_line(series, place_x, place_y) for series in plot.series],
        place_x(min(plot.warm_up, x_high)),
        None if plot.limit is None else place_x(plot.limit),
        {
            "ends": [round(place_x(x) / WIDTH, 4) for x in (every_x[0], every_x[-1])],
            "at": [float(f"{x:.4g}") for x in every_x],
            "unit": plot.x_label,
            "series": [[series.name, _aligned(series, every_x)] for series in plot.series],
        },
    )


def _range_of_y(plot: Plot) -> tuple[float, float]:
    if plot.rows:
        return -0.5, len(plot.rows) - 0.5
    values = [y for series in plot.series for y in series.y if y is not None]
    if not plot.is_logarithmic:
        return 0.0, max(values, default=0.0) or 1.0
    values = [y for y in values if y > 0] or [1.0]
    return 10.0 ** math.floor(math.log10(min(values))), 10.0 ** math.ceil(math.log10(max(values) * 1.001))


def _linear(low: float, high: float, start: float, end: float) -> Place:
    return lambda value: round(start + (end - start) * (value - low) / (high - low), 1)


def _logarithmic(low: float, high: float, start: float, end: float) -> Place:
    place = _linear(math.log10(low), math.log10(high), start, end)
    # Nothing is below the axis.
    return lambda value: place(math.log10(max(value, low)))


def _ticks(low: float, high: float) -> list[float]:
    """Round numbers from one to the other."""
    rough = (high - low) / _MOST_TICKS
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(step for step in (power, 2 * power, 5 * power, 10 * power) if step >= rough)
    first, last = math.ceil(low / step), math.floor(high / step)
    return [float(f"{number * step:.10g}") for number in range(first, last + 1)]


def _powers(low: float, high: float) -> list[float]:
    return [10.0**power for power in range(round(math.log10(low)), round(math.log10(high)) + 1)]


def _line(series: Series, place_x: Place, place_y: Place) -> Line:
    parts: list[list[tuple[float, float]]] = [[]]
    for x, y in zip(series.x, series.y, strict=True):
        if y is None:
            parts.append([])
        else:
            parts[-1].append((place_x(x), place_y(y)))
    path = "".join("M" + "L".join(f"{x:g} {y:g}" for x, y in part) for part in parts if len(part) > 1)
    # A line through a single point would not be seen.
    dots = [point for part in parts if series.has_dots or len(part) == 1 for point in part]
    number = series.number
    return Line(series.name, _COLOURS[number], _DASHES[number], path if series.is_line else "", dots)


def _aligned(series: Series, every_x: Sequence[float]) -> list[float | str | None]:
    """The value of a series, or its note, at each x."""
    shown: Sequence[float | str | None] = series.notes or [
        None if y is None else float(f"{y:.4g}") for y in series.y
    ]
    known = dict(zip(series.x, shown, strict=True))
    return [known.get(x) for x in every_x]
