"""Translates the parameters and bodies of Swagger 2.0 to OpenAPI 3.0 (OpenAPI Specification 2.0, Parameter
Object).
"""

from collections.abc import Callable, Sequence
from typing import Any

Json = Any
JsonObject = dict[str, Any]
Lookup = Callable[[Json], Json]

_URL_ENCODED = "application/x-www-form-urlencoded"
_MULTIPART = "multipart/form-data"
_JSON = ["application/json"]
# What of a parameter is said outside of its schema.
_OWN = ("name", "in", "required", "description", "allowEmptyValue", "x-example")
_STYLES = {"csv": "form", "ssv": "spaceDelimited", "pipes": "pipeDelimited", "multi": "form", "tsv": "form"}


def translated_parameter(parameter: Json) -> Json:
    """A parameter in path, query or header."""
    if not isinstance(parameter, dict) or "name" not in parameter:
        return parameter
    translated = described(parameter)
    if parameter.get("in") == "query" and parameter.get("type") == "array":
        translated |= _array_style(parameter)
    return translated


def described(node: Json) -> Json:
    """A parameter or header whose type is in a schema."""
    if not isinstance(node, dict):
        return node
    translated = {key: value for key, value in node.items() if key in _OWN and key != "x-example"}
    if "x-example" in node:
        translated["example"] = node["x-example"]
    return {**translated, "schema": node.get("schema", _schema(node))}


def request_body(parameters: Sequence[JsonObject], consumed: Sequence[str]) -> JsonObject:
    """The body of parameters in body or formData."""
    for parameter in parameters:
        if parameter["in"] == "body":
            return {
                "description": parameter.get("description", ""),
                "required": bool(parameter.get("required")),
                "content": {name: {"schema": parameter.get("schema", {})} for name in consumed or _JSON},
            }
    schema = {
        "type": "object",
        "required": [parameter.get("name") for parameter in parameters if parameter.get("required")],
        "properties": {parameter.get("name"): _schema(parameter) for parameter in parameters},
    }
    arrays = [parameter for parameter in parameters if parameter.get("type") == "array"]
    encoding = {parameter.get("name"): _array_style(parameter) for parameter in arrays}
    has_file = any(parameter.get("format") == "binary" for parameter in parameters)
    names = [name for name in consumed if name in (_MULTIPART, _URL_ENCODED)]
    names = [_MULTIPART] if has_file else names or [_URL_ENCODED]
    return {
        "required": bool(schema["required"]),
        "content": {
            name: {"schema": schema, **({"encoding": encoding} if name == _URL_ENCODED and encoding else {})}
            for name in names
        },
    }


def _schema(node: JsonObject) -> JsonObject:
    others = (*_OWN, "collectionFormat", "schema")
    schema = {key: value for key, value in node.items() if key not in others}
    if node.get("collectionFormat") == "tsv":
        # OpenAPI 3.0 has no tabs as delimiters; a single item needs none.
        schema["maxItems"] = min(1, schema.get("maxItems", 1))
    return schema


def _array_style(node: JsonObject) -> JsonObject:
    written = node.get("collectionFormat", "csv")
    return {"style": _STYLES.get(written, "form"), "explode": written == "multi"}
