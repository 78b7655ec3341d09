"""Which parameters and properties of the document calls have sent."""

from random import Random
from typing import Any

from contract_tests.support.documents import operation
from contract_tests.support.path_items import TEXT, a_list
from load.calls.builder import CallBuilder
from load.calls.call import Call
from load.calls.sent_parts import SentParts, described_parts
from load.options.credentials import Secret
from openapi.operations import Operation
from openapi.payloads import PayloadFactory

LINES = a_list({"type": "object", "properties": {"title": TEXT, "note/s": TEXT}, "required": ["title"]})
BODY = {
    "type": "object",
    "properties": {"id": {**TEXT, "readOnly": True}, "name": TEXT, "lines": LINES},
    "required": ["name"],
}
ORDER = operation(
    "/orders/{id}",
    "put",
    parameters=[
        {"name": "id", "in": "path", "required": True, "schema": TEXT},
        {"name": "dry", "in": "query", "schema": TEXT},
        {"name": "X-Tenant", "in": "header", "schema": TEXT},
        {"name": "kind", "in": "cookie", "schema": TEXT},
        {"name": "Content-Length", "in": "header", "schema": TEXT},
    ],
    requestBody={"required": True, "content": {"application/json": {"schema": BODY}}},
)
ALL = {
    "path id": True,
    "query dry": False,
    "header X-Tenant": False,
    "cookie kind": False,
    "body /name": True,
    "body /lines": False,
    "body /lines/0/title": True,
    "body /lines/0/note~1s": False,
}


def call(of: Operation, payload: Any = None, query: Any = None, **headers: str) -> Call:
    return Call(of, "/", headers, b"", {}, query or {}, payload, Secret())


def test_what_is_described_has_each_part_once_and_says_what_is_required() -> None:
    assert {str(part): part.is_required for part in described_parts(ORDER)} == ALL


def test_a_part_is_told_with_the_first_call_that_has_it() -> None:
    parts = SentParts({ORDER.label: ORDER})
    assert {*parts.look(call(ORDER, {"name": "a"}))} == {"path id", "body /name"}
    assert not parts.look(call(ORDER, {"name": "b", "unknown": 1}))
    assert {*parts.look(call(ORDER, {"lines": [{}, {"note/s": "c"}]}))} == {
        "body /lines",
        "body /lines/0/note~1s",
    }
    later = call(ORDER, {"lines": [{"title": "d"}]}, {"dry": "1"}, **{"X-Tenant": "e", "Cookie": "kind=f"})
    assert {*parts.look(later)} == {"body /lines/0/title", "query dry", "header X-Tenant", "cookie kind"}
    assert not parts.look(later)


def test_calls_of_a_run_have_all_parts_soon() -> None:
    builder, parts = (
        CallBuilder(ORDER, PayloadFactory(1), Random(1), Secret()),
        SentParts({ORDER.label: ORDER}),
    )
    assert {part for _ in range(200) for part in parts.look(builder.build({}))} == {*ALL}


def test_of_many_calls_some_are_looked_at() -> None:
    parts = SentParts({ORDER.label: ORDER})
    for _ in range(1000):
        parts.look(call(ORDER))
    assert sum(bool(parts.look(call(ORDER, {"name": "a"}))) for _ in range(16)) == 1


def test_a_schema_that_is_not_valid_describes_nothing() -> None:
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Missing"}}}
    assert described_parts(operation(method="post", requestBody={"content": content})) == []
