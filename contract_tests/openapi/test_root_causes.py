"""Every cause of an invalid answer is one violation, named after the cause."""

from typing import Any

import pytest

from contract_tests.support.documents import operation, schema
from openapi.message_type import MessageType
from openapi.responses import response_violations
from openapi.root_causes import root_causes

SCHEMAS = "#/components/schemas/"


def causes(
    source: Any, value: Any, version: tuple[int, int] = (3, 0), **schemas: Any
) -> list[tuple[str, str]]:
    """The place and the rule of each cause."""
    compiled = schema(source, version, MessageType.RESPONSE, **schemas)
    return [(violation.place, violation.rule) for violation in root_causes(compiled, value, "body")]


def choice(*branches: Any) -> dict[str, Any]:
    return {"anyOf": [*branches]}


TEXT, NOTHING = {"type": "string"}, {"type": "null"}
TIME = {"type": "string", "format": "date-time"}
RANGE = {"type": "object", "required": ["from", "to"], "properties": {"from": {"type": "integer"}}}


@pytest.mark.parametrize(
    ("source", "value", "expected"),
    [
        ({"type": "string", "enum": ["a"], "minLength": 1}, None, [("", "null")]),
        ({"enum": ["a"]}, None, [("", "null")]),
        ({"type": "string", "enum": ["a"], "pattern": "^a"}, 5, [("", "type")]),
        ({"type": "string", "enum": ["a"], "pattern": "^a$"}, "b", [("", "enum")]),
        ({"type": "string", "format": "uuid", "minLength": 36}, "b", [("", "format")]),
        ({"allOf": [{"type": "string"}, {"type": "string", "maxLength": 9}]}, 5, [("", "type")]),
        (choice(TEXT, NOTHING), 5, [("", "type")]),
        (choice(TEXT, {"type": "integer"}), None, [("", "null")]),
        (choice(RANGE, NOTHING), {"from": "x", "to": 1}, [("/from", "type")]),
        (choice(RANGE, {"type": "object", "required": list("abc")}), {"to": 1}, [("/from", "required")]),
        (choice(RANGE, {**RANGE, "required": ["x", "y"]}), {"z": 1}, [("", "anyOf")]),
        (choice({"required": ["k", "a"], "properties": {"k": {"const": 1}}},
                {"required": ["k", "b", "c"], "properties": {"k": {"const": 2}}}), {"k": 2},
         [("", "required")]),
        ({"required": ["a", "b"]}, {}, [("", "required")]),
        ({"required": ["a", "b"]}, {"a": 1}, [("/b", "required")]),
        ({"type": "object", "properties": {"a": {"type": "string"}}, "unevaluatedProperties": False},
         {"a": 1}, [("/a", "type")]),
        ({"additionalProperties": False, "required": ["name"]}, {"Name": 1},
         [("/name", "required"), ("", "additionalProperties")]),
        ({"items": {"properties": {"a": {"maximum": 1}}}}, [{"a": 2}, {"a": 3}], [("/*/a", "maximum")]),
        ({"prefixItems": [{"maximum": 1}]}, [2], [("/*", "maximum")]),
        ({"additionalProperties": {"items": TEXT}}, {"k1": [1], "k2": [2]}, [("/*/*", "type")]),
        ({"properties": {"7": TEXT}}, {"7": 7}, [("/7", "type")]),
        ({"properties": {"07": TEXT}}, {"07": 7}, [("/07", "type")]),
        ({"properties": {"": {"items": {"properties": {"0": TEXT}}}}}, {"": [{"0": 1}]}, [("//*/0", "type")]),
        ({"patternProperties": {"1": {"prefixItems": [TEXT]}}}, {"1": [2]}, [("/*/*", "type")]),
        (TIME, "2024-02-29T10:00:00", [("", "date-time without an offset")]),
        (choice(TIME, NOTHING), "2024-02-29T10:00:00.123", [("", "date-time without an offset")]),
        (TIME, "2024-02-30T10:00:00Z", [("", "format")]),
        (TIME, "yesterday", [("", "format")]),
    ],
    ids=str,
)  # fmt: skip
def test_one_cause_is_one_violation(source: Any, value: Any, expected: list[tuple[str, str]]) -> None:
    assert causes(source, value, (3, 1)) == expected


def test_places_are_found_through_references() -> None:
    node = {"type": "object", "properties": {"next": {"$ref": f"{SCHEMAS}Node"}, "name": TEXT}}
    value = {"next": {"next": {"name": 1}}}
    assert causes({"$ref": f"{SCHEMAS}Node"}, value, Node=node) == [("/next/next/name", "type")]


def test_an_answer_that_is_nested_too_deeply_to_be_described_is_a_violation() -> None:
    deep = operation(responses={"200": {"content": {"application/json": {"schema": RANGE}}}})
    headers = {"content-type": "application/json"}
    (violation,) = response_violations(deep, 200, headers, b"[" * 500 + b"]" * 500)
    assert violation.rule == "nested too deeply"


def test_missing_properties_are_named() -> None:
    compiled = schema({"required": ["a", "b"]}, message_type=MessageType.RESPONSE)
    (violation,) = root_causes(compiled, {"a": 1}, "body")
    assert (violation.expected, violation.actual) == ('required: "b"', '{"a": 1}')
    assert str(violation) == 'body, /b: "b" is missing'


def test_write_only_properties_in_an_answer() -> None:
    source = {"type": "object", "properties": {"secret": {"type": "string", "writeOnly": True}}}
    compiled = schema(source, message_type=MessageType.RESPONSE)
    (violation,) = root_causes(compiled, {"secret": "leak"}, "body")
    assert (violation.place, violation.rule) == ("/secret", "writeOnly")
    assert str(violation) == "body, /secret: write-only property in an answer"
    assert root_causes(compiled, {}, "body") == []


CAT = {"type": "object", "required": ["kind", "lives"],
       "properties": {"kind": {"type": "string"}, "lives": {"type": "integer"}}}  # fmt: skip
DOG = {"type": "object", "required": ["kind", "bark"],
       "properties": {"kind": {"type": "string"}, "bark": {"type": "string"}}}  # fmt: skip
MAPPING = {"c": f"{SCHEMAS}Cat", "d": f"{SCHEMAS}Dog"}
BRANCHES = [{"$ref": f"{SCHEMAS}Cat"}, {"$ref": f"{SCHEMAS}Dog"}]


def either(*more: Any, **mapping: str) -> dict[str, Any]:
    return {"oneOf": [*BRANCHES, *more], "discriminator": {"propertyName": "kind", "mapping": mapping}}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"kind": "c", "lives": 9}, []),
        ({"kind": "Cat", "lives": 9}, []),
        ({"kind": "c", "lives": 9, "bark": "is one, too"}, []),
        ({"kind": "d", "lives": 9}, [("/*", "discriminator")]),
        ({"kind": "zebra", "lives": 9}, [("/*/kind", "discriminator")]),
        ({"kind": 5, "lives": 9}, [("/*/kind", "discriminator")]),
        ({"kind": "d", "bark": 1}, [("/*/bark", "type")]),
        ({"lives": 9}, [("/*/kind", "required")]),
        ("a cat", [("/*", "type")]),
    ],
    ids=str,
)
def test_a_discriminator_names_the_branch_of_an_answer(value: Any, expected: list[tuple[str, str]]) -> None:
    listed = {"type": "array", "items": either(**MAPPING)}
    assert causes(listed, [value, value], Cat=CAT, Dog=DOG) == expected
    assert causes(listed, [value, value], (3, 1), Cat=CAT, Dog=DOG) == expected


def test_a_discriminator_in_a_property_whose_name_is_a_number() -> None:
    held = {"properties": {"1": either(**MAPPING)}}
    assert causes(held, {"1": {"kind": "d", "lives": 9}}, Cat=CAT, Dog=DOG) == [("/1", "discriminator")]


def test_messages_about_discriminators() -> None:
    compiled = schema(either(**MAPPING), message_type=MessageType.RESPONSE, Cat=CAT, Dog=DOG)
    (other,) = root_causes(compiled, {"kind": "d", "lives": 9}, "body")
    assert other.detail == "the discriminator names Dog, but the value fits Cat"
    (none,) = root_causes(compiled, {"kind": "zebra", "lives": 9}, "body")
    assert (none.expected, none.actual) == ('one of "c", "d", "Cat", "Dog"', '"zebra"')


def test_discriminators_allow_null_and_branches_without_a_name() -> None:
    assert causes({**either(), "nullable": True}, None, Cat=CAT, Dog=DOG) == []
    assert causes(either(), None, Cat=CAT, Dog=DOG) == [("", "null")]
    assert causes(either(NOTHING), None, (3, 1), Cat=CAT, Dog=DOG) == []
    assert causes(either(NOTHING), {"kind": "zebra"}, (3, 1), Cat=CAT, Dog=DOG) == [
        ("/kind", "discriminator")
    ]
    own = {"type": "object", "properties": {"kind": {"const": "zebra"}}}
    assert causes(either(own), {"kind": "zebra"}, (3, 1), Cat=CAT, Dog=DOG) == []


PET = {"type": "object", "required": ["kind"], "properties": {"kind": {"type": "string"}},
       "discriminator": {"propertyName": "kind", "mapping": {"c": f"{SCHEMAS}Cat"}}}  # fmt: skip


def heir(name: str) -> dict[str, Any]:
    own = {"type": "object", "required": [name], "properties": {name: {"type": "integer"}}}
    return {"allOf": [{"$ref": f"{SCHEMAS}Pet"}, own]}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"kind": "Dog", "bark": 1}, []),
        ({"kind": "c", "lives": 9}, []),
        ({"kind": "Pet"}, []),
        ({"kind": "Dog", "lives": 1}, [("", "discriminator")]),
        ({"kind": "zebra"}, [("/kind", "discriminator")]),
        ({"kind": "c", "lives": None}, [("/lives", "null")]),
        ({}, [("/kind", "required")]),
    ],
    ids=str,
)
def test_heirs_of_a_base_are_its_branches(value: Any, expected: list[tuple[str, str]]) -> None:
    base = {"$ref": f"{SCHEMAS}Pet"}
    assert causes(base, value, Pet=PET, Cat=heir("lives"), Dog=heir("bark")) == expected


@pytest.mark.parametrize(
    ("source", "value", "is_wrong"),
    [
        ({"type": "integer", "format": "int32"}, 2**31, True),
        ({"type": "integer", "format": "int32"}, -(2**31), False),
        ({"type": "integer", "format": "int64"}, 2**63 - 1, False),
        ({"type": "integer", "format": "int64"}, 2**63, True),
        ({"type": "number", "format": "uint8"}, -1, True),
        ({"type": "integer", "format": "int32", "minimum": 3 * 10**9}, 3 * 10**9, False),
        ({"type": "string", "format": "int32"}, "x", False),
        ({"type": "string", "format": "byte"}, "YWI=", False),
        ({"type": "string", "format": "byte"}, "YWJj\r\nYWI=\n", False),
        ({"type": "string", "format": "byte"}, "YWI", True),
        ({"type": "string", "format": "byte"}, "a-_b", True),
        ({"type": "string", "format": "base64url"}, "a-_b", False),
    ],
    ids=str,
)
def test_formats_of_the_registry(source: Any, value: Any, is_wrong: bool) -> None:
    assert causes(source, value) == ([("", "format")] if is_wrong else [])
    assert causes({"items": source}, [value], (3, 1)) == ([("/*", "format")] if is_wrong else [])


def test_the_format_is_expected_of_a_number_out_of_its_range() -> None:
    compiled = schema({"type": "integer", "format": "int32"}, message_type=MessageType.RESPONSE)
    (violation,) = root_causes(compiled, 2**31, "body")
    assert violation.expected == 'format: "int32"'


@pytest.mark.parametrize(
    ("source", "value", "expected"),
    [
        ({"const": 1}, 2, []),
        ({"if": {"type": "string"}, "then": {"minLength": 9}}, "a", []),
        ({"contains": {"type": "integer"}}, ["a"], []),
        ({"prefixItems": [TEXT], "items": {"type": "integer"}}, ["a", "b"], [("/*", "type")]),
        (
            {"patternProperties": {"^x-": {"type": "integer"}}, "additionalProperties": False},
            {"x-a": "b"},
            [],
        ),
        ({"dependentRequired": {"a": ["b"]}}, {"a": 1}, []),
        ({"propertyNames": {"maxLength": 1}}, {"ab": 1}, []),
        ({"oneOf": [{"properties": {"k": {"const": 1}}}, {"properties": {"k": {"const": 2}}}]}, {"k": 1}, []),
        ({"$id": "https://example.com/a", "$schema": "http://json-schema.org/draft-04/schema#"}, 1, []),
    ],
    ids=str,
)
def test_openapi_30_does_not_know_all_of_json_schema(
    source: Any, value: Any, expected: list[tuple[str, str]]
) -> None:
    assert causes({"$ref": f"{SCHEMAS}It"}, value, It=source) == expected


def test_a_const_is_what_requests_of_openapi_30_have_where_its_type_allows_it() -> None:
    assert not schema({"type": "string", "const": "a"}).validator.is_valid("b")
    assert schema({"type": "integer", "const": "a"}).validator.is_valid(5)


def test_nullable_references_may_be_null() -> None:
    named = {"allOf": [{"$ref": f"{SCHEMAS}Dog"}], "nullable": True}
    source = {"type": "object", "properties": {"dog": named}}
    assert causes(source, {"dog": None}, Dog=DOG) == []
    assert causes(source, {"dog": {"kind": "d"}}, Dog=DOG) == [("/dog/bark", "required")]
    compiled = schema(source, message_type=MessageType.RESPONSE, Dog=DOG)
    assert compiled.facts.property("dog").types == {"object", "null"}
    assert not schema(source, Dog=DOG).validator.is_valid({"dog": None})


def test_nothing_else_is_checked_when_the_status_is_not_documented() -> None:
    answer = operation(responses={"200": {"content": {"application/json": {"schema": {"type": "object"}}}}})
    violations = response_violations(answer, 418, {"content-type": "text/html"}, b"<p>")
    assert [violation.rule for violation in violations] == ["status"]
