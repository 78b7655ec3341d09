"""A plot as values: its series, axes and marks. `drawing.py` places them, and the page draws them."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Series:
    """Points of one kind. `number` chooses the colour and the dash; a y of None is a gap.

    `notes`, one per point, are shown instead of the value of y.
    """

    number: int
    name: str
    x: Sequence[float]
    y: Sequence[float | None]
    is_line: bool = True
    has_dots: bool = False
    notes: Sequence[str] = ()


@dataclass(frozen=True)
class YAxis:
    """The vertical axis. `rows` are names at y = 0, 1, 2 and so on, which are shown instead of numbers."""

    label: str = ""
    is_logarithmic: bool = False
    rows: Sequence[str] = ()


@dataclass(frozen=True)
class Plot:
    """Series on two axes under a heading; `description` says what they show for those who cannot see them.

    Up to `warm_up` (s) the run warmed up, which is shaded. `limit` is a value of x that is marked by a line.
    """

    name: str
    heading: str
    description: str
    x_label: str
    y_axis: YAxis
    series: Sequence[Series]
    warm_up: float = 0.0
    limit: float | None = None
