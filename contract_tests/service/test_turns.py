"""Requests take turns; what has waited too long is refused before it is worked on."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import httpx2 as httpx
import pytest

from contract_tests.conftest import new_student
from contract_tests.support.asgi_client import in_loop
from contract_tests.support.documents import operation
from contract_tests.support.processes import Serve, run
from students_service.turns import LARGE_BYTES, Lane, Lanes, Overloaded, Turns

LONG_S = 60.0


def test_turns_are_given_in_the_order_of_requests() -> None:
    async def scenario() -> None:
        turns, order = Turns(1, LONG_S), list[int]()

        async def request(number: int) -> None:
            if not turns.take():
                await turns.wait()
            order.append(number)
            await asyncio.sleep(0)
            turns.give_back()

        await asyncio.gather(*map(request, range(5)))
        assert order == [0, 1, 2, 3, 4]
        assert turns.take()

    in_loop(scenario())


def test_who_comes_is_not_late_behind_those_for_whom_turns_are_free() -> None:
    turns = Turns(12, 0.02)
    assert not turns.are_late(20)
    assert turns.are_late(24)


def test_who_has_waited_too_long_is_refused_and_the_turn_stays() -> None:
    async def scenario() -> None:
        turns = Turns(1, 0.01)
        assert turns.take()
        with pytest.raises(Overloaded):
            await turns.wait()
        assert not turns.take()
        turns.give_back()
        assert turns.take()

    in_loop(scenario())


def test_a_turn_is_handed_on_by_who_has_gone() -> None:
    async def scenario() -> None:
        turns = Turns(1, LONG_S)
        assert turns.take()
        gone, next_one = asyncio.ensure_future(turns.wait()), asyncio.ensure_future(turns.wait())
        await asyncio.sleep(0)
        # It gets its turn, and is cancelled before it can use it.
        turns.give_back()
        gone.cancel()
        await next_one
        assert gone.cancelled()
        assert not turns.take()

    in_loop(scenario())


def test_turns_are_late_when_too_many_wait_for_the_latest_pace() -> None:
    async def scenario() -> None:
        turns = Turns(1, 1.0)
        assert not turns.are_late(400)
        assert turns.are_late(600)
        assert turns.take()
        waiting = [asyncio.ensure_future(turns.wait()) for _ in range(300)]
        await asyncio.sleep(0)
        assert not turns.are_late()
        assert turns.are_late(300)
        for each in waiting:
            each.cancel()

    in_loop(scenario())


def test_turns_are_late_when_the_first_has_waited_for_long() -> None:
    async def scenario() -> None:
        turns = Turns(1, LONG_S)
        assert turns.take()
        waiting = asyncio.ensure_future(turns.wait())
        await asyncio.sleep(0)
        asyncio.get_running_loop().time = lambda: 1e9  # type: ignore[method-assign] # time passes
        assert turns.are_late()
        waiting.cancel()

    in_loop(scenario())


def test_large_answers_have_turns_of_their_own() -> None:
    lanes = Lanes(LONG_S)
    parameter = {"name": "limit", "in": "query", "schema": {"type": "integer"}}
    listing = Lane(operation(parameters=[parameter]), lanes)
    assert listing.turns is lanes.small
    for _ in range(50):
        listing.add_answer(2 * LARGE_BYTES)
    assert listing.turns is lanes.large
    for _ in range(50):
        listing.add_answer(100)
    assert listing.turns is lanes.small
    assert Lane(operation(), lanes).turns is lanes.about
    of_rows = Lanes(LONG_S, {operation().operation_id})
    assert Lane(operation(), of_rows).turns is of_rows.small


def test_an_overload_of_large_answers_is_shed_and_others_are_answered(database: str, serve: Serve) -> None:
    service = serve("--database-url", database, environment={"STUDENTS_TURN_TIMEOUT": "0.05"})
    run("students-service", "seed", "--count", "1500", "--database-url", database)
    with httpx.Client(base_url=service.url) as client:
        place = client.post("/students", json=new_student()).headers["location"]
        sizes = [len(client.get("/students?limit=2000").content) for _ in range(20)]
    assert min(sizes) > LARGE_BYTES

    def flood(_: int) -> list[httpx.Response]:
        with httpx.Client(base_url=service.url, timeout=LONG_S) as client:
            return [client.get("/students?limit=2000") for _ in range(10)]

    with ThreadPoolExecutor(30) as clients, httpx.Client(base_url=service.url, timeout=LONG_S) as other:
        flooding = [clients.submit(flood, number) for number in range(30)]
        light = set[int]()
        while not all(flooded.done() for flooded in flooding):
            light |= {other.get(path).status_code for path in ("/health", "/", place)}
        answers = [answer for flooded in flooding for answer in flooded.result()]
    assert light == {200}
    assert {answer.status_code for answer in answers} == {200, 503}
    refused = next(answer for answer in answers if answer.status_code == 503)
    assert int(refused.headers["retry-after"]) >= 1
    assert refused.json()["detail"] == "the service is busy: other requests had come before this one"
    assert httpx.get(f"{service.url}/students?limit=2000").status_code == 200
