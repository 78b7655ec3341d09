"""What schemas ask of a value, merged from all that hold at once."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

import jsonschema_rs

from openapi.contract import Json

KINDS = frozenset({"null", "boolean", "object", "array", "string", "integer", "fraction"})
UNIQUE = "x-unique"

NO_KIND = "no type"
NO_VALUES = "no values"
NO_PATTERN = "no pattern"
NO_FORMAT = "no format"
NO_MULTIPLE = "no multiple"


@dataclass(frozen=True)
class ObjectPart:
    """What one schema says of properties; `additional` is None when it says nothing of others."""

    properties: Mapping[str, Json]
    patterns: Mapping[str, Json]
    additional: Json | None
    scopes: tuple[int, ...] = ()


@dataclass(frozen=True)
class ArrayPart:
    """What one schema says of items; `rest` is None when it says nothing of others."""

    prefix: Sequence[Json]
    rest: Json | None
    scopes: tuple[int, ...] = ()


@dataclass(frozen=True)
class Contains:
    """So many items, at least and at most, that satisfy a schema."""

    schema: Json
    least: int
    most: int | None


@dataclass(frozen=True)
class Unevaluated:
    """What a schema says of what no part within its `scope` speaks of."""

    scope: int
    schema: Json
    scopes: tuple[int, ...]


@dataclass(frozen=True)
class Facts:
    """All that holds of a value at once. `bounds` are numbers, each with whether it is exclusive;
    `seeds` are examples and defaults, `turns` the number of branches at the widest choice on the
    way here, `combinations` the product of all, and `path` the branches chosen; `plain` when nothing had
    to be chosen or denied.
    """

    kinds: frozenset[str] = KINDS
    values: tuple[Json, ...] | None = None
    barred_values: tuple[Json, ...] = ()
    lower: tuple[tuple[float, bool], ...] = ()
    upper: tuple[tuple[float, bool], ...] = ()
    multiples: tuple[float, ...] = ()
    barred_multiples: tuple[float, ...] = ()
    min_length: int = 0
    max_length: int | None = None
    patterns: tuple[str, ...] = ()
    barred_patterns: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    barred_formats: tuple[str, ...] = ()
    min_items: int = 0
    max_items: int | None = None
    distinct_items: bool = False
    array_parts: tuple[ArrayPart, ...] = ()
    contains: tuple[Contains, ...] = ()
    min_properties: int = 0
    max_properties: int | None = None
    required: tuple[str, ...] = ()
    object_parts: tuple[ObjectPart, ...] = ()
    names: tuple[Json, ...] = ()
    dependent_names: tuple[tuple[str, tuple[str, ...]], ...] = ()
    unevaluated_properties: tuple[Unevaluated, ...] = ()
    unevaluated_items: tuple[Unevaluated, ...] = ()
    seeds: tuple[Json, ...] = ()
    unique: bool = False
    turns: int = 1
    combinations: int = 1
    path: tuple[int, ...] = ()
    plain: bool = True


def rules_for(facts: Facts, name: str) -> tuple[Json, ...]:
    """The schemas that a property of this name has to satisfy together."""
    rules = []
    for part in facts.object_parts:
        found = [part.properties[name]] if name in part.properties else []
        found += [schema for pattern, schema in part.patterns.items() if _matches(pattern, name)]
        if not found and part.additional is not None:
            found.append(part.additional)
        rules += found
    return _without_true(rules)


def rules_at(facts: Facts, index: int) -> tuple[Json, ...]:
    """The schemas that the item at an index has to satisfy together."""
    rules = []
    for part in facts.array_parts:
        if index < len(part.prefix):
            rules.append(part.prefix[index])
        elif part.rest is not None:
            rules.append(part.rest)
    return _without_true(rules)


def _without_true(rules: Sequence[Json]) -> tuple[Json, ...]:
    """Each schema once; False alone where it is among them."""
    if any(rule is False for rule in rules):
        return (False,)
    return tuple({id(rule): rule for rule in rules if rule is not True and rule != {}}.values())


def _matches(pattern: str, name: str) -> bool:
    return _pattern(pattern).is_valid(name)


@cache
def _pattern(pattern: str) -> jsonschema_rs.Validator:
    return jsonschema_rs.Draft202012Validator({"pattern": pattern})


def kind_of(value: Json) -> str:
    """The kind of a value; 1.0 is an integer (JSON Schema 2020-12 Core, section 4.2.3)."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case str():
            return "string"
        case list():
            return "array"
        case dict():
            return "object"
    return "integer" if value == int(value) else "fraction"


def identity(value: Json) -> Hashable:
    """The same for values that are equal in JSON, where true is not 1 but 1.0 is."""
    match value:
        case bool():
            return ("boolean", value)
        case list():
            return tuple(identity(each) for each in value)
        case dict():
            return frozenset((name, identity(each)) for name, each in value.items())
        case _:
            return (value,)


def closed(facts: Facts) -> Facts:
    """The facts with what is said of unevaluated properties and items as parts of their own."""
    if not facts.unevaluated_properties and not facts.unevaluated_items:
        return facts
    object_parts = [*facts.object_parts]
    for each in facts.unevaluated_properties:
        within = [part for part in facts.object_parts if each.scope in part.scopes]
        nested = any(each.scope in other.scopes for other in facts.unevaluated_properties)
        if not nested and all(part.additional is None for part in within):
            names = {name: True for part in within for name in part.properties}
            patterns = {pattern: True for part in within for pattern in part.patterns}
            object_parts.append(ObjectPart(names, patterns, each.schema))
    array_parts = [*facts.array_parts]
    for each in facts.unevaluated_items:
        items = [part for part in facts.array_parts if each.scope in part.scopes]
        nested = any(each.scope in other.scopes for other in facts.unevaluated_items)
        if not nested and all(part.rest is None for part in items):
            length = max((len(part.prefix) for part in items), default=0)
            array_parts.append(ArrayPart([True] * length, each.schema))
    return replace(facts, object_parts=tuple(object_parts), array_parts=tuple(array_parts))


def likely_kinds(facts: Facts) -> frozenset[str]:
    """The kinds that rules are about which allow all kinds."""
    if facts.object_parts or facts.required or facts.names or facts.min_properties:
        return frozenset({"object"})
    if facts.array_parts or facts.contains or facts.min_items or facts.distinct_items:
        return frozenset({"array"})
    if facts.lower or facts.upper or facts.multiples:
        return frozenset({"integer", "fraction"} if not facts.multiples else {"integer"})
    seeded = frozenset(kind_of(each) for each in facts.seeds)
    return seeded or frozenset({"string"})
