"""Limits the time of a call, from connecting to the last byte of the answer."""

from gevent import get_hub, getcurrent
from greenlet import greenlet

from load.calls.replies import NetworkError


class Deadline:
    """The deadline of one connection's calls: `timeout_s` after each start. A call that is still going on
    then is interrupted with a NetworkError, and `has_passed` is True.

    One timer for a call as a whole is cheaper than one for each wait on the socket.
    """

    def __init__(self, timeout_s: float) -> None:
        self.timeout_s = timeout_s
        self.has_passed = False
        self._timer = get_hub().loop.timer(timeout_s, timeout_s)

    def start(self) -> None:
        """Start the time of the call that the current greenlet makes."""
        self.has_passed = False
        # A timer that was stopped would go on with the time that was left, if `start` were used.
        self._timer.again(self._interrupt, getcurrent(), update=True)

    def stop(self) -> None:
        """The call is over."""
        self._timer.stop()

    def _interrupt(self, caller: greenlet) -> None:
        self.has_passed = True
        caller.throw(NetworkError("the deadline has passed"))
