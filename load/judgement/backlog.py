"""Whether a service keeps up with the calls that are due. When it does not, more and more of them wait."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from math import ceil

from load.measurements.rate_course import Span
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
# A run may end so long (s) before its last stage does.
_END_S = 0.5
_US_PER_S = 1_000_000


@dataclass(frozen=True)
class Behind:
    """A service that falls behind: how many calls/s were due, and how many it answered; `when` says in which
    part of the run, unless it was all of it.
    """

    due: float
    answered: float
    when: str = ""

    def __str__(self) -> str:
        rates = f"{_shown(self.due)} were due, {_shown(self.answered)} were answered"
        return f"the service falls behind{self.when}: {rates}"


def behind(results: Results, unsent: int = 0, spans: Iterable[Span] = ()) -> Behind | None:
    """By how much a service falls behind the arrivals of an open workload, all of the time or in the second
    half of it. None when it keeps up, or it cannot be told. `unsent` counts calls that were due and are not
    in the results.

    Calls that are unanswered at the end are no proof: a service that takes 3 s for each call has many of
    them. When it falls behind, calls that are due later wait longer, steadily, and by as much as is missing.
    Where the rate changes, waits may grow with it: of a course with `spans`, only those of a constant rate
    are judged, each by itself, from the last one on.
    """
    if any(generator.is_overloaded for generator in results.generators.values()):
        # The load itself may have made calls wait.
        return None
    clock = results.clock
    if not (parts := [*spans]):
        return _behind_in(results, clock.warm_up, clock.length, unsent)
    for span in reversed(parts):
        begin, end = float(ceil(max(span.begin, clock.warm_up))), min(span.end, clock.length)
        is_last = end >= clock.length - _END_S
        found = None
        if span.stage.is_constant:
            found = _behind_in(results, begin, clock.length if is_last else float(int(end)), unsent * is_last)
        if found:
            return replace(found, when=f" at {span.stage}, from {span.begin:g} s to {span.end:g} s")
    return None


def _behind_in(results: Results, begin: float, end: float, unsent: int) -> Behind | None:
    """The same in a part of the run, from its begin to its end, or in the second half of that part."""
    half = max(float(int((begin + end) / 2)), begin)
    return _behind_between(results, begin, end, unsent) or _behind_between(results, half, end, unsent)


def _behind_between(results: Results, since: float, end: float, unsent: int) -> Behind | None:
    """The same between two times (s since the start)."""
    length, is_last = end - since, end == results.clock.length
    if length <= 0:
        return None
    seconds = [*results.total.seconds]
    parts = _parts(seconds, since, end, is_last)
    due = float(unsent) + sum(part.total() for part in parts)
    answered = float(_answered(seconds, since, end, is_last))
    if is_last:
        answered = max(answered - results.total.afterwards, 0.0)
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


def _parts(seconds: list[tuple[int, Second]], since: float, end: float, is_last: bool) -> list[Counter[int]]:
    """How often each response time (µs) came, in parts of the time by when the calls were due."""
    parts = [Counter[int]() for _ in range(_PARTS)]
    for due, time_us, count in _by_due(seconds):
        if due >= since and (is_last or due < end):
            parts[min(int((due - since) / (end - since) * _PARTS), _PARTS - 1)][time_us] += count
    return parts


def _answered(seconds: list[tuple[int, Second]], since: float, end: float, is_last: bool) -> int:
    """The calls that ended within a time. After the end of the run, only answers count."""
    within = sum(second.requests for at, second in seconds if since <= at < end)
    return within + sum(second.answers for at, second in seconds if at >= end) * is_last


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
