"""Derives tables from the schemas that name one (x-table)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from openapi.contract import Contract, ContractError, Json, JsonObject
from openapi.definitions import bundle
from openapi.flat_schema import flatten_schema
from openapi.message_type import MessageType
from openapi.schema_translator import SchemaTranslator

TABLE = "x-table"
GENERATED = "x-generated"
UNIQUE = "x-unique"
INDEX = "x-index"

# Types only: a limit in a column would repeat what the schema says.
_TYPES: Mapping[tuple[str, str], type[sa.types.TypeEngine[Any]]] = {
    ("string", "date"): sa.Date,
    ("integer", "int32"): sa.Integer,
}
_TYPES_WITHOUT_FORMAT: Mapping[str, type[sa.types.TypeEngine[Any]]] = {
    "string": sa.Text,
    "integer": sa.BigInteger,
    "number": sa.Double,
    "boolean": sa.Boolean,
}


@dataclass(frozen=True)
class Resource:
    """A stored schema; `schema` is its name in the document.

    `defaults` has the properties that a client may write, each with the value that it gets when it is left
    out. `changing` are the columns that the service sets at each change. `nullable` are those whose NULL is
    shown as null instead of being left out.
    """

    schema: str
    table: sa.Table
    key: str
    defaults: Mapping[str, Json]
    changing: frozenset[str]
    nullable: frozenset[str]


def resources(contract: Contract) -> tuple[sa.MetaData, tuple[Resource, ...]]:
    """Every stored schema of a contract. Raises ContractError if a table cannot be derived."""
    metadata = sa.MetaData()
    translator = SchemaTranslator(contract, MessageType.EITHER)
    schemas = contract.document.get("components", {}).get("schemas", {})
    stored = tuple(
        _resource(name, schema[TABLE], _stored(schema, translator), metadata)
        for name, schema in schemas.items()
        if isinstance(schema, dict) and TABLE in schema
    )
    return metadata, stored


def _stored(schema: Json, translator: SchemaTranslator) -> JsonObject:
    translated = bundle(translator.translate(schema), translator.definitions)
    flat = flatten_schema(translated, translated)
    properties = {name: flatten_schema(schema, translated) for name, schema in flat["properties"].items()}
    return {**flat, "properties": properties}


def _resource(name: str, table_name: str, schema: JsonObject, metadata: sa.MetaData) -> Resource:
    properties: Mapping[str, JsonObject] = schema["properties"]
    required = frozenset(schema.get("required", ()))
    keys = [field for field, facts in properties.items() if facts.get(GENERATED) == "identity"]
    if len(keys) != 1:
        raise ContractError(f"schema {name}: a table needs one property with {GENERATED}: identity")
    key = keys[0]
    columns = [_column(field, facts, field in required) for field, facts in properties.items()]
    table = sa.Table(
        table_name,
        metadata,
        *columns,
        *(
            sa.UniqueConstraint(field, name=f"{table_name}_{field}_key")
            for field, facts in properties.items()
            if facts.get(UNIQUE)
        ),
        *(
            sa.Index(f"{table_name}_{field}_{key}_idx", field, key)
            for field, facts in properties.items()
            if facts.get(INDEX)
        ),
    )
    return Resource(
        schema=name,
        table=table,
        key=key,
        defaults={
            field: facts.get("default")
            for field, facts in properties.items()
            if GENERATED not in facts and not facts.get("readOnly")
        },
        changing=frozenset(
            field for field, facts in properties.items() if facts.get(GENERATED) == "update-time"
        ),
        nullable=frozenset(field for field, facts in properties.items() if "null" in _kinds(facts)),
    )


def _kinds(facts: JsonObject) -> list[str]:
    kinds = facts.get("type", [])
    return [kinds] if isinstance(kinds, str) else list(kinds)


def _column(name: str, facts: JsonObject, required: bool) -> sa.Column[Any]:
    generated = facts.get(GENERATED)
    if generated == "identity":
        return sa.Column(name, sa.BigInteger, sa.Identity(always=True), primary_key=True)
    if generated is not None:
        return sa.Column(name, sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now())
    default = facts.get("default")
    nullable = "null" in _kinds(facts) or not (required or default is not None)
    return sa.Column(name, _type(facts), nullable=nullable, server_default=_literal(default))


def _type(facts: JsonObject) -> sa.types.TypeEngine[Any]:
    kinds = [kind for kind in _kinds(facts) if kind != "null"]
    if len(kinds) != 1 or kinds[0] in ("object", "array"):
        return JSONB()
    if kinds[0] == "string" and facts.get("format") == "date-time":
        return sa.DateTime(timezone=True)
    chosen = _TYPES.get((kinds[0], facts.get("format", "")), _TYPES_WITHOUT_FORMAT[kinds[0]])
    return chosen()


def _literal(default: Json) -> str | None:
    if default is None or isinstance(default, str):
        return default
    return json.dumps(default)
