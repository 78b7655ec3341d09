"""Rates that change: when their arrivals are due."""

from itertools import pairwise
from random import Random

import pytest

from load.measurements.arrivals import CONSTANT, POISSON, Share, arrivals
from load.measurements.rate_course import RateCourse, RateStage

# 550 arrivals, none, 200, and 200 again.
COURSE = RateCourse(
    [RateStage(10, 100, 10), RateStage(0, 0, 5), RateStage(100, 100, 2), RateStage(100, 0, 4)]
)


def test_as_many_arrivals_are_due_as_the_stages_say() -> None:
    due = [*arrivals(CONSTANT, COURSE, Share(), 0, Random())]
    assert len(due) == 950
    assert due == sorted(due)
    assert sum(10 <= at < 15 for at in due) == 0
    assert sum(15 <= at < 17 for at in due) == pytest.approx(200, abs=1)
    # In the middle of the ramp, arrivals are as far apart as its rate says.
    index = next(index for index, at in enumerate(due) if at >= 5)
    assert due[index] - due[index - 1] == pytest.approx(1 / 55, rel=0.02)
    assert [COURSE.count(at) for at in (0, 10, 12, 16, 30)] == pytest.approx([0, 550, 550, 650, 950])


def test_processes_share_a_course() -> None:
    alone = [at for at in arrivals(CONSTANT, COURSE, Share(), 0, Random()) if at >= 3.3]
    parts = [[*arrivals(CONSTANT, COURSE, Share(index, 3), 3.3, Random())] for index in range(3)]
    assert sorted(at for part in parts for at in part) == alone


def test_poisson_arrivals_follow_a_course() -> None:
    counts = [[0, 0, 0] for _ in range(100)]
    for seed, count in enumerate(counts):
        due = [*arrivals(POISSON, COURSE, Share(seed % 2, 2), 0, Random(seed))]
        assert all(before < after for before, after in pairwise(due))
        for at in due:
            count[0 if at < 10 else 1 if at < 17 else 2] += 1
    means = [sum(column) / len(counts) for column in zip(*counts, strict=True)]
    assert means == pytest.approx([275, 100, 100], rel=0.05)
