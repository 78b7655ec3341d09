"""What the values of keywords must be (JSON Schema 2020-12, its meta-schemas)."""

import json
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

import jsonschema_rs

from openapi.applicators import OF_LIST, OF_NAMES, OF_ONE

ALL_TYPES = frozenset({"null", "boolean", "object", "array", "number", "string", "integer"})

# Keywords of schema resources, which have been resolved when a schema is translated.
_RESOLVED = frozenset({
    "$id", "id", "$schema", "$anchor", "$dynamicAnchor", "$dynamicRef", "$recursiveAnchor", "$recursiveRef",
    "$vocabulary", "$comment", "$defs", "definitions", "dependencies",
})  # fmt: skip


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_count(value: Any) -> bool:
    return _is_number(value) and value >= 0 and value == int(value)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def _are_names(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(name, str) for name in value)


def _are_types(value: Any) -> bool:
    return all(
        isinstance(name, str) and name in ALL_TYPES
        for name in (value if isinstance(value, list) else [value])
    )


def _is_schema(value: Any) -> bool:
    return isinstance(value, (dict, bool))


def _each(check: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, dict) and all(map(check, value.values()))


@cache
def is_pattern(value: Any) -> bool:
    """Whether a value is a regular expression."""
    try:
        jsonschema_rs.Draft202012Validator({"pattern": value})
    except ValueError:
        return False
    return True


# Annotations say nothing of a value, so that those of another type than they must have are left out.
_ANNOTATIONS: dict[str, Callable[[Any], bool]] = {
    **dict.fromkeys(("title", "description", "contentEncoding", "contentMediaType"), _is_text),
    **dict.fromkeys(("deprecated", "readOnly", "writeOnly"), _is_flag),
    "examples": lambda value: isinstance(value, list),
    "contentSchema": _is_schema,
}
_ASSERTIONS: dict[str, tuple[Callable[[Any], bool], str]] = {
    **dict.fromkeys(
        ("maxLength", "minLength", "maxItems", "minItems", "maxProperties", "minProperties", "maxContains",
         "minContains"),
        (_is_count, "a count"),
    ),
    **dict.fromkeys(("maximum", "minimum", "exclusiveMaximum", "exclusiveMinimum"), (_is_number, "a number")),
    "multipleOf": (lambda value: _is_number(value) and value > 0, "a positive number"),
    "pattern": (lambda value: _is_text(value) and is_pattern(value), "a regular expression"),
    "format": (_is_text, "a text"),
    "uniqueItems": (_is_flag, "true or false"),
    "required": (_are_names, "a list of names"),
    "dependentRequired": (_each(_are_names), "lists of names by name"),
    "type": (_are_types, "a type of JSON Schema"),
    "enum": (lambda value: isinstance(value, list), "a list"),
    "$ref": (_is_text, "a text"),
    **dict.fromkeys(OF_ONE, (_is_schema, "a schema")),
    **dict.fromkeys(OF_LIST, (lambda value: isinstance(value, list), "a list of schemas")),
    **dict.fromkeys(OF_NAMES, (lambda value: isinstance(value, dict), "schemas by name")),
    "patternProperties": (
        lambda value: isinstance(value, dict) and all(map(is_pattern, value)),
        "schemas by regular expression",
    ),
}  # fmt: skip


def as_meant(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema without what has no effect on values, and with what older drafts of JSON Schema and habits
    write differently as 2020-12 does, where it is certain what is meant.
    """
    meant = {
        keyword: value
        for keyword, value in schema.items()
        if keyword not in _RESOLVED
        and not (keyword in _ANNOTATIONS and not _ANNOTATIONS[keyword](value))
        and not (keyword in OF_LIST and value == [])
    }
    if isinstance(meant.get("required"), bool):
        # A flag of the property itself, until draft 3.
        del meant["required"]
    if isinstance(meant.get("required"), list):
        meant["required"] = _distinct(map(_as_name, meant["required"]))
    if isinstance(meant.get("type"), list):
        meant["type"] = _distinct("null" if name is None else name for name in meant["type"])
    if isinstance(meant.get("items"), list):
        # A tuple, until draft 2019-09.
        meant["prefixItems"] = meant.pop("items")
        if "additionalItems" in meant:
            meant["items"] = meant.pop("additionalItems")
    for bound, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        # A flag, until draft 4 and in OpenAPI 3.0.
        if isinstance(meant.get(exclusive), bool) and meant.pop(exclusive) and bound in meant:
            meant[exclusive] = meant.pop(bound)
    return meant


def invalid_keyword(schema: dict[str, Any]) -> str:
    """What is wrong with the first keyword whose value is none that it may have; empty if nothing is."""
    for keyword, value in schema.items():
        if keyword in _ASSERTIONS:
            is_valid, expected = _ASSERTIONS[keyword]
            if not is_valid(value):
                return f"{keyword}: {value!r} is not {expected}"
    return ""


def _as_name(value: Any) -> Any:
    """A name that an author of YAML has not put into quotes."""
    return value if isinstance(value, (str, list, dict)) else json.dumps(value)


def _distinct(values: Iterable[Any]) -> list[Any]:
    distinct: list[Any] = []
    for value in values:
        if value not in distinct:
            distinct.append(value)
    return distinct
