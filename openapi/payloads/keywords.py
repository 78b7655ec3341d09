"""Facts that hold at once, merged into one."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from math import inf
from typing import Any

from openapi.contract import Json, JsonObject
from openapi.payloads.constraints import (
    NO_FORMAT,
    NO_KIND,
    NO_MULTIPLE,
    NO_PATTERN,
    NO_VALUES,
    UNIQUE,
    ArrayPart,
    Contains,
    Facts,
    ObjectPart,
    Unevaluated,
    identity,
    kind_of,
)


def merged_with(facts: Facts, node: JsonObject, scopes: tuple[int, ...]) -> Facts | None:
    """The facts with what a schema's own keywords say besides; None when they contradict each other."""
    changes: dict[str, Any] = {}
    for key, value in node.items():
        if key in _ADDED:
            name, made = _ADDED[key]
            changes[name] = (*changes.get(name, getattr(facts, name)), *made(value))
        elif key in _NARROWED:
            name, narrowed = _NARROWED[key]
            changes[name] = narrowed(changes.get(name, getattr(facts, name)), value)
    changes.update(_parts(facts, node, scopes))
    return _pruned(replace(facts, **changes)) if changes else facts


def _parts(facts: Facts, node: JsonObject, scopes: tuple[int, ...]) -> Iterator[tuple[str, Any]]:
    if "properties" in node or "patternProperties" in node or "additionalProperties" in node:
        part = ObjectPart(
            node.get("properties", {}),
            node.get("patternProperties", {}),
            node.get("additionalProperties"),
            scopes,
        )
        yield "object_parts", (*facts.object_parts, part)
    if "prefixItems" in node or "items" in node:
        items = ArrayPart(node.get("prefixItems", ()), node.get("items"), scopes)
        yield "array_parts", (*facts.array_parts, items)
    if "contains" in node:
        contains = Contains(node["contains"], int(node.get("minContains", 1)), node.get("maxContains"))
        yield "contains", (*facts.contains, contains)
    for keyword, name in (
        ("unevaluatedProperties", "unevaluated_properties"),
        ("unevaluatedItems", "unevaluated_items"),
    ):
        if keyword in node:
            yield name, (*getattr(facts, name), Unevaluated(scopes[-1], node[keyword], scopes[:-1]))


def _kinds(stated: str | Sequence[str]) -> frozenset[str]:
    names = {stated} if isinstance(stated, str) else {*stated}
    return frozenset(names - {"number"} | ({"integer", "fraction"} if "number" in names else set()))


def _common(values: tuple[Json, ...] | None, stated: Sequence[Json]) -> tuple[Json, ...]:
    if values is None:
        return tuple(stated)
    known = {identity(each) for each in stated}
    return tuple(each for each in values if identity(each) in known)


def _least(known: int | None, stated: float) -> int:
    return int(stated) if known is None else min(known, int(stated))


def _most(known: int, stated: float) -> int:
    return max(known, int(stated))


def _one(value: Any) -> tuple[Any, ...]:
    return (value,)


_NARROWED: Mapping[str, tuple[str, Callable[[Any, Any], Any]]] = {
    "type": ("kinds", lambda kinds, stated: kinds & _kinds(stated)),
    NO_KIND: ("kinds", lambda kinds, stated: kinds - _kinds(stated)),
    "enum": ("values", _common),
    "const": ("values", lambda values, stated: _common(values, [stated])),
    "minLength": ("min_length", _most),
    "maxLength": ("max_length", _least),
    "minItems": ("min_items", _most),
    "maxItems": ("max_items", _least),
    "minProperties": ("min_properties", _most),
    "maxProperties": ("max_properties", _least),
    "uniqueItems": ("distinct_items", lambda known, stated: known or stated),
    "required": ("required", lambda known, stated: tuple(dict.fromkeys((*known, *stated)))),
    UNIQUE: ("unique", lambda known, stated: known or stated),
}


_ADDED: Mapping[str, tuple[str, Callable[[Any], Any]]] = {
    NO_VALUES: ("barred_values", tuple),
    "minimum": ("lower", lambda stated: [(stated, False)]),
    "exclusiveMinimum": ("lower", lambda stated: [(stated, True)]),
    "maximum": ("upper", lambda stated: [(stated, False)]),
    "exclusiveMaximum": ("upper", lambda stated: [(stated, True)]),
    "multipleOf": ("multiples", _one),
    NO_MULTIPLE: ("barred_multiples", _one),
    "pattern": ("patterns", _one),
    NO_PATTERN: ("barred_patterns", _one),
    "format": ("formats", _one),
    NO_FORMAT: ("barred_formats", _one),
    # What OpenAPI 3.0 calls the format byte (OpenAPI 3.1.0, Considerations for File Uploads).
    "contentEncoding": ("formats", lambda stated: ["byte"] if stated == "base64" else []),
    "propertyNames": ("names", _one),
    "dependentRequired": ("dependent_names", lambda stated: [(name, tuple(stated[name])) for name in stated]),
    "default": ("seeds", _one),
    "example": ("seeds", _one),
    "examples": ("seeds", lambda stated: stated if isinstance(stated, list) else ()),
}


def _pruned(facts: Facts) -> Facts | None:
    """The facts without the kinds that bounds leave no room for."""
    gone = set()
    if facts.max_length is not None and facts.min_length > facts.max_length:
        gone.add("string")
    if facts.max_items is not None and facts.min_items > facts.max_items:
        gone.add("array")
    if (
        facts.max_properties is not None
        and max(facts.min_properties, len(facts.required)) > facts.max_properties
    ):
        gone.add("object")
    if max((each for each, _ in facts.lower), default=-inf) > min(
        (each for each, _ in facts.upper), default=inf
    ):
        gone.update(("integer", "fraction"))
    if any(part.properties.get(name) is False for part in facts.object_parts for name in facts.required):
        gone.add("object")
    kinds = facts.kinds - gone
    values = facts.values
    if values is not None:
        barred = {identity(each) for each in facts.barred_values}
        values = tuple(each for each in values if kind_of(each) in kinds and identity(each) not in barred)
    return replace(facts, kinds=kinds, values=values) if kinds and values != () else None
