"""The calls of one operation, second by second."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

import msgspec

from load.measurements.time_histogram import TimeHistogram

# A call without an answer shows how long users wait only if it waited: a refused connection did not.
WAITED_S = 1.0


class CallOutcome(Enum):
    """What became of a call: it was answered, was answered that it comes too early, or got no answer."""

    ANSWERED = "answered"
    THROTTLED = "throttled"
    UNANSWERED = "unanswered"


class PackedSecond(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A second in a compact form, for memory and messages; times are bytes of `TimeHistogram.packed`."""

    requests: int
    failures: int
    answers: int
    throttled: int
    response: bytes
    service: bytes

    def unpacked(self) -> "Second":
        """The second that was packed."""
        times = TimeHistogram.unpacked(self.response), TimeHistogram.unpacked(self.service)
        return Second(self.requests, self.failures, self.answers, self.throttled, *times)


@dataclass
class Second:
    """The calls that ended within a second. Throttled calls do not count as answers. Response times count
    from when calls were due, service times from when they were sent; both are those of answers, and of calls
    that waited for one in vain.
    """

    requests: int = 0
    failures: int = 0
    answers: int = 0
    throttled: int = 0
    response: TimeHistogram = field(default_factory=TimeHistogram)
    service: TimeHistogram = field(default_factory=TimeHistogram)

    def add(self, other: "Second") -> None:
        """Add the calls of another second."""
        self.requests += other.requests
        self.failures += other.failures
        self.answers += other.answers
        self.throttled += other.throttled
        self.response.add(other.response)
        self.service.add(other.service)

    def packed(self) -> PackedSecond:
        """The same in a compact form."""
        counts = self.requests, self.failures, self.answers, self.throttled
        return PackedSecond(*counts, self.response.packed(), self.service.packed())


@dataclass
class Timeline:
    """Calls by the second in which they ended. Those of the first `warm_up` s are not measured."""

    warm_up: float = 0.0
    _measured: Second = field(default_factory=Second)
    _packed: defaultdict[int, list[PackedSecond]] = field(default_factory=lambda: defaultdict(list))
    _current: Second = field(default_factory=Second)
    _current_at: int = 0

    def record(
        self,
        at: float,
        response_s: float,
        service_s: float,
        failed: bool,
        outcome: CallOutcome = CallOutcome.ANSWERED,
    ) -> None:
        """Count a call that ended at a time (s since the start)."""
        if int(at) != self._current_at:
            self._flush()
            self._current_at = int(at)
        second = self._current
        second.requests += 1
        second.failures += failed
        if outcome is CallOutcome.ANSWERED:
            second.answers += 1
        elif outcome is CallOutcome.THROTTLED:
            second.throttled += 1
            return
        elif service_s < WAITED_S:
            return
        second.response.record(response_s)
        second.service.record(service_s)

    @property
    def measured(self) -> Second:
        """All calls since the warm-up, of which the figures are."""
        self._flush()
        return self._measured

    @property
    def seconds(self) -> Iterator[tuple[int, Second]]:
        """Each second (s since the start) that had calls, with these."""
        self._flush()
        for at, parts in sorted(self._packed.items()):
            second = Second()
            for part in parts:
                second.add(part.unpacked())
            yield at, second

    @property
    def packed(self) -> dict[int, list[PackedSecond]]:
        """The parts of each second in a compact form, for another process."""
        self._flush()
        return self._packed

    def add(self, at: int, second: Second) -> None:
        """Add the calls of a second that began at a time (s since the start)."""
        self._packed[at].append(second.packed())
        if at >= self.warm_up:
            self._measured.add(second)

    def merge(self, other: "Timeline") -> None:
        """Add another timeline of the same warm-up."""
        self._measured.add(other.measured)
        for at, parts in other.packed.items():
            self._packed[at] += parts

    def _flush(self) -> None:
        if self._current.requests:
            self.add(self._current_at, self._current)
            self._current = Second()
