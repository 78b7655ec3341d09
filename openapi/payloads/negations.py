"""What a value is that does not satisfy some facts."""

from collections.abc import Iterator

from openapi.contract import Json, JsonObject
from openapi.payloads.constraints import (
    NO_FORMAT,
    NO_MULTIPLE,
    NO_PATTERN,
)


def contraries_of_scalars(schema: JsonObject) -> Iterator[Json]:
    """Schemas that together allow what the keywords of one for scalars do not."""
    if "minimum" in schema:
        yield {"type": "number", "exclusiveMaximum": schema["minimum"]}
    if "maximum" in schema:
        yield {"type": "number", "exclusiveMinimum": schema["maximum"]}
    if "exclusiveMinimum" in schema:
        yield {"type": "number", "maximum": schema["exclusiveMinimum"]}
    if "exclusiveMaximum" in schema:
        yield {"type": "number", "minimum": schema["exclusiveMaximum"]}
    if "multipleOf" in schema:
        yield {"type": "number", NO_MULTIPLE: schema["multipleOf"]}
    if schema.get("minLength"):
        yield {"type": "string", "maxLength": schema["minLength"] - 1}
    if "maxLength" in schema:
        yield {"type": "string", "minLength": schema["maxLength"] + 1}
    if "pattern" in schema:
        yield {"type": "string", NO_PATTERN: schema["pattern"]}
    if "format" in schema:
        yield {"type": "string", NO_FORMAT: schema["format"]}


def contraries_of_containers(schema: JsonObject) -> Iterator[Json]:
    """Schemas that together allow what the keywords of one for objects and lists do not."""
    for kind, least, most in (
        ("array", "minItems", "maxItems"),
        ("object", "minProperties", "maxProperties"),
    ):
        if schema.get(least):
            yield {"type": kind, most: schema[least] - 1}
        if most in schema:
            yield {"type": kind, least: schema[most] + 1}
    yield from _contraries_of_items(schema)
    if "additionalProperties" in schema and "patternProperties" not in schema:
        taken = schema.get("properties", {})
        name = next(each for each in ("another", "another_one", "yet_another") if each not in taken)
        contrary = {"not": schema["additionalProperties"]}
        yield {"type": "object", "required": [name], "properties": {name: contrary}}
    for name, others in schema.get("dependentRequired", {}).items():
        yield from ({"type": "object", "required": [name], "properties": {each: False}} for each in others)
    for name, each in schema.get("dependentSchemas", {}).items():
        yield {"type": "object", "required": [name], "not": each}


def _contraries_of_items(schema: JsonObject) -> Iterator[Json]:
    if "items" in schema and "prefixItems" not in schema:
        yield {"type": "array", "contains": {"not": schema["items"]}}
    for index, each in enumerate(schema.get("prefixItems", ())):
        prefix = [*[True] * index, {"not": each}]
        yield {"type": "array", "minItems": index + 1, "prefixItems": prefix}
    if "contains" in schema and "minContains" not in schema:
        yield {"type": "array", "items": {"not": schema["contains"]}}
    if schema.get("uniqueItems"):
        yield {"type": "array", "minItems": 2, "items": {"const": 0}}
