"""What a process of the load observes of itself: a run that it could not keep up with says little about the
service.
"""

from collections.abc import Iterator

import msgspec

from load.measurements.time_histogram import TimeHistogram
from load.quantities import quantity

# An arrival that is sent this long after it was due is late: what it took is not the service's doing alone.
LATE_S = 0.05
LATE_AT_MOST = 0.01
# Of few arrivals, one or two late ones are a share that says nothing.
FEW_LATE = 2
CPU_AT_MOST = 0.9
# An event loop that is so late without having worked was not given a processor.
HALTED_S = 1.0


class Generator(msgspec.Struct):
    """One process of the load: how long it was observed and its CPU time (s); how late its event loop was
    (`lag`), and by how much arrivals were sent after they were due (`lateness`); how many arrivals were not
    sent at all (`dropped`), and how many more were late as the service had held back answers, which came all
    at once (`held_up`); and the longest time (s) that it stood still.
    """

    seconds: float = 0.0
    cpu_s: float = 0.0
    lag: TimeHistogram = msgspec.field(default_factory=TimeHistogram)
    lateness: TimeHistogram = msgspec.field(default_factory=TimeHistogram)
    dropped: int = 0
    held_up: int = 0
    halted_s: float = 0.0

    @property
    def cpu(self) -> float:
        """The share of one core that it used, 0 to 1."""
        return self.cpu_s / self.seconds if self.seconds else 0.0

    @property
    def late(self) -> float:
        """The share of arrivals that were late, 0 to 1."""
        return self.lateness.share_above(LATE_S)

    @property
    def is_overloaded(self) -> bool:
        """Whether it could not keep to its own schedule, whatever the service did."""
        return self.cpu > CPU_AT_MOST or self._is_late or self.halted_s > HALTED_S

    @property
    def _is_late(self) -> bool:
        return self.late > LATE_AT_MOST and self.late * self.lateness.count > FEW_LATE

    def add(self, other: "Generator") -> None:
        """Add what was observed later."""
        self.seconds += other.seconds
        self.cpu_s += other.cpu_s
        self.lag.add(other.lag)
        self.lateness.add(other.lateness)
        self.dropped += other.dropped
        self.held_up += other.held_up
        self.halted_s = max(self.halted_s, other.halted_s)

    def limits(self) -> Iterator[str]:
        """Why figures are not those of the service alone, and what to do; nothing when they are."""
        if self.cpu > CPU_AT_MOST:
            yield f"it used {self.cpu:.0%} of a core; give it more cores or workers, or reduce the load"
        if self._is_late:
            late = f"{self.late:.1%} of arrivals were sent more than {LATE_S * 1000:.0f} ms late"
            yield f"{late}; give it more cores or workers, or reduce the load"
        if self.halted_s > HALTED_S:
            yield f"it stood still for {self.halted_s:.1f} s, as if it was stopped or had no CPU"
        if self.dropped:
            dropped = quantity(self.dropped, "arrival was", "arrivals were")
            yield f"{dropped} not sent, because too many calls waited for answers"
