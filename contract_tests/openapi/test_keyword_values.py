"""Schemas whose keywords have values that they must not have: what they cost, and what is meant by them."""

import re
from math import inf
from typing import Any

import pytest

from contract_tests.support.documents import schema
from openapi.message_type import MessageType
from openapi.payloads import PayloadFactory, Unbuildable

VALUES = 20


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ({"type": None}, "type: None is not a type of JSON Schema"),
        ({"minimum": "1"}, "minimum: '1' is not a number"),
        ({"$ref": 5}, "$ref: 5 is not a text"),
        ({"pattern": "("}, "pattern: '(' is not a regular expression"),
        ({"items": "string"}, "items: 'string' is not a schema"),
        ({"allOf": ["A"]}, "a schema must be an object, not 'A'"),
        ({"$ref": "#/components/schemas/None"}, "leads nowhere, at 'None'"),
    ],
    ids=str,
)
def test_an_invalid_schema_costs_what_needs_it(source: Any, reason: str) -> None:
    with pytest.raises(Unbuildable, match=re.escape(reason)):
        PayloadFactory(1).generator(schema(source, (3, 1)), "it")
    whole = {"type": "object", "required": ["a"], "properties": {"a": {"const": 1}, "b": source}}
    payloads = PayloadFactory(1)
    make = payloads.generator(schema(whole, (3, 1)), "it")
    assert all(make() == {"a": 1} for _ in range(VALUES))
    assert [reason in omitted for omitted in payloads.omitted] == [True]
    response = schema(whole, (3, 1), MessageType.RESPONSE)
    assert reason in response.unreadable
    assert response.fault == ""
    assert response.validator.is_valid({"a": 1, "b": "?"})
    assert not response.validator.is_valid({"a": 2})


@pytest.mark.parametrize("keyword", ["oneOf", "allOf", "not"])
def test_what_depends_on_an_invalid_schema_is_not_checked(keyword: str) -> None:
    broken: Any = {"properties": {"b": {"type": "obect"}}}
    choice = {keyword: broken if keyword == "not" else [broken, {"type": "object"}]}
    response = schema({**choice, "unevaluatedProperties": False}, (3, 1), MessageType.RESPONSE)
    assert "type: 'obect' is not a type of JSON Schema" in response.fault


@pytest.mark.parametrize(
    ("source", "meant"),
    [
        ({"type": "integer", "required": True}, {"type": "integer"}),
        ({"type": ["integer", None]}, {"type": ["integer", "null"]}),
        (
            {"items": [{"const": 1}], "additionalItems": False},
            {"prefixItems": [{"const": 1}], "items": False},
        ),
        ({"minimum": 1, "exclusiveMinimum": True}, {"exclusiveMinimum": 1}),
        ({"required": ["a", "a"], "allOf": []}, {"required": ["a"]}),
        ({"examples": {"a": 1}, "title": 5}, {}),
        ({"required": ["no", None, 404]}, {"required": ["no", "null", "404"]}),
    ],
    ids=str,
)
def test_older_drafts_and_habits_are_read_as_meant(source: Any, meant: Any) -> None:
    assert schema(source, (3, 1)).translated == meant


def test_yaml_has_numbers_without_an_end() -> None:
    make = PayloadFactory(1).generator(schema({"enum": [inf, 1]}))
    assert 1 in {make() for _ in range(50)}
