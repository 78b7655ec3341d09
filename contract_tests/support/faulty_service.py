"""A service of things, run as a process, with the one fault that an option names.

    python -m contract_tests.support.faulty_service --fault "loses writes"
        [--every 50] [--port 5000] [--file F]

Prints its port. Its document is at /openapi.json, and /count tells how many calls were answered. Of the calls
that the fault may strike, it strikes one in `--every`. What is in the file outlives the process.
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
# What a call takes at least: a service that answers at once is one that the load's own core limits.
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
Told = tuple[int, Any]


class Faulty:
    """The things, and the fault."""

    def __init__(self, fault: str, every: int, file: Path | None) -> None:
        self._fault, self._every, self._file = fault, every, file
        known = json.loads(file.read_text()) if file and file.exists() else {}
        self._things: dict[int, Thing] = {int(key): thing for key, thing in known.items()}
        self._cache: dict[int, tuple[float, Thing | None]] = {}
        self._numbers, self._turns = count(max(self._things, default=0) + 1), count(1)
        self._lock, self._report = threading.Lock(), threading.Lock()
        self._second, self._in_second = 0, 0
        self.answered = 0
        if file:
            threading.Thread(target=self._write, daemon=True).start()

    def answer(self, method: str, path: str, body: Any) -> Told:
        """Status and body of a call."""
        if path == "/shape":
            return 200, {"kind": "Square" if self._has("wrong discriminator") else "Circle", "radius": 3}
        if path.endswith("/report"):
            return self._reported(int(path.split("/")[2]))
        with self._lock:
            self.answered += 1
            if self._has("throttles") and self._is_too_much():
                return 429, None
            if body and self._has("fails on a value") and body["size"] == UNLUCKY:
                return 500, {"error": "it is seven"}
            methods: dict[str, Callable[[str, Any], Told]] = {
                "GET": self._read,
                "POST": self._make,
                "PUT": self._replace,
                "DELETE": self._delete,
            }
            return methods[method](path, body)

    def _make(self, _path: str, body: Any) -> Told:
        number = next(self._numbers)
        thing = self._kept(number, body)
        place = number + 1_000_000 if self._strikes("changes the id") else number
        if not self._strikes("loses writes"):
            self._things[place] = thing
        return 201, {**thing, "id": number}

    def _read(self, path: str, _body: Any) -> Told:
        number = int(path.rpartition("/")[2])
        if self._has("shows what it cached"):
            at, cached = self._cache.get(number, (0.0, None))
            if time.monotonic() - at > CACHED_S:
                cached = self._things.get(number)
                self._cache[number] = time.monotonic(), cached
            return (200, cached) if cached else (404, None)
        return (200, self._things[number]) if number in self._things else (404, None)

    def _replace(self, path: str, body: Any) -> Told:
        number = int(path.rpartition("/")[2])
        if number not in self._things:
            return 404, None
        self._things[number] = self._kept(number, body)
        return 200, self._things[number]

    def _delete(self, path: str, _body: Any) -> Told:
        number = int(path.rpartition("/")[2])
        thing = self._things.pop(number, None)
        if thing is None:
            return 404, None
        if self._strikes("deletions come back"):
            threading.Timer(BACK_S, self._things.__setitem__, (number, thing)).start()
        return 204, None

    def _reported(self, number: int) -> Told:
        if number not in self._things:
            return 404, None
        if self._has("slow behind a lock"):
            with self._report:
                time.sleep(HELD_S)
        return 200, {"id": number}

    def _kept(self, number: int, body: Any) -> Thing:
        return {**body, "id": number, **({"colour": None} if self._has("drops a field") else {})}

    def _write(self) -> None:
        """Write down what there is, now and then: what was answered in between is lost with the process."""
        assert self._file is not None
        while True:
            time.sleep(COMMITTED_S)
            with self._lock:
                text = json.dumps(self._things)
            part = self._file.with_suffix(".part")
            part.write_text(text)
            part.replace(self._file)

    def _is_too_much(self) -> bool:
        second = int(time.monotonic())
        if second != self._second:
            self._second, self._in_second = second, 0
        self._in_second += 1
        return self._in_second > CALLS_PER_S

    def _has(self, fault: str) -> bool:
        return self._fault == fault

    def _strikes(self, fault: str) -> bool:
        return self._fault == fault and next(self._turns) % self._every == 0


def handler(faulty: Faulty) -> type[BaseHTTPRequestHandler]:
    """What answers requests."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = 65_536

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            fixed = {"/openapi.json": DOCUMENT, "/count": faulty.answered, "/": {}}
            status, told = (
                (200, fixed[self.path])
                if self.path in fixed
                else faulty.answer(self.command, self.path, json.loads(body) if body else None)
            )
            content = b"" if told is None else json.dumps(told).encode()
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
            """Say nothing."""

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
    told = parser.parse_args()
    server = Server(("127.0.0.1", told.port), handler(Faulty(told.fault, told.every, told.file)))
    print(server.server_address[1], flush=True)  # noqa: T201 - who started it waits for this
    server.serve_forever()


if __name__ == "__main__":
    main()
