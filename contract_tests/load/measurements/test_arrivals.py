"""When calls are due."""

import itertools
from random import Random
from statistics import mean, stdev

import pytest

from load.measurements.arrivals import CONSTANT, POISSON, Share, arrivals
from load.measurements.rate_course import RateCourse
from load.measurements.workload import Workload


def course(rate: float) -> RateCourse:
    """A constant rate (arrivals/s)."""
    return Workload(rate=rate).course


def test_processes_share_the_arrivals_of_one() -> None:
    alone = list(itertools.islice(arrivals(CONSTANT, course(40), Share(), 0.5, Random()), 60))
    parts = [arrivals(CONSTANT, course(40), Share(index, 3), 0.5, Random()) for index in range(3)]
    together = sorted(due for part in parts for due in itertools.islice(part, 20))
    assert together == pytest.approx(alone)
    assert alone == pytest.approx([0.5 + number / 40 for number in range(60)])


def test_poisson_arrivals_have_exponential_gaps() -> None:
    due = list(itertools.islice(arrivals(POISSON, course(50), Share(1, 2), 3.0, Random(1)), 20_000))
    gaps = [after - before for before, after in itertools.pairwise(due)]
    assert min(due) > 3.0
    assert mean(gaps) == pytest.approx(2 / 50, rel=0.03)
    assert stdev(gaps) == pytest.approx(2 / 50, rel=0.03)
