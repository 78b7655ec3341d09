"""Header fields that mean the same everywhere get values that mean something."""

from itertools import pairwise
from typing import Any

import pytest

from contract_tests.support.documents import contract
from contract_tests.support.path_items import ID, TEXT, an_object, does, on
from contract_tests.support.simulation import Simulation
from load.journeys.entity_tags import EntityTag
from load.planning.plan import Slot
from openapi.operation_reader import read_operations

NEW = an_object(name=TEXT)
AT = {Slot("path", "id"): 1}


def field(name: str, required: bool = False, schema: Any = TEXT) -> Any:
    return {"name": name, "in": "header", "required": required, "schema": schema}


def simulation(**parameters: Any) -> Simulation:
    described = {method: [parameter] for method, parameter in parameters.items()}
    shown = an_object(id=ID, name=TEXT)
    things = on("/things", post=does(shown, NEW, "201", parameters=described.get("post", ())))
    thing = on(
        "/things/{id}",
        "id",
        get=does(shown, parameters=described.get("get", ())),
        put=does(shown, NEW, parameters=described.get("put", ())),
        delete=does(status="204"),
    )
    return Simulation(read_operations(contract(things | thing)))


def names_sent(simulation: Simulation, label: str) -> set[str]:
    builder = simulation.compiled.builders[label]
    return {name.lower() for _ in range(50) for name in builder.build(AT).headers}


@pytest.mark.parametrize("name", ["If-Match", "if-none-match", "If-Modified-Since", "IF-UNMODIFIED-SINCE"])
def test_preconditions_are_not_made_up(name: str) -> None:
    assert name.lower() not in names_sent(simulation(put=field(name)), "PUT /things/{id}")


def test_a_required_if_match_is_whatever_there_is_until_an_etag_is_known() -> None:
    builder = simulation(put=field("If-Match", required=True)).compiled.builders["PUT /things/{id}"]
    assert {builder.build(AT).headers["If-Match"] for _ in range(20)} == {"*"}


@pytest.mark.parametrize("schema", [TEXT, {**TEXT, "format": "uuid"}, {**TEXT, "maxLength": 40}])
def test_each_creation_has_a_key_of_its_own(schema: Any) -> None:
    made = simulation(post=field("idempotency-key", schema=schema))
    builder = made.compiled.builders["POST /things"]
    calls = [builder.build({}, bare=True) for _ in range(30)]
    keys = {call.headers["idempotency-key"] for call in calls}
    assert len(keys) == 30
    assert all(made.compiled.is_own(key) and key.isascii() and " " not in key for key in keys)
    # A creation that is carried out twice can be told from others.
    assert all(made.compiled.is_own(call.payload["name"]) for call in calls)


def test_where_a_precondition_is_required_it_is_always_sent() -> None:
    paths = on("/things/{id}", "id", put=does(NEW, NEW, parameters=[field("If-Match")]))
    paths["/things/{id}"]["put"]["responses"]["428"] = {"description": "no precondition"}
    made = Simulation(read_operations(contract(paths | on("/things", post=does(an_object(id=ID), NEW)))))
    builder = made.compiled.builders["PUT /things/{id}"]
    assert {builder.build(AT, bare=True).headers["If-Match"] for _ in range(20)} == {"*"}


def test_other_calls_need_no_key() -> None:
    assert simulation(put=field("Idempotency-Key")).compiled.key_fields == {}


@pytest.mark.parametrize("label", ["PUT /things/{id}", "GET /things/{id}"])
def test_known_etags_are_sent_for_a_share_of_the_calls(label: str) -> None:
    made = simulation(put=field("If-Match"), get=field("If-None-Match"))
    pool = made.knowledge.pools["/things/{}"]
    entity = pool.add((1,), is_own=True)
    operation = made.compiled.operations[label]
    steps = [made.journeys._steps.build(operation) for _ in range(300)]
    assert not any(step.condition for step in steps if step)
    for tag in ('"1"', '"2"'):
        entity.add_tag(EntityTag(tag, 1.0, 1.1))
    steps = [made.journeys._steps.build(operation) for _ in range(300)]
    conditions = [step.condition for step in steps if step and step.condition]
    assert 5 < len(conditions) < 250
    assert {condition.tag.text for condition in conditions} <= {'"1"', '"2"'}
    for step in steps:
        if step and step.condition and step.condition.is_sent:
            assert step.call.headers[step.condition.field] == step.condition.tag.text


def test_users_change_the_same_entity_at_the_same_time() -> None:
    made = simulation(put=field("If-Match"))
    pool = made.knowledge.pools["/things/{}"]
    for number in range(100):
        entity = pool.add((number,), is_own=True)
        entity.add_tag(EntityTag(f'"{number}"', 1.0, 1.1))
    operation = made.compiled.operations["PUT /things/{id}"]
    steps = [made.journeys._steps.build(operation) for _ in range(200)]
    entities = [step.entity for step in steps if step and step.condition]
    contended = sum(one is other for one, other in pairwise(entities))
    assert contended > 20
    assert max(entity.use_count for entity in pool.entities.values()) > 1
