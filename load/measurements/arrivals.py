"""The arrivals of an open workload: calls that are due by the clock, whether or not the service keeps up."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count, takewhile
from math import ceil, isfinite
from random import Random

from load.measurements.rate_course import RateCourse

CONSTANT = "constant"
POISSON = "poisson"
KINDS = (CONSTANT, POISSON)


@dataclass(frozen=True)
class Share:
    """The arrivals that one of several processes makes: every `count`th, from the one at `index` on."""

    index: int = 0
    count: int = 1


def arrivals(kind: str, course: RateCourse, share: Share, after: float, random: Random) -> Iterator[float]:
    """The times (s since the start of the run) at which a process's share of the arrivals is due, from a time
    on, until the course of the rate ends. The course is that of all processes together.
    """
    schedule: Callable[[RateCourse, Share, float, Random], Iterator[float]]
    schedule = _poisson if kind == POISSON else _constant
    return takewhile(isfinite, schedule(course, share, after, random))


def _constant(course: RateCourse, share: Share, after: float, _random: Random) -> Iterator[float]:
    """Evenly spaced: all processes count the same arrivals, each of which is due at its own time."""
    first = max(ceil((course.count(after) - share.index) / share.count), 0)
    numbers = count(first * share.count + share.index, share.count)
    return (course.time_of(number) for number in numbers)


def _poisson(course: RateCourse, share: Share, after: float, random: Random) -> Iterator[float]:
    """A Poisson process: independent ones, one per worker, add up to one of the sum of their rates. Where the
    rate changes, it is one in the count of what is due.
    """
    number = course.count(after)
    while True:
        number += random.expovariate(1 / share.count)
        yield course.time_of(number)
