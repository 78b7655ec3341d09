"""How the rate of an open workload changes with time, and when its arrivals are due."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate
from math import inf, sqrt

import msgspec


class RateStage(msgspec.Struct, frozen=True):
    """A rate (arrivals/s) that changes evenly from `first` to `last` within so many seconds."""

    first: float
    last: float
    seconds: float

    @property
    def arrivals(self) -> float:
        """How many arrivals are due in the stage."""
        # Stages without an end have a constant rate.
        return self.first * self.seconds if self.is_constant else (self.first + self.last) / 2 * self.seconds

    @property
    def is_constant(self) -> bool:
        """Whether the rate stays as it is."""
        return self.first == self.last

    def until(self, elapsed: float) -> float:
        """How many arrivals are due in the first seconds of the stage."""
        elapsed = min(max(elapsed, 0.0), self.seconds)
        slope = (self.last - self.first) / self.seconds
        return self.first * elapsed + slope * elapsed * elapsed / 2

    def time_of(self, number: float) -> float:
        """When so many arrivals have been due (s since the stage began)."""
        slope = (self.last - self.first) / self.seconds
        # The solution of number = first * t + slope * t² / 2 that is exact for a slope near 0, too.
        return 2 * number / (self.first + sqrt(max(self.first * self.first + 2 * slope * number, 0.0)))

    def __str__(self) -> str:
        return f"{self.first:.4g}/s" if self.is_constant else f"{self.first:.4g}/s to {self.last:.4g}/s"


@dataclass(frozen=True)
class Span:
    """A stage with its begin and end (s since the start of the run)."""

    stage: RateStage
    begin: float
    end: float


class RateCourse:
    """The rates of a run: stages one after another, after which nothing is due."""

    def __init__(self, stages: Iterable[RateStage]) -> None:
        stages = tuple(stages)
        times = [0.0, *accumulate(stage.seconds for stage in stages)]
        self.spans = [Span(*each) for each in zip(stages, times, times[1:], strict=False)]
        self._counts = [0.0, *accumulate(stage.arrivals for stage in stages)]

    def count(self, until: float) -> float:
        """How many arrivals are due until a time (s since the start)."""
        return sum(span.stage.until(until - span.begin) for span in self.spans if span.begin < until)

    def time_of(self, number: float) -> float:
        """When an arrival is due (s since the start), whose number counts from 0; infinite after the end."""
        # The sum of many stages may be too large by the last digits.
        if number >= self._counts[-1] - 1e-6:
            return inf
        index = min(bisect_right(self._counts, number), len(self.spans)) - 1
        span = self.spans[index]
        return span.begin + span.stage.time_of(number - self._counts[index])
