"""Think times have the mean that was asked for, in few draws."""

from random import Random
from statistics import mean, stdev

import pytest

from load.options.scenario import Thinking, ThinkTime
from load.options.think_times import ThinkTimes


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(
    ("thinking", "expected", "spread"),
    [
        (0.3, 0.3, 0),
        (ThinkTime(between=(0.5, 2)), 1.25, 1.5 / 12**0.5),
        (ThinkTime(exponential=2.0), 2.0, 2.0),
    ],
)
def test_few_times_have_the_mean(thinking: Thinking, expected: float, spread: float, seed: int) -> None:
    times = ThinkTimes(thinking, {}, Random(seed))
    drawn = [times.after("GET /") for _ in range(640)]
    assert mean(drawn) == pytest.approx(expected, rel=0.01)
    assert stdev(drawn) == pytest.approx(spread, rel=0.1)


def test_some_operations_have_their_own() -> None:
    times = ThinkTimes(0.0, {"POST /things": 2.0}, Random(1))
    assert [times.after(label) for label in ("POST /things", "GET /things")] == [2.0, 0.0]
    assert not times.is_none
    assert ThinkTimes(0.0, {"POST /things": 0.0}, Random(1)).is_none
