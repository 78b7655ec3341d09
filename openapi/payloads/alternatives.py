"""Schemas taken apart: a value satisfies one when it satisfies one set of facts among its alternatives."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from openapi.contract import Json, JsonObject
from openapi.payloads.constraints import (
    NO_KIND,
    NO_VALUES,
    Facts,
    closed,
    rules_for,
)
from openapi.payloads.keywords import merged_with
from openapi.payloads.negations import contraries_of_containers, contraries_of_scalars

_DEFINITIONS = "#/$defs/"
_DISJOINT_DEPTH = 3
_TRIED = 100
_QUESTIONS_WITHIN = 4

Pending = tuple[Json, tuple[int, ...]]
Seen = dict[int, None]


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
            yield closed(facts)

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
            yield {NO_KIND: [stated] if isinstance(stated, str) else stated}
        for name in schema.get("required", ()):
            yield {"type": "object", "properties": {name: False}}
        if "const" in schema:
            yield {NO_VALUES: [schema["const"]]}
        if "enum" in schema:
            yield {NO_VALUES: schema["enum"]}
        yield from contraries_of_scalars(schema)
        for name, each in schema.get("properties", {}).items():
            if each is not True:
                yield {"type": "object", "required": [name], "properties": {name: {"not": each}}}
        yield from contraries_of_containers(schema)
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
