"""Tables, derived from the schemas that name one."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from openapi.contract import Contract, ContractError, Json, JsonObject
from openapi.flat_schema import flatten_schema
from openapi.message_type import MessageType
from openapi.schema_translator import SchemaTranslator

TABLE = "x-table"
GENERATED = "x-generated"
UNIQUE = "x-unique"
INDEX = "x-index"

# Types only: a limit copied into a column would be a second place to state it.
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

    `defaults` holds what a client may write, each with the value it gets when left out;
    `changing` the columns that the service sets at each change; `nullable` those whose NULL is
    shown as null rather than left out.
    """

    schema: str
    table: sa.Table
    key: str
    defaults: Mapping[str, Json]
    changing: frozenset[str]
    nullable: frozenset[str]


def resources(contract: Contract) -> tuple[sa.MetaData, tuple[Resource, ...]]:
    """Every stored schema of a contract. Raises ContractError when a table cannot be derived."""
    metadata = sa.MetaData()
    dialect = SchemaTranslator(contract, MessageType.EITHER)
    schemas = contract.document.get("components", {}).get("schemas", {})
    found = tuple(
        _resource(name, schema[TABLE], _stored(schema, dialect), metadata)
        for name, schema in schemas.items()
        if isinstance(schema, dict) and TABLE in schema
    )
    return metadata, found


def _stored(schema: Json, dialect: SchemaTranslator) -> JsonObject:
    translated = dialect.complete(dialect.node(schema))
    flat = flatten_schema(translated, translated)
    properties = {name: flatten_schema(each, translated) for name, each in flat["properties"].items()}
    return {**flat, "properties": properties}


def _resource(name: str, table_name: str, schema: JsonObject, metadata: sa.MetaData) -> Resource:
    properties: Mapping[str, JsonObject] = schema["properties"]
    required = frozenset(schema.get("required", ()))
    keys = [each for each, facts in properties.items() if facts.get(GENERATED) == "identity"]
    if len(keys) != 1:
        raise ContractError(f"schema {name}: a table needs one property with {GENERATED}: identity")
    key = keys[0]
    columns = [_column(each, facts, each in required) for each, facts in properties.items()]
    table = sa.Table(
        table_name,
        metadata,
        *columns,
        *(
            sa.UniqueConstraint(each, name=f"{table_name}_{each}_key")
            for each, facts in properties.items()
            if facts.get(UNIQUE)
        ),
        *(
            sa.Index(f"{table_name}_{each}_{key}_idx", each, key)
            for each, facts in properties.items()
            if facts.get(INDEX)
        ),
    )
    return Resource(
        schema=name,
        table=table,
        key=key,
        defaults={
            each: facts.get("default")
            for each, facts in properties.items()
            if GENERATED not in facts and not facts.get("readOnly")
        },
        changing=frozenset(
            each for each, facts in properties.items() if facts.get(GENERATED) == "update-time"
        ),
        nullable=frozenset(each for each, facts in properties.items() if "null" in _kinds(facts)),
    )


def _kinds(facts: JsonObject) -> list[str]:
    stated = facts.get("type", [])
    return [stated] if isinstance(stated, str) else list(stated)


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
