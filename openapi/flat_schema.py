"""Facts read off a schema, whatever it is put together of."""

from openapi.contract import Json, JsonObject

DEFINITIONS = "#/$defs/"
_NULL: JsonObject = {"type": "null"}


def flatten_schema(schema: Json, root: Json) -> JsonObject:
    """The schema with its `$ref` and `allOf` merged into one level; later keywords win, `required`
    and `properties` add up. Made for reading facts off a schema, not for validating with it.
    """
    if not isinstance(schema, dict):
        return {}
    merged: JsonObject = {}
    if schema.get("if") == _NULL:
        others = {key: value for key, value in schema.items() if key not in ("if", "else")}
        schema = {**others, "allOf": [*schema.get("allOf", ()), schema["else"]]}
    parts = [part for part in (_target(schema, root), *schema.get("allOf", ())) if part is not None]
    own = {key: value for key, value in schema.items() if key not in ("$ref", "allOf", "$defs")}
    for part in (*(flatten_schema(each, root) for each in parts), own):
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
