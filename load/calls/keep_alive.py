"""How long a service keeps idle connections open, as far as it has shown.

A service may close an idle connection at any time, even while a call is on its way to it (RFC 9112, section
9.3.1). Nobody can know whether such a call had an effect, so a missing answer proves nothing. But a service
that crashes during a call closes the connection, too. Calls on new connections tell the two apart.
"""

import re
from math import inf

# A service does not mean to keep connections for less than this: something else closed the connection.
_SHORTEST_S = 0.02
# The share of the observed limit for which an idle connection is still used.
_SAFE_SHARE = 0.9
# A connection that is still open after this many times the limit shows that the limit is wrong.
_OUTLIVED = 2.0
_FIRST_NEW_CONNECTIONS = 100
# The number of local ports, and so of new connections, is limited.
_MOST_NEW_CONNECTIONS = 5_000
_TIMEOUT = re.compile(r"timeout=\"?(\d+)", re.IGNORECASE)


class KeepAlive:
    """What one process has observed of a service; all its connections share it. Idle times are in s."""

    def __init__(self) -> None:
        self.limit_s = inf
        self._field = ""
        self._new_connections = 0
        self._next_new_connections = _FIRST_NEW_CONNECTIONS

    def allows(self, idle_s: float) -> bool:
        """Whether to make a call on an open connection that has been idle for a time."""
        if self._new_connections:
            self._new_connections -= 1
            return False
        if idle_s > _OUTLIVED * self.limit_s:
            self.limit_s = idle_s
        return idle_s < self.limit_s

    def observe_closed(self, idle_s: float) -> None:
        """The service has closed a connection that was idle for a time."""
        if idle_s >= _SHORTEST_S:
            self.limit_s = min(self.limit_s, idle_s * _SAFE_SHARE)

    def observe_closed_during_call(self, idle_s: float) -> None:
        """The service has closed a connection, idle for a time before, instead of answering a call.

        The next calls are made on new connections, where a missing answer is the service's fault: more calls
        each time, so that a rare fault is also met on one of them.
        """
        self.observe_closed(idle_s)
        self._new_connections = self._next_new_connections
        self._next_new_connections = min(2 * self._next_new_connections, _MOST_NEW_CONNECTIONS)

    def observe_field(self, field: str) -> None:
        """An answer has a Keep-Alive field."""
        if field == self._field:
            return
        self._field = field
        if timeout := _TIMEOUT.search(field):
            self.limit_s = min(self.limit_s, int(timeout[1]) * _SAFE_SHARE)
