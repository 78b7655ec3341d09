"""Refuses requests that would wait too long, before any work is done for them."""

import asyncio
import logging
from collections import Counter
from urllib.parse import unquote

import httptools

from openapi.routes import Routes
from students_service.problems import Problem, unavailable
from students_service.turns import Lanes

# How long refusals are gathered for a line of the log (s): a line of each would cost as much as refusing it.
GATHERED_S = 0.1
# Where the application keeps its shedding for the server: the key in the state of its lifespan (ASGI).
SHEDDING = "admission"
BUSY = "the service is busy: other requests had come before this one"

logger = logging.getLogger(__name__)


class Shedding:
    """Says whether the turns that a request would wait for are late, and keeps the log of those refused.

    In an overload, nearly all that comes is refused, and what that costs is taken from the rest.
    """

    def __init__(self, lanes: Lanes, routes: Routes, base_path: str) -> None:
        self._lanes = lanes
        self._routes = routes
        self._base_path = base_path
        # How many requests have been let in that do not wait for their turns yet.
        self._coming = 0
        self._ids: list[str] = []
        # How many requests have been refused, by operation and method.
        self.refused: Counter[tuple[str, str]] = Counter()

    def refusal(self, method: bytes, target: bytes) -> Problem | None:
        """Why a request with this target is refused, if it is."""
        if self._lanes.are_late(self._coming) and self._is_late(method, target):
            return unavailable(BUSY)
        if not self._coming:
            asyncio.get_running_loop().call_soon(self._arrived)
        self._coming += 1
        return None

    def _arrived(self) -> None:
        """All that was read before this has begun, and waits if it has to."""
        self._coming = 0

    def _is_late(self, method: bytes, target: bytes) -> bool:
        path = unquote((httptools.parse_url(target).path or b"").decode("latin-1"))
        route = self._routes.find(path.removeprefix(self._base_path))
        is_below = path.startswith(self._base_path)
        operation = route.operation(method.decode("latin-1")) if route and is_below else None
        if operation is None or not self._lanes.of(operation).are_late(self._coming):
            return False
        self.refused[operation.operation_id, method.decode("latin-1")] += 1
        return True

    def log(self, request_id: str) -> None:
        """Write the id of a refused request to the log, soon and together with others."""
        if not self._ids:
            asyncio.get_running_loop().call_later(GATHERED_S, self._write)
        self._ids.append(request_id)

    def _write(self) -> None:
        ids, self._ids = self._ids, []
        details = {"status": 503, "count": len(ids), "request_ids": ids}
        logger.warning("refused at once, as the service is busy: %d requests", len(ids), extra=details)
