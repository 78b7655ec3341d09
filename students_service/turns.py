"""Turns of requests that work on something: so many at a time, and none that has waited too long.

A service that takes on more than it can do answers everybody late. Here, what has waited for too long is
refused before any work is done for it, so that what is answered is answered in time.
"""

import asyncio
from collections import deque
from collections.abc import Container

from openapi.operations import Operation

# Answers of this size (bytes), on average, are large: PostgreSQL and the checks of an answer work on them for
# several milliseconds.
LARGE_BYTES = 64 * 1024
# How much the latest answer counts for an average.
_LATEST = 0.1
# Who would wait for more than this part of the limit is refused at once: later, that would cost more.
_HOPELESS = 0.5
# How long work is thought to take before any has ended (s).
_PACE_S = 0.001
# How many requests work at a time: those about the service itself, those with small answers, those with large
# ones. A few of the latter keep PostgreSQL and a processor busy. Each has a thread.
ABOUT, SMALL, LARGE = 12, 12, 8


class Overloaded(Exception):
    """A request has waited for its turn as long as it may."""


class Turns:
    """Lets `count` requests work at a time, in the order in which they came, each after at most `limit_s`
    (s).
    """

    def __init__(self, count: int, limit_s: float) -> None:
        self._free, self._limit_s, self._bound_s = count, limit_s, _HOPELESS * limit_s
        # How many have waited too long.
        self.refused = 0
        self._waiting: deque[tuple[asyncio.Future[None], float]] = deque()
        # Refuses the first who waits when its time is over: one timer for all.
        self._timer: asyncio.TimerHandle | None = None
        # The average time from one end of work to the next while others wait (s), and when the latest was.
        self._pace_s = _PACE_S
        self._latest: float | None = None

    def take(self) -> bool:
        """Take a turn if one is free."""
        if not self._free or self._waiting:
            return False
        self._free -= 1
        return True

    def are_late(self, coming: int = 0) -> bool:
        """Whether who comes now had better not wait, with `coming` before it that have neither begun to wait
        nor taken a turn: by the latest pace it would take too long, or the first who waits has waited that
        long already.
        """
        ahead = len(self._waiting) + max(coming - self._free, 0)
        if ahead * self._pace_s > self._bound_s:
            return True
        if not self._waiting:
            return False
        turn, deadline = self._waiting[0]
        return turn.get_loop().time() > deadline - self._limit_s + self._bound_s

    async def wait(self) -> None:
        """Wait for a turn, and take it. Raises Overloaded."""
        loop = asyncio.get_running_loop()
        turn: asyncio.Future[None] = loop.create_future()
        self._waiting.append((turn, loop.time() + self._limit_s))
        if self._timer is None:
            self._timer = loop.call_later(self._limit_s, self._refuse_late)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                # The turn came too late for the one who waited for it.
                self.give_back()
            raise

    def give_back(self) -> None:
        """The work is done. The turn goes to the first who waits and has not waited for too long."""
        self._free += 1
        if not self._waiting:
            self._pace_s, self._latest = _PACE_S, None
            return
        self._measure()
        while self._waiting and self._free:
            turn, deadline = self._waiting.popleft()
            if turn.done():
                continue
            if deadline < turn.get_loop().time():
                self._refuse(turn)
            else:
                self._free -= 1
                turn.set_result(None)

    def _measure(self) -> None:
        now = self._waiting[0][0].get_loop().time()
        if self._latest is not None:
            self._pace_s += _LATEST * (min(now - self._latest, self._limit_s) - self._pace_s)
        self._latest = now

    def _refuse_late(self) -> None:
        self._timer = None
        while self._waiting:
            turn, deadline = self._waiting[0]
            loop = turn.get_loop()
            if not turn.done() and deadline > loop.time():
                self._timer = loop.call_at(deadline, self._refuse_late)
                return
            self._waiting.popleft()
            if not turn.done():
                self._refuse(turn)

    def _refuse(self, turn: asyncio.Future[None]) -> None:
        self.refused += 1
        turn.set_exception(Overloaded())


class Lanes:
    """The turns of a service. Requests about the service itself, those with small answers and those with
    large ones do not wait for each other. `of_rows` are the operationIds of those that work on rows.
    """

    def __init__(self, limit_s: float, of_rows: Container[str] = ()) -> None:
        self.of_rows = of_rows
        self.about, self.small, self.large = (Turns(count, limit_s) for count in (ABOUT, SMALL, LARGE))
        self._lanes: dict[str, Lane] = {}

    def of(self, operation: Operation) -> "Lane":
        """The lane of an operation."""
        lane = self._lanes.get(operation.operation_id)
        if lane is None:
            lane = self._lanes[operation.operation_id] = Lane(operation, self)
        return lane

    @property
    def refused(self) -> int:
        """How many requests have waited too long."""
        return self.about.refused + self.small.refused + self.large.refused

    def are_late(self, coming: int) -> bool:
        """Whether any turns are late that requests may have to wait for. Those about the service are few."""
        return self.small.are_late(coming) or self.large.are_late(coming)


class Lane:
    """The turns of one operation, by how large its answers are."""

    def __init__(self, operation: Operation, lanes: Lanes) -> None:
        self._lanes = lanes
        takes_nothing = not operation.parameters and operation.request_body is None
        self._is_about = takes_nothing and operation.operation_id not in lanes.of_rows
        self._average_bytes = 0.0

    @property
    def turns(self) -> Turns:
        """The turns for the next request."""
        if self._is_about:
            return self._lanes.about
        return self._lanes.large if self._average_bytes >= LARGE_BYTES else self._lanes.small

    def are_late(self, coming: int) -> bool:
        """Whether the next request had better not wait. Those about the service always may."""
        return not self._is_about and self.turns.are_late(coming)

    def add_answer(self, size: int) -> None:
        """Count an answer of a size (bytes)."""
        self._average_bytes += _LATEST * (size - self._average_bytes)
