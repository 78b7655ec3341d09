"""Keywords of JSON Schema, read into constraints."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from math import ceil, floor, inf, isfinite
from typing import Any

from openapi.contract import Json, JsonObject
from openapi.payloads.constraints import (
    NOT_ENUM,
    NOT_FORMAT,
    NOT_MULTIPLE_OF,
    NOT_PATTERN,
    NOT_TYPE,
    NOT_UNIQUE,
    UNIQUE,
    ArrayKeywords,
    Constraints,
    Contains,
    ObjectKeywords,
    Unevaluated,
)
from openapi.payloads.json_values import equality_key, kind_of


def with_keywords(
    constraints: Constraints, schema: JsonObject, scopes: tuple[int, ...]
) -> Constraints | None:
    """The constraints with the keywords of a schema added, those of its subschemas excepted; None when they
    contradict each other. `scopes` are the ids of the schemas around it that have unevaluated keywords.
    """
    changes: dict[str, Any] = {}
    for keyword, value in schema.items():
        if keyword in _ADDED:
            name, added = _ADDED[keyword]
            changes[name] = (*changes.get(name, getattr(constraints, name)), *added(value))
        elif keyword in _NARROWED:
            name, narrowed = _NARROWED[keyword]
            changes[name] = narrowed(changes.get(name, getattr(constraints, name)), value)
    changes.update(_collected(constraints, schema, scopes))
    return _without_impossible_kinds(constraints.changed(changes)) if changes else constraints


def _collected(
    constraints: Constraints, schema: JsonObject, scopes: tuple[int, ...]
) -> Iterator[tuple[str, Any]]:
    """Keywords that only mean something together, as names and values of fields."""
    if "properties" in schema or "patternProperties" in schema or "additionalProperties" in schema:
        properties = ObjectKeywords(
            schema.get("properties", {}),
            schema.get("patternProperties", {}),
            schema.get("additionalProperties"),
            scopes,
        )
        yield "object_keywords", (*constraints.object_keywords, properties)
    if "prefixItems" in schema or "items" in schema:
        items = ArrayKeywords(schema.get("prefixItems", ()), schema.get("items"), scopes)
        yield "array_keywords", (*constraints.array_keywords, items)
    if "contains" in schema:
        contains = Contains(
            schema["contains"], int(schema.get("minContains", 1)), schema.get("maxContains"), scopes
        )
        yield "contains", (*constraints.contains, contains)
    for keyword, name in (
        ("unevaluatedProperties", "unevaluated_properties"),
        ("unevaluatedItems", "unevaluated_items"),
    ):
        if keyword in schema:
            unevaluated = Unevaluated(scopes[-1], schema[keyword], scopes[:-1])
            yield name, (*getattr(constraints, name), unevaluated)


def _kinds(types: str | Sequence[str]) -> frozenset[str]:
    names = {types} if isinstance(types, str) else {*types}
    return frozenset(names - {"number"} | ({"integer", "fraction"} if "number" in names else set()))


def _common(values: tuple[Json, ...] | None, others: Sequence[Json]) -> tuple[Json, ...]:
    if values is None:
        return tuple(others)
    keys = {equality_key(other) for other in others}
    return tuple(value for value in values if equality_key(value) in keys)


def _smaller(current: int | None, value: float) -> int:
    return int(value) if current is None else min(current, int(value))


def _larger(current: int, value: float) -> int:
    return max(current, int(value))


def _one(value: Any) -> tuple[Any, ...]:
    return (value,)


# Keywords that narrow the value of a field: the field, and its new value from the present one and the
# keyword's.
_NARROWED: Mapping[str, tuple[str, Callable[[Any, Any], Any]]] = {
    "type": ("kinds", lambda kinds, types: kinds & _kinds(types)),
    NOT_TYPE: ("kinds", lambda kinds, types: kinds - _kinds(types)),
    "enum": ("values", _common),
    "const": ("values", lambda values, value: _common(values, [value])),
    "minLength": ("min_length", _larger),
    "maxLength": ("max_length", _smaller),
    "minItems": ("min_items", _larger),
    "maxItems": ("max_items", _smaller),
    "minProperties": ("min_properties", _larger),
    "maxProperties": ("max_properties", _smaller),
    "uniqueItems": ("unique_items", lambda current, value: current or value),
    NOT_UNIQUE: ("repeated_items", lambda current, value: current or value),
    "required": ("required", lambda names, others: tuple(dict.fromkeys((*names, *others)))),
    UNIQUE: ("unique", lambda current, value: current or value),
}


# Keywords that add to the values of a field: the field, and what is added.
_ADDED: Mapping[str, tuple[str, Callable[[Any], Any]]] = {
    NOT_ENUM: ("excluded_values", tuple),
    "minimum": ("lower", lambda bound: [(bound, False)]),
    "exclusiveMinimum": ("lower", lambda bound: [(bound, True)]),
    "maximum": ("upper", lambda bound: [(bound, False)]),
    "exclusiveMaximum": ("upper", lambda bound: [(bound, True)]),
    "multipleOf": ("multiples", _one),
    NOT_MULTIPLE_OF: ("excluded_multiples", _one),
    "pattern": ("patterns", _one),
    NOT_PATTERN: ("excluded_patterns", _one),
    "format": ("formats", _one),
    NOT_FORMAT: ("excluded_formats", _one),
    # What OpenAPI 3.0 calls the format byte (OpenAPI 3.1.0, Considerations for File Uploads).
    "contentEncoding": ("formats", lambda encoding: ["byte"] if encoding == "base64" else []),
    "propertyNames": ("property_names", _one),
    "dependentRequired": (
        "dependent_required",
        lambda names: [(name, tuple(others)) for name, others in names.items()],
    ),
    "default": ("examples", _one),
    "example": ("examples", _one),
    "examples": ("examples", lambda values: values if isinstance(values, list) else ()),
}


def _without_impossible_kinds(constraints: Constraints) -> Constraints | None:
    """The constraints without the kinds, and the values of an `enum`, that other keywords leave no room for;
    None when nothing remains.
    """
    kinds = constraints.kinds - {*_impossible_kinds(constraints)}
    values = constraints.values
    if values is not None:
        excluded = {equality_key(value) for value in constraints.excluded_values}
        values = tuple(
            value
            for value in values
            if kind_of(value) in kinds and equality_key(value) not in excluded and _fits(value, constraints)
        )
    if not kinds or values == ():
        return None
    return constraints.changed({"kinds": kinds, "values": values})


def _fits(value: Json, constraints: Constraints) -> bool:
    """Whether a number is within the bounds, or a text within the lengths."""
    if isinstance(value, str):
        most = constraints.max_length
        return len(value) >= constraints.min_length and (most is None or len(value) <= most)
    return kind_of(value) not in ("integer", "fraction") or _is_within(value, constraints)


def _is_within(number: float, constraints: Constraints) -> bool:
    return all(
        number > bound or (number == bound and not is_exclusive) for bound, is_exclusive in constraints.lower
    ) and all(
        number < bound or (number == bound and not is_exclusive) for bound, is_exclusive in constraints.upper
    )


def _impossible_kinds(constraints: Constraints) -> Iterator[str]:
    if constraints.max_length is not None and constraints.min_length > constraints.max_length:
        yield "string"
    if constraints.max_items is not None and constraints.min_items > constraints.max_items:
        yield "array"
    if constraints.unique_items and constraints.repeated_items:
        yield "array"
    least = max(constraints.min_properties, len(constraints.required))
    if constraints.max_properties is not None and least > constraints.max_properties:
        yield "object"
    lower, is_above = max(constraints.lower, default=(-inf, False))
    uppers = ((bound, not is_exclusive) for bound, is_exclusive in constraints.upper)
    upper, is_reached = min(uppers, default=(inf, True))
    if lower > upper or (lower == upper and (is_above or not is_reached)):
        yield from ("integer", "fraction")
    elif isfinite(lower) and not any(
        _is_within(number, constraints) for number in (ceil(lower), floor(lower) + 1)
    ):
        yield "integer"
    keywords = constraints.object_keywords
    if any(each.properties.get(name) is False for each in keywords for name in constraints.required):
        yield "object"
