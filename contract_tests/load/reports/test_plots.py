"""Which points and axes plots have, and where they are drawn."""

from typing import Any

import pytest

from load.measurements.run_records import SecondFigures, TimeFigures
from load.reports.drawing import draw
from load.reports.plot import Plot, Series, YAxis
from load.reports.seconds import maxima, means, starts

TIMES: dict[str, Any] = {
    "mean_ms": 1.0,
    "median_ms": 1.0,
    "p95_ms": 2.0,
    "p99_ms": 3.0,
    "p999_ms": 4.0,
    "histogram": "",
}


def second(at: int) -> SecondFigures:
    times = TimeFigures(**TIMES, max_ms=float(at))
    return SecondFigures(
        **TIMES, max_ms=float(at), at=at, requests=2, failures=0, answers=at, throttled=0, service=times
    )


def a_plot(x: list[float], y: list[float | None], is_logarithmic: bool = False) -> Plot:
    return Plot("a", "A", "a plot", "s", YAxis("ms", is_logarithmic), [Series(0, "one", x, y)])


def test_points_of_a_long_run_cover_several_seconds() -> None:
    """No peak is left out; rates are means."""
    seconds = [second(at) for at in range(1_000)]
    assert starts(seconds)[:3] == [0, 5, 10]
    assert means(seconds, lambda values: values.answers)[:2] == [2, 7]
    assert maxima(seconds, lambda values: values, lambda times: times.max_ms)[:2] == [4, 9]
    assert starts(seconds[:200]) == [*range(200)]


@pytest.mark.parametrize(
    ("highest", "ticks"),
    [
        (0, ["0", "0.2", "0.4", "0.6", "0.8", "1"]),
        (7, ["0", "1", "2", "3", "4", "5", "6", "7"]),
        (930, ["0", "200", "400", "600", "800"]),
        (0.0031, ["0", "0.0005", "0.001", "0.0015", "0.002", "0.0025", "0.003"]),
    ],
)
def test_axes_have_round_numbers(highest: float, ticks: list[str]) -> None:
    assert [tick_label for _, tick_label in draw(a_plot([0, 1], [0, highest])).y_ticks] == ticks


def test_lines_have_gaps_where_values_are_unknown() -> None:
    (line,) = draw(a_plot([0, 1, 2, 3, 4, 5], [1, 2, None, 3, None, 4])).lines
    assert line.path.count("M") == 1
    assert line.path.count("L") == 1
    # A single point would not be visible as a line.
    assert len(line.dots) == 2


def test_the_highest_is_at_the_top_and_zero_at_the_bottom() -> None:
    drawing = draw(a_plot([0, 10], [0, 50]))
    assert drawing.lines[0].path == f"M52 {drawing.bottom}L588 8"
    assert drawing.values["ends"] == [round(52 / 600, 4), 0.98]
    assert drawing.values["series"] == [["one", [0.0, 50.0]]]


def test_a_logarithmic_axis_has_powers_of_ten() -> None:
    drawing = draw(a_plot([1, 2, 3], [5, 80, 0], is_logarithmic=True))
    assert [tick_label for _, tick_label in drawing.y_ticks] == ["1", "10", "100"]
    # Zero is at the bottom.
    assert drawing.lines[0].path.endswith(f" {drawing.bottom}")
