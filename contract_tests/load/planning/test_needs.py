"""Which identifiers an operation needs, and which are never invented."""

from contract_tests.support.documents import contract
from contract_tests.support.path_items import ID, TEXT, a_list, an_object, does, on
from contract_tests.support.plans import THING, needed, planned
from contract_tests.support.simulation import Simulation
from load.planning.plan import Cursor, Slot
from openapi.operation_reader import read_operations


def test_identifiers_in_bodies_and_queries_are_needs() -> None:
    order = an_object(thing_id=ID, note=TEXT, lines=a_list(an_object(thing_id=ID)), parts=a_list(ID))
    _, plan = planned(
        on("/things", post=does(THING, THING)),
        on("/orders", post=does(THING, {**order, "required": ["thing_id"]}),
           get=does(parameters=[{"name": "thing_id", "required": True}])),
    )  # fmt: skip
    from_things = ["POST /things"]
    assert needed(plan, "POST /orders") == {
        "body /thing_id": from_things,
        "body /lines/*/thing_id": from_things,
    }
    assert needed(plan, "GET /orders") == {"query thing_id": from_things}
    assert [need.required for need in plan.needs["POST /orders"]].count(True) == 1


def test_unknown_identifiers_are_never_invented() -> None:
    _, plan = planned(
        on("/things", post=does(THING, {"properties": {"owner_id": ID, "id": ID, "bid": TEXT}}))
    )
    assert {*plan.empty_slots["POST /things"]} == {Slot("body", "/owner_id"), Slot("body", "/id")}


def test_a_number_that_counts_is_no_identifier() -> None:
    by_number = does(THING, {"properties": {"thing": ID, "size": ID}})
    by_text = on("/colours/{id}", "id", kind=TEXT, get=does(THING))
    _, plan = planned(
        on("/things", post=does(THING, THING)),
        on("/things/{id}", "id", get=does(THING)),
        on("/sizes", post=does(THING, THING)),
        on("/sizes/{id}", "id", get=does(THING)),
        on("/colours", post=does(an_object(id=TEXT), {"properties": {"name": TEXT}})),
        by_text,
        on("/orders", post=by_number),
        on("/paints", post=does(THING, {"properties": {"colour": ID}})),
    )
    assert needed(plan, "POST /orders") == {"body /thing": ["POST /things"]}
    assert needed(plan, "POST /paints") == {}


def test_entities_that_refer_to_each_other_can_be_created() -> None:
    _, plan = planned(
        on("/heads", post=does(THING, an_object(tail_id=ID))),
        on("/tails", post=does(THING, an_object(head_id=ID)), get=does(a_list(THING))),
        on("/tails/{id}", "id", get=does(THING)),
    )
    assert plan.uncovered == {}
    assert [plan.needs[f"POST /{collection}"][0].made_up for collection in ("heads", "tails")] == [
        True,
        False,
    ]
    rings = on("/rings", post=does(THING, an_object(next_ring_id=ID)))
    simulation = Simulation(read_operations(contract(rings)))
    assert isinstance(simulation.journeys.next_step().call.payload["next_ring_id"], int)


def test_a_creation_does_not_need_its_own_name() -> None:
    _, plan = planned(
        on("/pools", post=does(an_object(pool_name=TEXT), an_object(pool_name=TEXT))),
        on("/pools/{pool_name}", "pool_name", kind=TEXT, get=does(THING)),
        on("/queues", post=does(THING, {"properties": {"pool_name": TEXT, "name": TEXT}})),
    )
    assert plan.needs["POST /pools"] == ()
    assert needed(plan, "POST /queues") == {"body /pool_name": ["POST /pools"]}


def test_parameters_only_the_service_understands_are_not_sent() -> None:
    names = [("X-Api-Version", "header"), ("X-Request-Id", "header"), ("cursor", "query"), ("q", "query")]
    _, plan = planned(
        on("/things", get=does(THING, parameters=[{"name": name, "in": place} for name, place in names]))
    )
    assert plan.empty_slots["GET /things"] == (Slot("header", "X-Api-Version"),)
    assert plan.cursors["GET /things"] == (Cursor(Slot("query", "cursor"), required=False),)


def test_a_replacement_sends_the_identifier_of_its_path() -> None:
    _, plan = planned(
        on("/things", post=does(THING, THING)),
        on("/things/{thing_id}", "thing_id", put=does(THING, THING)),
    )
    assert needed(plan, "PUT /things/{thing_id}") == {
        "{thing_id}": ["POST /things"],
        "body /id": ["POST /things"],
    }


def test_siblings_by_path_come_before_strangers_by_name() -> None:
    _, plan = planned(
        on("/items", post=does(THING, THING)),
        on("/shops", post=does(THING, THING)),
        on("/shops/{id}/items", "id", post=does(THING, THING)),
        on("/shops/{id}/orders", "id", post=does(THING, an_object(item_id=ID))),
        on("/orders", post=does(THING, an_object(item_id=ID))),
    )
    by_body = {label: needed(plan, label)["body /item_id"] for label in plan.needs if "orders" in label}
    assert by_body == {
        "POST /shops/{id}/orders": ["POST /shops/{id}/items"],
        "POST /orders": ["POST /items"],
    }


def test_a_call_that_shows_no_entity_is_no_source_of_what_its_path_is_called_after() -> None:
    lease = an_object(lease_id=ID)
    _, plan = planned(
        on("/limits/increment-with-lease", post=does(lease, an_object(slots=ID))),
        on("/limits/decrement-with-lease", post=does(None, lease, "204")),
        on("/limits/leases/{lease_id}/renew", "lease_id", post=does(status="204")),
    )
    needs = needed(plan, "POST /limits/decrement-with-lease")
    assert needs == {"body /lease_id": ["POST /limits/increment-with-lease"]}


def test_what_is_created_within_another_entity_may_be_the_link_to_one_further_up() -> None:
    _, plan = planned(
        on("/labels", post=does(THING, THING)),
        on("/projects", post=does(THING, THING)),
        on("/projects/{id}/labels", "id", post=does(THING, an_object(label_id=ID))),
        on("/projects/{id}/labels/{label_id}", "id", "label_id", delete=does()),
    )
    assert needed(plan, "POST /projects/{id}/labels")["body /label_id"] == ["POST /labels"]


def test_a_cursor_in_a_body_is_not_made_up() -> None:
    search = {"properties": {"query": TEXT, "next_page_token": TEXT, "nickname": TEXT}}
    _, plan = planned(on("/things/search", post=does(a_list(THING), search)))
    assert plan.empty_slots["POST /things/search"] == (Slot("body", "/next_page_token"),)
