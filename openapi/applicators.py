"""Applicators: keywords whose values are schemas (JSON Schema 2020-12 Core, section 10)."""

from collections.abc import Iterator

from openapi.contract import Contract, Json, JsonObject

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
IN_PLACE = ("$ref", "allOf", "anyOf", "oneOf", "if", "then", "else")


def in_place_subschemas(contract: Contract, schema: JsonObject) -> Iterator[Json]:
    """The subschemas that may hold for the same value as a schema of the document."""
    if isinstance(schema.get("$ref"), str):
        yield contract.at(schema["$ref"])
    for keyword in ("allOf", "anyOf", "oneOf"):
        if isinstance(schema.get(keyword), list):
            yield from schema[keyword]
    yield from (schema[keyword] for keyword in ("if", "then", "else") if keyword in schema)
