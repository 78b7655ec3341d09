"""Watches whether the process that makes calls keeps up with them."""

import time
from bisect import bisect_left, bisect_right
from collections.abc import Callable

import gevent

from load.measurements.load_generator import LATE_S, Generator

BEAT_S = 0.1
# Each arrival makes two pieces of work: to read an answer, and to check it. So many times as much work as the
# arrivals make means that answers came all at once, which the service had held back.
_BURST = 1.5
_PIECES_PER_ARRIVAL = 2
_FEW_PIECES = 20
_PIECES_KEPT = 20_000


class Watch:
    """Watches this process after a warm-up (s), until `end` is called. `due_between` tells how many of its
    arrivals are due between two times (s since the start).
    """

    def __init__(self, warm_up: float, due_between: Callable[[float, float], float]) -> None:
        self._due_between = due_between
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
        """A piece of work is done at a time (s since the start): an answer was read, or checked."""
        self._pieces.append(at)
        if len(self._pieces) > 2 * _PIECES_KEPT:
            del self._pieces[:_PIECES_KEPT]

    def _is_burst(self, due: float, sent: float) -> bool:
        """Whether far more answers than usual kept this process busy from when an arrival was due until it
        was sent, or it was still busy with those of a burst that had begun before.
        """
        began, ended = self._burst
        since = began if began <= due <= ended else due
        usual = _PIECES_PER_ARRIVAL * self._due_between(since, sent)
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
        """What was seen since the last call of this method."""
        seen, self._seen = self._seen, Generator()
        if self._since:
            now = (time.perf_counter(), time.process_time())
            seen.seconds, seen.cpu_s = now[0] - self._since[0], now[1] - self._since[1]
            self._since = now
        return seen

    def end(self) -> None:
        """Stop watching."""
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
