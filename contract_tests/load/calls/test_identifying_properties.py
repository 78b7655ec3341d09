"""Only properties that identify an entity get unique values."""

from typing import Any

import pytest

from contract_tests.support.documents import contract, operation
from contract_tests.support.simulation import Simulation
from load.calls.identifying_properties import unique_properties
from openapi.operation_reader import read_operations
from openapi.operations import Operation

TEXT = {"type": "string", "maxLength": 40}
CREATED = {"description": "made"}


def making(*names: str, status: str = "409", method: str = "post") -> Operation:
    body = {"type": "object", "properties": dict.fromkeys(names, TEXT)}
    return operation(
        "/things",
        method,
        requestBody={"content": {"application/json": {"schema": body}}},
        responses={"201": CREATED, status: {"description": "no"}},
    )


PERSON = ("given_name", "family_name", "displayName", "email")


@pytest.mark.parametrize(
    ("names", "status", "at_first", "once_refused"),
    [
        (PERSON, "409", {"email"}, {"email"}),
        (PERSON, "400", {"email"}, {"email"}),
        (("username", "full_name"), "409", {"username"}, {"username"}),
        (("name", "colour"), "409", {"name"}, {"name"}),
        (("name", "colour"), "400", set(), {"name"}),
        (("name", "email"), "409", {"email"}, {"email", "name"}),
        (("name", "sku", "country_code"), "409", {"sku"}, {"sku", "name"}),
        (("title", "author_id"), "409", {"title"}, {"title"}),
        (("first_name", "last_name"), "400", set(), {"first_name", "last_name"}),
        (("displayName", "productName"), "409", {"productName"}, {"productName"}),
        (("amount",), "409", set(), set()),
    ],
    ids=lambda value: "-".join(sorted(value)) if isinstance(value, set) else str(value),
)
def test_only_identifying_properties_are_unique(
    names: tuple[str, ...], status: str, at_first: set[str], once_refused: set[str]
) -> None:
    made = making(*names, status=status)
    assert unique_properties(made) == at_first
    assert unique_properties(made, is_refused=True) == once_refused
    assert unique_properties(making(*names, method="get")) == frozenset()


def simulation_of(*paths: Any) -> Simulation:
    operations = read_operations(contract({key: item for path in paths for key, item in path.items()}))
    return Simulation(operations)


def names(on: Simulation, count: int) -> list[str]:
    return [str(on.journeys.next_step().call.payload["name"]) for _ in range(count)]


@pytest.mark.parametrize(("made", "differ"), [("201", 200), ("200", 2)])
def test_a_conflict_matters_only_for_creations(made: str, differ: int) -> None:
    name = {**TEXT, "examples": ["one", "two"]}
    few = {"type": "object", "required": ["name"], "properties": {"name": name}}
    body = {"required": True, "content": {"application/json": {"schema": few}}}
    on = simulation_of(
        {"/payments": {"post": {"requestBody": body, "responses": {made: {"description": ""}}}}}
    )
    assert len({*names(on, 200)}) < 200
    on.journeys.record_refusal(on.journeys.next_step(), 409)
    assert (len({*names(on, 200)}) == 200) is (differ == 200)


def test_names_of_people_stay_realistic() -> None:
    person = {"type": "object", "required": ["given_name", "email"],
              "properties": {"given_name": TEXT, "email": {"type": "string", "format": "email"}}}  # fmt: skip
    body = {"required": True, "content": {"application/json": {"schema": person}}}
    responses = {"201": CREATED, "409": {"description": "taken"}}
    on = simulation_of({"/people": {"post": {"requestBody": body, "responses": responses}}})
    on.journeys.record_refusal(on.journeys.next_step(), 409)
    payloads = [on.journeys.next_step().call.payload for _ in range(300)]
    assert len({payload["email"] for payload in payloads}) == 300
    assert len({payload["given_name"] for payload in payloads}) < 300
    assert not any(character.isdecimal() for one in payloads for character in one["given_name"]), payloads[:3]
