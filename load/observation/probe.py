"""A light call in parallel with the load, whose response time shows how long even that takes."""

import statistics
import time

from load.calls.connection import Connection, NetworkError
from load.errors import LoadError
from load.options.tls import Tls

_TARGET = "/"
_IDLE_CALLS = 5
_IDLE_LIMIT_MS = 1_000


class Probe:
    """Sends GET / to the service over a connection of its own; `count` is how many were sent."""

    def __init__(self, host: str, tls: Tls) -> None:
        self._connection = Connection(host, tls=tls)
        self.count = 0

    def response_ms(self) -> float | None:
        """Send one call; return its response time (ms), or None if there was no answer."""
        began = time.perf_counter()
        self.count += 1
        try:
            self._connection.send("get", _TARGET, {}, b"")
        except (NetworkError, LoadError):
            return None
        return (time.perf_counter() - began) * 1000

    def idle_ms(self) -> float | None:
        """The median response time (ms) of a few calls before the load, or None if there was no answer."""
        measured: list[float] = []
        while len(measured) < _IDLE_CALLS and sum(measured) < _IDLE_LIMIT_MS:
            response_ms = self.response_ms()
            if response_ms is None:
                break
            measured.append(response_ms)
        return statistics.median(measured) if measured else None

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()
