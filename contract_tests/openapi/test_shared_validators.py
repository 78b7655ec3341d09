"""Schemas that are translated together share their compiled definitions."""

import json
from dataclasses import dataclass

import pytest

from contract_tests.support.documents import contract
from openapi.contract import Json
from openapi.message_type import MessageType
from openapi.schema import Schema
from openapi.schema_translator import SchemaTranslator
from openapi.shared_validators import SharedValidators

LIST = {"type": "array", "items": {"$ref": "#/components/schemas/Item"}}


def test_schemas_are_compiled_together_and_checked_apart() -> None:
    translator = SchemaTranslator(contract(Item={"type": "integer"}), MessageType.RESPONSE)
    one, other = Schema(translator, LIST), Schema(translator, {"type": "string"})
    assert one.validator.compiled is other.validator.compiled
    assert one.validator.is_valid([1])
    assert not one.validator.is_valid("a")
    assert other.validator.is_valid("a")
    later = Schema(translator, {"$ref": "#/components/schemas/Item"})
    assert later.validator.is_valid(1)


@dataclass(frozen=True)
class Translated:
    """A schema that is translated already."""

    node: Json


def test_an_invalid_schema_costs_no_other() -> None:
    validators = SharedValidators({})
    schemas = [Translated({"type": "string", "maxLength": length}) for length in range(1, 8)]
    invalid = Translated({"type": "string", "pattern": "("})
    for schema in (*schemas[:3], invalid, *schemas[3:]):
        validators.add(schema)
    assert [validators.of(schema).is_valid("abc") for schema in schemas] == [False] * 2 + [True] * 5
    with pytest.raises(ValueError, match="regex"):
        validators.of(invalid)


def test_equal_schemas_are_translated_and_compiled_once() -> None:
    translator = SchemaTranslator(contract(Item={"type": "integer"}), MessageType.RESPONSE)
    one, other = Schema(translator, LIST), Schema(translator, json.loads(json.dumps(LIST)))
    assert one.node is other.node
    assert one.validator is other.validator
