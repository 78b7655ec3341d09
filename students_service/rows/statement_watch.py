"""Ends waits for a PostgreSQL that does not answer, such as one whose process is stopped.

PostgreSQL bounds its statements itself, but only while it runs; and its client library waits for an answer
for ever. Nothing but the end of the connection wakes it.
"""

import os
import socket
import threading
import time
from contextlib import suppress
from typing import Any

# How often waits are looked at (s).
_LOOK_S = 0.25


class StatementWatch:
    """The statements under way. Its thread starts with the first one, and ends with the process."""

    def __init__(self) -> None:
        # By connection: when the statement is ended (monotonic s), and the number of the socket.
        self._running: dict[int, tuple[float, int]] = {}
        self._lock = threading.Lock()
        self._is_started = False

    def begin(self, connection: Any, limit_s: float) -> None:
        """Cut a connection if its statement has not ended within the limit (s). What waits for it then raises
        psycopg2's OperationalError.
        """
        if not self._is_started:
            self._start()
        with self._lock:
            self._running[id(connection)] = time.monotonic() + limit_s, connection.fileno()

    def end(self, connection: Any) -> None:
        """The statement of a connection has ended. Until this returns, the connection must stay open: the
        number of its socket may soon be that of another one.
        """
        with self._lock:
            self._running.pop(id(connection), None)

    def _start(self) -> None:
        self._is_started = True
        threading.Thread(target=self._watch, name="statement-watch", daemon=True).start()

    def _watch(self) -> None:
        while True:
            time.sleep(_LOOK_S)
            with self._lock:
                now = time.monotonic()
                for key, (deadline, number) in self._running.items():
                    if now > deadline:
                        _cut(number)
                        self._running[key] = now + _LOOK_S, number


def _cut(number: int) -> None:
    """Shut a socket down for everybody who has it."""
    with suppress(OSError), socket.socket(fileno=os.dup(number)) as connection:
        connection.shutdown(socket.SHUT_RDWR)
