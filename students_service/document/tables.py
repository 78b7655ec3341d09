"""Derives tables from the schemas that name one (x-table)."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from openapi.contract import Contract, ContractError, Json, JsonObject
from openapi.definitions import bundle
from openapi.flat_schema import flatten_schema
from openapi.message_type import MessageType
from openapi.near_words import did_you_mean
from openapi.schema_translator import SchemaTranslator

TABLE = "x-table"
GENERATED = "x-generated"
UNIQUE = "x-unique"
INDEX = "x-index"
REFERENCES = "x-references"
RENAMED_FROM = "x-renamed-from"
GENERATIONS = ("identity", "creation-time", "update-time")
IGNORING_CASE = "ignoring-case"
# Tables that the service keeps for itself.
RESERVED = ("idempotency_keys", "students_service_keys", "alembic_version")
# The longest name that PostgreSQL takes (bytes).
LONGEST_NAME = 63
# How the names of constraints and indexes end that keep values unique.
KEY, LOWER_KEY = "_key", "_lower_key"

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
    shown as null instead of being left out. `ignoring_case` are the unique ones that differ in more than
    case, `unique` has the property of each constraint that keeps values unique, and `references` the table
    that a property refers to.

    Larger than usual: it has all that a schema says of its table.
    """

    schema: str
    table: sa.Table
    key: str
    defaults: Mapping[str, Json]
    changing: frozenset[str]
    nullable: frozenset[str]
    ignoring_case: frozenset[str]
    unique: Mapping[str, str]
    references: Mapping[str, str]

    @cached_property
    def references_by_constraint(self) -> Mapping[str, str]:
        """The property of each foreign key."""
        return {foreign_key(self.table.name, field): field for field in self.references}


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
    _refer(stored)
    _check_names(metadata)
    return metadata, stored


def _stored(schema: Json, translator: SchemaTranslator) -> JsonObject:
    translated = bundle(translator.translate(schema), translator.definitions)
    flat = flatten_schema(translated, translated)
    properties = {name: flatten_schema(schema, translated) for name, schema in flat["properties"].items()}
    return {**flat, "properties": properties}


def _resource(name: str, table_name: str, schema: JsonObject, metadata: sa.MetaData) -> Resource:
    properties: Mapping[str, JsonObject] = schema["properties"]
    required = frozenset(schema.get("required", ()))
    if table_name in metadata.tables:
        raise ContractError(f"schema {name}: {TABLE}: {table_name!r} is the table of another schema already")
    _check_properties(name, table_name, properties, required)
    (key,) = [field for field, facts in properties.items() if facts.get(GENERATED) == "identity"]
    columns = [_column(field, facts, field in required) for field, facts in properties.items()]
    table = sa.Table(table_name, metadata, *columns)
    unique = {
        constraint: field
        for field, facts in properties.items()
        for constraint in _constrain(table, field, facts, key)
    }
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
        ignoring_case=frozenset(
            field for field, facts in properties.items() if facts.get(UNIQUE) == IGNORING_CASE
        ),
        unique=unique,
        references={
            field: str(facts[REFERENCES]) for field, facts in properties.items() if REFERENCES in facts
        },
    )


def _check_properties(
    name: str, table: str, properties: Mapping[str, JsonObject], required: frozenset[str]
) -> None:
    """Raises ContractError if no table can be made of the properties of a schema."""
    if table in RESERVED:
        raise ContractError(f"schema {name}: {TABLE}: {table!r} is a table of the service itself")
    for field, facts in properties.items():
        if facts.get("writeOnly"):
            raise ContractError(f"schema {name}, property {field}: writeOnly: all that is stored is answered")
    if sum(facts.get(GENERATED) == "identity" for facts in properties.values()) != 1:
        raise ContractError(f"schema {name}: a table needs one property with {GENERATED}: identity")
    for field in required - properties.keys():
        meant = did_you_mean(field, properties)
        raise ContractError(f"schema {name}: {field!r} is required, and no property{meant}")


def _constrain(table: sa.Table, field: str, facts: JsonObject, key: str) -> Iterator[str]:
    """Add the constraints and indexes of a column to its table, but for foreign keys. Yields the name of the
    one that keeps its values unique.

    A reference has an index, as rows that refer to one that is to be deleted are looked for in it.
    """
    column = table.c[field]
    if facts.get(INDEX) or REFERENCES in facts:
        sa.Index(index(table.name, field, key), column, table.c[key])
    if facts.get(UNIQUE) == IGNORING_CASE:
        name = f"{table.name}_{field}{LOWER_KEY}"
        sa.Index(name, sa.func.lower(column), unique=True)
        yield name
    elif facts.get(UNIQUE):
        name = f"{table.name}_{field}{KEY}"
        table.append_constraint(sa.UniqueConstraint(field, name=name))
        yield name


def _refer(stored: tuple[Resource, ...]) -> None:
    """Add the foreign keys. Raises ContractError if a reference leads to no table."""
    keys = {resource.table.name: resource.table.c[resource.key] for resource in stored}
    for resource in stored:
        for field, table in resource.references.items():
            if table not in keys:
                raise ContractError(
                    f"schema {resource.schema}, property {field}: {REFERENCES}: {table!r} is no table of "
                    f"this document, which has {', '.join(keys)}"
                )
            column = resource.table.c[field]
            if not isinstance(column.type, sa.BigInteger | sa.Integer):
                raise ContractError(
                    f"schema {resource.schema}, property {field}: with {REFERENCES}, it must be an integer, "
                    f"as the keys of {table} are"
                )
            if resource.table.name in _reached(table, stored) - {table}:
                raise ContractError(
                    f"schema {resource.schema}, property {field}: {REFERENCES} go in a circle: {table} "
                    f"refers to {resource.table.name}, too, so neither can be filled first"
                )
            name = foreign_key(resource.table.name, field)
            resource.table.append_constraint(sa.ForeignKeyConstraint([field], [keys[table]], name=name))


def names_after(table: str, field: str, key: str) -> tuple[str, ...]:
    """The names of the constraints and indexes that a property may have."""
    return (
        f"{table}_{field}{KEY}",
        f"{table}_{field}{LOWER_KEY}",
        foreign_key(table, field),
        index(table, field, key),
    )


def index(table: str, field: str, key: str) -> str:
    """The name of the index of a property."""
    return f"{table}_{field}_{key}_idx"


def _reached(table: str, stored: tuple[Resource, ...]) -> set[str]:
    """All tables that a table refers to, by way of others, too."""
    direct = {resource.table.name: {*resource.references.values()} for resource in stored}
    reached: set[str] = set()
    pending = [table]
    while pending:
        for other in direct.get(pending.pop(), set()) - reached:
            reached.add(other)
            pending.append(other)
    return reached


def _check_names(metadata: sa.MetaData) -> None:
    """Raises ContractError if PostgreSQL would cut a name, or two constraints or indexes have the same."""
    taken: set[str] = set()
    for table in metadata.tables.values():
        constraints = [str(each.name) for each in table.constraints if each.name]
        indexes = [str(each.name) for each in table.indexes]
        for name in (table.name, *table.c.keys(), *constraints, *indexes):
            if len(name.encode()) > LONGEST_NAME or "\0" in name:
                raise ContractError(
                    f"table {table.name}: PostgreSQL takes no name such as {name!r}, which has NUL or more "
                    f"than {LONGEST_NAME} bytes"
                )
        for name in (*constraints, *indexes):
            if name in taken:
                raise ContractError(
                    f"table {table.name}: two constraints or indexes would be named {name!r}: rename a "
                    f"property"
                )
            taken.add(name)


def foreign_key(table: str, field: str) -> str:
    """The name of the foreign key of a property."""
    return f"{table}_{field}_fkey"


def _kinds(facts: JsonObject) -> list[str]:
    kinds = facts.get("type", [])
    return [kinds] if isinstance(kinds, str) else list(kinds)


def _column(name: str, facts: JsonObject, required: bool) -> sa.Column[Any]:
    generated = facts.get(GENERATED)
    info = {RENAMED_FROM: facts.get(RENAMED_FROM)}
    if generated == "identity":
        return sa.Column(name, sa.BigInteger, sa.Identity(always=True), primary_key=True, info=info)
    if generated is not None:
        now = sa.func.now()
        return sa.Column(name, sa.DateTime(timezone=True), nullable=False, server_default=now, info=info)
    default = facts.get("default")
    nullable = "null" in _kinds(facts) or not (required or default is not None)
    return sa.Column(name, _type(facts), nullable=nullable, server_default=_literal(default), info=info)


def renamed_from(column: sa.Column[Any]) -> str | None:
    """The name that a column had before; None if it always had this one."""
    former: str | None = column.info.get(RENAMED_FROM)
    return former


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
