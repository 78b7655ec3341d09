"""Ends waits for a PostgreSQL that does not answer, such as one whose process is stopped.

PostgreSQL bounds its statements itself, but only while it runs; and its client library waits for an answer
for ever. Nothing but the end of the connection wakes it.
"""

import os
import socket
import threading
import time
from contextlib import suppress

# How often waits are looked at (s).
_LOOK_S = 0.25


class StatementWatch:
    """The statements under way. Its thread starts with the first one, and ends with the process."""

    def __init__(self) -> None:
        # By the number of the socket: when the statement is ended (monotonic s). An entry belongs to whoever
        # takes it out: the one whose statement has ended or, while it holds the lock, the watch.
        self._deadlines: dict[int, float] = {}
        self._lock = threading.Lock()
        self._is_started = False

    def begin(self, socket_number: int, limit_s: float) -> None:
        """Cut a connection, given by the number of its socket, if its statement has not ended within the
        limit (s). What waits for it then raises psycopg2's OperationalError.
        """
        if not self._is_started:
            self._start()
        self._deadlines[socket_number] = time.monotonic() + limit_s

    def end(self, socket_number: int) -> None:
        """The statement of a connection has ended. Until this returns, the connection must stay open: the
        number of its socket may soon be that of another one.
        """
        if self._deadlines.pop(socket_number, None) is None:
            # The watch looks at it, and may put it back.
            with self._lock:
                self._deadlines.pop(socket_number, None)

    def _start(self) -> None:
        self._is_started = True
        threading.Thread(target=self._watch, name="statement-watch", daemon=True).start()

    def _watch(self) -> None:
        while True:
            time.sleep(_LOOK_S)
            now = time.monotonic()
            for number, deadline in list(self._deadlines.items()):
                if now > deadline:
                    self._look_at(number, now)

    def _look_at(self, number: int, now: float) -> None:
        """Cut a connection if the statement that it executes, which may be another one by now, is late."""
        with self._lock:
            deadline = self._deadlines.pop(number, now)
            if deadline < now:
                _cut(number)
            elif deadline > now:
                self._deadlines[number] = deadline


def _cut(number: int) -> None:
    """Shut a socket down for everybody who has it."""
    with suppress(OSError), socket.socket(fileno=os.dup(number)) as connection:
        connection.shutdown(socket.SHUT_RDWR)
