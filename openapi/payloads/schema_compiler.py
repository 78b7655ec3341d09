"""Schemas compiled into shapes, each once."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import islice
from math import inf
from random import Random

import jsonschema_rs

from openapi.contract import Json
from openapi.payloads.alternatives import Alternatives, Turn
from openapi.payloads.arrays import Items
from openapi.payloads.constraints import (
    KINDS,
    Contains,
    Facts,
    identity,
    kind_of,
    likely_kinds,
    rules_at,
    rules_for,
)
from openapi.payloads.numbers import numbers, rules_of
from openapi.payloads.objects import Properties
from openapi.payloads.property_names import Names, closure, is_map
from openapi.payloads.realistic_values import Realism
from openapi.payloads.strings import Texts
from openapi.payloads.unbuildable import Unbuildable
from openapi.payloads.value_generators import Choice, Later, Leaf, Shape, settle
from openapi.schema_translator import SchemaTranslator

_NULL_TO_OTHERS = (1, 10)
_NESTED_CALLS = 12
_TURNS = 200
_COMBINATIONS = 32
_TRIED = 60
_SHAPES_AT_MOST = 50_000
_SEEDED = 0.5

Rules = tuple[Json, ...]


class Compiler:
    """Compiles the schemas of one translator. `omitted` tells of optional properties that no value can be
    made for.
    """

    def __init__(
        self, translator: SchemaTranslator, random: Random, realism: Realism, token: Callable[[], str]
    ) -> None:
        self._translator = translator
        self._random = random
        self._texts = Texts(random, realism, token)
        self._alternatives = Alternatives(translator.definitions)
        self._names = Names(self._alternatives, self._texts, realism, random)
        self._known: dict[tuple[object, ...], tuple[Rules, Later]] = {}
        self._shapes: list[Shape] = []
        self._pending: deque[tuple[Later, Rules, str, str]] = deque()
        self._unique: frozenset[str] = frozenset()
        self.omitted: list[str] = []

    def compile(self, rules: Rules, name: str, unique: frozenset[str] = frozenset()) -> Shape:
        """The shape of the values that satisfy the rules together, with texts that differ where
        their name is among `unique` and there is room for it. Raises Unbuildable.
        """
        self._unique = unique
        shape = self._shape(rules, name, name, 0)
        while self._pending:
            later, pending_rules, pending_name, place = self._pending.popleft()
            self._complete(later, pending_rules, pending_name, place, 0)
        settle(self._shapes)
        self._shapes.clear()
        if shape.depth == inf:
            reason = shape.reason if isinstance(shape, Later) and shape.reason else None
            raise Unbuildable(
                reason or f"{name or 'it'}: every value would hold another of its kind, without an end"
            )
        return shape

    def _kept(self, shape: Shape) -> Shape:
        self._shapes.append(shape)
        if len(self._shapes) > _SHAPES_AT_MOST:
            raise Unbuildable("its schemas are too many to compile")
        return shape

    def _shape(self, rules: Rules, name: str, place: str, nested: int) -> Shape:
        rules = tuple(self._alternatives.resolved(each) for each in rules)
        hint = "" if any(isinstance(each, dict) and "properties" in each for each in rules) else name
        key = (hint, self._unique, *(id(each) if isinstance(each, dict) else each for each in rules))
        if key in self._known:
            later = self._known[key][1]
        else:
            later = Later()
            self._kept(later)
            self._known[key] = (rules, later)
            if nested > _NESTED_CALLS:
                self._pending.append((later, rules, hint, place))
            else:
                self._complete(later, rules, hint, place, nested)
        if later.reason:
            raise Unbuildable(later.reason)
        return later.target or later

    def _complete(self, later: Later, rules: Rules, name: str, place: str, nested: int) -> None:
        try:
            later.target = self._made(rules, name, place, nested)
        except Unbuildable as reason:
            later.reason = str(reason)

    def _made(self, rules: Rules, name: str, place: str, nested: int) -> Shape:
        """One shape per branch of the widest choice, so that every branch is visited."""
        shapes: dict[tuple[int, ...], Shape] = {}
        reason = f"{place}: its rules contradict each other"
        for combined, most in ((False, _TURNS), (True, _COMBINATIONS)):
            turns, number = 1, 0
            while number < min(turns, most):
                for facts in islice(self._alternatives.of(rules, Turn(number, combined)), _TRIED):
                    turns = max(turns, facts.combinations if combined else facts.turns)
                    if facts.path in shapes:
                        break
                    try:
                        shapes[facts.path] = self._of_facts(facts, rules, name, place, nested)
                        break
                    except Unbuildable as error:
                        reason = str(error)
                number += 1
        if not shapes:
            raise Unbuildable(reason)
        return self._choice([*shapes.values()])

    def _choice(self, shapes: Sequence[Shape], weights: Sequence[int] | None = None) -> Shape:
        return shapes[0] if len(shapes) == 1 else self._kept(Choice(shapes, self._random, weights))

    def _of_facts(self, facts: Facts, rules: Rules, name: str, place: str, nested: int) -> Shape:
        if facts.values is not None:
            return self._kept(Leaf(self._listed(facts, rules, place)))
        if facts.kinds == KINDS and (likely := likely_kinds(facts)) != KINDS:
            try:
                return self._of_facts(replace(facts, kinds=likely), rules, name, place, nested)
            except Unbuildable:
                others = replace(facts, kinds=KINDS - likely - {"object", "array"})
                return self._of_facts(others, rules, name, place, nested)
        kinds = facts.kinds
        numeric = kinds & {"integer", "fraction"}
        makers: dict[str, Callable[[], Shape]] = {
            "string": lambda: self._text(facts, name, place),
            "integer": lambda: self._number(replace(facts, kinds=numeric), place),
            "object": lambda: self._object(facts, place, nested),
            "array": lambda: self._array(facts, name, place, nested),
            "boolean": lambda: self._one_of(facts, [True, False], place),
            "null": lambda: self._one_of(facts, [None], place),
        }
        wanted = {"integer" if kind == "fraction" else kind for kind in kinds}
        made, reasons = {}, []
        for kind, maker in makers.items():
            if kind in wanted:
                try:
                    made[kind] = self._kept(maker())
                except Unbuildable as reason:
                    reasons.append(str(reason))
        if not made:
            raise Unbuildable("; ".join(reasons))
        weights = [_NULL_TO_OTHERS[kind != "null"] for kind in made]
        return self._choice([*made.values()], weights)

    def _listed(self, facts: Facts, rules: Rules, place: str) -> Callable[[], Json]:
        values = facts.values or ()
        bare = Facts(kinds=facts.kinds, values=facts.values, barred_values=facts.barred_values)
        relevant = replace(facts, seeds=(), turns=1, combinations=1, path=(), plain=True, unique=False)
        if relevant != bare or not facts.plain:
            validator = self._validator(rules)
            values = tuple(each for each in values if validator.is_valid(each))
        if not values:
            raise Unbuildable(f"{place}: none of its values satisfies its other rules")
        chance, size = self._random.random, len(values)
        return lambda: values[int(chance() * size)]

    def _validator(self, rules: Rules) -> jsonschema_rs.Validator:
        schema = self._translator.complete({"allOf": [True, *rules]})
        try:
            return jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
        except ValueError as error:
            raise Unbuildable(f"not a valid schema: {str(error).splitlines()[0]}") from None

    def _one_of(self, facts: Facts, values: list[Json], place: str) -> Shape:
        barred = {identity(each) for each in facts.barred_values}
        allowed = [each for each in values if identity(each) not in barred]
        if not allowed:
            raise Unbuildable(f"{place}: none of {values} is allowed")
        return Leaf(lambda: self._random.choice(allowed))

    def _text(self, facts: Facts, name: str, place: str) -> Shape:
        if name in self._unique and not facts.unique:
            try:
                return Leaf(self._texts.source(replace(facts, unique=True), name, place))
            except Unbuildable:
                pass
        return Leaf(self._texts.source(facts, name, place))

    def _number(self, facts: Facts, place: str) -> Shape:
        source = numbers(facts, self._random, place)
        seeds = [each for each in facts.seeds if kind_of(each) in facts.kinds]
        seeds = [each for each in seeds if self._validator(tuple(rules_of(facts))).is_valid(each)]
        if not seeds or facts.unique:
            return Leaf(source)
        chance, choose = self._random.random, self._random.choice
        return Leaf(lambda: choose(seeds) if chance() < _SEEDED else source())

    def _array(self, facts: Facts, name: str, place: str, nested: int) -> Shape:
        first = max((len(part.prefix) for part in facts.array_parts), default=0)
        shapes = self._first_items(facts, first, place, nested)
        try:
            rest = self._shape(
                (*rules_at(facts, first), *self._not_contained(facts)), name, f"{place}/items", nested + 1
            )
        except Unbuildable:
            if facts.min_items > len(shapes):
                raise
            rest = None
        if len(shapes) < first:
            rest = None
        wanted = [
            (self._wanted_item(facts, each, first, place, nested), each.least)
            for each in facts.contains
            if each.least
        ]
        return Items(
            shapes, rest, wanted, facts.min_items, facts.max_items, facts.distinct_items, self._random
        )

    def _first_items(self, facts: Facts, length: int, place: str, nested: int) -> list[Shape]:
        shapes: list[Shape] = []
        for index in range(length):
            rules = (*rules_at(facts, index), *self._not_contained(facts))
            try:
                shapes.append(self._shape(rules, "", f"{place}/prefixItems/{index}", nested + 1))
            except Unbuildable:
                if index < facts.min_items:
                    raise
                break
        return shapes

    def _wanted_item(self, facts: Facts, wanted: Contains, first: int, place: str, nested: int) -> Shape:
        others = [self._not(each) for each in facts.contains if each.most == 0]
        rules = (wanted.schema, *rules_at(facts, first), *others)
        return self._shape(rules, "", f"{place}/contains", nested + 1)

    def _not_contained(self, facts: Facts) -> Rules:
        return tuple(self._not(each) for each in facts.contains if each.most is not None)

    def _not(self, contains: Contains) -> Json:
        return self._alternatives.once(("not", id(contains.schema)), {"not": contains.schema})

    def _object(self, facts: Facts, place: str, nested: int) -> Shape:
        allowed = self._name_filter(facts)
        always: dict[str, Shape] = {}
        pending = deque(facts.required)
        dependents: dict[str, list[str]] = {}
        for name, others in facts.dependent_names:
            dependents.setdefault(name, []).extend(others)
        while pending:
            name = pending.popleft()
            if name not in always:
                if not allowed(name):
                    raise Unbuildable(f"{place}: the name {name!r} is required and not allowed")
                always[name] = self._property(facts, name, place, nested)
                pending.extend(dependents.get(name, ()))
        sometimes: dict[str, Shape] = {}
        named = {name: None for part in facts.object_parts for name in part.properties}
        for name in (*named, *(each for others in dependents.values() for each in others)):
            if name in always or name in sometimes or not allowed(name):
                continue
            if rules_for(facts, name) == (False,):
                continue
            try:
                sometimes[name] = self._property(facts, name, place, nested)
            except Unbuildable as reason:
                self.omitted.append(str(reason))
        for name in [each for each in sometimes if not closure(each, dependents) <= {*always, *sometimes}]:
            del sometimes[name]
        if facts.max_properties is not None and len(always) > facts.max_properties:
            raise Unbuildable(f"{place}: more properties are required than are allowed")
        extra_name = self._names.of_others(
            facts,
            {*always, *sometimes},
            lambda name: self._extra(facts, name, place, allowed) is not None,
            place,
        )
        if extra_name is None and len(always) + len(sometimes) < facts.min_properties:
            raise Unbuildable(f"{place}: there are not enough properties for minProperties")
        return Properties(
            always=always,
            sometimes=sometimes,
            extra_name=extra_name,
            other=self._others(facts, place, allowed),
            extras_wanted=extra_name is not None and is_map(facts),
            least=facts.min_properties,
            most=facts.max_properties,
            dependents=dependents,
            random=self._random,
        )

    def _property(self, facts: Facts, name: str, place: str, nested: int) -> Shape:
        rules = rules_for(facts, name)
        seeds = [each[name] for each in facts.seeds if isinstance(each, dict) and name in each]
        if seeds and rules != (False,):
            key = ("examples", repr(seeds))
            rules = (*rules, self._alternatives.once(key, {"examples": seeds}))
        return self._shape(rules, name, f"{place}/{name}", nested + 1)

    def _name_filter(self, facts: Facts) -> Callable[[str], bool]:
        if not facts.names:
            return lambda _: True
        return self._validator(facts.names).is_valid

    def _others(
        self, facts: Facts, place: str, allowed: Callable[[str], bool]
    ) -> Callable[[str], Shape | None]:
        """What finds the shapes of properties that no schema names when they are drawn: those of this body,
        whichever names are unique in one that has been compiled since.
        """
        unique = self._unique

        def other(name: str) -> Shape | None:
            now, self._unique = self._unique, unique
            try:
                return self._extra(facts, name, place, allowed)
            finally:
                self._unique = now

        return other

    def _extra(self, facts: Facts, name: str, place: str, allowed: Callable[[str], bool]) -> Shape | None:
        """The shape of a property that no schema names; made when compiled, found again when drawn."""
        rules = rules_for(facts, name)
        if not allowed(name) or rules == (False,):
            return None
        try:
            return self._shape(rules, "", f"{place}/*", 0)
        except Unbuildable:
            return None
