"""Applicators: keywords whose values are schemas (JSON Schema 2020-12 Core, section 10)."""

from collections.abc import Iterator
from contextlib import suppress

from openapi.contract import Contract, ContractError, Json, JsonObject

# Keywords whose value is a schema, a list of schemas, or schemas by name.
OF_ONE = (
    "not",
    "if",
    "then",
    "else",
    "contains",
    "propertyNames",
    "items",
    "additionalProperties",
    "unevaluatedItems",
    "unevaluatedProperties",
)
OF_LIST = ("allOf", "anyOf", "oneOf", "prefixItems")
OF_NAMES = ("properties", "patternProperties", "dependentSchemas", "$defs", "definitions")

# Those whose schemas hold for the same value as the schema they stand in (section 10.2), `not` excepted.
IN_PLACE = ("$ref", "$dynamicRef", "allOf", "anyOf", "oneOf", "if", "then", "else")


def all_in_place(contract: Contract, schema: Json) -> Iterator[JsonObject]:
    """A schema and all subschemas that may hold for the same value, as far as they can be read."""
    visited: set[int] = set()
    pending = [schema]
    while pending:
        current = pending.pop()
        if isinstance(current, dict) and id(current) not in visited:
            visited.add(id(current))
            yield current
            pending.extend(_in_place_subschemas(contract, current))


def _in_place_subschemas(contract: Contract, schema: JsonObject) -> Iterator[Json]:
    for keyword in ("$ref", "$dynamicRef"):
        if isinstance(schema.get(keyword), str):
            with suppress(ContractError):
                yield contract.at(schema[keyword])
    for keyword in ("allOf", "anyOf", "oneOf"):
        if isinstance(schema.get(keyword), list):
            yield from schema[keyword]
    yield from (schema[keyword] for keyword in ("if", "then", "else") if keyword in schema)
