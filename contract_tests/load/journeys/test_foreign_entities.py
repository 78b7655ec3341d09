"""A run neither changes nor deletes entities that others have made."""

import itertools
from random import Random
from typing import Any

import pytest

from contract_tests.support.path_items import ID, TEXT, a_list, an_object, does, on, resource
from contract_tests.support.simulation import OF_THE_REST, Answer, simulated
from load.journeys.step import Step

LONG = {"type": "string", "minLength": 20}


def test_what_contains_foreign_entities_is_not_deleted() -> None:
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
    """The labels and the payloads of all calls to a service that has foreign documents."""
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
def test_foreign_entities_are_not_put_into_own_ones(method: str) -> None:
    """Deleting a folder may delete what it contains."""
    put = {method: does(status="204")}
    beside = on("/folders/{id}/documents/{document_id}", "id", "document_id", kind=ID, **put)
    labels, _ = labels_of(resource("folders", an_object(name=LONG)) | DOCUMENTS | beside)
    assert "DELETE /folders/{id}" in labels
    assert f"{method.upper()} /folders/{{id}}/documents/{{document_id}}" not in labels


def test_what_a_change_attached_foreign_entities_to_is_not_deleted() -> None:
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


def test_foreign_entities_are_left_out_of_optional_lists() -> None:
    """Adding an issue to a sprint may remove it from another one."""
    listed = {"type": "array", "items": ID}
    new = {**an_object(name=LONG), "properties": {"name": LONG, "document_ids": listed}}
    labels, payloads = labels_of(resource("folders", new) | DOCUMENTS)
    assert {"POST /folders", "PUT /folders/{id}", "DELETE /folders/{id}"} <= labels
    assert not any("document_ids" in payload for payload in payloads if payload)


@pytest.mark.parametrize(("name", "is_sent"), [("payments", False), ("reviews", True)])
def test_what_changes_the_entity_that_it_refers_to_is_given_no_foreign_one(name: str, is_sent: bool) -> None:
    new = {**an_object(name=LONG), "properties": {"name": LONG, "document_id": ID}}
    paths = resource(name, new)
    del paths[f"/{name}/{{id}}"]["put"]
    labels, payloads = labels_of(paths | DOCUMENTS)
    assert f"POST /{name}" in labels
    assert any("document_id" in payload for payload in payloads if payload) == is_sent


def test_a_name_that_others_may_have_is_not_deleted() -> None:
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


def test_later_calls_send_the_headers_that_the_creation_sent() -> None:
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
        # In another language the text may differ.
        if call.operation.method == "get":
            assert (step.target is None) is ("Accept-Language" in call.headers)
            targets.append(step.target is None)
        return OF_THE_REST[call.operation.method], None

    simulation = simulated(paths, answer)
    entity = simulation.knowledge.pools["/things/{}"].lease(Random(1), own_only=True)
    assert entity is not None
    for _ in range(9):
        assert simulation.compiled.reads.step(entity).call.headers["X-Tenant"] == made[entity.values[0]]
    assert {*made.values()} == {"one", "two", "three"}
    assert {*targets} == {True, False}
