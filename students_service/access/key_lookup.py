"""Looks keys up in the database, rarely: what was found is kept for a short time."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import sqlalchemy as sa

from students_service.access.keys import Key
from students_service.rows.executor import Executor
from students_service.rows.statements import Statement

# How long a key that was found is not looked up again (s): a key that is revoked works that long at most.
KEPT_S = 5.0
# How long PostgreSQL may take to find keys (s).
_LIMIT_S = 3.0
_FIND = Statement(
    "find_keys",
    "PREPARE find_keys (text[]) AS SELECT name, start, digest, read_only, created "
    "FROM students_service_keys WHERE start = ANY ($1)",
    "EXECUTE find_keys (%s)",
)

Read = Callable[[Sequence[str]], Mapping[str, Key]]


class KeyLookup:
    """Finds keys by their first characters.

    One query at a time answers all who wait for one, so that trying out keys costs the database little. A key
    that is not found is not kept: it works as soon as it has been added.
    """

    def __init__(self, read: Read, clock: Callable[[], float] = time.monotonic) -> None:
        self._read, self._clock = read, clock
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="keys")
        # With the time until which each is kept.
        self._kept: dict[str, tuple[Key, float]] = {}
        self._waiting: dict[str, asyncio.Future[Key | None]] = {}
        self._queries: asyncio.Task[None] | None = None

    async def find(self, start: str) -> Key | None:
        """The key with these first characters, or None. Raises Unavailable."""
        key, until = self._kept.get(start, (None, 0.0))
        if key is not None and self._clock() < until:
            return key
        found = self._waiting.get(start)
        if found is None:
            found = self._waiting[start] = asyncio.get_running_loop().create_future()
        if self._queries is None:
            self._queries = asyncio.create_task(self._answer_all())
        # Others may wait for the same key when one of them goes away.
        return await asyncio.shield(found)

    async def _answer_all(self) -> None:
        try:
            while self._waiting:
                asked, self._waiting = self._waiting, {}
                await self._answer(asked)
        finally:
            self._queries = None

    async def _answer(self, asked: Mapping[str, asyncio.Future[Key | None]]) -> None:
        # From when on a revocation may be missed.
        until = self._clock() + KEPT_S
        try:
            loop = asyncio.get_running_loop()
            found = await loop.run_in_executor(self._thread, self._read, list(asked))
        except Exception as error:  # whoever waits handles it
            for future in asked.values():
                future.set_exception(error)
            return
        for start, future in asked.items():
            key = found.get(start)
            if key is None:
                self._kept.pop(start, None)
            else:
                self._kept[start] = key, until
            future.set_result(key)


def reading(engine: sa.Engine) -> Read:
    """Reads keys from a database. What it returns raises Unavailable and Refused."""
    executor = Executor(engine, sa.MetaData(), _LIMIT_S)

    def read(starts: Sequence[str]) -> Mapping[str, Key]:
        keys = (Key(*row) for row in executor.rows(_FIND, [list(starts)]))
        return {key.start: key for key in keys}

    return read
