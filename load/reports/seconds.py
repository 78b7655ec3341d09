"""The seconds of a run as the points of a plot: those of a long run are taken together in groups."""

from collections.abc import Callable, Iterator, Sequence

from load.measurements.run_records import SecondFigures, TimeFigures

# A plot has room for as many.
_MAX_POINTS = 240


def seconds_per_point(seconds: Sequence[SecondFigures]) -> int:
    """How many seconds one point stands for."""
    return -(-len(seconds) // _MAX_POINTS)


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
    """The maximum of a figure over the seconds of each point."""
    return [max(figure(times(second)) for second in group) for group in _groups(seconds)]


def _groups(seconds: Sequence[SecondFigures]) -> Iterator[Sequence[SecondFigures]]:
    step = seconds_per_point(seconds)
    return (seconds[start : start + step] for start in range(0, len(seconds), step))
