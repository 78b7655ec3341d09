"""A run neither changes nor deletes what others have made, even where a service answers with it. The services
here are functions that a journey calls, and that note what happens to the things from before.
"""

import itertools
from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from contract_tests.support.documents import contract
from contract_tests.support.path_items import ID, TEXT, a_list, an_object, does, on
from contract_tests.support.simulation import Simulation
from load.calls.call import Call
from load.journeys.entities import EntityPool
from load.journeys.ownership import Ownership
from load.journeys.step import Step
from load.options.credentials import Secret
from openapi.expressions import Exchange
from openapi.operation_reader import read_operations

LONG = {"type": "string", "minLength": 20}
PROVIDER = {"enum": ["red", "green", "blue"]}
LETTERS = {"type": "array", "items": {"enum": ["a", "b", "c"]}, "minItems": 1, "maxItems": 1}
YEAR = {"type": "integer", "minimum": 1, "maximum": 5}
OF_THE_REST = {"get": 200, "put": 200, "patch": 200, "delete": 204}

Answer = tuple[int, Any]


class Keyed:
    """Things of which there is one for each value at `key`, the names that lead to it: a POST for a known one
    `replaces` or finds it. There is one of each of `values` before.
    """

    def __init__(self, key: str, values: list[Any], replaces: bool, found: int, made: int) -> None:
        self.key, self.replaces, self.statuses = key.split("."), replaces, (found, made)
        self.things = {number: {"id": number} for number in range(len(values))}
        self.numbers = {repr(value): number for number, value in enumerate(values)}
        self.before = {*self.things}
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
            return OF_THE_REST[method], self.things.get(number) if method != "delete" else None
        key: Any = {**call.path, "body": call.payload}
        for name in self.key:
            key = [each[name] for each in key] if isinstance(key, list) else key[name]
        number = self.numbers.get(repr(key), len(self.things))
        if number not in self.things:
            self.numbers[repr(key)] = number
            self.things[number] = {"id": number, **call.payload}
            return self.statuses[1], self.things[number]
        if self.replaces:
            self.things[number].update(call.payload)
            self.harmed += [call.operation.label] if number in self.before else []
        return self.statuses[0], {**self.things[number], "id": number}


def simulated(paths: dict[str, Any], answer: Callable[[Step], Answer], steps: int = 300) -> Simulation:
    """A simulation through a service, call after call."""
    simulation = Simulation(read_operations(contract(paths)))
    for _ in range(steps):
        step = simulation.journeys.next_step()
        status, body = answer(step)
        call = step.call
        if status >= 400:
            simulation.journeys.record_refusal(step, status)
        exchange = Exchange(
            call.operation.method.upper(),
            call.target,
            call.path,
            call.query,
            {},
            call.payload,
            status,
            {},
            body,
        )
        simulation.journeys.complete(step, exchange if status < 300 else None, status < 300)
    return simulation


def resource(name: str, new: Any, status: str = "201") -> dict[str, Any]:
    """The paths of things that are made, read, replaced and deleted."""
    shown = {**new, "properties": {"id": ID, **new["properties"]}}
    return on(f"/{name}", post=does(shown, new, status)) | on(
        f"/{name}/{{id}}", "id", kind=ID, get=does(shown), put=does(shown, new), delete=does(status="204")
    )


@pytest.mark.parametrize("replaces", [True, False])
def test_what_there_is_one_of_is_found_and_left_alone(replaces: bool) -> None:
    service = Keyed("body.provider", ["red", "green", "blue"], replaces, 201, 201)
    paths = resource("integrations", an_object(provider=PROVIDER, hook=LONG, channel=LONG))
    simulation = simulated(paths, service.answer)
    assert {*service.harmed} <= {"POST /integrations"}
    # Nothing but two calls alike tells: then no third is made.
    assert len(service.harmed) <= 3
    assert simulation.known.ownership.overwriting == ({"POST /integrations"} if replaces else set())


KEY = an_object(country=PROVIDER, tier=PROVIDER)
KEYS = [{"country": one, "tier": two} for one in PROVIDER["enum"] for two in PROVIDER["enum"]]
DATE = an_object(year=YEAR, month=YEAR, note=LONG)


@pytest.mark.parametrize(
    ("key", "values", "new"),
    [
        ("body.data.provider", PROVIDER["enum"], an_object(data=an_object(provider=PROVIDER, hook=LONG))),
        ("body.key", KEYS, an_object(key=KEY, note=LONG)),
        ("body.parts", [[each] for each in "abc"], an_object(parts=LETTERS, note=LONG)),
    ],
)
def test_what_is_found_by_a_key_within_a_body_is_left_alone(key: str, values: list[Any], new: Any) -> None:
    service = Keyed(key, values, True, 201, 201)
    simulation = simulated(resource("integrations", new), service.answer)
    assert {*service.harmed} <= {"POST /integrations"}
    assert len(service.harmed) <= 3
    assert simulation.known.ownership.overwriting == {"POST /integrations"}


def test_what_is_found_by_a_key_in_the_path_is_left_alone() -> None:
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


def test_two_calls_alike_in_each_part_of_a_key_prove_nothing_of_the_whole() -> None:
    """Year and month have been alike in different pairs of calls."""
    pairs = [(2020, 1), (2020, 2), (2021, 1), (2021, 2)]
    (post, *_) = read_operations(contract(resource("closings", DATE)))
    ownership, home = Ownership(lambda _: False), EntityPool("/closings/{}")
    for number, (year, month) in enumerate(pairs):
        sent = {"year": year, "month": month, "note": f"some words of our own, number {number}"}
        step = Step(Call(post, "/closings", {}, b"", {}, {}, sent, Secret()), None)
        exchange = Exchange("POST", "/closings", {}, {}, {}, sent, 201, {}, {"id": number, **sent})
        home.add((number,), ownership.has_created(step, exchange, home, (number,)))
    assert ownership.trials.is_pending(post.label)


def test_of_a_list_of_things_nothing_is_owned() -> None:
    """Which of them was found by what the others share, nothing tells."""
    sent = [{"colour": "red", "note": "some words of our own"}] * 2
    items = an_object(colour=PROVIDER, note=LONG)
    (post, *_) = read_operations(
        contract(on("/things", post=does(a_list(an_object(id=ID)), a_list(items), "201")))
    )
    step = Step(Call(post, "/things", {}, b"", {}, {}, sent, Secret()), None)
    exchange = Exchange("POST", "/things", {}, {}, {}, sent, 201, {}, [{"id": 1}, {"id": 2}])
    assert not Ownership(lambda _: False).has_created(step, exchange, EntityPool("/things/{}"), (1,))


def test_what_is_found_by_a_number_is_left_alone() -> None:
    service = Keyed("body.year", [1, 2, 3], False, 200, 200)
    simulated(resource("years", an_object(year=YEAR), "200"), service.answer)
    assert service.harmed == []


@pytest.mark.parametrize("refusal", [0, 409, 422])
def test_what_was_made_is_changed_and_deleted(refusal: int) -> None:
    """Where two alike make two things, or are refused."""
    numbers, labels, seen = itertools.count(), list[str](), set[str]()

    def answer(step: Step) -> Answer:
        call = step.call
        labels.append(call.operation.label)
        if call.operation.method != "post":
            return OF_THE_REST[call.operation.method], None
        if refusal and call.payload["provider"] in seen:
            return refusal, None
        seen.add(call.payload["provider"])
        return 201, {"id": next(numbers), **call.payload}

    simulated(resource("integrations", an_object(provider=PROVIDER, hook=LONG)), answer)
    assert {"PUT /integrations/{id}", "DELETE /integrations/{id}"} <= {*labels}


def test_who_answers_200_for_what_is_there_is_believed() -> None:
    service = Keyed("body.provider", ["red"], False, 200, 201)
    paths = resource("integrations", an_object(provider=PROVIDER, hook=LONG))
    paths["/integrations"]["post"]["responses"]["200"] = {"description": "found"}
    simulated(paths, service.answer)
    assert service.harmed == []
    assert service.replaced


@pytest.mark.parametrize(
    ("path", "new"),
    [
        ("/cancellations", an_object(booking_id=ID)),
        ("/transfers", an_object(from_booking_id=ID, to_booking_id=ID)),
        ("/bookings/{booking_id}/refunds", an_object(reason=TEXT)),
    ],
)
def test_nothing_is_done_to_what_can_only_be_listed(path: str, new: Any) -> None:
    bookings = on("/bookings", get=does(a_list(an_object(id=ID)))) | on(
        "/bookings/{booking_id}", "booking_id", kind=ID, get=does(an_object(id=ID))
    )
    names = ["booking_id"] if "{" in path else []
    acting = on(path, *names, kind=ID, post=does(an_object(id=ID), new, "201"))
    reviews = on("/reviews", post=does(an_object(id=ID), an_object(booking_id=ID), "201"))
    told = Simulation(read_operations(contract(bookings | acting | reviews))).compiled.uncovered
    assert [*told] == [f"POST {path}"]
    assert "acts on data" in told[f"POST {path}"]
    # What this run makes, it may act on.
    bookings["/bookings"]["post"] = does(an_object(id=ID), an_object(note=TEXT), "201")
    assert not Simulation(read_operations(contract(bookings | acting))).compiled.uncovered


def test_what_holds_things_of_others_is_not_deleted() -> None:
    new = an_object(name=LONG, document_ids={"type": "array", "items": ID, "minItems": 1})
    paths = resource("folders", new) | on("/documents", get=does(a_list(an_object(id=ID))))
    paths |= on("/documents/{document_id}", "document_id", kind=ID, get=does(an_object(id=ID)))
    numbers, labels = itertools.count(100), list[str]()

    def answer(step: Step) -> Answer:
        call = step.call
        labels.append(call.operation.label)
        if call.operation.method == "post":
            return 201, {"id": next(numbers), **call.payload}
        return OF_THE_REST[call.operation.method], [{"id": 7}] if call.target == "/documents" else None

    simulated(paths, answer)
    assert "PUT /folders/{id}" in labels
    assert "DELETE /folders/{id}" not in labels


DOCUMENTS = on("/documents", get=does(a_list(an_object(id=ID)))) | on(
    "/documents/{document_id}", "document_id", kind=ID, get=does(an_object(id=ID))
)


def labels_of(paths: dict[str, Any]) -> tuple[set[str], list[Any]]:
    """The labels of all calls to a service that has documents of others, and their payloads."""
    numbers, labels, payloads = itertools.count(100), set[str](), list[Any]()

    def answer(step: Step) -> Answer:
        call = step.call
        labels.add(call.operation.label)
        payloads.append(call.payload)
        if call.operation.method == "post":
            return 201, {"id": next(numbers), **(call.payload or {})}
        return OF_THE_REST[call.operation.method], [{"id": 7}] if call.target == "/documents" else None

    simulated(paths, answer)
    return labels, payloads


@pytest.mark.parametrize("method", ["put", "post"])
def test_things_of_others_are_put_nowhere(method: str) -> None:
    """Whoever deletes a folder deletes what is in it."""
    put = {method: does(status="204")}
    beside = on("/folders/{id}/documents/{document_id}", "id", "document_id", kind=ID, **put)
    labels, _ = labels_of(resource("folders", an_object(name=LONG)) | DOCUMENTS | beside)
    assert "DELETE /folders/{id}" in labels
    assert f"{method.upper()} /folders/{{id}}/documents/{{document_id}}" not in labels


def test_what_a_change_has_attached_things_of_others_to_is_not_deleted() -> None:
    folders = resource("folders", an_object(name=LONG))
    folders["/folders/{id}"]["patch"] = does(status="200", body=an_object(cover_document_id=ID))
    paths, held, deleted = folders | DOCUMENTS, set[Any](), set[Any]()
    numbers = itertools.count(100)

    def answer(step: Step) -> Answer:
        call = step.call
        method = call.operation.method
        if method == "post":
            return 201, {"id": next(numbers), **call.payload}
        if method == "patch" and "cover_document_id" in call.payload:
            held.add(call.path["id"])
        deleted.update(call.path.values() if method == "delete" else ())
        return OF_THE_REST[method], [{"id": 7}] if call.target == "/documents" else None

    simulated(paths, answer)
    assert held
    assert deleted
    assert not held & deleted


def test_things_of_others_are_in_no_list_that_can_do_without() -> None:
    """An issue that is named by a sprint leaves the one that it was in."""
    listed = {"type": "array", "items": ID}
    new = {**an_object(name=LONG), "properties": {"name": LONG, "document_ids": listed}}
    labels, payloads = labels_of(resource("folders", new) | DOCUMENTS)
    assert {"POST /folders", "PUT /folders/{id}", "DELETE /folders/{id}"} <= labels
    assert not any("document_ids" in each for each in payloads if each)


@pytest.mark.parametrize("name", ["is_default", "default", "make_primary", "delete_all"])
def test_a_flag_that_takes_something_from_others_is_never_set(name: str) -> None:
    new = an_object(street=LONG, **{name: {"type": "boolean"}})
    _, payloads = labels_of(resource("addresses", new))
    assert {each[name] for each in payloads if each} == {False}


@pytest.mark.parametrize(
    ("path", "named"),
    [
        ("/failover", True),
        ("/retention/apply", True),
        ("/batch", True),
        ("/alert/resolve", True),
        ("/disk/format", True),
        ("/Default.ApplyDiscount", True),
        ("/predict", False),
        ("/orders", False),
    ],
)
def test_what_makes_nothing_may_act_on_everything(path: str, named: bool) -> None:
    acting = on(path, post=does(an_object(done=TEXT), an_object(percent=ID), "200"))
    told = Simulation(
        read_operations(contract(resource("things", an_object(name=LONG)) | acting))
    ).compiled.uncovered
    assert (f"POST {path}" in told) is named


def test_a_name_that_others_may_have_leads_to_them() -> None:
    shown = an_object(id=ID, name={"type": "string", "example": "Default"})
    new = an_object(name={"type": "string", "example": "Default"})
    paths = on("/projects", post=does(shown, new, "201")) | on(
        "/projects/{id}", "id", kind=ID, get=does(shown)
    )
    paths |= on("/projects/name/{name}", "name", kind=TEXT, get=does(shown), delete=does(status="204"))
    numbers, deleted = itertools.count(), list[str]()

    def answer(step: Step) -> Answer:
        call = step.call
        if call.operation.method == "post":
            return 201, {"id": next(numbers), **call.payload}
        deleted.extend(call.path.values() if call.operation.method == "delete" else ())
        return OF_THE_REST[call.operation.method], None

    simulation = simulated(paths, answer)
    assert deleted
    assert all(map(simulation.compiled.is_own, deleted))


def test_calls_for_a_thing_have_the_fields_that_it_was_made_with() -> None:
    tenant = {
        "name": "X-Tenant",
        "in": "header",
        "required": True,
        "schema": {"enum": ["one", "two", "three"]},
    }
    once = {"name": "Idempotency-Key", "in": "header", "required": True, "schema": TEXT}
    language = {"name": "Accept-Language", "in": "header", "schema": {"enum": ["de", "fr"]}}
    paths = resource("things", an_object(title=LONG))
    paths["/things"]["post"]["parameters"] = [tenant, once]
    for method in ("get", "put", "delete"):
        paths["/things/{id}"][method]["parameters"] = [tenant, *([language] if method == "get" else [])]
    made, numbers, targets = dict[int, str](), itertools.count(1), list[bool]()

    def answer(step: Step) -> Answer:
        call = step.call
        if call.operation.method == "post":
            number = next(numbers)
            made[number] = call.headers["X-Tenant"]
            return 201, {"id": number, **call.payload}
        (number,) = call.path.values()
        assert made[number] == call.headers["X-Tenant"]
        # In another language it may be another text.
        if call.operation.method == "get":
            assert (step.target is None) is ("Accept-Language" in call.headers)
            targets.append(step.target is None)
        return OF_THE_REST[call.operation.method], None

    simulation = simulated(paths, answer)
    thing = simulation.known.pools["/things/{}"].lease(Random(1), own_only=True)
    assert thing is not None
    for _ in range(9):
        assert simulation.compiled.reads.step(thing).call.headers["X-Tenant"] == made[thing.values[0]]
    assert {*made.values()} == {"one", "two", "three"}
    assert {*targets} == {True, False}
