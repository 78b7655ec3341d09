"""What the generator of the load sees of itself: a run that it could not keep up with says little of the
service.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from load.measurements.times import Times

# An arrival sent so long after it was due is late: what the service is said to take is not all its own.
LATE_S = 0.05
LATE_AT_MOST = 0.01
# Of few arrivals, one or two make a share that says nothing.
FEW_LATE = 2
CPU_AT_MOST = 0.9
# An event loop that was so late, and did not work meanwhile, was not let run.
HALTED_S = 1.0


@dataclass
class Generator:
    """One process of the load: how long it has been watched and its CPU time (s), how late its event loop
    was, by how much its arrivals were sent after they were due, and how many were not sent at all; how many
    more were late, as answers came all at once that the service had held back, which is not the generator's
    doing; and for how long (s), at most, it stood still.
    """

    seconds: float = 0.0
    cpu_s: float = 0.0
    lag: Times = field(default_factory=Times)
    lateness: Times = field(default_factory=Times)
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
    def is_slow(self) -> bool:
        """Whether it could not keep its own time, whatever the service did."""
        return self.cpu > CPU_AT_MOST or self._is_late or self.halted_s > HALTED_S

    @property
    def _is_late(self) -> bool:
        return self.late > LATE_AT_MOST and self.late * self.lateness.count > FEW_LATE

    def add(self, other: "Generator") -> None:
        """Add what was seen later."""
        self.seconds += other.seconds
        self.cpu_s += other.cpu_s
        self.lag.add(other.lag)
        self.lateness.add(other.lateness)
        self.dropped += other.dropped
        self.held_up += other.held_up
        self.halted_s = max(self.halted_s, other.halted_s)

    def limits(self) -> Iterator[str]:
        """Why what was measured is not the service's alone; nothing when it is."""
        if self.cpu > CPU_AT_MOST:
            yield f"it used {self.cpu:.0%} of a core; give it more cores or workers, or ask for less"
        if self._is_late:
            late = f"{self.late:.1%} of arrivals were sent more than {LATE_S * 1000:.0f} ms late"
            yield f"{late}; give it more cores or workers, or ask for less"
        if self.halted_s > HALTED_S:
            yield f"it stood still for {self.halted_s:.1f} s, as when it is stopped or has no processor"
        if self.dropped:
            yield f"{self.dropped} arrivals were not sent, as too many calls waited for their answers"

    def message(self) -> dict[str, Any]:
        """As plain values, for another process."""
        return {
            "seconds": self.seconds,
            "cpu_s": self.cpu_s,
            "lag": self.lag.packed(),
            "lateness": self.lateness.packed(),
            "dropped": self.dropped,
            "held_up": self.held_up,
            "halted_s": self.halted_s,
        }

    @classmethod
    def told(cls, message: Mapping[str, Any]) -> "Generator":
        """What `message` told."""
        return cls(
            message["seconds"],
            message["cpu_s"],
            Times.unpacked(message["lag"]),
            Times.unpacked(message["lateness"]),
            message["dropped"],
            message["held_up"],
            message["halted_s"],
        )
