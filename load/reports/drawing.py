"""Places everything of a plot in its SVG, which the page writes.

No library draws it: plotly's script made each page 4.8 MB, matplotlib installs 60 MB, and pygal takes 60 ms
per plot and installs an import hook from the time of Python 3.4 in every program that imports it.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from load.reports.plot import Plot, Series

_PLOT_HEIGHT, _ROW_HEIGHT = 240, 36
_MAX_TICKS = 8
# Wong's palette, which people with any colour vision can tell apart; each colour has its own dash, too.
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
_DASHES = ("none", "7 4", "2 3", "7 3 2 3", "12 4", "12 4 2 4")

Tick = tuple[float, str]
Scale = Callable[[float], float]


@dataclass(frozen=True)
class Frame:
    """The edges of the area that a plot fills within its drawing, in units of the SVG."""

    width: int
    left: int
    right: int
    top: int
    below: int


FRAME = Frame(width=600, left=52, right=588, top=8, below=20)


@dataclass(frozen=True)
class Line:
    """A series as it is drawn: the path of its line, and its dots."""

    name: str
    colour: str
    dash: str
    path: str
    dots: Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Drawing:
    """A plot with the places of all that is drawn, in units of the SVG.

    `values` are shown where the pointer is: the places of the first and the last x (as shares of the width),
    every x, and for each series its value or note at each x.
    """

    plot: Plot
    bottom: float
    x_ticks: Sequence[Tick]
    y_ticks: Sequence[Tick]
    lines: Sequence[Line]
    warm_up: float
    limit: float | None
    values: Mapping[str, object]


def draw(plot: Plot) -> Drawing:
    """Place a plot's ticks, lines and marks."""
    rows = plot.y_axis.rows
    bottom = FRAME.top + (_ROW_HEIGHT * len(rows) if rows else _PLOT_HEIGHT)
    every_x = sorted({x for series in plot.series for x in series.x})
    x_low, x_high = min(0.0, every_x[0]), every_x[-1] if every_x[-1] > min(0.0, every_x[0]) else 1.0
    y_low, y_high = _range_of_y(plot)
    place_x = _linear(x_low, x_high, FRAME.left, FRAME.right)
    scale = _logarithmic if plot.y_axis.is_logarithmic else _linear
    place_y = scale(y_low, y_high, bottom, FRAME.top)
    y_values = _powers(y_low, y_high) if plot.y_axis.is_logarithmic else _ticks(y_low, y_high)
    row_ticks = [(place_y(number), row) for number, row in enumerate(rows)]
    return Drawing(
        plot,
        bottom,
        [(place_x(x), f"{x:g}") for x in _ticks(x_low, x_high)],
        row_ticks or [(place_y(y), f"{y:g}") for y in y_values],
        [_line(series, place_x, place_y) for series in plot.series],
        place_x(min(plot.warm_up, x_high)),
        None if plot.limit is None else place_x(plot.limit),
        {
            "ends": [round(place_x(x) / FRAME.width, 4) for x in (every_x[0], every_x[-1])],
            "at": [float(f"{x:.4g}") for x in every_x],
            "unit": plot.x_label,
            "series": [[series.name, _aligned(series, every_x)] for series in plot.series],
        },
    )


def _range_of_y(plot: Plot) -> tuple[float, float]:
    if plot.y_axis.rows:
        return -0.5, len(plot.y_axis.rows) - 0.5
    values = [y for series in plot.series for y in series.y if y is not None]
    if not plot.y_axis.is_logarithmic:
        return 0.0, max(values, default=0.0) or 1.0
    values = [y for y in values if y > 0] or [1.0]
    return 10.0 ** math.floor(math.log10(min(values))), 10.0 ** math.ceil(math.log10(max(values) * 1.001))


def _linear(low: float, high: float, start: float, end: float) -> Scale:
    return lambda value: round(start + (end - start) * (value - low) / (high - low), 1)


def _logarithmic(low: float, high: float, start: float, end: float) -> Scale:
    linear = _linear(math.log10(low), math.log10(high), start, end)
    # 0 has no logarithm: what is lower than the axis is drawn at its lower end.
    return lambda value: linear(math.log10(max(value, low)))


def _ticks(low: float, high: float) -> list[float]:
    """Round numbers from `low` to `high`."""
    rough = (high - low) / _MAX_TICKS
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(step for step in (power, 2 * power, 5 * power, 10 * power) if step >= rough)
    first, last = math.ceil(low / step), math.floor(high / step)
    return [float(f"{number * step:.10g}") for number in range(first, last + 1)]


def _powers(low: float, high: float) -> list[float]:
    """The powers of ten from `low` to `high`."""
    return [10.0**power for power in range(round(math.log10(low)), round(math.log10(high)) + 1)]


def _line(series: Series, place_x: Scale, place_y: Scale) -> Line:
    # Where a y is missing, the line is broken.
    pieces: list[list[tuple[float, float]]] = [[]]
    for x, y in zip(series.x, series.y, strict=True):
        if y is None:
            pieces.append([])
        else:
            pieces[-1].append((place_x(x), place_y(y)))
    path = "".join("M" + "L".join(f"{x:g} {y:g}" for x, y in piece) for piece in pieces if len(piece) > 1)
    # A line through a single point could not be seen.
    dots = [point for piece in pieces if series.has_dots or len(piece) == 1 for point in piece]
    number = series.number
    return Line(series.name, _COLOURS[number], _DASHES[number], path if series.is_line else "", dots)


def _aligned(series: Series, every_x: Sequence[float]) -> list[float | str | None]:
    """The value of a series, or its note, at each x."""
    shown: Sequence[float | str | None] = series.notes or [
        None if y is None else float(f"{y:.4g}") for y in series.y
    ]
    at = dict(zip(series.x, shown, strict=True))
    return [at.get(x) for x in every_x]
