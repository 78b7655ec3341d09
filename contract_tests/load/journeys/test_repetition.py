"""A creation that finds a foreign entity instead of creating one is recognised."""

import itertools
from typing import Any

import pytest

from contract_tests.load.journeys.test_foreign_entities import LONG
from contract_tests.support.documents import contract
from contract_tests.support.path_items import ID, a_list, an_object, does, on, resource
from contract_tests.support.simulation import OF_THE_REST, Answer, simulated
from load.calls.call import Call
from load.journeys.entities import EntityPool
from load.journeys.ownership import Ownership
from load.journeys.step import Step
from load.options.credentials import Secret
from openapi.expressions import Exchange
from openapi.operation_reader import read_operations

PROVIDER = {"enum": ["red", "green", "blue"]}
LETTERS = {"type": "array", "items": {"enum": ["a", "b", "c"]}, "minItems": 1, "maxItems": 1}
YEAR = {"type": "integer", "minimum": 1, "maximum": 5}


class Keyed:
    """A service with one entity per value at `key`, the path to a property. POST with a known value replaces
    the entity if `replaces`, and finds it otherwise. Entities for `values` exist before the run.
    """

    def __init__(self, key: str, values: list[Any], replaces: bool, found: int, made: int) -> None:
        self.key, self.replaces, self.statuses = key.split("."), replaces, (found, made)
        self.entities = {number: {"id": number} for number in range(len(values))}
        self.numbers = {repr(value): number for number, value in enumerate(values)}
        self.before = {*self.entities}
        self.harmed: list[str] = []
        self.replaced: set[int] = set()

    def answer(self, step: Step) -> Answer:
        call = step.call
        method = call.operation.method
        if method != "post":
            number = call.path["id"]
            if method == "put":
                self.replaced.add(number)
            if method != "get" and number in self.before:
                self.harmed.append(call.operation.label)
            return OF_THE_REST[method], self.entities.get(number) if method != "delete" else None
        key: Any = {**call.path, "body": call.payload}
        for name in self.key:
            key = [part[name] for part in key] if isinstance(key, list) else key[name]
        number = self.numbers.get(repr(key), len(self.entities))
        if number not in self.entities:
            self.numbers[repr(key)] = number
            self.entities[number] = {"id": number, **call.payload}
            return self.statuses[1], self.entities[number]
        if self.replaces:
            self.entities[number].update(call.payload)
            self.harmed += [call.operation.label] if number in self.before else []
        return self.statuses[0], {**self.entities[number], "id": number}


@pytest.mark.parametrize("replaces", [True, False])
def test_an_entity_per_enum_value_is_found_and_left_alone(replaces: bool) -> None:
    service = Keyed("body.provider", ["red", "green", "blue"], replaces, 201, 201)
    paths = resource("integrations", an_object(provider=PROVIDER, hook=LONG, channel=LONG))
    simulation = simulated(paths, service.answer)
    assert {*service.harmed} <= {"POST /integrations"}
    # Only two equal calls prove it: no third one is made.
    assert len(service.harmed) <= 3
    assert simulation.knowledge.ownership.overwriting == ({"POST /integrations"} if replaces else set())


KEY = an_object(country=PROVIDER, tier=PROVIDER)
KEYS = [{"country": one, "tier": two} for one in PROVIDER["enum"] for two in PROVIDER["enum"]]
DATE = an_object(year=YEAR, month=YEAR, note=LONG)


@pytest.mark.parametrize(
    ("key", "values", "new"),
    [
        ("body.data.provider", PROVIDER["enum"], an_object(data=an_object(provider=PROVIDER, hook=LONG))),
        ("body.key", KEYS, an_object(key=KEY, note=LONG)),
        ("body.parts", [[letter] for letter in "abc"], an_object(parts=LETTERS, note=LONG)),
    ],
)
def test_entities_found_by_a_nested_key_are_left_alone(key: str, values: list[Any], new: Any) -> None:
    service = Keyed(key, values, True, 201, 201)
    simulation = simulated(resource("integrations", new), service.answer)
    assert {*service.harmed} <= {"POST /integrations"}
    assert len(service.harmed) <= 3
    assert simulation.knowledge.ownership.overwriting == {"POST /integrations"}


def test_entities_found_by_a_path_parameter_are_left_alone() -> None:
    regions = [f"region-{number}" for number in range(60)]
    service = Keyed("region", regions, True, 201, 201)
    rules = resource("rules", an_object(note=LONG))
    paths = {f"/regions/{{region}}{path}": item for path, item in rules.items()}
    region = {"name": "region", "in": "path", "required": True, "schema": {"enum": regions}}
    for item in paths.values():
        item["parameters"] = [region, *item.get("parameters", ())]
    simulated(paths, service.answer)
    assert {*service.harmed} <= {"POST /regions/{region}/rules"}
    assert len(service.harmed) <= 3


def test_equal_parts_of_a_key_do_not_prove_an_equal_key() -> None:
    """Year and month were equal, but in different pairs of calls."""
    pairs = [(2020, 1), (2020, 2), (2021, 1), (2021, 2)]
    (post, *_) = read_operations(contract(resource("closings", DATE)))
    ownership, home = Ownership(lambda _: False), EntityPool("/closings/{}")
    for number, (year, month) in enumerate(pairs):
        sent = {"year": year, "month": month, "note": f"some words of our own, number {number}"}
        step = Step(Call(post, "/closings", {}, b"", {}, {}, sent, Secret()), None)
        exchange = Exchange("POST", "/closings", {}, {}, {}, sent, 201, {}, {"id": number, **sent})
        home.add((number,), ownership.has_created(step, exchange, home, (number,)))
    assert ownership.trials.is_pending(post.label)


def test_entities_created_in_bulk_are_not_own() -> None:
    """It cannot be known which of them was found by a value that they share."""
    sent = [{"colour": "red", "note": "some words of our own"}] * 2
    items = an_object(colour=PROVIDER, note=LONG)
    (post, *_) = read_operations(
        contract(on("/things", post=does(a_list(an_object(id=ID)), a_list(items), "201")))
    )
    step = Step(Call(post, "/things", {}, b"", {}, {}, sent, Secret()), None)
    exchange = Exchange("POST", "/things", {}, {}, {}, sent, 201, {}, [{"id": 1}, {"id": 2}])
    assert not Ownership(lambda _: False).has_created(step, exchange, EntityPool("/things/{}"), (1,))


def test_entities_found_by_a_number_are_left_alone() -> None:
    service = Keyed("body.year", [1, 2, 3], False, 200, 200)
    simulated(resource("years", an_object(year=YEAR), "200"), service.answer)
    assert service.harmed == []


@pytest.mark.parametrize("refusal", [0, 409, 422])
def test_own_entities_are_changed_and_deleted(refusal: int) -> None:
    """Two equal creations create two entities, or the second one is refused."""
    numbers, labels, taken_providers = itertools.count(), list[str](), set[str]()

    def answer(step: Step) -> Answer:
        call = step.call
        labels.append(call.operation.label)
        if call.operation.method != "post":
            return OF_THE_REST[call.operation.method], None
        if refusal and call.payload["provider"] in taken_providers:
            return refusal, None
        taken_providers.add(call.payload["provider"])
        return 201, {"id": next(numbers), **call.payload}

    providers = {"enum": [*"abcdef"]}
    simulated(resource("integrations", an_object(provider=providers, hook=LONG)), answer)
    assert {"PUT /integrations/{id}", "DELETE /integrations/{id}"} <= {*labels}


def test_200_for_an_existing_entity_is_trusted() -> None:
    service = Keyed("body.provider", ["red"], False, 200, 201)
    paths = resource("integrations", an_object(provider=PROVIDER, hook=LONG))
    paths["/integrations"]["post"]["responses"]["200"] = {"description": "found"}
    simulated(paths, service.answer, seed=2)
    assert service.harmed == []
    assert service.replaced
