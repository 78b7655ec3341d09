"""Whether a service keeps up with the calls that are due. When it does not, more and more of them wait."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from load.measurements.results import Results
from load.measurements.timeline import Second

# A service keeps up while no more than this share of the calls that are due is unanswered at the end.
BEHIND_AT_MOST = 0.02
_FEW_CALLS = 2
_PARTS = 4
_CALLS_PER_PART = 5
# Waits grow by about the same from part to part. They do not grow steadily if a step is less than this share
# of the mean step, and too little if they grow by less than this share of what is missing.
_STEADY = 0.25
_GROWN = 0.5
_US_PER_S = 1_000_000


@dataclass(frozen=True)
class Behind:
    """A service that falls behind: how many calls/s were due, and how many it answered."""

    due: float
    answered: float

    def __str__(self) -> str:
        return f"the service falls behind: {_shown(self.due)} were due, {_shown(self.answered)} were answered"


def behind(results: Results, unsent: int = 0) -> Behind | None:
    """By how much a service falls behind the arrivals of an open workload, all of the time or in the second
    half of it. None when it keeps up, or it cannot be told. `unsent` counts calls that were due and are not
    in the results.

    Calls that are unanswered at the end are no proof: a service that takes 3 s for each call has many of
    them. When it falls behind, calls that are due later wait longer, steadily, and by as much as is missing.
    """
    if any(generator.is_overloaded for generator in results.generators.values()):
        # The load itself may have made calls wait.
        return None
    clock, total = results.clock, results.total
    seconds = [*total.seconds]
    half = float(int(clock.warm_up + clock.measured_s / 2))
    return _behind_since(clock.warm_up, clock.length, seconds, total.afterwards, unsent) or _behind_since(
        max(half, clock.warm_up), clock.length, seconds, total.afterwards, unsent
    )


def _behind_since(
    since: float, end: float, seconds: list[tuple[int, Second]], afterwards: int, unsent: int
) -> Behind | None:
    """The same from a time on (s since the start)."""
    length = end - since
    if length <= 0:
        return None
    parts = _parts(seconds, since, length)
    due = float(unsent) + sum(part.total() for part in parts)
    answered = max(_answered(seconds, since, end) - afterwards, 0.0)
    missing = due - answered
    if missing <= BEHIND_AT_MOST * due + _FEW_CALLS:
        return None
    if min(part.total() for part in parts) < _CALLS_PER_PART:
        return None
    waits = [_median(part) / _US_PER_S for part in parts]
    growth = waits[-1] - waits[0]
    steps = [after - before for before, after in pairwise(waits)]
    expected = missing / due * length * (_PARTS - 1) / _PARTS
    if growth < _GROWN * expected or min(steps) < _STEADY * growth / len(steps):
        return None
    return Behind(due / length, answered / length)


def _parts(seconds: list[tuple[int, Second]], since: float, length: float) -> list[Counter[int]]:
    """How often each response time (µs) came, in parts of the run by when the calls were due."""
    parts = [Counter[int]() for _ in range(_PARTS)]
    for due, time_us, count in _by_due(seconds):
        if due >= since:
            parts[min(int((due - since) / length * _PARTS), _PARTS - 1)][time_us] += count
    return parts


def _answered(seconds: list[tuple[int, Second]], since: float, end: float) -> int:
    """The calls that ended from a time on (s since the start). After the end, only answers count."""
    return sum(second.requests if at < end else second.answers for at, second in seconds if at >= since)


def _by_due(seconds: list[tuple[int, Second]]) -> Iterator[tuple[float, int, int]]:
    """When calls were due (s since the start), how long they took (µs), and how many those are. It is known
    in which second calls ended.
    """
    for at, second in seconds:
        for time_us, count in second.response.counts.items():
            yield at + 0.5 - time_us / _US_PER_S, time_us, count


def _median(times: Counter[int]) -> int:
    half, reached = times.total() / 2, 0
    for time_us in sorted(times):
        reached += times[time_us]
        if reached >= half:
            return time_us
    return 0


def _shown(rate: float) -> str:
    return f"{rate:.0f}/s" if rate >= 10 else f"{rate:.1f}/s"
