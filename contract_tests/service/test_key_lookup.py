"""Keys are looked up rarely, together, and for a short time."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import pytest

from contract_tests.support.asgi_client import in_loop
from students_service.access.key_lookup import KEPT_S, KeyLookup
from students_service.access.keys import Key
from students_service.rows.storage_errors import Unavailable


class Store:
    """Keys in a dictionary, and which of them were asked for together."""

    def __init__(self, *starts: str) -> None:
        self.keys = {start: Key(start, start, "", False, datetime.now(UTC)) for start in starts}
        self.asked: list[list[str]] = []
        self.is_away = False
        self.now = 0.0

    def read(self, starts: Sequence[str]) -> Mapping[str, Key]:
        self.asked.append(sorted(starts))
        if self.is_away:
            raise Unavailable("away")
        return {start: self.keys[start] for start in starts if start in self.keys}

    def lookup(self) -> KeyLookup:
        return KeyLookup(self.read, lambda: self.now)


def test_a_key_is_kept_for_a_while() -> None:
    async def scenario() -> None:
        store = Store("a")
        lookup = store.lookup()
        for _ in range(3):
            assert await lookup.find("a") == store.keys["a"]
        assert store.asked == [["a"]]
        del store.keys["a"]
        store.now = KEPT_S - 0.01
        assert await lookup.find("a") is not None
        store.now = KEPT_S
        assert await lookup.find("a") is None

    in_loop(scenario())


def test_a_key_that_was_not_found_is_found_as_soon_as_it_is_there() -> None:
    async def scenario() -> None:
        store = Store()
        lookup = store.lookup()
        assert await lookup.find("a") is None
        store.keys = Store("a").keys
        assert await lookup.find("a") == store.keys["a"]

    in_loop(scenario())


def test_all_who_wait_are_answered_by_one_query() -> None:
    async def scenario() -> None:
        store = Store("a", "b")
        lookup = store.lookup()
        found = await asyncio.gather(*(lookup.find(name) for name in "abcabc" * 10))
        assert [key.name if key else "" for key in found[:3]] == ["a", "b", ""]
        assert store.asked == [["a", "b", "c"]]

    in_loop(scenario())


def test_who_goes_away_takes_nothing_from_the_others() -> None:
    async def scenario() -> None:
        store = Store("a")
        lookup = store.lookup()
        gone, waiting = (asyncio.ensure_future(lookup.find("a")) for _ in range(2))
        await asyncio.sleep(0)
        gone.cancel()
        assert await waiting == store.keys["a"]

    in_loop(scenario())


def test_a_database_that_is_away_is_told_to_all_who_wait_and_asked_again() -> None:
    async def scenario() -> None:
        store = Store("a")
        lookup = store.lookup()
        store.is_away = True
        for error in await asyncio.gather(*(lookup.find(name) for name in "aab"), return_exceptions=True):
            assert isinstance(error, Unavailable)
        with pytest.raises(Unavailable):
            await lookup.find("a")
        store.is_away = False
        assert await lookup.find("a") == store.keys["a"]

    in_loop(scenario())
