"""The handlers of operations about the service itself: one method per operationId, and no other public
method.
"""

import threading
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError

import flask
import orjson

from openapi.contract import Contract
from students_service.rows.storage import Database
from students_service.rows.storage_errors import Unavailable


class ServiceHandlers:
    """What the service says about itself."""

    def __init__(
        self,
        contract: Contract,
        database: Database,
        documentation: Mapping[str, str],
        health_timeout: float,
    ) -> None:
        self._about = {
            "name": contract.document["info"]["title"],
            "version": str(contract.document["info"]["version"]),
            **documentation,
        }
        self._probe = _Probe(database, health_timeout)

    def get_home(self) -> flask.Response:
        """Return the name and version of the API, and where its documentation is."""
        return _json(orjson.dumps(self._about))

    def get_live(self) -> flask.Response:
        """Say that the service itself runs."""
        return _json(orjson.dumps({"status": "ok"}))

    def get_health(self) -> flask.Response:
        """Check that the database answers in time."""
        self._probe.check()
        return _json(orjson.dumps({"status": "ok"}))


class _Probe:
    """Pings the database in a thread of its own, so that a database that hangs blocks only this thread."""

    def __init__(self, database: Database, timeout: float) -> None:
        self._database = database
        self._timeout = timeout
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="health")
        self._lock = threading.Lock()
        self._ping: Future[None] | None = None

    def check(self) -> None:
        """Raises Unavailable if the database does not answer within the timeout."""
        with self._lock:
            if self._ping is None or self._ping.done():
                self._ping = self._thread.submit(self._database.ping, self._timeout)
            ping = self._ping
        try:
            # The ping ends by itself; it may only have to wait for a connection.
            ping.result(2 * self._timeout)
        except FutureTimeoutError:
            raise Unavailable(f"no answer within {self._timeout} s") from None


def _json(text: bytes) -> flask.Response:
    return flask.Response(text, mimetype="application/json")
