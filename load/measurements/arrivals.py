"""The arrivals of an open workload: calls that are due by the clock, whether or not the service keeps up."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

CONSTANT = "constant"
POISSON = "poisson"
KINDS = (CONSTANT, POISSON)


@dataclass(frozen=True)
class Share:
    """The arrivals that one of several processes makes: every `count`th, from the one at `index` on."""

    index: int = 0
    count: int = 1


def arrivals(kind: str, rate: float, share: Share, after: float, random: Random) -> Iterator[float]:
    """The times (s since the start of the run) at which a process's share of the arrivals is due, from a time
    on, without end. The rate (arrivals/s) is that of all processes together.
    """
    schedule: Callable[[float, Share, float, Random], Iterator[float]]
    schedule = _poisson if kind == POISSON else _constant
    return schedule(rate, share, after, random)


def _constant(rate: float, share: Share, after: float, _random: Random) -> Iterator[float]:
    """Evenly spaced: all processes count the same arrivals, each of which is due at its own time."""
    first = max(math.ceil((after * rate - share.index) / share.count), 0)
    number = first * share.count + share.index
    while True:
        yield number / rate
        number += share.count


def _poisson(rate: float, share: Share, after: float, random: Random) -> Iterator[float]:
    """A Poisson process: independent ones, one per worker, add up to one of the sum of their rates."""
    due = after
    while True:
        due += random.expovariate(rate / share.count)
        yield due
