"""Arrivals of an open workload: calls that are due by the clock, whether or not the service keeps up."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

CONSTANT = "constant"
POISSON = "poisson"
KINDS = (CONSTANT, POISSON)


@dataclass(frozen=True)
class Share:
    """Which part of the arrivals a process makes: every `count`th, beginning with the one at `index`."""

    index: int = 0
    count: int = 1


def arrivals(kind: str, rate: float, share: Share, after: float, random: Random) -> Iterator[float]:
    """When a process's arrivals are due (s since the start of the run), without end: those at or after a
    time (s), at a rate (arrivals/s) that all processes make together.
    """
    schedule: Callable[[float, Share, float, Random], Iterator[float]]
    schedule = _poisson if kind == POISSON else _constant
    return schedule(rate, share, after, random)


def _constant(rate: float, share: Share, after: float, _random: Random) -> Iterator[float]:
    """All processes count the same arrivals: whoever makes one, it is due at its time."""
    first = max(math.ceil((after * rate - share.index) / share.count), 0)
    number = first * share.count + share.index
    while True:
        yield number / rate
        number += share.count


def _poisson(rate: float, share: Share, after: float, random: Random) -> Iterator[float]:
    """Independent Poisson processes add up to one."""
    due = after
    while True:
        due += random.expovariate(rate / share.count)
        yield due
