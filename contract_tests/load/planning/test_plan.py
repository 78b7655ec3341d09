"""What is inferred where a document has no links, and what cannot be."""

from typing import Any

import pytest

from contract_tests.support.documents import contract
from contract_tests.support.path_items import ID, TEXT, a_list, an_object, does, on
from contract_tests.support.simulation import Simulation
from load.journeys.shown_identifiers import identifier_shown_instead
from load.journeys.step import Step
from load.options.options import Options
from load.options.profile import load_profile
from load.options.selection import Selection
from load.planning.identifiers import Identifier
from load.planning.plan import Plan, Slot
from load.planning.planner import plan
from openapi.expressions import Exchange
from openapi.operation_reader import read_operations
from openapi.operations import Operation

THING = an_object(id=ID, name=TEXT)


def planned(*paths: dict[str, Any]) -> tuple[dict[str, Operation], Plan]:
    found = read_operations(contract({path: item for each in paths for path, item in each.items()}))
    return {each.label: each for each in found}, plan(found)


def needed(found: Plan, label: str) -> dict[str, list[str]]:
    """The slots of an operation, each with the operations that fill it, those that create first."""
    return {
        str(slot): list(dict.fromkeys(found.producer_labels(need.resource)))
        for need in found.needs[label]
        for slot, _ in need.slots
    }


@pytest.mark.parametrize(
    ("parameter", "kind", "answer"),
    [
        ("thing_id", ID, THING),
        ("thingId", ID, THING),
        ("id", ID, THING),
        ("thing_id", ID, an_object(thing_id=ID)),
        ("thing_id", ID, an_object(data=an_object(id=ID))),
        ("thing_id", TEXT, an_object(uuid=TEXT)),
        ("tid", TEXT, an_object(id=TEXT)),
        ("thing", TEXT, an_object(id=ID, name=TEXT)),
        ("thingName", TEXT, an_object(name=TEXT)),
        ("slug", TEXT, an_object(id=ID, slug=TEXT)),
    ],
)
def test_what_is_created_is_called_for(parameter: str, kind: Any, answer: Any) -> None:
    _, found = planned(
        on("/things", post=does(answer, THING, "201")),
        on(f"/things/{{{parameter}}}", parameter, kind=kind, get=does(THING)),
    )
    label = f"GET /things/{{{parameter}}}"
    assert needed(found, label) == {f"{{{parameter}}}": ["POST /things"]}
    assert found.uncovered == {}


@pytest.mark.parametrize(
    "answer",
    [a_list(THING), an_object(items=a_list(THING), total=ID), an_object(data=an_object(rows=a_list(THING)))],
)
def test_what_is_listed_is_called_for(answer: Any) -> None:
    _, found = planned(on("/things", get=does(answer)), on("/things/{id}", "id", get=does(THING)))
    assert needed(found, "GET /things/{id}") == {"{id}": ["GET /things"]}


def test_nested_resources_are_called_for_within_their_parents() -> None:
    _, found = planned(
        on("/users", post=does(THING, THING)),
        on("/users/{user_id}/posts", "user_id", post=does(THING, THING), get=does(a_list(THING))),
        on("/users/{id}/posts/{post_id}", "id", "post_id", delete=does()),
    )
    assert needed(found, "POST /users/{user_id}/posts") == {"{user_id}": ["POST /users"]}
    both = ["POST /users/{user_id}/posts", "GET /users/{user_id}/posts"]
    assert needed(found, "DELETE /users/{id}/posts/{post_id}") == {"{id}": both, "{post_id}": both}


def test_identifiers_elsewhere_than_in_the_path() -> None:
    order = an_object(thing_id=ID, note=TEXT, lines=a_list(an_object(thing_id=ID)), parts=a_list(ID))
    _, found = planned(
        on("/things", post=does(THING, THING)),
        on("/orders", post=does(THING, {**order, "required": ["thing_id"]}),
           get=does(parameters=[{"name": "thing_id", "required": True}])),
    )  # fmt: skip
    from_things = ["POST /things"]
    assert needed(found, "POST /orders") == {
        "body /thing_id": from_things,
        "body /lines/*/thing_id": from_things,
    }
    assert needed(found, "GET /orders") == {"query thing_id": from_things}
    assert [need.required for need in found.needs["POST /orders"]].count(True) == 1


def test_things_are_found_by_name_too() -> None:
    _, found = planned(
        on("/things", post=does(THING, THING)),
        on("/things/{id}", "id", delete=does()),
        on("/things/by-name/{name}", "name", kind=TEXT, get=does(THING)),
    )
    assert needed(found, "GET /things/by-name/{name}") == {"{name}": ["POST /things"]}


def test_what_a_client_names_itself_is_made_by_put() -> None:
    _, found = planned(on("/files/{name}", "name", kind=TEXT, put=does(None, THING, "201"), get=does(THING)))
    assert needed(found, "GET /files/{name}") == {"{name}": ["PUT /files/{name}"]}
    (own,) = found.needs["PUT /files/{name}"]
    assert (own.resource, own.required) == ("/files/{}", False)


def test_what_nothing_tells_of_is_named_with_the_reason() -> None:
    free = {"name": "currency", "in": "path", "schema": TEXT, "example": "USD"}
    _, found = planned(
        on("/things/{id}", "id", get=does(THING)),
        on("/things/{id}/parts", "id", get=does(a_list(THING))),
        on(
            "/rates/{currency}",
            get={**does(THING), "parameters": [{"name": "currency", "in": "path", **free}]},
        ),
    )
    assert found.uncovered == {
        "GET /things/{id}": "nothing tells which {id} there are",
        "GET /things/{id}/parts": "nothing tells which {id} there are",
    }


def test_the_code_of_an_envelope_is_no_identifier() -> None:
    for told, pointer in (
        (an_object(code=ID, msg=TEXT, data=THING), "/data/id"),
        (an_object(code=ID), "/code"),
    ):
        _, found = planned(
            on("/things", post=does(told, THING, "201")), on("/things/{id}", "id", get=does(told))
        )
        (producer,) = found.producers["POST /things"]
        (identifier,) = producer.sources
        assert isinstance(identifier, Identifier)
        assert identifier.pointer == pointer


def test_identifiers_are_never_made_up() -> None:
    _, found = planned(
        on("/things", post=does(THING, {"properties": {"owner_id": ID, "id": ID, "bid": TEXT}}))
    )
    assert {*found.empty_slots["POST /things"]} == {Slot("body", "/owner_id"), Slot("body", "/id")}


def test_what_is_made_beside_its_collection_is_called_for() -> None:
    _, found = planned(
        on("/things/upload", post=does(THING, THING)), on("/things/{id}", "id", get=does(THING))
    )
    assert needed(found, "GET /things/{id}") == {"{id}": ["POST /things/upload"]}


def test_an_operation_whose_schemas_lead_nowhere_is_left_out() -> None:
    broken = does({"$ref": "#/components/schemas/Nowhere"})
    found = read_operations(contract(on("/things", get=broken, post=does(THING, THING))))
    simulation = Simulation(found)
    assert [*simulation.compiled.uncovered] == ["GET /things"]
    assert "'#/components/schemas/Nowhere' leads nowhere" in simulation.compiled.uncovered["GET /things"]
    assert simulation.journeys.next_step().call.operation.label == "POST /things"


def test_a_number_that_counts_is_no_reference() -> None:
    by_number = does(THING, {"properties": {"thing": ID, "size": ID}})
    by_text = on("/colours/{id}", "id", kind=TEXT, get=does(THING))
    _, found = planned(
        on("/things", post=does(THING, THING)),
        on("/things/{id}", "id", get=does(THING)),
        on("/sizes", post=does(THING, THING)),
        on("/sizes/{id}", "id", get=does(THING)),
        on("/colours", post=does(an_object(id=TEXT), {"properties": {"name": TEXT}})),
        by_text,
        on("/orders", post=by_number),
        on("/paints", post=does(THING, {"properties": {"colour": ID}})),
    )
    assert needed(found, "POST /orders") == {"body /thing": ["POST /things"]}
    assert needed(found, "POST /paints") == {}


def test_things_that_refer_to_each_other_can_be_made() -> None:
    _, found = planned(
        on("/heads", post=does(THING, an_object(tail_id=ID))),
        on("/tails", post=does(THING, an_object(head_id=ID)), get=does(a_list(THING))),
        on("/tails/{id}", "id", get=does(THING)),
    )
    assert found.uncovered == {}
    assert [found.needs[f"POST /{each}"][0].made_up for each in ("heads", "tails")] == [True, False]
    rings = on("/rings", post=does(THING, an_object(next_ring_id=ID)))
    simulation = Simulation(read_operations(contract(rings)))
    assert isinstance(simulation.journeys.next_step().call.payload["next_ring_id"], int)


def test_a_thing_is_not_asked_for_its_own_name_before_it_is_made() -> None:
    _, found = planned(
        on("/pools", post=does(an_object(pool_name=TEXT), an_object(pool_name=TEXT))),
        on("/pools/{pool_name}", "pool_name", kind=TEXT, get=does(THING)),
        on("/queues", post=does(THING, {"properties": {"pool_name": TEXT, "name": TEXT}})),
    )
    assert found.needs["POST /pools"] == ()
    assert needed(found, "POST /queues") == {"body /pool_name": ["POST /pools"]}


def test_what_only_the_service_understands_is_left_empty() -> None:
    names = [("X-Api-Version", "header"), ("X-Request-Id", "header"), ("cursor", "query"), ("q", "query")]
    _, found = planned(
        on("/things", get=does(THING, parameters=[{"name": name, "in": place} for name, place in names]))
    )
    assert found.empty_slots["GET /things"] == (Slot("header", "X-Api-Version"), Slot("query", "cursor"))


def test_guesses_are_told() -> None:
    guess = {"responses": {"200": {"description": "fine"}}}
    _, found = planned(
        on("/greetings/{person}", "person", kind=TEXT, get=guess),
        on("/views/{view}", "view", kind=TEXT, get=does(THING)),
    )
    assert found.guessed_parameters == {"GET /greetings/{person}": ("person",)}
    assert [*found.uncovered] == ["GET /views/{view}"]
    assert "guessed" in [*found.lines(["GET /greetings/{person}"])][1]


def test_a_guess_that_never_works_is_given_up() -> None:
    guess = {"responses": {"200": {"description": "fine"}}}
    found, _ = planned(
        on("/greetings/{person}", "person", kind=TEXT, get=guess), on("/things", get=does(THING))
    )
    simulation = Simulation([*found.values()])
    labels = []
    for _ in range(400):
        step = simulation.journeys.next_step()
        labels.append(step.call.operation.path)
        simulation.journeys.complete(step, None, succeeded=step.call.operation.path == "/things")
    assert 20 < labels.count("/greetings/{person}") < 110


def test_names_differ_once_a_service_minds() -> None:
    few = {"type": "string", "maxLength": 40, "examples": ["one", "two"]}
    found = read_operations(contract(on("/things", post=does(THING, an_object(name=few), "201"))))
    simulation = Simulation(found)

    def names(count: int) -> list[str]:
        steps = [simulation.journeys.next_step() for _ in range(count)]
        return [step.call.payload["name"] for step in steps]

    assert len({*names(200)}) < 200
    simulation.journeys.record_refusal(simulation.journeys.next_step(), 409)
    assert len({*names(200)}) == 200


def test_uuids_of_what_nothing_tells_of() -> None:
    uuid = {"type": "string", "format": "uuid"}
    task = an_object(id=uuid, name=TEXT, depends_on=a_list(uuid), parent=uuid, owner_ref=uuid)
    task["required"] = ["id", "name", "parent"]
    _, found = planned(on("/tasks", post=does(THING, task, "201")))
    assert [str(slot) for slot in found.empty_slots["POST /tasks"]] == ["body /depends_on", "body /owner_ref"]
    assert "    body /parent <- made up: required, and no operation lists the valid values" in [
        *found.lines(["POST /tasks"])
    ]


@pytest.mark.parametrize("allowed", [True, False])
def test_what_a_reset_may_have_erased_is_not_lost(allowed: bool) -> None:
    found = read_operations(
        contract(on("/things", post=does(THING, THING, "201")) | on("/admin/reset", post=does()))
    )
    options = Options(load_profile("mixed"), Selection(allow_destructive=allowed))
    assert Simulation(found, options).compiled.indirect_changes.may_erase_unnamed is allowed


def test_one_thing_by_several_of_its_properties() -> None:
    _, found = planned(
        on("/users", post=does(an_object(id=ID, login=TEXT), an_object(login=TEXT))),
        on("/users/{id}", "id", get=does(THING), delete=does()),
        on("/users/{login}/keys", "login", kind=TEXT, get=does(THING)),
    )
    by_id, by_login = (found.needs[f"GET /users/{each}"][0].resource for each in ("{id}", "{login}/keys"))
    assert (by_id, by_login) == ("/users/{}", "/users/{login}")
    (twin,) = [producer for producer in found.producers["POST /users"] if producer.resource == by_login]
    assert (twin.sources, twin.alias_of) == (("/login",), by_id)


def test_things_that_are_made_elsewhere() -> None:
    _, found = planned(
        on("/projects", post=does(THING, THING)),
        on("/projects/{id}/features", "id", post=does(an_object(name=TEXT), an_object(name=TEXT))),
        on("/projects/{id}/features/{name}", "id", "name", kind=TEXT, get=does(THING)),
        on("/features/{featureName}/tags", "featureName", kind=TEXT, get=does(THING)),
    )
    assert needed(found, "GET /features/{featureName}/tags") == {
        "{featureName}": ["POST /projects/{id}/features"]
    }


def test_identifiers_where_answers_are_empty() -> None:
    _, found = planned(
        on("/databases", post=does({"type": "object"}, an_object(name=TEXT))),
        on("/databases/{database}", "database", kind=TEXT, get=does(THING)),
    )
    (producer,) = found.producers["POST /databases"]
    told = Exchange("", "/databases", {}, {}, {}, {"name": "main"}, 200, {}, {})
    assert [*producer.entities(told)] == [("main",)]
    relative = Exchange("", "/databases", {}, {}, {}, {"name": "x"}, 201, {"location": "databases/y"}, {})
    assert [*producer.entities(relative)] == [("y",)]


def test_a_replacement_names_what_it_replaces() -> None:
    _, found = planned(
        on("/things", post=does(THING, THING)),
        on("/things/{thing_id}", "thing_id", put=does(THING, THING)),
    )
    assert needed(found, "PUT /things/{thing_id}") == {
        "{thing_id}": ["POST /things"],
        "body /id": ["POST /things"],
    }


def test_a_change_neither_deletes_nor_renames() -> None:
    change = an_object(name=TEXT, archived={"type": "boolean"})
    found, _ = planned(
        on("/things", post=does(an_object(id=ID, name=TEXT), THING)),
        on("/things/{id}", "id", put=does(THING, change)),
        on("/things/by-name/{name}", "name", kind=TEXT, get=does(THING)),
    )
    simulation = Simulation([*found.values()])
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


def test_the_plan_tells_why() -> None:
    _, found = planned(
        on("/things", post=does(THING, THING), get=does(a_list(THING))),
        on("/things/{id}", "id", get=does(THING)),
    )
    assert list(found.lines(["GET /things/{id}"])) == [
        "GET /things/{id}",
        "    {id} <- POST /things: makes it: /id of its answer; GET /things: lists it: /0/id",
    ]


class Shop:
    """A service in memory that answers as its document says, and refuses ids that it does not know."""

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
    found, _ = planned(
        on("/things", post=does(None, an_object(name=TEXT), "201")),
        on("/things/{id}", "id", get=does(), delete=does()),
        on("/orders", post=does(an_object(id=ID), an_object(thing_id=ID), "201")),
        on("/orders/{id}", "id", get=does(), delete=does()),
        on("/cache/purge", post=does()),
    )
    options = Options(load_profile("mixed"), Selection(**selection))
    return Simulation([*found.values()], options)


def test_journeys_follow_what_is_inferred() -> None:
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


def test_what_others_own_is_neither_changed_nor_deleted() -> None:
    for allowed in (False, True):
        simulation = shop(allow_destructive=allowed)
        for key in range(-50, 0):
            simulation.known.add_foreign("/things/{}", (key,))
        deleted = set()
        for _ in range(500):
            step = simulation.journeys.next_step()
            if step.call.operation.label == "DELETE /things/{id}":
                deleted.add(step.call.path["id"])
            simulation.journeys.complete(step, None)
        assert bool(deleted) is allowed
        assert ("POST /cache/purge" in simulation.compiled.uncovered) is not allowed


@pytest.mark.parametrize("allowed", [False, True])
def test_actions_on_all_that_there_is_are_not_called(allowed: bool) -> None:
    found, _ = planned(
        on("/inbox", get=does(a_list(THING)), post=does(THING, an_object(name=TEXT), "201")),
        on("/inbox/mark-all-read", post=does()),
        on("/inbox/search", post=does(a_list(THING), an_object(name=TEXT))),
    )
    options = Options(load_profile("mixed"), Selection(allow_destructive=allowed))
    simulation = Simulation([*found.values()], options)
    assert ("POST /inbox/mark-all-read" in simulation.compiled.uncovered) is not allowed
    assert "POST /inbox/search" not in simulation.compiled.uncovered
    assert "POST /inbox" not in simulation.compiled.uncovered


def test_nothing_is_sent_that_only_pretends() -> None:
    asked = an_object(name=TEXT, dryRun={"type": "boolean"})
    found, _ = planned(on("/things", post=does(THING, asked, "201")))
    simulation = Simulation([*found.values()])
    payloads = [simulation.journeys.next_step().call.payload for _ in range(100)]
    assert not any(each.get("dryRun") for each in payloads)


def asked_for(
    made: dict[str, Any], headers: dict[str, str], shown: dict[str, Any], schema: Any = THING
) -> Any:
    """The other identifier that is found in an answer to GET, for a thing that was created with `made`."""
    found, _ = planned(
        on("/things", post=does(THING, an_object(name=TEXT), "201")),
        on("/things/{id}", "id", kind=TEXT, get=does(schema)),
    )
    simulation = Simulation([*found.values()])
    while (step := simulation.journeys.next_step()).call.operation.method == "post":
        call = step.call
        told = Exchange("", call.target, {}, {}, {}, call.payload, 201, headers, made)
        simulation.journeys.complete(step, told)
    call = step.call
    return identifier_shown_instead(step, Exchange("", call.target, call.path, {}, {}, None, 200, {}, shown))


def test_another_thing_is_one_with_another_identifier_where_it_showed_its_own() -> None:
    shown = {"id": 7, "name": "thing"}
    assert asked_for({"id": 5, "name": "thing"}, {}, shown) == 7
    assert asked_for({"id": 5, "name": "thing"}, {"location": "/things/5"}, shown) == 7
    assert asked_for({"id": 5, "name": "thing"}, {}, {"id": 5, "name": "thing"}) is None
    assert asked_for({"id": 5, "name": "thing"}, {}, {"id": 7, "secret": "5"}) is None
    assert asked_for({"id": 5, "name": "thing"}, {}, shown, an_object(name=TEXT)) is None
    # Its address is not what its answers show of it.
    assert asked_for({"id": 7, "name": "thing"}, {"location": "/things/abc"}, shown) is None
