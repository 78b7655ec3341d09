"""Journeys that follow an inferred plan."""

from typing import Any

import pytest

from contract_tests.support.documents import contract
from contract_tests.support.path_items import ID, TEXT, a_list, an_object, does, on
from contract_tests.support.plans import THING, planned
from contract_tests.support.simulation import Simulation, simulated
from load.journeys.shown_identifiers import identifier_shown_instead
from load.journeys.step import Step
from load.options.options import Options
from load.options.scenario_file import load_scenario
from load.options.selection import Selection
from openapi.expressions import Exchange
from openapi.operation_reader import read_operations


def test_an_unresolved_reference_costs_what_needs_it() -> None:
    nowhere = {"$ref": "#/components/schemas/Nowhere"}
    operations = read_operations(contract(on("/things", get=does(nowhere), post=does(THING, nowhere))))
    compiled = Simulation(operations).compiled
    reason = "test.yaml: $ref '#/components/schemas/Nowhere' leads nowhere, at 'schemas'"
    assert compiled.uncovered == {"POST /things": reason}
    assert compiled.unchecked == (f"GET /things: response 200, application/json: {reason}",)


NEVER = an_object(name={"type": "string", "pattern": "^a$", "minLength": 3})
NEVER["required"] = ["name"]


def test_what_only_an_operation_supplies_that_cannot_be_called_is_not_called() -> None:
    station = on("/stations/{slug}", "slug", kind=TEXT, put=does(THING, NEVER, "201"), get=does(THING))
    compiled = Simulation(read_operations(contract({**station, **on("/home", get=does())}))).compiled
    assert [*compiled.builders] == ["GET /home"]
    assert compiled.uncovered["GET /stations/{slug}"] == (
        "its {slug} comes only from PUT /stations/{slug}, which is not called"
    )
    assert not [line for line in compiled.lines() if "<- PUT" in line]


def test_what_an_uncallable_creation_leaves_to_a_list_comes_from_the_list() -> None:
    things = on("/things", get=does(a_list(THING)), post=does(THING, NEVER, "201"))
    thing = on("/things/{thing_id}", "thing_id", get=does(THING), delete=does(status="204"))
    compiled = Simulation(read_operations(contract({**things, **thing}))).compiled
    assert [*compiled.builders] == ["GET /things", "GET /things/{thing_id}"]
    assert compiled.plan.producer_labels("/things/{}") == ["GET /things"]
    assert compiled.index.learns_from("GET /things")
    assert "this run did not create" in compiled.uncovered["DELETE /things/{thing_id}"]


def test_a_guessed_identifier_that_never_works_is_given_up() -> None:
    guess = {"responses": {"200": {"description": "fine"}}}
    operations, _ = planned(
        on("/greetings/{person}", "person", kind=TEXT, get=guess), on("/things", get=does(THING))
    )
    simulation = Simulation([*operations.values()])
    labels = []
    for _ in range(400):
        step = simulation.journeys.next_step()
        labels.append(step.call.operation.path)
        simulation.journeys.complete(step, None, succeeded=step.call.operation.path == "/things")
    assert 20 < labels.count("/greetings/{person}") < 110


def test_names_are_unique_after_a_conflict() -> None:
    few = {"type": "string", "maxLength": 40, "examples": ["one", "two"]}
    operations = read_operations(contract(on("/things", post=does(THING, an_object(name=few), "201"))))
    simulation = Simulation(operations)

    def names(count: int) -> list[str]:
        steps = [simulation.journeys.next_step() for _ in range(count)]
        return [step.call.payload["name"] for step in steps]

    assert len({*names(200)}) < 200
    simulation.journeys.record_refusal(simulation.journeys.next_step(), 409)
    assert len({*names(200)}) == 200


@pytest.mark.parametrize("allowed", [True, False])
def test_a_reset_that_may_be_called_is_known_to_erase(allowed: bool) -> None:
    operations = read_operations(
        contract(on("/things", post=does(THING, THING, "201")) | on("/admin/reset", post=does()))
    )
    options = Options(load_scenario("mixed"), Selection(allow_destructive=allowed))
    assert Simulation(operations, options).compiled.indirect_changes.may_erase_unnamed is allowed


def test_a_change_neither_deletes_nor_renames() -> None:
    change = an_object(name=TEXT, archived={"type": "boolean"})
    operations, _ = planned(
        on("/things", post=does(an_object(id=ID, name=TEXT), THING)),
        on("/things/{id}", "id", put=does(THING, change)),
        on("/things/by-name/{name}", "name", kind=TEXT, get=does(THING)),
    )
    simulation = Simulation([*operations.values()])
    changes = 0
    for number in range(300):
        step = simulation.journeys.next_step()
        call, made = step.call, {"id": number, "name": f"thing {number}"}
        if call.operation.method == "put":
            changes += 1
            assert call.payload == {"name": f"thing {call.path['id']}", "archived": False}
        simulation.journeys.complete(
            step, Exchange("", call.target, call.path, {}, {}, call.payload, 201, {}, made)
        )
    assert changes > 20


class Shop:
    """A service in memory that answers as documented, and fails for unknown identifiers."""

    def __init__(self) -> None:
        self.things: set[int] = set()
        self.orders: dict[int, int] = {}
        self.numbers = 0

    def answer(self, step: Step) -> tuple[int, Any, dict[str, str]]:
        call = step.call
        key = int(call.path.get("id", 0))
        kept: Any = self.things if "things" in call.operation.path else self.orders
        assert not key or key in kept, f"{call.operation.label} for {key}"
        self.numbers += 1
        match call.operation.label:
            case "POST /things":
                self.things.add(self.numbers)
                return 201, None, {"location": f"http://shop/api/things/{self.numbers}"}
            case "POST /orders":
                assert call.payload["thing_id"] in self.things
                self.orders[self.numbers] = call.payload["thing_id"]
                return 201, {"id": self.numbers}, {}
            case "DELETE /things/{id}":
                assert key not in self.orders.values(), "things that orders are made of are not deleted"
                self.things.discard(key)
            case "DELETE /orders/{id}":
                del self.orders[key]
        return 200, None, {}


def shop(**selection: Any) -> Simulation:
    operations, _ = planned(
        on("/things", post=does(None, an_object(name=TEXT), "201")),
        on("/things/{id}", "id", get=does(), delete=does()),
        on("/orders", post=does(an_object(id=ID), an_object(thing_id=ID), "201")),
        on("/orders/{id}", "id", get=does(), delete=does()),
        on("/cache/purge", post=does()),
    )
    options = Options(load_scenario("mixed"), Selection(**selection))
    return Simulation([*operations.values()], options)


def test_journeys_follow_the_inferred_plan() -> None:
    service, simulation = Shop(), shop()
    called = set()
    for _ in range(2_000):
        step = simulation.journeys.next_step()
        status, body, headers = service.answer(step)
        call = step.call
        exchange = Exchange("", call.target, call.path, call.query, {}, call.payload, status, headers, body)
        simulation.journeys.complete(step, exchange)
        called.add(call.operation.label)
    assert len(called) == 6
    assert "POST /cache/purge" in simulation.compiled.uncovered


def test_foreign_entities_are_neither_changed_nor_deleted() -> None:
    for allowed in (False, True):
        simulation = shop(allow_destructive=allowed)
        for key in range(-50, 0):
            simulation.knowledge.add_foreign("/things/{}", (key,))
        deleted = set()
        for _ in range(500):
            step = simulation.journeys.next_step()
            if step.call.operation.label == "DELETE /things/{id}":
                deleted.add(step.call.path["id"])
            simulation.journeys.complete(step, None)
        assert bool(deleted) is allowed
        assert ("POST /cache/purge" in simulation.compiled.uncovered) is not allowed


@pytest.mark.parametrize("allowed", [False, True])
def test_actions_on_whole_collections_are_not_called(allowed: bool) -> None:
    operations, _ = planned(
        on("/inbox", get=does(a_list(THING)), post=does(THING, an_object(name=TEXT), "201")),
        on("/inbox/mark-all-read", post=does()),
        on("/inbox/search", post=does(a_list(THING), an_object(name=TEXT))),
    )
    options = Options(load_scenario("mixed"), Selection(allow_destructive=allowed))
    simulation = Simulation([*operations.values()], options)
    assert ("POST /inbox/mark-all-read" in simulation.compiled.uncovered) is not allowed
    assert "POST /inbox/search" not in simulation.compiled.uncovered
    assert "POST /inbox" not in simulation.compiled.uncovered


def test_dry_runs_are_not_requested() -> None:
    new = an_object(name=TEXT, dryRun={"type": "boolean"})
    operations, _ = planned(on("/things", post=does(THING, new, "201")))
    simulation = Simulation([*operations.values()])
    payloads = [simulation.journeys.next_step().call.payload for _ in range(100)]
    assert not any(payload.get("dryRun") for payload in payloads)


def other_identifier(
    made: dict[str, Any], headers: dict[str, str], shown: dict[str, Any], schema: Any = THING
) -> Any:
    """The other identifier that an answer to GET shows, for an entity created with the answer `made`."""
    operations, _ = planned(
        on("/things", post=does(THING, an_object(name=TEXT), "201")),
        on("/things/{id}", "id", kind=TEXT, get=does(schema)),
    )
    simulation = Simulation([*operations.values()])
    while (step := simulation.journeys.next_step()).call.operation.method == "post":
        call = step.call
        exchange = Exchange("", call.target, {}, {}, {}, call.payload, 201, headers, made)
        simulation.journeys.complete(step, exchange)
    call = step.call
    return identifier_shown_instead(step, Exchange("", call.target, call.path, {}, {}, None, 200, {}, shown))


def test_an_answer_with_another_identifier_shows_another_entity() -> None:
    shown = {"id": 7, "name": "thing"}
    assert other_identifier({"id": 5, "name": "thing"}, {}, shown) == 7
    assert other_identifier({"id": 5, "name": "thing"}, {"location": "/things/5"}, shown) == 7
    assert other_identifier({"id": 5, "name": "thing"}, {}, {"id": 5, "name": "thing"}) is None
    assert other_identifier({"id": 5, "name": "thing"}, {}, {"id": 7, "secret": "5"}) is None
    assert other_identifier({"id": 5, "name": "thing"}, {}, shown, an_object(name=TEXT)) is None
    # Its address is not what its answers show as identifier.
    assert other_identifier({"id": 7, "name": "thing"}, {"location": "/things/abc"}, shown) is None


@pytest.mark.parametrize("creates", [True, False])
def test_a_put_creates_only_under_names_of_the_run(creates: bool) -> None:
    kept = {"theirs"}
    seen: dict[str, set[str]] = {"get": set(), "put": set(), "delete": set()}

    def answer(step: Step) -> tuple[int, Any]:
        operation, names = step.call.operation, kept
        if "{" not in operation.path:
            return 200, [{"name": name} for name in names]
        name = step.call.path["name"]
        seen[operation.method].add(name)
        if operation.method == "put" and creates:
            names.add(name)
        found = name in names
        if operation.method == "delete":
            names.discard(name)
        return (200 if found else 404), {"name": name}

    named = an_object(name=TEXT)
    paths = on("/files", get=does(a_list(named))) | on(
        "/files/{name}",
        "name",
        kind=TEXT,
        get=does(named),
        put=does(named, an_object(size=ID)),
        delete=does(),
    )
    simulation = simulated(paths, answer)
    assert "theirs" in kept
    assert "theirs" in seen["get"]
    assert not {"theirs"} & (seen["put"] | seen["delete"])
    assert all(map(simulation.compiled.is_own, seen["put"]))
    assert bool(seen["delete"]) is creates


def test_cookies_that_answers_set_are_said_not_to_be_sent() -> None:
    session = does(status="201")
    session["responses"]["201"]["headers"] = {"Set-Cookie": {"schema": TEXT}}
    operations, _ = planned(on("/session", post=session), on("/things", get=does(THING)))
    assert Simulation([*operations.values()]).compiled.omitted == (
        "the cookies that POST /session sets; --header 'Cookie: NAME=VALUE' sends one with every call",
    )
