"""Callers may call as often as the document says."""

from typing import Any

import pytest

from openapi.contract import Contract, ContractError
from openapi.operation_reader import read_operations
from students_service.access.rate_limits import RateLimit, read_rate_limits
from students_service.problems import Problem

OK = {"200": {"description": "ok"}, "429": {"description": "too many"}}
LIMIT = {"requests": 2, "per_seconds": 1}


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def let_through(limit: RateLimit, caller: str, times: int) -> int:
    """How many of some requests are let through."""
    count = 0
    for _ in range(times):
        try:
            limit.count(caller)
        except Problem as problem:
            assert problem.status == 429
            assert int(problem.headers["Retry-After"]) >= 1
        else:
            count += 1
    return count


@pytest.mark.parametrize(("requests", "per_s"), [(1, 1), (3, 0.1), (7, 60), (1000, 60), (10, 1e-3)])
def test_so_many_at_once_and_then_one_after_another(requests: int, per_s: float) -> None:
    clock = Clock()
    limit = RateLimit(requests, per_s, clock)
    assert let_through(limit, "a", requests + 5) == requests
    for _ in range(3):
        clock.now += per_s / requests
        assert let_through(limit, "a", 2) == 1
    clock.now += per_s
    assert let_through(limit, "a", requests + 5) == requests


def test_retry_after_is_when_the_next_one_is_let_through() -> None:
    clock = Clock()
    limit = RateLimit(2, 61, clock)
    assert let_through(limit, "a", 2) == 2
    with pytest.raises(Problem) as refused:
        limit.count("a")
    assert refused.value.headers["Retry-After"] == "31"
    clock.now += 31
    limit.count("a")


def test_callers_do_not_count_for_each_other_and_are_forgotten() -> None:
    clock = Clock()
    limit = RateLimit(1, 10, clock)
    for turn in range(5):
        clock.now += 10
        assert sum(let_through(limit, f"{turn}.{number}", 2) for number in range(10_000)) == 10_000
    assert len(limit._rested) <= 20_000


def limits(top: Any = None, own: Any = None, responses: Any = OK) -> Any:
    get = {"operationId": "a", "responses": responses, **(own or {})}
    paths = {"/a": {"get": get, "post": {"operationId": "b", "responses": responses}}}
    document = {"openapi": "3.0.3", "info": {}, "paths": paths, **(top or {})}
    contract = Contract("it.yaml", document, (3, 0))
    return read_rate_limits(contract, {each.operation_id: each for each in read_operations(contract)})


def test_without_a_limit_nothing_is_counted() -> None:
    assert limits() == {}


def test_an_operation_has_its_own_limit_or_shares_that_of_the_document() -> None:
    shared = limits({"x-rate-limit": LIMIT})
    assert shared["a"] is shared["b"]
    own = limits({"x-rate-limit": LIMIT}, {"x-rate-limit": {"requests": 5, "per_seconds": 0.5}})
    assert let_through(own["a"], "me", 9) == 5
    assert let_through(own["b"], "me", 9) == 2
    assert set(limits({"x-rate-limit": LIMIT}, {"x-rate-limit": None})) == {"b"}
    assert set(limits(own={"x-rate-limit": LIMIT})) == {"a"}


@pytest.mark.parametrize(
    "limit",
    [
        5,
        [],
        {},
        {"requests": 5},
        {"requests": 0, "per_seconds": 1},
        {"requests": 1.5, "per_seconds": 1},
        {"requests": True, "per_seconds": 1},
        {"requests": 1, "per_seconds": 0},
        {"requests": 1, "per_seconds": "1"},
        {"requests": 1, "per_seconds": float("inf")},
        {"requests": 1, "per_seconds": 1, "burst": 2},
    ],
)
def test_an_invalid_limit_is_told_with_its_place(limit: Any) -> None:
    form = r"\{requests: 100, per_seconds: 60\} is its form, with numbers above 0"
    with pytest.raises(ContractError, match=rf"^it.yaml: x-rate-limit: {form}$"):
        limits({"x-rate-limit": limit})
    with pytest.raises(ContractError, match=rf"^it.yaml: GET /a, x-rate-limit: {form}$"):
        limits(own={"x-rate-limit": limit})


def test_the_refusal_must_be_documented() -> None:
    with pytest.raises(ContractError, match="GET /a has an x-rate-limit, and documents no response 429"):
        limits(own={"x-rate-limit": LIMIT}, responses={"200": {"description": "ok"}})
    limits(own={"x-rate-limit": LIMIT}, responses={"default": {"description": "ok"}})
