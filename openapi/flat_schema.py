"""A schema merged into one level, to read its annotations and types."""

from openapi.contract import Json, JsonObject

DEFINITIONS = "#/$defs/"
_NULL: JsonObject = {"type": "null"}


def flatten_schema(schema: Json, root: Json) -> JsonObject:
    """A schema with its `$ref` and `allOf` merged into one level: later keywords win, `required` and
    `properties` add up. The result describes the schema; it is not meant for validation.
    """
    if not isinstance(schema, dict):
        return {}
    if schema.get("if") == _NULL:
        # A nullable choice of OpenAPI 3.0, as `without_openapi_30` has translated it.
        others = {keyword: value for keyword, value in schema.items() if keyword not in ("if", "else")}
        schema = {**others, "allOf": [*schema.get("allOf", ()), schema["else"]]}
    parts = [part for part in (_target(schema, root), *schema.get("allOf", ())) if part is not None]
    own = {keyword: schema[keyword] for keyword in schema if keyword not in ("$ref", "allOf", "$defs")}
    merged: JsonObject = {}
    for part in (*(flatten_schema(part, root) for part in parts), own):
        properties = {**merged.get("properties", {}), **part.get("properties", {})}
        required = [*merged.get("required", ()), *part.get("required", ())]
        merged = {**merged, **part}
        if properties:
            merged["properties"] = properties
        if required:
            merged["required"] = list(dict.fromkeys(required))
    return merged


def _target(schema: JsonObject, root: Json) -> Json:
    reference = schema.get("$ref")
    return root["$defs"][reference.removeprefix(DEFINITIONS)] if isinstance(reference, str) else None
