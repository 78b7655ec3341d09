"""Which operations produce the identifiers that others need."""

from typing import Any

import pytest

from contract_tests.support.path_items import ID, TEXT, a_list, an_object, does, on
from contract_tests.support.plans import THING, needed, planned
from load.planning.identifiers import Identifier
from openapi.expressions import Exchange


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
def test_creations_produce_identifiers(parameter: str, kind: Any, answer: Any) -> None:
    _, plan = planned(
        on("/things", post=does(answer, THING, "201")),
        on(f"/things/{{{parameter}}}", parameter, kind=kind, get=does(THING)),
    )
    label = f"GET /things/{{{parameter}}}"
    assert needed(plan, label) == {f"{{{parameter}}}": ["POST /things"]}
    assert plan.uncovered == {}


@pytest.mark.parametrize(
    "answer",
    [a_list(THING), an_object(items=a_list(THING), total=ID), an_object(data=an_object(rows=a_list(THING)))],
)
def test_lists_produce_identifiers(answer: Any) -> None:
    _, plan = planned(on("/things", get=does(answer)), on("/things/{id}", "id", get=does(THING)))
    assert needed(plan, "GET /things/{id}") == {"{id}": ["GET /things"]}


def test_nested_resources_need_their_parents() -> None:
    _, plan = planned(
        on("/users", post=does(THING, THING)),
        on("/users/{user_id}/posts", "user_id", post=does(THING, THING), get=does(a_list(THING))),
        on("/users/{id}/posts/{post_id}", "id", "post_id", delete=does()),
    )
    assert needed(plan, "POST /users/{user_id}/posts") == {"{user_id}": ["POST /users"]}
    both = ["POST /users/{user_id}/posts", "GET /users/{user_id}/posts"]
    assert needed(plan, "DELETE /users/{id}/posts/{post_id}") == {"{id}": both, "{post_id}": both}


def test_a_name_may_be_an_identifier() -> None:
    _, plan = planned(
        on("/things", post=does(THING, THING)),
        on("/things/{id}", "id", delete=does()),
        on("/things/by-name/{name}", "name", kind=TEXT, get=does(THING)),
    )
    assert needed(plan, "GET /things/by-name/{name}") == {"{name}": ["POST /things"]}


def test_put_produces_identifiers_that_the_client_chooses() -> None:
    _, plan = planned(on("/files/{name}", "name", kind=TEXT, put=does(None, THING, "201"), get=does(THING)))
    assert needed(plan, "GET /files/{name}") == {"{name}": ["PUT /files/{name}"]}
    (own,) = plan.needs["PUT /files/{name}"]
    assert (own.resource, own.required) == ("/files/{}", False)


def test_the_status_code_of_an_envelope_is_no_identifier() -> None:
    for answer, pointer in (
        (an_object(code=ID, msg=TEXT, data=THING), "/data/id"),
        (an_object(code=ID), "/code"),
    ):
        _, plan = planned(
            on("/things", post=does(answer, THING, "201")), on("/things/{id}", "id", get=does(answer))
        )
        (producer,) = plan.producers["POST /things"]
        (identifier,) = producer.sources
        assert isinstance(identifier, Identifier)
        assert identifier.pointer == pointer


def test_creations_below_a_collection_produce_identifiers() -> None:
    _, plan = planned(
        on("/things/upload", post=does(THING, THING)), on("/things/{id}", "id", get=does(THING))
    )
    assert needed(plan, "GET /things/{id}") == {"{id}": ["POST /things/upload"]}


def test_an_entity_may_have_several_identifiers() -> None:
    _, plan = planned(
        on("/users", post=does(an_object(id=ID, login=TEXT), an_object(login=TEXT))),
        on("/users/{id}", "id", get=does(THING), delete=does()),
        on("/users/{login}/keys", "login", kind=TEXT, get=does(THING)),
    )
    by_id, by_login = (plan.needs[f"GET /users/{path}"][0].resource for path in ("{id}", "{login}/keys"))
    assert (by_id, by_login) == ("/users/{}", "/users/{login}")
    (twin,) = [producer for producer in plan.producers["POST /users"] if producer.resource == by_login]
    assert (twin.sources, twin.alias_of) == (("/login",), by_id)


def test_entities_created_under_another_path_produce_identifiers() -> None:
    _, plan = planned(
        on("/projects", post=does(THING, THING)),
        on("/projects/{id}/features", "id", post=does(an_object(name=TEXT), an_object(name=TEXT))),
        on("/projects/{id}/features/{name}", "id", "name", kind=TEXT, get=does(THING)),
        on("/features/{featureName}/tags", "featureName", kind=TEXT, get=does(THING)),
    )
    assert needed(plan, "GET /features/{featureName}/tags") == {
        "{featureName}": ["POST /projects/{id}/features"]
    }


def test_identifiers_are_taken_from_requests_and_location() -> None:
    _, plan = planned(
        on("/databases", post=does({"type": "object"}, an_object(name=TEXT))),
        on("/databases/{database}", "database", kind=TEXT, get=does(THING)),
    )
    (producer,) = plan.producers["POST /databases"]
    exchange = Exchange("", "/databases", {}, {}, {}, {"name": "main"}, 200, {}, {})
    assert [*producer.entities(exchange)] == [("main",)]
    relative = Exchange("", "/databases", {}, {}, {}, {"name": "x"}, 201, {"location": "databases/y"}, {})
    assert [*producer.entities(relative)] == [("y",)]
