"""A service of things, run as a process, whose speed and faults are options.

    python -m contract_tests.support.adjustable_service [--delay-ms 5] [--pool 4] [--freeze 1 --every 10]
        [--fault F] [--file F] [--lag 0.3 [--cache]] [--limit 50]

Prints its port. Its document is at /openapi.json, and /count has the number of answered calls.
"""

import argparse
import asyncio
import collections
import itertools
import json
import math
import os
import time
from pathlib import Path
from typing import Any

FAULTS = ("creation dropped", "replacement dropped", "deletion dropped", "stale read", "name changed")
FAULTY_EVERY = 15

_NAME = {"type": "string", "minLength": 1, "maxLength": 40}
_BODY = {
    "required": True,
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/NewThing"}}},
}
_THING = {
    "description": "a thing",
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}},
}
_ID = {"name": "thing_id", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 1}}
_GONE = {"description": "no such thing"}
_TAKEN = {"description": "there was a thing of that name"}
DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Things", "version": "1"},
    "paths": {
        "/fixed": {
            "get": {
                "operationId": "get_fixed",
                "responses": {
                    "200": {
                        "description": "always the same",
                        "content": {"application/json": {"schema": {"type": "object"}}},
                    }
                },
            }
        },
        "/things": {
            "post": {
                "operationId": "create_thing",
                "requestBody": _BODY,
                "responses": {"201": _THING, "409": _TAKEN},
            },
        },
        "/things/{thing_id}": {
            "parameters": [_ID],
            "get": {"operationId": "get_thing", "responses": {"200": _THING, "404": _GONE}},
            "put": {
                "operationId": "replace_thing",
                "requestBody": _BODY,
                "responses": {"200": _THING, "404": _GONE},
            },
            "delete": {
                "operationId": "delete_thing",
                "responses": {"204": {"description": "deleted"}, "404": _GONE},
            },
        },
    },
    "components": {
        "schemas": {
            "NewThing": {
                "type": "object",
                "required": ["name"],
                "properties": {"name": _NAME, "colour": {"enum": ["red", "green", "blue"]}},
            },
            "Thing": {
                "type": "object",
                "required": ["id", "name"],
                "properties": {
                    "id": {"type": "integer"},
                    "name": _NAME,
                    "colour": {"enum": ["red", "green", "blue", None]},
                },
            },
        }
    },
}


class Things:
    """The things, and the file that outlives a process that is killed."""

    def __init__(self, fault: str, file: Path | None, lag_s: float = 0.0) -> None:
        self.fault = fault
        self._lag_s = lag_s
        self._history: dict[int, list[tuple[float, dict[str, Any] | None]]] = {}
        self._known: dict[int, dict[str, Any]] = {}
        self._former: dict[int, dict[str, Any]] = {}
        self._names: set[str] = set()
        self._turns = itertools.count(1)
        if file and file.exists():
            for line in file.read_text().splitlines():
                self._set(*json.loads(line))
        self._numbers = itertools.count(max(self._known, default=0) + 1)
        self._file = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT) if file else None

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, Any]:
        """Status and body."""
        if path == "/fixed":
            return 200, {"fixed": True}
        if path == "/openapi.json":
            return 200, DOCUMENT
        if method == "POST":
            if json.loads(body)["name"] in self._names:
                return 409, None
            number = next(self._numbers)
            self._names.add(json.loads(body)["name"])
            thing = {"id": number, "colour": None, **json.loads(body)}
            self._keep(number, thing, "creation dropped")
            return 201, thing
        if not path.rpartition("/")[2].isdigit():
            return 404, None
        number = int(path.rpartition("/")[2])
        if method == "GET" and self._lag_s:
            shown = self._shown(number)
            return (200, shown) if shown else (404, None)
        if number not in self._known:
            return 404, None
        if method == "PUT":
            thing = {"id": number, "colour": None, **json.loads(body)}
            self._keep(number, thing, "replacement dropped")
            return 200, thing
        if method == "DELETE":
            self._keep(number, None, "deletion dropped")
            return 204, None
        stale = number in self._former and self._strikes("stale read")
        return 200, self._former[number] if stale else self._known[number]

    def _shown(self, number: int) -> dict[str, Any] | None:
        """What was there a while ago, as a replica would have it."""
        before = time.monotonic() - self._lag_s
        return next((thing for at, thing in reversed(self._history.get(number, [])) if at <= before), None)

    def _strikes(self, fault: str) -> bool:
        return self.fault == fault and next(self._turns) % FAULTY_EVERY == 0

    def _keep(self, number: int, thing: dict[str, Any] | None, fault: str) -> None:
        if self._strikes(fault):
            return
        if thing and self._strikes("name changed"):
            thing = {**thing, "name": "another"}
        if self._file is not None:
            os.write(self._file, json.dumps([number, thing]).encode() + b"\n")
        self._set(number, thing)

    def _set(self, number: int, thing: dict[str, Any] | None) -> None:
        self._history.setdefault(number, []).append((time.monotonic(), thing))
        if number in self._known:
            self._former[number] = self._known[number]
        if thing is None:
            self._known.pop(number, None)
        else:
            self._known[number] = thing


class Server:
    """HTTP/1.1 with connections that stay open, as slow as its options say."""

    def __init__(
        self,
        things: Things,
        delay_s: float,
        pool: int,
        freeze_s: float,
        every_s: float,
        limit: int = 0,
        age_s: int = 0,
    ) -> None:
        self._limit, self._age_s = limit, age_s
        self._allowed = collections.deque[float]()
        self._things = things
        self._delay_s = delay_s
        self._pool = asyncio.Semaphore(pool) if pool else None
        self._freeze_s, self._every_s = freeze_s, every_s
        self._began = time.monotonic()
        self._answered = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection's requests."""
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                start, *fields = head.split("\r\n")
                method, path, _ = start.split(" ")
                lengths = [
                    field.partition(":")[2] for field in fields if field.lower().startswith("content-le")
                ]
                body = await reader.readexactly(int(lengths[0])) if lengths else b""
                writer.write(await self._answer(method, path.partition("?")[0], body))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _answer(self, method: str, path: str, body: bytes) -> bytes:
        if path == "/count":
            return _written(200, self._answered)
        if self._limit and path not in {"/openapi.json", "/"} and not self._is_allowed():
            return b"HTTP/1.1 429 it\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n"
        if self._pool:
            async with self._pool:
                await asyncio.sleep(self._delay_s)
        elif self._delay_s:
            await asyncio.sleep(self._delay_s)
        if self._freeze_s:
            phase = (time.monotonic() - self._began) % self._every_s
            await asyncio.sleep(max(self._freeze_s - phase, 0))
        self._answered += path not in {"/openapi.json", "/"}
        if path == "/":
            return _written(404, None)
        return _written(*self._things.answer(method, path, body), self._age_s if method == "GET" else 0)

    def _is_allowed(self) -> bool:
        """Whether there were fewer calls than the limit within the last second."""
        now = time.monotonic()
        while self._allowed and self._allowed[0] < now - 1:
            self._allowed.popleft()
        if len(self._allowed) >= self._limit:
            return False
        self._allowed.append(now)
        return True


def _written(status: int, value: Any, age_s: int = 0) -> bytes:
    content = b"" if value is None else json.dumps(value).encode()
    media_type = "Content-Type: application/json\r\n" if content else ""
    length = "" if status == 204 else f"Content-Length: {len(content)}\r\n"
    age = f"Age: {age_s}\r\n" if age_s else ""
    return f"HTTP/1.1 {status} it\r\n{media_type}{length}{age}\r\n".encode() + content


async def main() -> None:
    """Serve until killed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--delay-ms", type=float, default=0.0)
    parser.add_argument("--pool", type=int, default=0)
    parser.add_argument("--freeze", type=float, default=0.0)
    parser.add_argument("--every", type=float, default=10.0)
    parser.add_argument("--fault", choices=("", *FAULTS), default="")
    parser.add_argument("--file", type=Path)
    parser.add_argument("--lag", type=float, default=0.0)
    parser.add_argument("--cache", action="store_true", help="says how old what it shows may be")
    parser.add_argument("--limit", type=int, default=0)
    told = parser.parse_args()
    pace = told.delay_ms / 1000, told.pool, told.freeze, told.every, told.limit
    age_s = math.ceil(told.lag) if told.cache else 0
    server = Server(Things(told.fault, told.file, told.lag), *pace, age_s)
    listening = await asyncio.start_server(server.serve, told.host, told.port, backlog=1024)
    print(listening.sockets[0].getsockname()[1], flush=True)  # noqa: T201 - who started it waits for this
    async with listening:
        await listening.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
