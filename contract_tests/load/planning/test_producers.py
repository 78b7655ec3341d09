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


def test_a_list_of_one_in_the_answer_to_a_creation_is_what_was_created() -> None:
    answer = an_object(result=a_list(an_object(_id=ID)))
    _, plan = planned(
        on("/things", post=does(answer, THING, "201")), on("/things/{n}", "n", get=does(), delete=does())
    )
    (producer,) = plan.producers["POST /things"]
    assert producer.creates
    assert [*producer.entities(_answered({"result": [{"_id": 7}]}))] == [(7,)]
    assert [*producer.entities(_answered({"result": [{"_id": 7}, {"_id": 8}]}))] == []


def test_the_location_field_says_what_was_created_whatever_else_an_answer_shows() -> None:
    _, plan = planned(
        on("/things", post=does(THING, THING, "201")), on("/things/{id}", "id", get=does(THING))
    )
    (producer,) = plan.producers["POST /things"]
    location = {"location": "http://there/api/things/9"}
    assert [*producer.entities(_answered({"id": 7}, location))] == [("9",)]


@pytest.mark.parametrize(
    ("field", "is_found"), [("X-Id", True), ("X-Thing-Id", True), ("X-Request-Id", False)]
)
def test_a_documented_header_field_may_have_the_identifier(field: str, is_found: bool) -> None:
    creation = does(None, THING, "201")
    creation["responses"]["201"]["headers"] = {field: {"schema": TEXT}}
    _, plan = planned(
        on("/things", post=creation), on("/things/{thing_id}", "thing_id", kind=TEXT, get=does(THING))
    )
    (producer,) = plan.producers["POST /things"]
    assert [*producer.entities(_answered(None, {field.lower(): "T/1"}))] == [("T/1",)] * is_found


def test_an_identifier_that_the_answer_does_not_give_is_not_the_name_that_was_sent() -> None:
    _, plan = planned(
        on("/things", post=does(an_object(id=TEXT), an_object(name=TEXT), "201")),
        on("/things/{thing_id}", "thing_id", kind=TEXT, get=does(THING)),
    )
    (producer,) = plan.producers["POST /things"]
    assert [*producer.entities(_answered({}, sent={"name": "x"}))] == []


def test_the_names_of_a_mapping_are_identifiers() -> None:
    things = {"type": "object", "additionalProperties": THING}
    for answer, body in (
        (things, {"a": {}, "b": {}}),
        (an_object(things=things), {"things": {"a": {}, "b": {}}}),
    ):
        _, plan = planned(
            on("/things", get=does(answer)), on("/things/{name}", "name", kind=TEXT, get=does(THING))
        )
        (producer,) = plan.producers["GET /things"]
        assert [*producer.entities(_answered(body))] == [("a",), ("b",)]


def test_read_only_properties_are_no_identifiers_that_the_client_chooses() -> None:
    body = an_object(uuid={**TEXT, "readOnly": True}, url=TEXT)
    _, plan = planned(
        on("/things", post=does(None, body)), on("/things/{uuid}", "uuid", kind=TEXT, get=does(THING))
    )
    (producer,) = plan.producers["POST /things"]
    assert [*producer.entities(_answered({"uuid": "u1"}, sent={"url": "x"}))] == [("u1",)]


@pytest.mark.parametrize("method", ["put", "post"])
@pytest.mark.parametrize("status", ["200", "201"])
@pytest.mark.parametrize("answer", [THING, a_list(THING)])
def test_a_value_in_a_path_is_no_name_of_an_entity_unless_something_else_knows_it(
    method: str, status: str, answer: Any
) -> None:
    _, plan = planned(
        on("/default-branch", get=does(answer)),
        on("/branches", get=does(a_list(THING))),
        on("/default-branch/{name}", "name", kind=TEXT, **{method: does(THING, status=status)}),
    )
    label = f"{method.upper()} /default-branch/{{name}}"
    assert any(producer.creates for producer in plan.producers.get(label, ())) == (answer != THING)


def _answered(body: Any, headers: dict[str, str] | None = None, sent: Any = None) -> Exchange:
    return Exchange("POST", "/things", {}, {}, {}, sent, 201, headers or {}, body)


def test_the_name_of_an_account_addresses_it_elsewhere() -> None:
    user = an_object(username=TEXT, email=TEXT)
    _, plan = planned(
        on("/users", post=does(an_object(user=user), an_object(user=user), "201")),
        on("/users/{username}", "username", kind=TEXT, get=does(an_object(user=user))),
        on("/profiles/{username}", "username", kind=TEXT, get=does(an_object(profile=user))),
    )
    for path in ("/users", "/profiles"):
        assert needed(plan, f"GET {path}/{{username}}") == {"{username}": ["POST /users"]}
    answer = {"user": {"username": "u1"}}
    entities = {
        producer.resource: [*producer.entities(_answered(answer))]
        for producer in plan.producers["POST /users"]
    }
    assert entities == {"/users/{}": [("u1",)], "/profiles/{}": [("u1",)]}


@pytest.mark.parametrize("is_odd_first", [True, False])
def test_one_odd_name_in_a_path_does_not_change_what_identifies_an_entity(is_odd_first: bool) -> None:
    kinds = an_object(kind=TEXT, id=TEXT)
    odd = on("/things/{kind}/count", "kind", kind=TEXT, get=does(THING))
    usual = on("/things/{id}", "id", kind=TEXT, get=does(kinds), delete=does())
    created = on("/things", post=does(kinds, an_object(kind=TEXT), "201"))
    _, plan = planned(*((created, odd, usual) if is_odd_first else (created, usual, odd)))
    (need,) = [need for need in plan.needs["DELETE /things/{id}"] if need.addressed]
    (producer,) = [
        producer for producer in plan.producers["POST /things"] if producer.resource == need.resource
    ]
    assert [*producer.entities(_answered({"id": "t1", "kind": "red"}))] == [("t1",)]
