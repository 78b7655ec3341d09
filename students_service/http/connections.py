"""The open connections of a process, and which of them wait for their clients."""

import logging
import resource
import sys
from pathlib import Path
from typing import Protocol

from students_service.database.engine import POOL_SIZE

# Descriptors that are kept for what else is opened while the service runs: connections to PostgreSQL, files,
# and connections of clients that are refused.
RESERVED = POOL_SIZE + 32
# Even with fewer descriptors, some clients are served.
FEWEST = 16

# Where the application keeps its connections for the server: the key in the state of its lifespan (ASGI).
CONNECTIONS = "connections"

logger = logging.getLogger(__name__)


class Closable(Protocol):
    """A connection that can be closed at once."""

    def abort(self) -> None:
        """Close it."""


class Connections:
    """Keeps the connections below what descriptors allow: to let a new one in, it closes the one whose client
    has kept it waiting the longest for a request, or for the rest of one.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.open = 0
        # How many found no room.
        self.refused = 0
        # In the order in which they began to wait.
        self._waiting: dict[Closable, None] = {}
        self._is_told = False

    def enter(self, connection: Closable) -> bool:
        """Count a new connection, which waits for its client. Says whether there is room for it."""
        self.open += 1
        has_room = self.open <= self.most or self._make_room()
        self.wait(connection)
        return has_room

    def leave(self, connection: Closable) -> None:
        """Forget a connection that is closed."""
        self.open -= 1
        self._waiting.pop(connection, None)
        if self.open < self.most // 2:
            self._is_told = False

    def wait(self, connection: Closable) -> None:
        """The connection waits for its client from now on."""
        self._waiting[connection] = None

    def work(self, connection: Closable) -> None:
        """A whole request has arrived: the client waits from now on."""
        self._waiting.pop(connection, None)

    def _make_room(self) -> bool:
        if not self._is_told:
            self._is_told = True
            logger.warning(
                "%d connections are open, and the limit of open files (ulimit -n) allows no more: those that "
                "wait longest for their clients are closed for new ones",
                self.most,
            )
        longest = next(iter(self._waiting), None)
        if longest is None:
            self.refused += 1
            return False
        del self._waiting[longest]
        longest.abort()
        return True


def most_connections() -> int:
    """How many connections this process can have open at a time, by its limit of descriptors."""
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if limit == resource.RLIM_INFINITY:
        return sys.maxsize
    return max(limit - _open_descriptors() - RESERVED, FEWEST)


def _open_descriptors() -> int:
    folder = Path("/dev/fd")
    return len(list(folder.iterdir())) if folder.is_dir() else RESERVED
