"""How long a service keeps connections open that nobody uses, as far as it has shown.

A service may close an idle connection at any time, also while a call is on its way to it (RFC 9112, section
9.3.1). Whether such a call was carried out, nobody can know, so it is no proof of anything. A service that
fails at a call closes the connection, too. A connection that was opened for the call tells the two apart.
"""

import re
from math import inf

# A service that keeps connections for less than this does not keep them: what closed one was something else.
_SHORTEST_S = 0.02
# So much of the time after which a connection was found closed, one is still taken for open.
_SURE = 0.9
# A connection that is open after so many times the limit shows that there is another.
_OUTLIVED = 2.0
_FIRST_DOUBT = 100
# Ports of new connections are not without number.
_LONGEST_DOUBT = 5_000
_TIMEOUT = re.compile(r"timeout=\"?(\d+)", re.IGNORECASE)


class KeepAlive:
    """What one process has seen of a service; all of its connections share it."""

    def __init__(self) -> None:
        self.limit_s = inf
        self._stated = ""
        self._new = 0
        self._doubt = _FIRST_DOUBT

    def allows(self, idle_s: float) -> bool:
        """Whether to make a call on a connection that is open and has been idle for a while (s)."""
        if self._new:
            self._new -= 1
            return False
        if idle_s > _OUTLIVED * self.limit_s:
            self.limit_s = idle_s
        return idle_s < self.limit_s

    def found_closed(self, idle_s: float) -> None:
        """A connection has been closed that was idle for a while (s)."""
        if idle_s >= _SHORTEST_S:
            self.limit_s = min(self.limit_s, idle_s * _SURE)

    def closed_as_sent(self, idle_s: float) -> None:
        """A connection that was idle for a while (s) was closed instead of an answer: many of the next calls
        are made on new ones, where it would be the service's fault; more each time, so that one that comes
        round but rarely is met there, too.
        """
        self.found_closed(idle_s)
        self._new = self._doubt
        self._doubt = min(2 * self._doubt, _LONGEST_DOUBT)

    def stated(self, field: str) -> None:
        """Take a Keep-Alive field of an answer into account."""
        if field == self._stated:
            return
        self._stated = field
        if found := _TIMEOUT.search(field):
            self.limit_s = min(self.limit_s, int(found[1]) * _SURE)
