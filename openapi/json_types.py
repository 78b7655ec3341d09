"""The JSON types that a schema allows."""

from collections.abc import Iterator

from openapi.contract import Json, JsonObject
from openapi.flat_schema import DEFINITIONS
from openapi.keyword_values import ALL_TYPES

_NONE: frozenset[str] = frozenset()
_NUMBER = frozenset({"number"})


def json_types(schema: Json, root: Json) -> frozenset[str]:
    """The types as far as `type`, `enum`, `const` and the schemas for the same value say. `root` has the
    definitions. Where numbers are allowed, integers are.
    """
    return _types(schema, root, {})


def _types(schema: Json, root: Json, known: dict[str, frozenset[str]]) -> frozenset[str]:
    """The types; `known` has those of references. A recursive one does not restrict itself."""
    if not isinstance(schema, dict):
        return _NONE if schema is False else ALL_TYPES
    types = _named(schema.get("type"))
    values = [schema["const"]] if "const" in schema else schema.get("enum")
    if isinstance(values, list):
        types &= _NONE.union(*map(_of_value, values))
    reference = schema.get("$ref")
    if isinstance(reference, str):
        if reference not in known:
            known[reference] = ALL_TYPES
            known[reference] = _types(target(reference, root), root, known)
        types &= known[reference]
    for part in schema.get("allOf", ()):
        types &= _types(part, root, known)
    choices = [schema[keyword] for keyword in ("anyOf", "oneOf") if keyword in schema]
    if "if" in schema and "else" in schema:
        # As a nullable choice of OpenAPI 3.0 is translated.
        choices.append([schema.get("then", schema["if"]), schema["else"]])
    for branches in choices:
        types &= _NONE.union(*(_types(branch, root, known) for branch in branches))
    return types


def in_place(schema: Json, root: Json) -> Iterator[JsonObject]:
    """A schema and its subschemas that may hold for the same value, each once."""
    visited: set[str] = set()
    pending = [schema]
    while pending:
        current = pending.pop()
        if not isinstance(current, dict):
            continue
        yield current
        reference = current.get("$ref")
        if isinstance(reference, str) and reference not in visited:
            visited.add(reference)
            pending.append(target(reference, root))
        pending += (part for keyword in ("allOf", "anyOf", "oneOf") for part in current.get(keyword, ()))
        pending += (current[keyword] for keyword in ("then", "else") if keyword in current)


def target(reference: str, root: Json) -> Json:
    """What a reference in a translated schema leads to."""
    return root["$defs"][reference.removeprefix(DEFINITIONS)]


def referenced(schema: Json, root: Json) -> Json:
    """A schema, or what it leads to if it is nothing but a reference."""
    visited: set[str] = set()
    while (
        isinstance(schema, dict) and len(schema) == 1 and "$ref" in schema and schema["$ref"] not in visited
    ):
        visited.add(schema["$ref"])
        schema = target(schema["$ref"], root)
    return schema


def _named(types: Json) -> frozenset[str]:
    if types is None:
        return ALL_TYPES
    names = frozenset([types] if isinstance(types, str) else types)
    return names | {"integer"} if "number" in names else names


def _of_value(value: Json) -> frozenset[str]:
    match value:
        case None:
            return frozenset({"null"})
        case bool():
            return frozenset({"boolean"})
        case int():
            return _NUMBER | {"integer"}
        case float():
            return _NUMBER | {"integer"} if value.is_integer() else _NUMBER
        case str():
            return frozenset({"string"})
    return frozenset({"array"}) if isinstance(value, list) else frozenset({"object"})
