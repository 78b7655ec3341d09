"""What the generator of the load sees of itself: a run that it could not keep up with says little of the
service.
"""

import time
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import gevent

from load.times import Times

BEAT_S = 0.1
# An arrival sent so long after it was due is late: what the service is said to take is not all its own.
LATE_S = 0.05
LATE_AT_MOST = 0.01
# Of few arrivals, one or two make a share that says nothing.
FEW_LATE = 2
CPU_AT_MOST = 0.9
# An event loop that was so late, and did not work meanwhile, was not let run.
HALTED_S = 1.0
# Each arrival makes two pieces of work: an answer to read, and to check. When there is so much more of it
# than of arrivals, answers that the service had held back come all at once.
_BURST = 1.5
_PIECES_PER_ARRIVAL = 2
_FEW_PIECES = 20
_PIECES_KEPT = 20_000


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


class Watch:
    """Watches this process, after a warm-up (s), until it is ended. `rate` is how many arrivals per s it is
    to make.
    """

    def __init__(self, warm_up: float, rate: float = 0.0) -> None:
        self.rate = rate
        self._pieces: list[float] = []
        self._burst = (0.0, 0.0)
        self._seen = Generator()
        self._since: tuple[float, float] | None = None
        self._beat = gevent.spawn(self._listen, warm_up)

    def arrived(self, due: float, sent: float) -> None:
        """An arrival was due at a time and sent at another (s since the start)."""
        if not self._since:
            return
        if sent - due > LATE_S and self._is_burst(due, sent):
            self._seen.held_up += 1
        else:
            self._seen.lateness.record(sent - due)

    def worked(self, at: float) -> None:
        """A piece of work is done: an answer was read, or checked (s since the start)."""
        self._pieces.append(at)
        if len(self._pieces) > 2 * _PIECES_KEPT:
            del self._pieces[:_PIECES_KEPT]

    def _is_burst(self, due: float, sent: float) -> bool:
        """Whether this process was kept busy, from when an arrival was due until it was sent, by far more
        answers than it asked for then; or was still at work on those of a burst that had begun before.
        """
        began, ended = self._burst
        since = began if began <= due <= ended else due
        usual = _PIECES_PER_ARRIVAL * self.rate * (sent - since)
        pieces = bisect_right(self._pieces, sent) - bisect_left(self._pieces, since)
        if pieces <= _BURST * usual + _FEW_PIECES:
            return False
        self._burst = (since, max(sent, ended) if since == began else sent)
        return True

    def drop(self) -> None:
        """An arrival was not sent."""
        if self._since:
            self._seen.dropped += 1

    def taken(self) -> Generator:
        """What was seen since this was last asked."""
        seen, self._seen = self._seen, Generator()
        if self._since:
            now = (time.perf_counter(), time.process_time())
            seen.seconds, seen.cpu_s = now[0] - self._since[0], now[1] - self._since[1]
            self._since = now
        return seen

    def end(self) -> None:
        """Watch no more."""
        self._beat.kill()

    def _listen(self, warm_up: float) -> None:
        gevent.sleep(warm_up)
        self._since = (time.perf_counter(), time.process_time())
        while True:
            due, worked = time.perf_counter() + BEAT_S, time.process_time()
            gevent.sleep(BEAT_S)
            late = max(time.perf_counter() - due, 0)
            self._seen.lag.record(late)
            idle = late - (time.process_time() - worked)
            if idle > late / 2:
                self._seen.halted_s = max(self._seen.halted_s, late)
