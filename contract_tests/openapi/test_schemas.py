"""Schemas of OpenAPI, translated to JSON Schema 2020-12, and their violations."""

from typing import Any

import pytest

from contract_tests.support.documents import schema
from openapi.message_type import MessageType
from openapi.validation_errors import schema_violations

RECURSIVE = {
    "type": "object",
    "properties": {"next": {"$ref": "#/components/schemas/Node"}},
    "required": ["next"],
}


@pytest.mark.parametrize(
    ("source", "good", "bad"),
    [
        ({"type": "string", "nullable": True}, [None, "a"], [1]),
        ({"type": "string", "nullable": True, "enum": ["a"]}, ["a"], ["b", None]),
        ({"type": "integer", "minimum": 1, "exclusiveMinimum": True}, [2], [1]),
        ({"type": "integer", "minimum": 1, "exclusiveMinimum": False}, [1], [0]),
        ({"type": "number", "maximum": 1, "exclusiveMaximum": True}, [0.9], [1]),
        ({"type": "string", "format": "date"}, ["2024-02-29"], ["2023-02-29", "2000-13-45"]),
        ({"type": "string", "format": "uuid"}, ["0ee7ea35-5d29-4a39-8a5b-5c7ea5b7ed13"], ["xyz"]),
        ({"type": "array", "items": {"type": "integer"}}, [[1]], [["a"]]),
        ({"allOf": [{"type": "string"}, {"minLength": 2}]}, ["ab"], ["a"]),
        ({"not": {"type": "string", "nullable": True}}, [1], ["a", None]),
        ({"additionalProperties": {"type": "string", "nullable": True}}, [{"a": None}], [{"a": 1}]),
    ],
    ids=str,
)
def test_openapi_30(source: Any, good: list[Any], bad: list[Any]) -> None:
    compiled = schema(source)
    assert [value for value in good if list(schema_violations(compiled, value, "body"))] == []
    assert [value for value in bad if not list(schema_violations(compiled, value, "body"))] == []


def test_null_beside_an_enum_is_not_sent_and_is_accepted() -> None:
    source = {"type": "string", "nullable": True, "enum": ["a"]}
    assert not schema(source).validator.is_valid(None)
    assert schema(source, message_type=MessageType.RESPONSE).validator.is_valid(None)


def test_openapi_31_stays_unchanged() -> None:
    compiled = schema({"type": ["string", "null"], "exclusiveMinimum": 3, "const": None}, version=(3, 1))
    assert compiled.validator.is_valid(None)
    sibling = schema({"$ref": "#/components/schemas/A", "maxLength": 1}, version=(3, 1), A={"type": "string"})
    assert not sibling.validator.is_valid("ab")


def test_references_with_special_characters_and_recursive_ones() -> None:
    odd = schema({"$ref": "#/components/schemas/a~1b%20c"}, **{"a/b c": {"type": "null"}})  # type: ignore[arg-type] # schemas alone are in it
    assert odd.validator.is_valid(None)
    assert not odd.validator.is_valid(1)
    loop = schema({"$ref": "#/components/schemas/Node"}, Node={**RECURSIVE, "required": []})
    assert loop.validator.is_valid({"next": {"next": {}}})
    assert not loop.validator.is_valid({"next": {"next": 1}})


@pytest.mark.parametrize(
    ("message_type", "good", "bad"),
    [
        (MessageType.REQUEST, {"name": "a", "secret": "b"}, {"id": 1, "name": "a"}),
        (MessageType.RESPONSE, {"name": "a", "id": 1}, {"name": "a", "id": 1, "secret": "b"}),
        (MessageType.RESPONSE, {"name": "a", "id": 1}, {"name": "a"}),
    ],
)
def test_read_only_and_write_only_properties(message_type: MessageType, good: Any, bad: Any) -> None:
    source = {
        "type": "object",
        "required": ["id", "name"],
        "properties": {
            "id": {"$ref": "#/components/schemas/Id"},
            "name": {"type": "string"},
            "secret": {"type": "string", "writeOnly": True},
        },
    }
    compiled = schema(source, message_type=message_type, Id={"type": "integer", "readOnly": True})
    assert compiled.validator.is_valid(good)
    assert not compiled.validator.is_valid(bad)


def test_violations_have_place_rule_and_detail() -> None:
    compiled = schema({"type": "object", "properties": {"a/b": {"type": "array", "items": {"maximum": 1}}}})
    (violation,) = schema_violations(compiled, {"a/b": [0, 7]}, "body")
    assert str(violation) == "body, /a~1b/1: 7 is greater than the maximum of 1"
    assert violation.rule == "maximum"
    (long,) = schema_violations(schema({"maxLength": 1}), "x" * 1000, "body")
    assert len(long.detail) <= 300


@pytest.mark.parametrize("name", ["1", "01", "", "a/b"])
def test_names_that_the_validator_changes_are_told_as_they_are(name: str) -> None:
    compiled = schema({"properties": {name: {"items": {"properties": {"0": {"type": "string"}}}}}})
    (violation,) = schema_violations(compiled, {name: [{"0": 5}]}, "body")
    assert violation.pointer == f"/{name.replace('/', '~1')}/0/0"
    assert violation.expected == 'type: "string"'


def test_types_are_read_through_references() -> None:
    compiled = schema(
        {"allOf": [{"$ref": "#/components/schemas/A"}]}, A={"type": "integer", "nullable": True}
    )
    assert compiled.types == {"integer", "null"}


def test_a_property_that_one_part_makes_read_only_and_another_requires_is_sent() -> None:
    answer = {
        "type": "object",
        "properties": {"id": {"type": "string", "readOnly": True}},
        "required": ["id"],
    }
    request = {"type": "object", "properties": {"id": {"type": "string", "minLength": 2}}, "required": ["id"]}
    extended = schema({"allOf": [{"$ref": "#/components/schemas/Answer"}, request]}, Answer=answer)
    assert extended.validator.is_valid({"id": "ab"})
    assert not extended.validator.is_valid({})
    assert not schema({"$ref": "#/components/schemas/Answer"}, Answer=answer).validator.is_valid({"id": "ab"})
