"""Negated schemas (`not`): the schemas that a value satisfies when it breaks another."""

from collections.abc import Iterator

from openapi.contract import Json, JsonObject
from openapi.payloads.constraints import (
    NOT_ENUM,
    NOT_FORMAT,
    NOT_MULTIPLE_OF,
    NOT_PATTERN,
    NOT_TYPE,
    Constraints,
)
from openapi.payloads.derived_schemas import DerivedSchemas


class Negations:
    """Negates schemas, each once."""

    def __init__(self, derived: DerivedSchemas) -> None:
        self._derived = derived
        # The negated schema is kept, too: its id stays its own only as long as it exists.
        self._negations: dict[int, tuple[Json, list[Json]]] = {}

    def of(self, schema: Json) -> list[Json]:
        """Schemas of which each excludes the given one: one for each way in which a value can break it. They
        leave out `unevaluatedProperties`, `unevaluatedItems` and `propertyNames`.
        """
        schema = self._derived.resolve(schema)
        if isinstance(schema, bool):
            return [not schema]
        if id(schema) not in self._negations:
            self._negations[id(schema)] = (schema, [*self._of_keywords(schema)])
        return self._negations[id(schema)][1]

    def surplus(self, negated: Json, constraints: Constraints) -> Iterator[Json]:
        """Schemas that each require a property which the constraints describe and the negated schema does
        not, where that one restricts additional properties.
        """
        schema = self._derived.resolve(negated)
        if not isinstance(schema, dict) or "additionalProperties" not in schema:
            return
        described = {name for keywords in constraints.object_keywords for name in keywords.properties}
        for name in sorted(described - {*schema.get("properties", {})}):
            broken = _property_of(name, {"not": schema["additionalProperties"]})
            yield self._derived.keep(("surplus", id(schema), name), broken)

    def _of_keywords(self, schema: JsonObject) -> Iterator[Json]:
        if "not" in schema:
            yield schema["not"]
        if "type" in schema:
            types = schema["type"]
            yield {NOT_TYPE: [types] if isinstance(types, str) else types}
        for name in schema.get("required", ()):
            yield {"type": "object", "properties": {name: False}}
        if "const" in schema:
            yield {NOT_ENUM: [schema["const"]]}
        if "enum" in schema:
            yield {NOT_ENUM: schema["enum"]}
        yield from _of_numbers_and_strings(schema)
        for name, subschema in schema.get("properties", {}).items():
            if subschema is not True:
                yield _property_of(name, {"not": subschema})
        yield from _of_sizes(schema)
        yield from _of_items(schema)
        yield from _of_properties(schema)
        yield from self._of_subschemas(schema)

    def _of_subschemas(self, schema: JsonObject) -> Iterator[Json]:
        for part in self._derived.parts(schema):
            yield {"not": part}
        if "anyOf" in schema:
            yield {"allOf": [{"not": branch} for branch in schema["anyOf"]]}
        if "oneOf" in schema:
            branches = schema["oneOf"]
            yield {"allOf": [{"not": branch} for branch in branches]}
            yield from ({"allOf": [one, other]} for one in branches for other in branches if one is not other)
        if "if" in schema:
            yield {"allOf": [schema["if"], {"not": schema.get("then", True)}]}
            yield {"allOf": [{"not": schema["if"]}, {"not": schema.get("else", True)}]}


def _property_of(name: str, schema: Json) -> JsonObject:
    return {"type": "object", "required": [name], "properties": {name: schema}}


def _of_numbers_and_strings(schema: JsonObject) -> Iterator[Json]:
    if "minimum" in schema:
        yield {"type": "number", "exclusiveMaximum": schema["minimum"]}
    if "maximum" in schema:
        yield {"type": "number", "exclusiveMinimum": schema["maximum"]}
    if "exclusiveMinimum" in schema:
        yield {"type": "number", "maximum": schema["exclusiveMinimum"]}
    if "exclusiveMaximum" in schema:
        yield {"type": "number", "minimum": schema["exclusiveMaximum"]}
    if "multipleOf" in schema:
        yield {"type": "number", NOT_MULTIPLE_OF: schema["multipleOf"]}
    if schema.get("minLength"):
        yield {"type": "string", "maxLength": schema["minLength"] - 1}
    if "maxLength" in schema:
        yield {"type": "string", "minLength": schema["maxLength"] + 1}
    if "pattern" in schema:
        yield {"type": "string", NOT_PATTERN: schema["pattern"]}
    if "format" in schema:
        yield {"type": "string", NOT_FORMAT: schema["format"]}


def _of_sizes(schema: JsonObject) -> Iterator[Json]:
    for kind, least, most in (
        ("array", "minItems", "maxItems"),
        ("object", "minProperties", "maxProperties"),
    ):
        if schema.get(least):
            yield {"type": kind, most: schema[least] - 1}
        if most in schema:
            yield {"type": kind, least: schema[most] + 1}


def _of_items(schema: JsonObject) -> Iterator[Json]:
    if "items" in schema and "prefixItems" not in schema:
        yield {"type": "array", "contains": {"not": schema["items"]}}
    for index, item in enumerate(schema.get("prefixItems", ())):
        prefix = [*[True] * index, {"not": item}]
        yield {"type": "array", "minItems": index + 1, "prefixItems": prefix}
    if "contains" in schema and "minContains" not in schema:
        yield {"type": "array", "items": {"not": schema["contains"]}}
    if schema.get("uniqueItems"):
        yield {"type": "array", "minItems": 2, "items": {"const": 0}}


def _of_properties(schema: JsonObject) -> Iterator[Json]:
    if "additionalProperties" in schema and "patternProperties" not in schema:
        described = schema.get("properties", {})
        name = next(name for name in ("another", "another_one", "yet_another") if name not in described)
        yield _property_of(name, {"not": schema["additionalProperties"]})
    for name, dependents in schema.get("dependentRequired", {}).items():
        for dependent in dependents:
            yield {"type": "object", "required": [name], "properties": {dependent: False}}
    for name, subschema in schema.get("dependentSchemas", {}).items():
        yield {"type": "object", "required": [name], "not": subschema}
