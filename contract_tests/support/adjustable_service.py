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


class Fault:
    """The fault of the service, which strikes one in `FAULTY_EVERY` of the calls that it concerns."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._turns = itertools.count(1)

    def strikes(self, name: str) -> bool:
        """Whether this call is struck by the fault of this name."""
        return self.name == name and next(self._turns) % FAULTY_EVERY == 0


class Store:
    """The things in memory, and the file that outlives a process that is killed."""

    def __init__(self, fault: Fault, file: Path | None, lag_s: float = 0.0) -> None:
        self._fault, self._lag_s = fault, lag_s
        self._history: dict[int, list[tuple[float, dict[str, Any] | None]]] = {}
        self._current: dict[int, dict[str, Any]] = {}
        self._former: dict[int, dict[str, Any]] = {}
        self._names: set[str] = set()
        if file and file.exists():
            for line in file.read_text().splitlines():
                self._set(*json.loads(line))
        self._numbers = itertools.count(max(self._current, default=0) + 1)
        self._file = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT) if file else None

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, Any]:
        """Status and body of the answer to a call."""
        if path == "/fixed":
            return 200, {"fixed": True}
        if path == "/openapi.json":
            return 200, DOCUMENT
        if method == "POST":
            return self._create(json.loads(body))
        if not path.rpartition("/")[2].isdigit():
            return 404, None
        number = int(path.rpartition("/")[2])
        if method == "GET":
            return self._read(number)
        if number not in self._current:
            return 404, None
        if method == "PUT":
            return self._replace(number, json.loads(body))
        self._keep(number, None, "deletion dropped")
        return 204, None

    def _create(self, new: dict[str, Any]) -> tuple[int, Any]:
        if new["name"] in self._names:
            return 409, None
        number = next(self._numbers)
        self._names.add(new["name"])
        thing = {"id": number, "colour": None, **new}
        self._keep(number, thing, "creation dropped")
        return 201, thing

    def _read(self, number: int) -> tuple[int, Any]:
        if self._lag_s:
            shown = self._replicated(number)
            return (200, shown) if shown else (404, None)
        if number not in self._current:
            return 404, None
        is_stale = number in self._former and self._fault.strikes("stale read")
        return 200, self._former[number] if is_stale else self._current[number]

    def _replicated(self, number: int) -> dict[str, Any] | None:
        """The state of `lag_s` ago, as a replica that lags behind would show it."""
        latest = time.monotonic() - self._lag_s
        return next((thing for at, thing in reversed(self._history.get(number, [])) if at <= latest), None)

    def _replace(self, number: int, new: dict[str, Any]) -> tuple[int, Any]:
        thing = {"id": number, "colour": None, **new}
        self._keep(number, thing, "replacement dropped")
        return 200, thing

    def _keep(self, number: int, thing: dict[str, Any] | None, fault: str) -> None:
        if self._fault.strikes(fault):
            return
        if thing and self._fault.strikes("name changed"):
            thing = {**thing, "name": "another"}
        if self._file is not None:
            os.write(self._file, json.dumps([number, thing]).encode() + b"\n")
        self._set(number, thing)

    def _set(self, number: int, thing: dict[str, Any] | None) -> None:
        self._history.setdefault(number, []).append((time.monotonic(), thing))
        if number in self._current:
            self._former[number] = self._current[number]
        if thing is None:
            self._current.pop(number, None)
        else:
            self._current[number] = thing


class Pace:
    """How long an answer takes: `delay_s`, with `pool` handlers if that is not 0, and until the end of the
    freeze of `freeze_s` with which every period of `every_s` starts.
    """

    def __init__(self, delay_s: float, pool: int, freeze_s: float, every_s: float) -> None:
        self._delay_s = delay_s
        self._pool = asyncio.Semaphore(pool) if pool else None
        self._freeze_s, self._every_s = freeze_s, every_s
        self._began = time.monotonic()

    async def wait(self) -> None:
        """Wait as long as an answer takes."""
        if self._pool:
            async with self._pool:
                await asyncio.sleep(self._delay_s)
        elif self._delay_s:
            await asyncio.sleep(self._delay_s)
        if self._freeze_s:
            phase = (time.monotonic() - self._began) % self._every_s
            await asyncio.sleep(max(self._freeze_s - phase, 0))


class RateLimit:
    """Allows `limit` calls within any second; 0 is no limit."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._allowed = collections.deque[float]()

    def allows(self) -> bool:
        """Whether one more call is allowed, which is counted then."""
        if not self._limit:
            return True
        now = time.monotonic()
        while self._allowed and self._allowed[0] < now - 1:
            self._allowed.popleft()
        if len(self._allowed) >= self._limit:
            return False
        self._allowed.append(now)
        return True


class Server:
    """HTTP/1.1 with connections that stay open. Answers to GET state an age of `age_s`, if that is not 0."""

    def __init__(self, store: Store, pace: Pace, rate_limit: RateLimit, age_s: int = 0) -> None:
        self._store, self._pace, self._rate_limit, self._age_s = store, pace, rate_limit, age_s
        self._answered = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection."""
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
            return _response(200, self._answered)
        is_counted = path not in {"/openapi.json", "/"}
        if is_counted and not self._rate_limit.allows():
            return b"HTTP/1.1 429 it\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n"
        await self._pace.wait()
        self._answered += is_counted
        if path == "/":
            return _response(404, None)
        return _response(*self._store.answer(method, path, body), self._age_s if method == "GET" else 0)


def _response(status: int, value: Any, age_s: int = 0) -> bytes:
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
    parser.add_argument("--cache", action="store_true", help="state the age of answers, as a cache does")
    parser.add_argument("--limit", type=int, default=0)
    options = parser.parse_args()
    server = Server(
        Store(Fault(options.fault), options.file, options.lag),
        Pace(options.delay_ms / 1000, options.pool, options.freeze, options.every),
        RateLimit(options.limit),
        math.ceil(options.lag) if options.cache else 0,
    )
    listening = await asyncio.start_server(server.serve, options.host, options.port, backlog=1024)
    print(listening.sockets[0].getsockname()[1], flush=True)  # noqa: T201 - who started it waits for this
    async with listening:
        await listening.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
