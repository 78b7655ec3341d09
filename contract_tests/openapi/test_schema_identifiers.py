"""Schemas are found by their `$id` and anchors (JSON Schema 2020-12 Core, sections 8 and 9)."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from openapi.contract import load_contract
from openapi.operation_reader import read_operations
from openapi.operations import Operation
from openapi.payloads import PayloadFactory
from openapi.schema import Schema

TREE = {
    "$id": "https://example.test/tree",
    "$dynamicAnchor": "node",
    "type": "object",
    "properties": {"value": {"type": "integer"}, "next": {"$dynamicRef": "#node"}},
    "required": ["value"],
}
NAMED_TREE = {
    "$id": "named-tree",
    "$dynamicAnchor": "node",
    "$ref": "tree",
    "required": ["name"],
    "properties": {"name": {"const": "n"}},
}


def operations(folder: Path, body: Any, **files: Any) -> tuple[Operation, ...]:
    content = {"application/json": {"schema": body}}
    item = {"post": {"requestBody": {"content": content}, "responses": {"200": {"content": content}}}}
    components = {
        "schemas": {"Named": {**NAMED_TREE, "$id": "https://example.test/named-tree"}, "Tree": TREE}
    }
    document = {"openapi": "3.1.0", "paths": {"/": item}, "components": components}
    for name, other in {"it": document, **files}.items():
        (folder / f"{name}.json").write_bytes(orjson.dumps(other))
    return read_operations(load_contract(folder / "it.json"))


def schemas(folder: Path, body: Any, **files: Any) -> tuple[Schema, Schema]:
    """The schemas of the request and of the response."""
    (operation,) = operations(folder, body, **files)
    assert operation.request_body is not None
    sent = operation.request_body.content["application/json"]
    return sent, operation.responses["200"].content["application/json"]


@pytest.mark.parametrize(
    ("body", "valid", "invalid"),
    [
        ({"$ref": "https://example.test/tree"}, {"value": 1, "next": {"value": 2}}, {"value": 1, "next": {}}),
        (
            {"$ref": "https://example.test/named-tree"},
            {"value": 1, "name": "n", "next": {"value": 2, "name": "n"}},
            {"value": 1, "name": "n", "next": {"value": 2}},
        ),
        ({"$ref": "#here", "$defs": {"h": {"$anchor": "here", "const": 1}}}, 1, 2),
        ({"$id": "https://a.test/b", "$ref": "#/$defs/c", "$defs": {"c": {"const": 1}}}, 1, 2),
        ({"$id": "urn:a:b", "items": {"$ref": "#c"}, "$defs": {"c": {"$anchor": "c", "const": 1}}}, [1], [2]),
        ({"$dynamicRef": "#/components/schemas/Tree"}, {"value": 1}, {}),
        ({"$ref": "other.json#/$defs/a"}, 7, 8),
        (
            {"$ref": "https://json-schema.org/draft/2020-12/schema"},
            {"minLength": 1},
            {"not": {"minLength": -1}},
        ),
        ({"$ref": "https://elsewhere.test/other#b"}, "text", 7),
    ],
    ids=range(9),
)
def test_a_schema_is_found_by_its_identifier(tmp_path: Path, body: Any, valid: Any, invalid: Any) -> None:
    other: dict[str, Any] = {
        "$id": "https://elsewhere.test/other",
        "$defs": {"a": {"const": 7}, "b": {"$anchor": "b", "$ref": "third.json"}},
    }
    uses_other = {"anyOf": [body, {"$ref": "other.json#/$defs/unused", "not": {}}]}
    other["$defs"]["unused"] = {"not": {}}
    sent, answered = schemas(tmp_path, uses_other, other=other, third={"type": "string"})
    for schema in (sent, answered):
        assert not schema.fault
        assert schema.validator.is_valid(valid)
        assert not schema.validator.is_valid(invalid)
    make = PayloadFactory(1).generator(sent)
    assert all(sent.validator.is_valid(make()) for _ in range(20))


def test_openapi_30_knows_no_identifiers(tmp_path: Path) -> None:
    (tmp_path / "it.yaml").write_text(
        """{openapi: 3.0.3, paths: {/: {post: {responses: {}, requestBody: {content: {application/json:
            {schema: {$ref: 'a.json'}}}}}}}}"""
    )
    (tmp_path / "a.json").write_text('{"$id": "https://a.test/x/a.json", "items": {"$ref": "b.json"}}')
    (tmp_path / "b.json").write_text('{"type": "integer"}')
    (operation,) = read_operations(load_contract(tmp_path / "it.yaml"))
    assert operation.request_body is not None
    schema = operation.request_body.content["application/json"]
    assert not schema.unreadable
    assert not schema.validator.is_valid(["a"])
