"""A service of things, run as a process, with the one fault that an option names.

    python -m contract_tests.support.faulty_service --fault "loses writes"
        [--every 50] [--port 5000] [--file F]

Prints its port. Its document is at /openapi.json, and /count has the number of answered calls. Of the calls
that the fault concerns, it strikes one in `--every`. What is in the file outlives the process.
"""

import argparse
import json
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from typing import Any

FAULTS = (
    "none",
    "drops a field",
    "loses writes",
    "shows what it cached",
    "answers before it writes",
    "deletions come back",
    "wrong discriminator",
    "slow behind a lock",
    "throttles",
    "changes the id",
    "fails on a value",
)
CACHED_S, COMMITTED_S, BACK_S, HELD_S = 3.0, 5.0, 0.5, 0.05
# The shortest time (s) of a call: of a service that answers at once, the load generator would be the limit.
ANSWERED_S = 0.004
CALLS_PER_S = 40
UNLUCKY = 7

_ID = {"name": "thing_id", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 1}}
_GONE = {"description": "no such thing"}
_JSON = "application/json"


def _schema(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


def _answer(name: str) -> dict[str, Any]:
    return {"description": "a thing", "content": {_JSON: {"schema": _schema(name)}}}


def _object(required: list[str], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": required, "properties": properties}


_BODY = {"required": True, "content": {_JSON: {"schema": _schema("NewThing")}}}
_OWN = {
    "name": {"type": "string", "minLength": 1, "maxLength": 60},
    "size": {"type": "integer", "minimum": 1, "maximum": 50},
    "colour": {"type": ["string", "null"], "maxLength": 20},
}
DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Faulty things", "version": "1"},
    "paths": {
        "/things": {"post": {"requestBody": _BODY, "responses": {"201": _answer("Thing")}}},
        "/things/{thing_id}": {
            "parameters": [_ID],
            "get": {"responses": {"200": _answer("Thing"), "404": _GONE}},
            "put": {"requestBody": _BODY, "responses": {"200": _answer("Thing"), "404": _GONE}},
            "delete": {"responses": {"204": {"description": "deleted"}, "404": _GONE}},
        },
        "/things/{thing_id}/report": {
            "parameters": [_ID],
            "get": {"responses": {"200": _answer("Report"), "404": _GONE}},
        },
        "/shape": {"get": {"responses": {"200": _answer("Shape")}}},
    },
    "components": {
        "schemas": {
            "NewThing": _object(["name", "size", "colour"], **_OWN),
            "Thing": _object(["id", "name", "size"], id={"type": "integer"}, **_OWN),
            "Report": _object(["id"], id={"type": "integer"}),
            "Circle": _object(["kind", "radius"], kind={"type": "string"}, radius={"type": "integer"}),
            "Square": _object(["kind", "side"], kind={"type": "string"}, side={"type": "integer"}),
            "Shape": {
                "oneOf": [_schema("Circle"), _schema("Square")],
                "discriminator": {"propertyName": "kind"},
            },
        }
    },
}

Thing = dict[str, Any]
Answer = tuple[int, Any]


class Fault:
    """The one fault of the service."""

    def __init__(self, name: str, every: int) -> None:
        self._name, self._every = name, every
        self._turns = count(1)

    def applies(self, name: str) -> bool:
        """Whether the service has this fault, in all calls."""
        return self._name == name

    def strikes(self, name: str) -> bool:
        """Whether the service has this fault, and this call is one of those that it strikes."""
        return self._name == name and next(self._turns) % self._every == 0


class Throttle:
    """Counts the calls of the current second."""

    def __init__(self) -> None:
        self._second, self._in_second = 0, 0

    def is_exceeded(self) -> bool:
        """Whether this call is one too many in its second."""
        second = int(time.monotonic())
        if second != self._second:
            self._second, self._in_second = second, 0
        self._in_second += 1
        return self._in_second > CALLS_PER_S


class FaultyStore:
    """The things in memory, written to the file every `COMMITTED_S`, and answers with the fault."""

    def __init__(self, fault: Fault, file: Path | None) -> None:
        self._fault, self._throttle = fault, Throttle()
        stored = json.loads(file.read_text()) if file and file.exists() else {}
        self._things: dict[int, Thing] = {int(key): thing for key, thing in stored.items()}
        self._cache: dict[int, tuple[float, Thing | None]] = {}
        self._numbers = count(max(self._things, default=0) + 1)
        self._lock, self._report_lock = threading.Lock(), threading.Lock()
        self.answered = 0
        if file:
            threading.Thread(target=self._commit, args=(file,), daemon=True).start()

    def answer(self, method: str, path: str, body: Any) -> Answer:
        """Status and body of the answer to a call."""
        if path == "/shape":
            return 200, {
                "kind": "Square" if self._fault.applies("wrong discriminator") else "Circle",
                "radius": 3,
            }
        if path.endswith("/report"):
            return self._report(int(path.split("/")[2]))
        with self._lock:
            self.answered += 1
            if self._fault.applies("throttles") and self._throttle.is_exceeded():
                return 429, None
            if body and self._fault.applies("fails on a value") and body["size"] == UNLUCKY:
                return 500, {"error": "it is seven"}
            methods: dict[str, Callable[[str, Any], Answer]] = {
                "GET": self._read,
                "POST": self._create,
                "PUT": self._replace,
                "DELETE": self._delete,
            }
            return methods[method](path, body)

    def _create(self, _path: str, body: Any) -> Answer:
        number = next(self._numbers)
        thing = self._stored(number, body)
        key = number + 1_000_000 if self._fault.strikes("changes the id") else number
        if not self._fault.strikes("loses writes"):
            self._things[key] = thing
        return 201, {**thing, "id": number}

    def _read(self, path: str, _body: Any) -> Answer:
        number = int(path.rpartition("/")[2])
        if self._fault.applies("shows what it cached"):
            at, cached = self._cache.get(number, (0.0, None))
            if time.monotonic() - at > CACHED_S:
                cached = self._things.get(number)
                self._cache[number] = time.monotonic(), cached
            return (200, cached) if cached else (404, None)
        return (200, self._things[number]) if number in self._things else (404, None)

    def _replace(self, path: str, body: Any) -> Answer:
        number = int(path.rpartition("/")[2])
        if number not in self._things:
            return 404, None
        self._things[number] = self._stored(number, body)
        return 200, self._things[number]

    def _delete(self, path: str, _body: Any) -> Answer:
        number = int(path.rpartition("/")[2])
        thing = self._things.pop(number, None)
        if thing is None:
            return 404, None
        if self._fault.strikes("deletions come back"):
            threading.Timer(BACK_S, self._things.__setitem__, (number, thing)).start()
        return 204, None

    def _report(self, number: int) -> Answer:
        if number not in self._things:
            return 404, None
        if self._fault.applies("slow behind a lock"):
            with self._report_lock:
                time.sleep(HELD_S)
        return 200, {"id": number}

    def _stored(self, number: int, body: Any) -> Thing:
        return {**body, "id": number, **({"colour": None} if self._fault.applies("drops a field") else {})}

    def _commit(self, file: Path) -> None:
        """Write the things to the file now and then: later changes are lost with the process."""
        while True:
            time.sleep(COMMITTED_S)
            with self._lock:
                text = json.dumps(self._things)
            temporary = file.with_suffix(".part")
            temporary.write_text(text)
            temporary.replace(file)


def handler(store: FaultyStore) -> type[BaseHTTPRequestHandler]:
    """The class that answers requests from a store."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = 65_536

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            fixed = {"/openapi.json": DOCUMENT, "/count": store.answered, "/": {}}
            status, value = (
                (200, fixed[self.path])
                if self.path in fixed
                else store.answer(self.command, self.path, json.loads(body) if body else None)
            )
            content = b"" if value is None else json.dumps(value).encode()
            time.sleep(ANSWERED_S)
            self.send_response(status)
            if content:
                self.send_header("Content-Type", "application/json")
            if status == 429:
                self.send_header("Retry-After", "1")
            if status != 204:
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
            self.wfile.flush()

        do_GET = do_POST = do_PUT = do_DELETE = answer  # noqa: N815 - as the library calls them

        def log_message(self, *_: object) -> None:
            """Log nothing."""

    return Handler


class Server(ThreadingHTTPServer):
    """Takes many connections at a time."""

    daemon_threads = True
    request_queue_size = 512


def main() -> None:
    """Serve until killed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--fault", choices=FAULTS, default="none")
    parser.add_argument("--every", type=int, default=20)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--file", type=Path)
    options = parser.parse_args()
    store = FaultyStore(Fault(options.fault, options.every), options.file)
    server = Server(("127.0.0.1", options.port), handler(store))
    print(server.server_address[1], flush=True)  # noqa: T201 - who started it waits for this
    server.serve_forever()


if __name__ == "__main__":
    main()
