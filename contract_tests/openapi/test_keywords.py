"""Generated values satisfy every keyword of JSON Schema, without invalid ones being drawn and rejected."""

import base64
import re
from typing import Any

import jsonschema_rs
import pytest

from contract_tests.support.documents import schema
from openapi.message_type import MessageType
from openapi.payloads import PayloadFactory, Unbuildable

VALUES = 200

NODE = {
    "type": "object",
    "required": ["value"],
    "properties": {
        "value": {"type": "integer"},
        "next": {"$ref": "#/components/schemas/Node"},
        "children": {"type": "array", "items": {"$ref": "#/components/schemas/Node"}},
        "by_name": {"type": "object", "additionalProperties": {"$ref": "#/components/schemas/Node"}},
    },
}
TREE = {
    "oneOf": [
        {"type": "integer"},
        {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}, "minItems": 1, "maxItems": 2},
    ]
}
FILTER = {
    "oneOf": [
        {"type": "object", "required": [name], "properties": {name: {"$ref": "#/components/schemas/Filter"}}}
        for name in ("not", "all", "any")
    ]
    + [{"type": "object", "required": ["field"], "properties": {"field": {"type": "string"}}}],
}


def values(source: Any, version: tuple[int, int] = (3, 1), seed: int = 1, **schemas: Any) -> list[Any]:
    """Values generated for a schema: all are valid, and no invalid ones were drawn."""
    compiled = schema(source, version, MessageType.REQUEST, **schemas)
    payloads = PayloadFactory(seed)
    make = payloads.generator(compiled, "it")
    generated = [make() for _ in range(VALUES)]
    assert [value for value in generated if not compiled.validator.is_valid(value)] == []
    assert payloads.filtered == []
    return generated


def lengths(generated: list[Any]) -> set[int]:
    return {len(value) for value in generated}


@pytest.mark.parametrize(
    "source",
    [
        {"type": ["integer", "null"]},
        {"type": ["string", "boolean", "array"], "maxLength": 3, "maxItems": 1},
        {"enum": [1, "a", None, {"b": [1]}]},
        {"enum": [1, 2, "a"], "type": "integer", "maximum": 1},
        {"const": {"a": 1}},
        {"type": "integer", "exclusiveMinimum": 3, "exclusiveMaximum": 5},
        {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 0.01},
        {"type": "number", "multipleOf": 0.05, "minimum": 1, "maximum": 2},
        {"type": "number", "minimum": 0.001, "maximum": 0.001},
        {"type": "number", "minimum": 0.1, "maximum": 0.9},
        {"type": "integer", "exclusiveMaximum": 0},
        {"type": "integer", "minimum": 9007199254740990, "exclusiveMaximum": 9007199254740994},
        {"type": "integer", "format": "int32", "minimum": 5_000_000_000},
        {"type": "integer", "multipleOf": 7, "minimum": 10, "maximum": 30},
        {"allOf": [{"type": "integer", "multipleOf": 4}, {"multipleOf": 6, "maximum": 40}]},
        {"type": "string", "minLength": 200, "maxLength": 210},
        {"type": "string", "maxLength": 1},
        {"type": "string", "pattern": "[0-9]{4}", "minLength": 9, "maxLength": 9},
        {"type": "string", "pattern": "^(?=.*[A-Z])(?=.*[0-9])(?!.*(.)aa).{8,12}$"},
        {"allOf": [{"type": "string", "pattern": "^a"}, {"pattern": "z$"}, {"minLength": 5}]},
        {"type": "string", "format": "email", "maxLength": 30},
        {"type": "string", "format": "date", "pattern": "^20"},
        {"type": "string", "format": "uri", "minLength": 60},
        {"type": "string", "format": "email", "maxLength": 8},
        {"type": "string", "format": "date-time", "pattern": r"^2099-.*\+02:00$"},
        {"type": "string", "pattern": r"^[\p{L}\p{gc=Mark}\p{Join_Control} '-]{1,9}$", "minLength": 9},
        {"type": "string", "minLength": 100_000},
        {"type": "array", "items": {"enum": [1, 2, 3, 4]}, "uniqueItems": True, "minItems": 4},
        {"type": "array", "prefixItems": [{"type": "integer"}, {"type": "string"}], "items": False},
        {"type": "array", "prefixItems": [{"const": 1}], "items": {"const": 2}, "minItems": 3},
        {"type": "array", "items": {"type": "integer"}, "contains": {"const": -1}, "minContains": 2},
        {"type": "array", "contains": {"type": "string"}, "minContains": 1, "maxContains": 1, "minItems": 3},
        {"type": "object", "required": ["nowhere", "else"]},
        {"type": "object", "required": ["a"], "additionalProperties": {"type": "integer"}},
        {"type": "object", "properties": {"a": {}}, "additionalProperties": False, "minProperties": 1},
        {"type": "object", "patternProperties": {"^x-[a-z]+$": {"type": "integer"}}, "minProperties": 2,
         "additionalProperties": False},
        {"type": "object", "propertyNames": {"pattern": "^[A-Z]{3}$"}, "minProperties": 2},
        {"type": "object", "not": {"propertyNames": {"not": {"enum": ["a", "b"]}}}, "minProperties": 3},
        {"type": "object", "not": {"properties": {"a": {}}, "additionalProperties": False}},
        {"type": "string", "not": {"format": "hostname"}},
        {"type": "number", "not": {"multipleOf": 0.01}},
        {"type": "array", "prefixItems": [{"type": "string"}],
         "not": {"unevaluatedItems": {"type": ["string", "integer"]}}},
        {"type": "object", "not": {"propertyNames": {"maxLength": 3}}, "minProperties": 2, "required": ["x"]},
        {"type": "object", "additionalProperties": {"maximum": 3}, "minProperties": 3, "maxProperties": 4},
        {"type": "object", "properties": {name: {} for name in "abcdef"}, "maxProperties": 2},
        {"type": "object", "properties": {"a": {}, "b": {}, "c": {}}, "dependentRequired": {"a": ["b"]}},
        {"type": "object", "properties": {"a": {"type": "integer"}, "b": {}},
         "dependentSchemas": {"a": {"required": ["b"], "properties": {"b": {"const": 1}}}}},
        {"type": "object", "properties": {"kind": {"enum": ["a", "b"]}, "a": {"type": "integer"}},
         "required": ["kind"], "if": {"properties": {"kind": {"const": "a"}}}, "then": {"required": ["a"]},
         "else": {"properties": {"a": False}}},
        {"allOf": [{"properties": {"a": {"type": "integer"}}}, {"properties": {"b": {"type": "integer"}}}],
         "type": "object", "required": ["a", "b"], "unevaluatedProperties": False},
        {"type": "object", "properties": {"a": {}}, "minProperties": 3,
         "unevaluatedProperties": {"type": "integer"}},
        {"type": "string", "not": {"format": "date"}, "pattern": "^20[0-9]{2}-0[1-9]-[0-3][0-9]$"},
        {"allOf": [{"required": ["a"]}, {"properties": {"a": {"maximum": 3}}},
                   {"properties": {"a": {"type": "integer", "minimum": 3}}}], "type": "object"},
        {"oneOf": [{"type": "integer", "multipleOf": 2}, {"type": "integer", "multipleOf": 3}],
         "minimum": 0, "maximum": 30},
        {"oneOf": [{"required": ["a"]}, {"required": ["b"]}], "type": "object",
         "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}}},
        {"anyOf": [{"type": "integer", "maximum": 3}, {"type": "string", "maxLength": 2}]},
        {"oneOf": [{"properties": {"a": {}}, "additionalProperties": False},
                   {"properties": {"b": {}}, "additionalProperties": False}], "type": "object"},
        {"oneOf": [{"type": "string", "maxLength": 65_535}, {"type": "string", "pattern": "^[0-9]+$"}]},
        {"type": ["null", "boolean"], "not": {"enum": [None, True]}},
        {"not": {"type": ["string", "null", "boolean", "array", "object"]}},
        {"type": "integer", "minimum": 0, "maximum": 9, "not": {"enum": [1, 2, 3, 4, 5, 6]}},
        {"type": "string", "not": {"pattern": "a"}, "minLength": 1},
        {"type": "object", "properties": {"a": {}, "b": {}}, "not": {"required": ["a", "b"]}},
        {"type": "array", "items": {"type": "integer"}, "minItems": 1, "not": {"contains": {"maximum": 99}}},
    ],
    ids=str,
)  # fmt: skip
def test_values_satisfy_their_keywords(source: Any) -> None:
    values(source)


@pytest.mark.parametrize(
    ("source", "seen"),
    [
        ({"type": "integer", "minimum": 0, "maximum": 3}, {0, 1, 2, 3}),
        ({"type": "integer", "minimum": 0, "maximum": 10**9}, {0, 10**9}),
        ({"enum": ["a", "b", "c", None]}, {"a", "b", "c", None}),
        ({"oneOf": [{"const": number} for number in range(9)]}, set(range(9))),
        ({"anyOf": [{"oneOf": [{"const": 1}, {"const": 2}]}, {"const": 3}]}, {1, 2, 3}),
        ({"type": ["boolean", "null"]}, {True, False, None}),
    ],
    ids=lambda source: str(source) if isinstance(source, dict) else "",
)
def test_all_choices_and_bounds_are_drawn(source: Any, seen: set[Any]) -> None:
    assert {*values(source)} >= seen


def test_all_lengths_and_sets_of_properties_are_drawn() -> None:
    assert {2, 9} <= lengths(values({"type": "string", "minLength": 2, "maxLength": 9}))
    assert {2, 9} <= lengths(
        values({"type": "string", "pattern": "^[a-z]+$", "minLength": 2, "maxLength": 9})
    )
    assert {1, 2, 3} == lengths(values({"type": "array", "items": {}, "minItems": 1, "maxItems": 3}))
    optional = {"type": "object", "properties": {"a": {"const": 1}, "b": {"const": 1}, "c": {"const": 1}}}
    assert len({frozenset(value) for value in values(optional)}) == 8


@pytest.mark.parametrize(
    "source",
    [
        {"$ref": "#/components/schemas/Node"},
        {"$ref": "#/components/schemas/Tree"},
        {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}, "minItems": 2},
        {"allOf": [{"$ref": "#/components/schemas/Node"}, {"required": ["next"]}]},
        {"$ref": "#/components/schemas/Filter"},
    ],
    ids=str,
)
def test_recursive_values_nest_and_end(source: Any) -> None:
    generated = values(source, Node=NODE, Tree=TREE, Filter=FILTER)
    assert max(len(re.findall(r"value|\[|not", str(value))) for value in generated) > 2


def test_references_lead_anywhere_in_the_document() -> None:
    odd: dict[str, Any] = {"a b/c": {"type": "object", "properties": {"x": {"const": 7}}, "required": ["x"]}}
    inside = {"$ref": "#/components/schemas/a%20b~1c/properties/x"}
    assert {*values(inside, **odd)} == {7}
    sibling = {"$ref": "#/components/schemas/Short", "minLength": 3}
    assert lengths(values(sibling, Short={"type": "string", "maxLength": 3})) == {3}
    assert 2 in lengths(values(sibling, (3, 0), Short={"type": "string", "maxLength": 3}))


def test_discriminators_name_the_schema() -> None:
    cat = {"type": "object", "required": ["kind", "lives"],
           "properties": {"kind": {"type": "string"}, "lives": {"type": "integer"}}}  # fmt: skip
    dog = {"type": "object", "required": ["kind", "tricks"],
           "properties": {"kind": {"type": "string"}, "tricks": {"type": "integer"}}}  # fmt: skip
    one_of = [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}]
    discriminator = {"propertyName": "kind"}
    pets: dict[str, Any] = {"Cat": cat, "Dog": dog}
    generated = values({"oneOf": one_of, "discriminator": discriminator}, **pets)
    assert {(pet["kind"], "lives" in pet) for pet in generated} == {("Cat", True), ("Dog", False)}
    mapped = {**discriminator, "mapping": {"hound": "#/components/schemas/Dog", "Cat": "Cat"}}
    generated = values({"oneOf": one_of, "discriminator": mapped}, **pets)
    assert {pet["kind"] for pet in generated} >= {"hound", "Cat"}


def test_a_base_with_a_discriminator_stands_for_its_heirs() -> None:
    base = {"type": "object", "required": ["kind"], "properties": {"kind": {"type": "string"}},
            "discriminator": {"propertyName": "kind"}}  # fmt: skip
    heir = {"allOf": [{"$ref": "#/components/schemas/Pet"},
                      {"required": ["lives"], "properties": {"lives": {"type": "integer"}}}]}  # fmt: skip
    pets: dict[str, Any] = {"Pet": base, "Cat": heir, "Lion": heir}
    assert {pet["kind"] for pet in values({"$ref": "#/components/schemas/Pet"}, **pets)} == {"Cat", "Lion"}
    assert {pet["kind"] for pet in values({"$ref": "#/components/schemas/Lion"}, **pets)} == {"Lion"}


def test_requests_have_no_read_only_properties_but_write_only_ones() -> None:
    source = {
        "type": "object",
        "required": ["id", "secret"],
        "allOf": [{"properties": {"id": {"type": "integer", "readOnly": True}}}, {"required": ["id"]}],
        "properties": {"secret": {"type": "string", "writeOnly": True}},
    }
    assert {frozenset(value) for value in values(source, (3, 0))} == {frozenset({"secret"})}


def test_heirs_of_heirs_and_parts_that_are_read_only() -> None:
    pets: dict[str, Any] = {
        "Pet": {"type": "object", "required": ["kind"], "properties": {"kind": {"type": "string"}},
                "discriminator": {"propertyName": "kind"}},
        "Cat": {"allOf": [{"$ref": "#/components/schemas/Pet"}]},
        "Lion": {"allOf": [{"$ref": "#/components/schemas/Cat"}]},
        "Id": {"type": "integer", "readOnly": True},
    }  # fmt: skip
    assert {pet["kind"] for pet in values({"$ref": "#/components/schemas/Pet"}, **pets)} == {"Cat", "Lion"}
    wrapped = {
        "type": "object",
        "required": ["id"],
        "properties": {"id": {"allOf": [{"$ref": "#/components/schemas/Id"}]}},
    }
    assert all("id" not in value for value in values(wrapped, (3, 0), **pets))


def test_keywords_of_openapi_30() -> None:
    assert None in values({"type": "integer", "nullable": True}, (3, 0))
    exclusive = {"type": "integer", "minimum": 1, "exclusiveMinimum": True, "maximum": 2}
    assert {*values(exclusive, (3, 0))} == {2}


def test_encoded_bytes_are_base64() -> None:
    for source in ({"type": "string", "contentEncoding": "base64"}, {"type": "string", "format": "byte"}):
        assert all(base64.b64decode(value, validate=True) for value in values(source))


def test_examples_and_defaults_are_drawn() -> None:
    assert values({"type": "string", "example": "zebra crossing"}, (3, 0)).count("zebra crossing") > 20
    assert values({"type": "integer", "default": 123_456}, (3, 1)).count(123_456) > 20
    assert 5 not in values({"type": "string", "example": 5}, (3, 0))
    generated = values(
        {"type": "object", "required": ["colour"], "properties": {"colour": {"type": "string"}},
         "example": {"colour": "mauve-ish"}}, (3, 0))  # fmt: skip
    assert sum(value["colour"] == "mauve-ish" for value in generated) > 20


@pytest.mark.parametrize(
    "source",
    [
        {"type": "integer", "minimum": 3, "maximum": 2},
        {"allOf": [{"type": "string"}, {"type": "integer"}]},
        {"type": "object", "required": ["a"], "properties": {"a": False}},
        {"type": "object", "required": ["a"], "additionalProperties": False},
        {"type": "array", "items": {"const": 1}, "uniqueItems": True, "minItems": 2},
        {"enum": [1, 2], "type": "string"},
        {"oneOf": [{"type": "string"}, {"type": "string"}], "type": "string"},
        {"not": {}},
        {"$ref": "#/components/schemas/Endless"},
    ],
    ids=str,
)
def test_only_unsatisfiable_schemas_are_refused(source: Any) -> None:
    endless = {
        "type": "object",
        "required": ["a"],
        "properties": {"a": {"$ref": "#/components/schemas/Endless"}},
    }
    compiled = schema(source, (3, 1), Endless=endless)
    with pytest.raises(Unbuildable):
        PayloadFactory(1).generator(compiled, "it")
    if "$ref" not in source:
        decided = jsonschema_rs.canonicalize(compiled.translated).satisfiability()
        assert decided is not jsonschema_rs.canonical.Satisfiability.YES
