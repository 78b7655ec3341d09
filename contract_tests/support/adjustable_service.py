"""A service of things, run as a process, whose speed and faults are options.

    python -m contract_tests.support.adjustable_service [--delay-ms 5] [--pool 4] [--freeze 1 --every 10]
        [--fault F] [--file F] [--lag 0.3 [--cache]] [--limit 50]

Prints its port. Its document is at /openapi.json, and /count has the number of answered calls.
"""

import argparse
import asyncio
import collections
import json
import math
import time
from pathlib import Path
from typing import Any

from contract_tests.support.thing_store import FAULTS, Fault, ThingStore


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

    def __init__(self, store: ThingStore, pace: Pace, rate_limit: RateLimit, age_s: int = 0) -> None:
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
        ThingStore(Fault(options.fault), options.file, options.lag),
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
