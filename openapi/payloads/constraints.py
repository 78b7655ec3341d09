"""Constraints on a value, collected from all schemas that hold for it at once."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import jsonschema_rs

from openapi.contract import Json
from openapi.payloads.json_values import KINDS, kind_of

UNIQUE = "x-unique"

# Keywords of our own: what a value must not be, as `not` leaves it to say.
NOT_TYPE = "not type"
NOT_ENUM = "not enum"
NOT_PATTERN = "not pattern"
NOT_FORMAT = "not format"
NOT_MULTIPLE_OF = "not multipleOf"
NOT_UNIQUE = "not uniqueItems"


@dataclass(frozen=True)
class ObjectKeywords:
    """The keywords of one schema for properties; `additional` is None where the schema does not restrict
    other properties. `scopes` are the ids of the schemas around it that have `unevaluatedProperties`.
    """

    properties: Mapping[str, Json]
    patterns: Mapping[str, Json]
    additional: Json | None
    scopes: tuple[int, ...] = ()


@dataclass(frozen=True)
class ArrayKeywords:
    """The keywords of one schema for items; `rest` is None where the schema does not restrict items behind
    `prefix`. `scopes` are the ids of the schemas around it that have `unevaluatedItems`.
    """

    prefix: Sequence[Json]
    rest: Json | None
    scopes: tuple[int, ...] = ()


@dataclass(frozen=True)
class Contains:
    """How many items satisfy a schema: `contains`, `minContains` and `maxContains`. `scopes` are the ids of
    the schemas around it that have `unevaluatedItems`.
    """

    schema: Json
    least: int
    most: int | None
    scopes: tuple[int, ...] = ()


@dataclass(frozen=True)
class Unevaluated:
    """The schema of properties or items that no other keyword within its `scope` evaluates."""

    scope: int
    schema: Json
    scopes: tuple[int, ...]


@dataclass(frozen=True)
class Constraints:
    """Everything that must hold for a value.

    Larger than usual: it has one field per keyword of JSON Schema.

    `lower` and `upper` are bounds, each with whether it is exclusive. `examples` include defaults. `branches`
    are the ids of the branches that were chosen on the way here, `widest_choice` is the number of branches of
    the widest choice among those, `combinations` the product of all; `is_plain` is true while no branch was
    chosen and nothing was negated.
    """

    kinds: frozenset[str] = KINDS
    values: tuple[Json, ...] | None = None
    excluded_values: tuple[Json, ...] = ()
    lower: tuple[tuple[float, bool], ...] = ()
    upper: tuple[tuple[float, bool], ...] = ()
    multiples: tuple[float, ...] = ()
    excluded_multiples: tuple[float, ...] = ()
    min_length: int = 0
    max_length: int | None = None
    patterns: tuple[str, ...] = ()
    excluded_patterns: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    excluded_formats: tuple[str, ...] = ()
    min_items: int = 0
    max_items: int | None = None
    unique_items: bool = False
    repeated_items: bool = False
    array_keywords: tuple[ArrayKeywords, ...] = ()
    contains: tuple[Contains, ...] = ()
    min_properties: int = 0
    max_properties: int | None = None
    required: tuple[str, ...] = ()
    object_keywords: tuple[ObjectKeywords, ...] = ()
    property_names: tuple[Json, ...] = ()
    dependent_required: tuple[tuple[str, tuple[str, ...]], ...] = ()
    unevaluated_properties: tuple[Unevaluated, ...] = ()
    unevaluated_items: tuple[Unevaluated, ...] = ()
    examples: tuple[Json, ...] = ()
    unique: bool = False
    widest_choice: int = 1
    combinations: int = 1
    branches: tuple[int, ...] = ()
    is_plain: bool = True

    def changed(self, changes: Mapping[str, Any]) -> "Constraints":
        """A copy with other values of some fields, by their names. Schemas are searched through thousands of
        these, and `dataclasses.replace` takes ten times as long.
        """
        copy = object.__new__(Constraints)
        copy.__dict__.update(self.__dict__)
        copy.__dict__.update(changes)
        return copy


NO_CONSTRAINTS = Constraints()

# From so many schemas for one object on, those are looked up that say something of a property. The index is
# kept beside the fields; its key for any property is no name.
_INDEXED = 16
_INDEX, _ANY_NAME = "index", "\0"


def property_schemas(constraints: Constraints, name: str) -> tuple[Json, ...]:
    """The schemas that a property of this name must satisfy together."""
    schemas = []
    for keywords in _object_keywords_for(constraints, name):
        own = [keywords.properties[name]] if name in keywords.properties else []
        own += [schema for pattern, schema in keywords.patterns.items() if _matches(pattern, name)]
        if not own and keywords.additional is not None:
            own.append(keywords.additional)
        schemas += own
    return _simplified(schemas)


def _object_keywords_for(constraints: Constraints, name: str) -> Sequence[ObjectKeywords]:
    """The keywords that may say something of a property, in their order."""
    listed = constraints.object_keywords
    if len(listed) < _INDEXED:
        return listed
    known: tuple[Any, Mapping[str, list[int]]] = constraints.__dict__.get(_INDEX, (None, {}))
    if known[0] is not listed:
        known = (listed, _positions(listed))
        constraints.__dict__[_INDEX] = known
    positions = {*known[1].get(name, ()), *known[1].get(_ANY_NAME, ())}
    return [listed[position] for position in sorted(positions)]


def _positions(listed: Sequence[ObjectKeywords]) -> dict[str, list[int]]:
    """Which of the keywords name a property, by its name, and which may hold for any."""
    positions: dict[str, list[int]] = defaultdict(list)
    for position, keywords in enumerate(listed):
        if keywords.patterns or keywords.additional is not None:
            positions[_ANY_NAME].append(position)
        for name in keywords.properties:
            positions[name].append(position)
    return positions


def item_schemas(constraints: Constraints, index: int) -> tuple[Json, ...]:
    """The schemas that the item at an index must satisfy together."""
    schemas = []
    for keywords in constraints.array_keywords:
        if index < len(keywords.prefix):
            schemas.append(keywords.prefix[index])
        elif keywords.rest is not None:
            schemas.append(keywords.rest)
    return _simplified(schemas)


def _simplified(schemas: Sequence[Json]) -> tuple[Json, ...]:
    """Each schema once, without those that allow everything; False alone where it is among them."""
    if any(schema is False for schema in schemas):
        return (False,)
    return tuple({id(schema): schema for schema in schemas if schema is not True and schema != {}}.values())


def _matches(pattern: str, name: str) -> bool:
    return _pattern_validator(pattern).is_valid(name)


@cache
def _pattern_validator(pattern: str) -> jsonschema_rs.Validator:
    return jsonschema_rs.Draft202012Validator({"pattern": pattern})


def with_unevaluated(constraints: Constraints) -> Constraints:
    """The constraints with `unevaluatedProperties` and `unevaluatedItems` turned into `additionalProperties`
    and `items`, now that all keywords within their scope are collected.
    """
    if not constraints.unevaluated_properties and not constraints.unevaluated_items:
        return constraints
    object_keywords = [*constraints.object_keywords]
    for unevaluated in constraints.unevaluated_properties:
        within = [each for each in constraints.object_keywords if unevaluated.scope in each.scopes]
        is_nested = any(unevaluated.scope in other.scopes for other in constraints.unevaluated_properties)
        if not is_nested and all(keywords.additional is None for keywords in within):
            names = {name: True for keywords in within for name in keywords.properties}
            patterns = {pattern: True for keywords in within for pattern in keywords.patterns}
            object_keywords.append(ObjectKeywords(names, patterns, unevaluated.schema))
    array_keywords = [*constraints.array_keywords]
    for unevaluated in constraints.unevaluated_items:
        items = [each for each in constraints.array_keywords if unevaluated.scope in each.scopes]
        is_nested = any(unevaluated.scope in other.scopes for other in constraints.unevaluated_items)
        if not is_nested and all(keywords.rest is None for keywords in items):
            length = max((len(keywords.prefix) for keywords in items), default=0)
            # `contains` evaluates the items that satisfy it (JSON Schema 2020-12 Core, section 11.2).
            contained = [each.schema for each in constraints.contains if unevaluated.scope in each.scopes]
            rest = {"anyOf": [unevaluated.schema, *contained]} if contained else unevaluated.schema
            array_keywords.append(ArrayKeywords([True] * length, rest))
    return replace(constraints, object_keywords=tuple(object_keywords), array_keywords=tuple(array_keywords))


def likely_kinds(constraints: Constraints) -> frozenset[str]:
    """The kinds that the keywords are about, for a schema that allows all kinds: `properties` speaks of an
    object, whatever else would be valid.
    """
    if (
        constraints.object_keywords
        or constraints.required
        or constraints.property_names
        or constraints.min_properties
    ):
        return frozenset({"object"})
    if (
        constraints.array_keywords
        or constraints.contains
        or constraints.min_items
        or constraints.unique_items
    ):
        return frozenset({"array"})
    if constraints.lower or constraints.upper or constraints.multiples:
        return frozenset({"integer", "fraction"} if not constraints.multiples else {"integer"})
    return frozenset(kind_of(example) for example in constraints.examples) or frozenset({"string"})
