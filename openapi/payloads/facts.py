"""What a schema asks of a value, with its `allOf`s merged and its alternatives taken apart.

A value satisfies a schema when it satisfies one set of facts among the schema's alternatives.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice
from math import inf
from typing import Any

import jsonschema_rs

from openapi.contract import Json, JsonObject

KINDS = frozenset({"null", "boolean", "object", "array", "string", "integer", "fraction"})
UNIQUE = "x-unique"

_DEFINITIONS = "#/$defs/"
_DISJOINT_DEPTH = 3
_TRIED = 100
_QUESTIONS_WITHIN = 4
_NO_KIND = "no type"
_NO_VALUES = "no values"
_NO_PATTERN = "no pattern"
_NO_FORMAT = "no format"
_NO_MULTIPLE = "no multiple"


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
class Turn:
    """Which branches to begin with: at every choice the one of this number; when `combined`, the turn at
    a choice changes once those at the choices before it have been through all of theirs.
    """

    number: int
    combined: bool = False

    def order(self, branches: list["Pending"], combinations: int) -> list["Pending"]:
        """The branches, beginning with the one whose turn it is."""
        number = self.number // combinations if self.combined else self.number
        first = number % len(branches) if branches else 0
        return branches[first:] + branches[:first]


FIRST = Turn(0)


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


Pending = tuple[Json, tuple[int, ...]]
Seen = dict[int, None]


class Alternatives:
    """Takes schemas apart. `definitions` are the `$defs` that references lead to.

    Schemas made on the way, as for `not`, are made once, so that each has one identity.
    """

    def __init__(self, definitions: Mapping[str, Json], told_apart: bool = True) -> None:
        self._definitions = definitions
        # JSON Schema knows no discriminators: what it takes for the same must differ otherwise.
        self._undiscriminated = Alternatives(definitions, told_apart=False) if told_apart else self
        self._asked = 0
        self._denials: dict[int, tuple[Json, list[Json]]] = {}
        self._kept: dict[object, Json] = {}

    @property
    def _discriminates(self) -> bool:
        return self._undiscriminated is not self

    def of(self, rules: Sequence[Json], turn: Turn = FIRST) -> Iterator[Facts]:
        """The alternatives of schemas that hold together. At each choice they begin with another
        branch for each `turn`.
        """
        return self._expand([(rule, ()) for rule in rules], [], [], Facts(), {}, turn)

    def possible(self, rules: Sequence[Json], depth: int = _DISJOINT_DEPTH) -> bool:
        """Whether no contradiction shows on the surface."""
        return self._any_consistent(self.of(rules), depth)

    def _any_consistent(self, found: Iterator[Facts], depth: int) -> bool:
        """Whether any of the first facts found is consistent; taken for granted when one question has
        led to another too often, as it does where schemas are recursive.
        """
        if self._asked >= _QUESTIONS_WITHIN:
            return True
        self._asked += 1
        try:
            return any(self._consistent(facts, depth) for facts in islice(found, _TRIED))
        finally:
            self._asked -= 1

    def resolved(self, schema: Json) -> Json:
        """What a chain of references without siblings leads to."""
        seen = set()
        while isinstance(schema, dict) and set(schema) == {"$ref"} and schema["$ref"] not in seen:
            seen.add(schema["$ref"])
            schema = self._target(schema)
        return schema

    def _target(self, schema: JsonObject) -> Json:
        return self._definitions[schema["$ref"].removeprefix(_DEFINITIONS)]

    def _expand(
        self,
        pending: list[Pending],
        choices: list[list[Pending]],
        denials: list[Pending],
        facts: Facts,
        seen: Seen,
        turn: Turn,
    ) -> Iterator[Facts]:
        pending, choices, denials, seen = [*pending], [*choices], [*denials], {**seen}
        while pending:
            node, scopes = pending.pop(0)
            if node is False:
                return
            if not isinstance(node, dict) or id(node) in seen:
                continue
            seen[id(node)] = None
            if "unevaluatedProperties" in node or "unevaluatedItems" in node:
                scopes = (*scopes, id(node))
            merged = merged_with(facts, node, scopes)
            if merged is None:
                return
            facts = merged
            pending[:0] = [(each, scopes) for each in self._certain(node)]
            choices += [[(each, scopes) for each in branches] for branches in self._branches(node, seen)]
            if "not" in node:
                denials.append((node["not"], scopes))
        if choices:
            width = max(len(choices[0]), 1)
            branches = turn.order(choices[0], facts.combinations)
            facts = replace(
                facts, turns=max(facts.turns, width), combinations=facts.combinations * width, plain=False
            )
            for branch in branches:
                chosen = replace(facts, path=(*facts.path, id(branch[0])))
                yield from self._expand([branch], choices[1:], denials, chosen, seen, turn)
        elif denials:
            yield from self._denied(denials, facts, seen, turn)
        else:
            yield _closed(facts)

    def _certain(self, node: JsonObject) -> list[Json]:
        """Schemas that hold wherever this one does."""
        certain = list(node.get("allOf", ()))
        if "$ref" in node:
            certain.insert(0, self._target(node))
        return certain

    def _branches(self, node: JsonObject, seen: Seen) -> Iterator[list[Json]]:
        """Choices that this schema leaves, each a list of branches."""
        if "discriminator" in node and not {"oneOf", "anyOf"} & {*node} and self._discriminates:
            yield self._descendants(node, seen)
        any_of = node.get("anyOf")
        if any_of is not None:
            yield [self._told_apart(node, each) for each in any_of]
        one_of = node.get("oneOf")
        if one_of is not None:
            yield [
                self.once(
                    (id(one_of), index),
                    {"allOf": [self._told_apart(node, each), *self._not_others(one_of, index)]},
                )
                for index, each in enumerate(one_of)
            ]
        if "if" in node and ("then" in node or "else" in node):
            condition = node["if"]
            yield [
                self.once((id(condition), True), {"allOf": [condition, node.get("then", True)]}),
                self.once((id(condition), False), {"allOf": [{"not": condition}, node.get("else", True)]}),
            ]
        for name, schema in node.get("dependentSchemas", {}).items():
            yield [
                self.once((id(schema), name), {"required": [name], "allOf": [schema]}),
                self._absence(name),
            ]

    def _not_others(self, branches: Sequence[Json], index: int) -> list[Json]:
        return [
            self.once((id(branches), index, place), {"not": other})
            for place, other in enumerate(branches)
            if place != index
        ]

    def _told_apart(self, node: JsonObject, branch: Json) -> Json:
        """A branch with the value of its discriminator, if it may have that (OpenAPI 3.0.3,
        Discriminator Object).
        """
        told = node.get("discriminator")
        if told is None or not self._discriminates or not isinstance(branch, dict) or "$ref" not in branch:
            return branch
        key = ("told apart", id(node), id(branch))
        if key not in self._kept:
            self._kept[key] = branch
            names = [name for name, each in told["mapping"].items() if each["$ref"] == branch["$ref"]]
            marked = self._marked(told["propertyName"], names, branch)
            self._kept[key] = marked if self.possible([marked], 2) else branch
        return self._kept[key]

    def _marked(self, name: str, values: list[str], branch: Json) -> Json:
        return self.once(
            (id(branch), name, *values),
            {"allOf": [branch], "required": [name], "properties": {name: {"enum": values}}},
        )

    def _descendants(self, node: JsonObject, seen: Seen) -> list[Json]:
        """The schemas that a base with a discriminator stands for; the one on the way here if there
        is one, for then this base is one of its parts.
        """
        told = node["discriminator"]
        heirs = {
            id(self._target(reference)): (name, reference) for name, reference in told["mapping"].items()
        }
        on_the_way = next((each for each in seen if each in heirs and each != id(node)), None)
        key = ("heirs", id(node), on_the_way)
        if key not in self._kept:
            self._kept[key] = [True]
            wanted = heirs.values() if on_the_way is None else [heirs[on_the_way]]
            marked = [
                self._marked(told["propertyName"], [name], self.once(("heir", reference["$ref"]), reference))
                for name, reference in wanted
            ]
            self._kept[key] = [each for each in marked if self.possible([each], 1)] or [True]
        branches: list[Json] = self._kept[key]
        return branches

    def _denied(self, denials: list[Pending], facts: Facts, seen: Seen, turn: Turn) -> Iterator[Facts]:
        """The alternatives that are left when a schema must not hold."""
        (denied, scopes), rest = denials[0], denials[1:]
        if not self._may_hold(denied, facts):
            yield from self._expand([], [], rest, facts, seen, turn)
            return
        facts = replace(facts, plain=False)
        for each in (*self._contraries(denied), *self._surplus(denied, facts)):
            yield from self._expand([(each, scopes)], [], rest, facts, seen, turn)

    def _surplus(self, denied: Json, facts: Facts) -> Iterator[Json]:
        """Properties that the facts know and the denied schema does not, where it allows no others."""
        schema = self.resolved(denied)
        if not isinstance(schema, dict) or "additionalProperties" not in schema:
            return
        known = {name for part in facts.object_parts for name in part.properties}
        for name in sorted(known - {*schema.get("properties", {})}):
            contrary = {"not": schema["additionalProperties"]}
            made = {"type": "object", "required": [name], "properties": {name: contrary}}
            yield self.once(("surplus", id(schema), name), made)

    def _may_hold(self, schema: Json, facts: Facts) -> bool:
        found = self._undiscriminated._expand([(schema, ())], [], [], facts, {}, FIRST)
        return self._undiscriminated._any_consistent(found, _DISJOINT_DEPTH)

    def _consistent(self, facts: Facts, depth: int) -> bool:
        """Whether the facts do not contradict each other, as far as that is soon found out."""
        if facts.kinds != {"object"} or depth == 0:
            return True
        return all(
            self.possible(rules, depth - 1) for name in facts.required if (rules := rules_for(facts, name))
        )

    def _absence(self, name: str) -> Json:
        return self.once(("absent", name), {"properties": {name: False}})

    def once(self, key: object, schema: Json) -> Json:
        """The schema kept under a key; the first that was given for it."""
        return self._kept.setdefault(key, schema)

    def _contraries(self, schema: Json) -> list[Json]:
        """Schemas of which each excludes the given one; all that exclude it, as far as we know how."""
        schema = self.resolved(schema)
        if isinstance(schema, bool):
            return [not schema]
        if id(schema) not in self._denials:
            self._denials[id(schema)] = (schema, [*self._made_contraries(schema)])
        return self._denials[id(schema)][1]

    def _made_contraries(self, schema: JsonObject) -> Iterator[Json]:
        if "not" in schema:
            yield schema["not"]
        if "type" in schema:
            stated = schema["type"]
            yield {_NO_KIND: [stated] if isinstance(stated, str) else stated}
        for name in schema.get("required", ()):
            yield {"type": "object", "properties": {name: False}}
        if "const" in schema:
            yield {_NO_VALUES: [schema["const"]]}
        if "enum" in schema:
            yield {_NO_VALUES: schema["enum"]}
        yield from _contraries_of_scalars(schema)
        for name, each in schema.get("properties", {}).items():
            if each is not True:
                yield {"type": "object", "required": [name], "properties": {name: {"not": each}}}
        yield from _contraries_of_containers(schema)
        for each in self._certain(schema):
            yield {"not": each}
        if "anyOf" in schema:
            yield {"allOf": [{"not": each} for each in schema["anyOf"]]}
        if "oneOf" in schema:
            branches = schema["oneOf"]
            yield {"allOf": [{"not": each} for each in branches]}
            yield from ({"allOf": [one, other]} for one in branches for other in branches if one is not other)
        if "if" in schema:
            yield {"allOf": [schema["if"], {"not": schema.get("then", True)}]}
            yield {"allOf": [{"not": schema["if"]}, {"not": schema.get("else", True)}]}


def _contraries_of_scalars(schema: JsonObject) -> Iterator[Json]:
    if "minimum" in schema:
        yield {"type": "number", "exclusiveMaximum": schema["minimum"]}
    if "maximum" in schema:
        yield {"type": "number", "exclusiveMinimum": schema["maximum"]}
    if "exclusiveMinimum" in schema:
        yield {"type": "number", "maximum": schema["exclusiveMinimum"]}
    if "exclusiveMaximum" in schema:
        yield {"type": "number", "minimum": schema["exclusiveMaximum"]}
    if "multipleOf" in schema:
        yield {"type": "number", _NO_MULTIPLE: schema["multipleOf"]}
    if schema.get("minLength"):
        yield {"type": "string", "maxLength": schema["minLength"] - 1}
    if "maxLength" in schema:
        yield {"type": "string", "minLength": schema["maxLength"] + 1}
    if "pattern" in schema:
        yield {"type": "string", _NO_PATTERN: schema["pattern"]}
    if "format" in schema:
        yield {"type": "string", _NO_FORMAT: schema["format"]}


def _contraries_of_containers(schema: JsonObject) -> Iterator[Json]:
    for kind, least, most in (
        ("array", "minItems", "maxItems"),
        ("object", "minProperties", "maxProperties"),
    ):
        if schema.get(least):
            yield {"type": kind, most: schema[least] - 1}
        if most in schema:
            yield {"type": kind, least: schema[most] + 1}
    yield from _contraries_of_items(schema)
    if "additionalProperties" in schema and "patternProperties" not in schema:
        taken = schema.get("properties", {})
        name = next(each for each in ("another", "another_one", "yet_another") if each not in taken)
        contrary = {"not": schema["additionalProperties"]}
        yield {"type": "object", "required": [name], "properties": {name: contrary}}
    for name, others in schema.get("dependentRequired", {}).items():
        yield from ({"type": "object", "required": [name], "properties": {each: False}} for each in others)
    for name, each in schema.get("dependentSchemas", {}).items():
        yield {"type": "object", "required": [name], "not": each}


def _contraries_of_items(schema: JsonObject) -> Iterator[Json]:
    if "items" in schema and "prefixItems" not in schema:
        yield {"type": "array", "contains": {"not": schema["items"]}}
    for index, each in enumerate(schema.get("prefixItems", ())):
        prefix = [*[True] * index, {"not": each}]
        yield {"type": "array", "minItems": index + 1, "prefixItems": prefix}
    if "contains" in schema and "minContains" not in schema:
        yield {"type": "array", "items": {"not": schema["contains"]}}
    if schema.get("uniqueItems"):
        yield {"type": "array", "minItems": 2, "items": {"const": 0}}


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
    _NO_KIND: ("kinds", lambda kinds, stated: kinds - _kinds(stated)),
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
    _NO_VALUES: ("barred_values", tuple),
    "minimum": ("lower", lambda stated: [(stated, False)]),
    "exclusiveMinimum": ("lower", lambda stated: [(stated, True)]),
    "maximum": ("upper", lambda stated: [(stated, False)]),
    "exclusiveMaximum": ("upper", lambda stated: [(stated, True)]),
    "multipleOf": ("multiples", _one),
    _NO_MULTIPLE: ("barred_multiples", _one),
    "pattern": ("patterns", _one),
    _NO_PATTERN: ("barred_patterns", _one),
    "format": ("formats", _one),
    _NO_FORMAT: ("barred_formats", _one),
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


def _closed(facts: Facts) -> Facts:
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
