"""The handlers of operations: one method per operationId, and no other public method."""

import threading
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from typing import Any

import flask
import orjson

from openapi.contract import Contract, JsonObject
from openapi.operations import Operation
from students_service import problems
from students_service.storage import Storage
from students_service.storage_errors import Unavailable

# Cursors are 16 hexadecimal digits, so every text of that form is a position. The mask keeps clients from
# reading ids off them and relying on that.
_CURSOR_MASK = 0x9E3779B97F4A7C15
_LAST_KEY = 2**63 - 1


class Handlers:
    """The handlers of a document whose operations all work on one resource."""

    def __init__(
        self,
        contract: Contract,
        operations: Mapping[str, Operation],
        storage: Storage,
        documentation: Mapping[str, str],
        health_timeout: float,
    ) -> None:
        self._about = {
            "name": contract.document["info"]["title"],
            "version": str(contract.document["info"]["version"]),
            **documentation,
        }
        self._reads = _reads(operations)
        self._storage = storage
        self._probe = _Probe(storage, health_timeout)

    def get_home(self) -> flask.Response:
        """Return the name and version of the API, and where its documentation is."""
        return _json(orjson.dumps(self._about))

    def get_health(self) -> flask.Response:
        """Check that the database answers in time."""
        self._probe.check()
        return _json(orjson.dumps({"status": "ok"}))

    def list_students(self, limit: int, cursor: str | None = None, **filters: Any) -> flask.Response:
        """Return a page. One row more is read to see whether there is a next page."""
        after = 0 if cursor is None else _position(cursor)
        columns = {
            name: value
            for name, value in filters.items()
            if value is not None and name in self._storage.resource.table.c
        }
        rows = self._storage.page(after, limit + 1, columns)
        next_cursor = ""
        if len(rows) > limit:
            last = orjson.loads(rows[limit - 1])
            next_cursor = f',"next_cursor":"{_cursor(last[self._storage.resource.key])}"'
        return _json(f'{{"{self._storage.resource.table.name}":[{",".join(rows[:limit])}]{next_cursor}}}')

    def create_student(self, body: JsonObject) -> flask.Response:
        """Store a row; Location says where it can be read."""
        row, key = self._storage.create(body)
        return _json(row, 201, {"Location": self._location("create_student", key)})

    def get_student(self, student_id: int) -> flask.Response:
        """Return one row."""
        return _json(self._row_or_missing(self._storage.read(student_id), student_id))

    def replace_student(self, student_id: int, body: JsonObject) -> flask.Response:
        """Replace one row."""
        return _json(self._row_or_missing(self._storage.replace(student_id, body), student_id))

    def delete_student(self, student_id: int) -> flask.Response:
        """Delete one row."""
        if not self._storage.delete(student_id):
            raise problems.missing(self._storage.resource.table.name, student_id)
        response = flask.Response(status=204)
        del response.headers["Content-Type"]
        return response

    def _row_or_missing(self, row: str | None, key: int) -> str:
        if row is None:
            raise problems.missing(self._storage.resource.table.name, key)
        return row

    def _location(self, created_by: str, key: int) -> str:
        """The URL of a created row, from the link of the document."""
        read = self._reads[created_by]
        return read.url(dict.fromkeys(read.path_names, key))


def _reads(operations: Mapping[str, Operation]) -> dict[str, Operation]:
    """For each operation that creates something, the one that reads it, from the links of the document."""
    return {
        operation.operation_id: operations[link.target]
        for operation in operations.values()
        for response in operation.successes
        for link in response.links
        if operations[link.target].method == "get" and operations[link.target].path_names
    }


class _Probe:
    """Pings the database in a thread of its own, so that a database that hangs blocks only this thread."""

    def __init__(self, storage: Storage, timeout: float) -> None:
        self._storage = storage
        self._timeout = timeout
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="health")
        self._lock = threading.Lock()
        self._ping: Future[None] | None = None

    def check(self) -> None:
        """Raises Unavailable if the database does not answer within the timeout."""
        with self._lock:
            if self._ping is None or self._ping.done():
                self._ping = self._thread.submit(self._storage.ping)
            ping = self._ping
        try:
            ping.result(self._timeout)
        except FutureTimeoutError:
            raise Unavailable(f"no answer within {self._timeout} s") from None


def _json(text: str | bytes, status: int = 200, headers: Mapping[str, str] | None = None) -> flask.Response:
    return flask.Response(text, status, headers, mimetype="application/json")


def _cursor(key: int) -> str:
    return f"{key ^ _CURSOR_MASK:016x}"


def _position(cursor: str) -> int:
    return min(int(cursor, 16) ^ _CURSOR_MASK, _LAST_KEY)
