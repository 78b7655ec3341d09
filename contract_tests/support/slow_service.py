"""A service of items in PostgreSQL, run as a process, that is slow for the reason that an option names.

    python -m contract_tests.support.slow_service --database URL [--reason index|lock|pool|cpu]

Prints its port. Its document is at /openapi.json.
"""

import argparse
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from typing import Any

import psycopg2
from psycopg2.extensions import connection as Connection  # noqa: N812 - it is a class

REASONS = ("", "index", "lock", "pool", "cpu")
ROWS = 60_000
CONNECTIONS, FEW_CONNECTIONS = 12, 2
HELD_S, FREE_S = 1.0, 0.1
STATEMENT_S = 0.05
STEPS = 150_000

_ITEM = {
    "type": "object",
    "required": ["id", "code"],
    "properties": {"id": {"type": "integer"}, "code": {"type": "string"}},
}
_ANSWER = {"description": "an item", "content": {"application/json": {"schema": _ITEM}}}
_ID = {"name": "item_id", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 1}}
_NEW = {
    "type": "object",
    "required": ["code"],
    "properties": {"code": {"type": "string", "pattern": "^[a-z]{12}$"}},
}
DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Items", "version": "1"},
    "paths": {
        "/items": {
            "post": {
                "operationId": "create_item",
                "requestBody": {"required": True, "content": {"application/json": {"schema": _NEW}}},
                "responses": {"201": _ANSWER},
            }
        },
        "/items/{item_id}": {
            "get": {
                "operationId": "get_item",
                "parameters": [_ID],
                "responses": {"200": _ANSWER, "404": {"description": "none"}},
            }
        },
    },
}


class Items:
    """The items, and what makes their statements slow."""

    def __init__(self, url: str, reason: str) -> None:
        self._url, self._reason = url, reason
        self._pool: Queue[Connection] = Queue()
        with self._connected() as connection, connection.cursor() as cursor:
            cursor.execute("CREATE TABLE IF NOT EXISTS items (id serial PRIMARY KEY, code text, known text)")
            cursor.execute(
                "INSERT INTO items (code, known) "
                "SELECT 'aaaaaaaaaaaa', number::text FROM generate_series(1, %s) AS number",
                (ROWS,),
            )
            cursor.execute("ANALYZE items")
        for _ in range(FEW_CONNECTIONS if reason == "pool" else CONNECTIONS):
            self._pool.put(self._connect())
        if reason == "lock":
            threading.Thread(target=self._hold, daemon=True).start()

    def create(self, code: str) -> dict[str, Any]:
        """Create an item."""
        return self._one(
            "INSERT INTO items (code, known) VALUES (%s, nextval('items_id_seq')::text) RETURNING id, code",
            (code,),
        )

    def read(self, number: int) -> dict[str, Any]:
        """The item of this number; empty if there is none."""
        where = "known = (SELECT known FROM items WHERE id = %s)" if self._reason == "index" else "id = %s"
        return self._one(f"SELECT id, code FROM items WHERE {where}", (number,))

    def _one(self, statement: str, values: tuple[Any, ...]) -> dict[str, Any]:
        if self._reason == "cpu":
            sum(range(STEPS))
        connection = self._pool.get()
        try:
            with connection.cursor() as cursor:
                if self._reason == "pool":
                    cursor.execute("SELECT pg_sleep(%s)", (STATEMENT_S,))
                cursor.execute(statement, values)
                row = cursor.fetchone()
        finally:
            self._pool.put(connection)
        return {"id": row[0], "code": row[1]} if row else {}

    def _hold(self) -> None:
        holding = self._connect()
        while True:
            with holding.cursor() as cursor:
                cursor.execute("BEGIN")
                cursor.execute("LOCK TABLE items IN EXCLUSIVE MODE")
                time.sleep(HELD_S)
                cursor.execute("COMMIT")
            time.sleep(FREE_S)

    def _connect(self) -> Connection:
        connection = psycopg2.connect(self._url, application_name="items")
        connection.autocommit = True
        return connection

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        connection = self._connect()
        try:
            yield connection
        finally:
            connection.close()


def handler(items: Items) -> type[BaseHTTPRequestHandler]:
    """The class that answers requests for items."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            """Answer with an item, the document, or nothing."""
            name = self.path.rpartition("/")[2]
            if self.path == "/openapi.json":
                self._answer(200, DOCUMENT)
            elif name.isdigit() and (item := items.read(int(name))):
                self._answer(200, item)
            else:
                self._answer(404, None)

        def do_POST(self) -> None:
            """Create an item."""
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            self._answer(201, items.create(body["code"]))

        def log_message(self, *_: object) -> None:
            """Log nothing."""

        def _answer(self, status: int, value: Any) -> None:
            content = b"" if value is None else json.dumps(value).encode()
            self.send_response(status)
            if content:
                self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    return Handler


def main() -> None:
    """Serve until killed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--database", required=True)
    parser.add_argument("--reason", choices=REASONS, default="")
    arguments = parser.parse_args()
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler(Items(arguments.database, arguments.reason)))
    print(server.server_address[1], flush=True)  # noqa: T201 - who started it waits for this
    server.serve_forever()


if __name__ == "__main__":
    main()
