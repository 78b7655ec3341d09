"""Whether a service keeps up with the calls that are due: when it does not, more and more of them wait."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from load.measurements.operation_results import Second
from load.measurements.results import Results

# Of the calls that are due, so many may be unanswered at the end before the service falls behind.
BEHIND_AT_MOST = 0.02
_FEW_CALLS = 2
_PARTS = 4
_CALLS_PER_PART = 5
# Waits grow from part to part by about the same; by less than these shares of it they do not grow steadily.
_STEADY = 0.25
_GROWN = 0.5
_US_PER_S = 1_000_000


@dataclass(frozen=True)
class Behind:
    """A service that is asked for more (calls/s) than it answers (calls/s)."""

    asked: float
    answered: float

    def __str__(self) -> str:
        return f"the service falls behind: {_shown(self.asked)} asked, {_shown(self.answered)} answered"


def behind(results: Results, unsent: int = 0) -> Behind | None:
    """By how much a service falls behind the arrivals of an open workload, all of the time or in the second
    half of it; None when it keeps up, or nothing tells. `unsent` counts calls that were due and are not in
    the results.

    Calls that wait for their answers when the run ends do not tell: a service that takes 3 s for each has as
    many. Those that are due later wait longer, steadily, when it falls behind, and by as much as is missing.
    """
    if any(each.is_slow for each in results.generators.values()):
        # The load itself may have made calls wait.
        return None
    seconds = [*results.total.seconds]
    afterwards = results.total.afterwards
    whole = _behind(results, seconds, results.warm_up, afterwards, unsent)
    half = float(int(results.warm_up + results.measured_s / 2))
    return whole or _behind(results, seconds, max(half, results.warm_up), afterwards, unsent)


def _behind(
    results: Results, seconds: list[tuple[int, Second]], since: float, afterwards: int, unsent: int
) -> Behind | None:
    """The same from a time on (s since the start)."""
    length = results.length - since
    if length <= 0:
        return None
    parts = [Counter[int]() for _ in range(_PARTS)]
    asked = float(unsent)
    for due, time_us, count in _by_due(seconds):
        if due < since:
            continue
        asked += count
        parts[min(int((due - since) / length * _PARTS), _PARTS - 1)][time_us] += count
    answered = -float(afterwards)
    for at, second in seconds:
        if at >= since:
            answered += second.answers
            answered += second.requests - second.answers if at < results.length else 0
    missing = asked - max(answered, 0.0)
    if missing <= BEHIND_AT_MOST * asked + _FEW_CALLS:
        return None
    if min(each.total() for each in parts) < _CALLS_PER_PART:
        return None
    waits = [_median(each) / _US_PER_S for each in parts]
    grown = waits[-1] - waits[0]
    steps = [after - before for before, after in pairwise(waits)]
    expected = missing / asked * length * (_PARTS - 1) / _PARTS
    if grown < _GROWN * expected or min(steps) < _STEADY * grown / len(steps):
        return None
    return Behind(asked / length, max(answered, 0.0) / length)


def _by_due(seconds: list[tuple[int, Second]]) -> Iterator[tuple[float, int, int]]:
    """When calls were due (s since the start), how long they took (µs), and how many those are. Of calls,
    the second is known in which they ended.
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
