"""Negated schemas (`not`): the schemas that a value satisfies when it breaks another."""

from collections.abc import Iterator
from contextlib import suppress

import jsonschema_rs

from openapi.contract import Json, JsonObject
from openapi.payloads.constraints import (
    NOT_ENUM,
    NOT_FORMAT,
    NOT_MULTIPLE_OF,
    NOT_PATTERN,
    NOT_TYPE,
    NOT_UNIQUE,
    Constraints,
)
from openapi.payloads.derived_schemas import DerivedSchemas

# How many names that are forbidden are tried one by one.
_NAMES = 3


class Negations:
    """Negates schemas, each once."""

    def __init__(self, derived: DerivedSchemas) -> None:
        self._derived = derived
        # The negated schema is kept, too: its id stays its own only as long as it exists.
        self._negations: dict[int, tuple[Json, list[Json]]] = {}

    def of(self, schema: Json) -> list[Json]:
        """Schemas of which each excludes the given one: one for each way in which a value can break it."""
        schema = self._derived.resolve(schema)
        if isinstance(schema, bool):
            return [not schema]
        if id(schema) not in self._negations:
            # A schema that is a part of itself adds nothing to the ways in which it can be broken.
            self._negations[id(schema)] = (schema, [])
            self._negations[id(schema)] = (schema, [*self._of_keywords(schema)])
        return self._negations[id(schema)][1]

    def surplus(self, negated: Json, constraints: Constraints) -> Iterator[Json]:
        """Schemas that each require a property which the constraints describe and the negated schema, or a
        part of it, does not, where that one restricts additional properties.
        """
        schema = self._derived.resolve(negated)
        if not isinstance(schema, dict):
            return
        for part in schema.get("allOf", ()):
            yield from self.surplus(part, constraints)
        if "additionalProperties" not in schema:
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
            yield from self.of(part)
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
    prefix = schema.get("prefixItems", ())
    for index, item in enumerate(prefix):
        yield {"type": "array", "minItems": index + 1, "prefixItems": [*[True] * index, {"not": item}]}
    if "items" in schema and "prefixItems" in schema:
        yield _item_behind(len(prefix), schema["items"])
    if "contains" in schema:
        counted, least, most = schema["contains"], schema.get("minContains", 1), schema.get("maxContains")
        if least:
            yield {"type": "array", "contains": counted, "minContains": 0, "maxContains": least - 1}
        if most is not None:
            yield {"type": "array", "contains": counted, "minContains": most + 1}
    if "unevaluatedItems" in schema:
        yield {"type": "array", "contains": {"not": schema["unevaluatedItems"]}}
        yield _item_behind(_longest_prefix(schema), schema["unevaluatedItems"])
    if schema.get("uniqueItems"):
        yield {"type": "array", "minItems": 2, "items": {"const": 0}}
        yield {"type": "array", "minItems": 2, "items": {"const": "a"}}
        yield {"type": "array", "minItems": 2, NOT_UNIQUE: True}


def _item_behind(index: int, allowed: Json) -> JsonObject:
    """An array with an item at an index that is not what is allowed there."""
    return {"type": "array", "minItems": index + 1, "prefixItems": [*[True] * index, {"not": allowed}]}


def _longest_prefix(schema: Json) -> int:
    """How many items the keywords of a schema and of its parts say something of one by one."""
    if not isinstance(schema, dict):
        return 0
    parts = [part for keyword in ("allOf", "anyOf", "oneOf") for part in schema.get(keyword, ())]
    parts += [schema[keyword] for keyword in ("if", "then", "else") if keyword in schema]
    return max(len(schema.get("prefixItems", ())), *map(_longest_prefix, parts), 0)


def _of_properties(schema: JsonObject) -> Iterator[Json]:
    described, patterns = schema.get("properties", {}), schema.get("patternProperties", {})
    for pattern, subschema in patterns.items():
        if subschema is not True:
            yield _named({"pattern": pattern}, {"not": subschema})
    for keyword in ("additionalProperties", "unevaluatedProperties"):
        if keyword in schema:
            name = next(name for name in ("another", "another_one", "yet_another") if name not in described)
            if not patterns:
                yield _property_of(name, {"not": schema[keyword]})
            unlike = [{"not": {"pattern": pattern}} for pattern in patterns]
            names = {"allOf": [{"not": {"enum": [*described]}}, *unlike]}
            yield _named(names, {"not": schema[keyword]})
    if "propertyNames" in schema:
        yield _named({"not": schema["propertyNames"]}, True)
        yield from (_property_of(name, True) for name in _forbidden_names(schema["propertyNames"]))
    for name, dependents in schema.get("dependentRequired", {}).items():
        for dependent in dependents:
            yield {"type": "object", "required": [name], "properties": {dependent: False}}
    for name, subschema in schema.get("dependentSchemas", {}).items():
        yield {"type": "object", "required": [name], "not": subschema}


def _forbidden_names(names: Json) -> list[str]:
    """A few names that a schema of names forbids, as far as they are easy to find."""
    excluded = names.get("not") if isinstance(names, dict) else None
    listed = excluded.get("enum", [excluded.get("const")]) if isinstance(excluded, dict) else []
    candidates = [*(name for name in listed if isinstance(name, str)), "another", "a", "A1", "a_longer_name"]
    with suppress(ValueError):
        is_allowed = jsonschema_rs.Draft202012Validator(names).is_valid
        return [name for name in candidates if not is_allowed(name)][:_NAMES]
    return []


def _named(names: Json, values: Json) -> JsonObject:
    """An object with at least one property, all with such names and values."""
    return {"type": "object", "minProperties": 1, "propertyNames": names, "additionalProperties": values}
