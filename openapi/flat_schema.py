"""A schema merged into one level, to read its annotations and types."""

from collections.abc import Iterator

from openapi.contract import Json, JsonObject

DEFINITIONS = "#/$defs/"
_NULL: JsonObject = {"type": "null"}


def flatten_schema(schema: Json, root: Json) -> JsonObject:
    """A schema with its `$ref` and `allOf` merged into one level: later keywords win, `required` and
    `properties` add up. The result describes the schema; it is not meant for validation.
    """
    if not isinstance(schema, dict):
        return {}
    if "$ref" not in schema and "allOf" not in schema and schema.get("if") != _NULL:
        return {keyword: value for keyword, value in schema.items() if keyword != "$defs"}
    merged: JsonObject = {}
    properties: JsonObject = {}
    required: dict[str, None] = {}
    for part in _parts(schema, root):
        own = {keyword: part[keyword] for keyword in part if keyword not in ("$ref", "allOf", "$defs")}
        properties |= own.get("properties", {})
        required |= dict.fromkeys(own.get("required", ()))
        merged |= own
    if properties:
        merged["properties"] = properties
    if required:
        merged["required"] = [*required]
    return merged


def _parts(schema: JsonObject, root: Json) -> Iterator[JsonObject]:
    """The schemas that hold wherever a schema does, and itself, each once and after its own parts."""
    visited: set[int] = set()
    pending: list[tuple[Json, bool]] = [(schema, False)]
    while pending:
        current, is_read = pending.pop()
        if is_read:
            yield current
        elif isinstance(current, dict) and id(current) not in visited:
            visited.add(id(current))
            others, parts = current, list(current.get("allOf", ()))
            if "$ref" in current:
                parts.insert(0, root["$defs"][current["$ref"].removeprefix(DEFINITIONS)])
            if current.get("if") == _NULL and "else" in current:
                # A nullable choice of OpenAPI 3.0, as `without_openapi_30` has translated it.
                others = {
                    keyword: value for keyword, value in current.items() if keyword not in ("if", "else")
                }
                parts.append(current["else"])
            pending.append((others, True))
            pending.extend((part, False) for part in reversed(parts))
