"""Generators of values for schemas: compiled once, checked when compiled, fast when called."""

from collections.abc import Callable, Mapping, Sequence
from itertools import count
from math import ceil, floor
from random import Random
from typing import Any
from uuid import UUID

import jsonschema_rs

from openapi import patterns
from openapi.contract import Json, JsonObject
from openapi.dialect import Schema, flattened
from openapi.realism import POOL_SIZE, Realism
from openapi.uniqueness import tokens

Generator = Callable[[], Json]

UNIQUE = "x-unique"
_TRIALS = 200
_SAMPLE = 1_000
_UNIQUE_SPAN = 2**31
_DEPTH = 6
_OPTIONAL = 0.5
_NULL = 0.1
_SEEDS_FIRST = 0.8
_UNBOUNDED_SPAN = 10_000
_ITEMS_AT_MOST = 3


class Unbuildable(Exception):
    """No generator can be made for a schema; the message says where and why."""


class Payloads:
    """Makes generators that share pools and a series of unique tokens.

    The same seed gives the same values; without one, unique values are unique across processes,
    hosts and runs. `omitted` tells of optional properties that no value can be made for.
    """

    def __init__(self, seed: int | None = None) -> None:
        self._random = Random(seed)
        self._realism = Realism(self._random)
        self.omitted: list[str] = []
        self._tokens = tokens(None if seed is None else self._random.getrandbits(60))

    def generator(self, schema: Schema, name: str = "") -> Generator:
        """A generator of valid values for a schema; `name` is the parameter's or property's, for realism.

        Raises Unbuildable when a value it made breaks the schema, or when it cannot make one.
        """
        compiler = _Compiler(schema.translated, self._random, self._realism, lambda: next(self._tokens))
        generate = compiler.compile(schema.translated, name, name, 0)
        self.omitted.extend(compiler.omitted)
        for _ in range(_TRIALS):
            value = generate()
            error = next(iter(schema.validator.iter_errors(value)), None)
            if error is not None:
                place = "/".join(str(each) for each in error.instance_path)
                raise Unbuildable(f"{name}/{place}: no way to satisfy its rules together: {error.message}")
        return generate


class _Compiler:
    def __init__(self, root: Json, random: Random, realism: Realism, token: Callable[[], str]) -> None:
        self.root = root
        self.random = random
        self.realism = realism
        self.token = token
        self.omitted: list[str] = []

    def compile(self, schema: Json, name: str, place: str, depth: int) -> Generator:
        if schema is False:
            raise Unbuildable(f"{place}: nothing is allowed here")
        if depth > _DEPTH:
            raise Unbuildable(f"{place}: the schema refers to itself without an end")
        facts = self._chosen(flattened(schema, self.root), place, depth)
        if isinstance(facts, list):
            return self._any_of(facts)
        if "const" in facts:
            return _constant(facts["const"])
        if "enum" in facts:
            return self._choice(facts["enum"])
        kinds = _kinds(facts)
        generators = [self._of_kind(kind, facts, name, place, depth) for kind in kinds if kind != "null"]
        if not generators:
            return _constant(None)
        generate = generators[0] if len(generators) == 1 else self._any_of(generators)
        return self._or_null(generate) if "null" in kinds else generate

    def _chosen(self, facts: JsonObject, place: str, depth: int) -> Any:
        """The facts themselves, or generators for the branches of oneOf or anyOf."""
        branches = facts.get("oneOf") or facts.get("anyOf")
        if not branches:
            return facts
        base = {key: value for key, value in facts.items() if key not in ("oneOf", "anyOf")}
        made = []
        reasons = []
        for branch in branches:
            try:
                made.append(self.compile({"allOf": [base, branch]}, "", place, depth + 1))
            except Unbuildable as reason:
                reasons.append(str(reason))
        if not made:
            raise Unbuildable("; ".join(reasons))
        return made

    def _of_kind(self, kind: str, facts: JsonObject, name: str, place: str, depth: int) -> Generator:
        match kind:
            case "boolean":
                return lambda: self.random.random() < 0.5
            case "integer" | "number" if facts.get(UNIQUE):
                return self._unique_number(facts, place)
            case "integer" | "number":
                return self._seeded(facts, self._number(kind, facts, place))
            case "string":
                return self._string(facts, name, place)
            case "array":
                return self._array(facts, name, place, depth)
            case "object":
                return self._object(facts, place, depth)
        raise Unbuildable(f"{place}: there is no type {kind!r}")

    def _seeded(self, facts: JsonObject, generate: Generator) -> Generator:
        """Mostly the document's own default or examples, for they are what people send."""
        seeds = _seeds(facts)
        if not seeds or "default" not in facts:
            return generate
        return lambda: self.random.choice(seeds) if self.random.random() < _SEEDS_FIRST else generate()

    def _number(self, kind: str, facts: JsonObject, place: str) -> Generator:
        step = facts.get("multipleOf", 1 if kind == "integer" else 0.01)
        least, most = _bounds(facts, kind)
        low, high = ceil(round(least / step, 9)), floor(round(most / step, 9))
        if low > high:
            raise Unbuildable(f"{place}: no {kind} lies between {least} and {most}")
        if kind == "integer":
            return lambda: self.random.randint(low, high) * step
        return lambda: round(self.random.randint(low, high) * step, 9)

    def _unique_number(self, facts: JsonObject, place: str) -> Generator:
        """Whole numbers counted from an origin of this maker's own."""
        step = facts.get("multipleOf", 1)
        least, most = _bounds({"maximum": _UNIQUE_SPAN * step, **facts}, "integer")
        low, size = ceil(least / step), floor(most / step) - ceil(least / step) + 1
        if size < _UNIQUE_SPAN // 4:
            raise Unbuildable(f"{place}: its bounds leave too little room for each to be unique")
        numbers = count(self.random.randrange(size))
        return lambda: (low + next(numbers) % size) * step

    def _string(self, facts: JsonObject, name: str, place: str) -> Generator:
        if not facts.get(UNIQUE):
            return self._choice(self._texts(facts, name, place))
        if facts.get("format") == "uuid":
            return lambda: str(UUID(int=self.random.getrandbits(128), version=4))
        try:
            return self._unique_string(facts, name, place)
        except Unbuildable:
            if "pattern" not in facts:
                raise
            return self._unseen(self._built_one(facts, place), facts, place)

    def _unseen(self, generate: Generator, facts: JsonObject, place: str) -> Generator:
        """Values never drawn before; fine where there are so many that others hardly draw the same."""
        fits = _fitting(facts, place)
        seen: set[str] = set()

        def draw() -> str:
            for _ in range(_TRIALS):
                value = generate()
                if value not in seen and fits(value):
                    seen.add(value)
                    return str(value)
            raise Unbuildable(f"{place}: its values are used up")

        drawn = [generate() for _ in range(_SAMPLE)]
        if len(set(drawn)) < _SAMPLE:
            raise Unbuildable(f"{place}: its rules allow too few values for each to be unique")
        return draw

    def _texts(self, facts: JsonObject, name: str, place: str) -> Sequence[str]:
        """A pool of valid texts from the most lifelike source that has any."""
        fits = _fitting(facts, place)
        kind = facts.get("format", "")
        for source in (self.realism.by_name(name), self.realism.by_format(kind), _seeds(facts)):
            pool = [each for each in source if fits(each)]
            if pool:
                return pool
        pool = [each for each in self._built(facts, place) if fits(each)]
        if not pool:
            raise Unbuildable(f"{place}: no text is known that satisfies all of its rules")
        return pool

    def _built(self, facts: JsonObject, place: str) -> list[str]:
        if "pattern" in facts:
            make = self._built_one(facts, place)
            return [make() for _ in range(POOL_SIZE)]
        least, most = facts.get("minLength", 0), facts.get("maxLength", _UNBOUNDED_SPAN)
        return [self._filled(word, least)[:most] for word in self.realism.words]

    def _built_one(self, facts: JsonObject, place: str) -> Generator:
        try:
            return patterns.matching(facts["pattern"], self.random)
        except patterns.Unmatchable as reason:
            raise Unbuildable(f"{place}: {reason}") from None

    def _filled(self, text: str, least: int) -> str:
        while len(text) < least:
            text = f"{text} {self.random.choice(self.realism.words)}"
        return text

    def _unique_string(self, facts: JsonObject, name: str, place: str) -> Generator:
        texts = self._texts(facts, name, place)
        fits = _fitting(facts, place)
        most = facts.get("maxLength", _UNBOUNDED_SPAN)
        is_address = facts.get("format") in ("email", "idn-email")

        def suffixed() -> str:
            text, token = self.random.choice(texts), self.token()
            if is_address:
                local, _, domain = text.partition("@")
                return f"{local[: 63 - len(token)]}.{token}@{domain}"
            return f"{text[: most - len(token) - 1]}-{token}"

        if all(fits(suffixed()) for _ in range(_TRIALS)):
            return suffixed
        raise Unbuildable(f"{place}: its rules leave no room for a part that makes it unique")

    def _array(self, facts: JsonObject, name: str, place: str, depth: int) -> Generator:
        least = facts.get("minItems", 0)
        most = min(facts.get("maxItems", least + _ITEMS_AT_MOST), least + _ITEMS_AT_MOST)
        try:
            item = self.compile(facts.get("items", True), name, f"{place}/items", depth + 1)
        except Unbuildable:
            if least:
                raise
            return lambda: []
        if not facts.get("uniqueItems"):
            return lambda: [item() for _ in range(self.random.randint(least, most))]

        def distinct() -> list[Json]:
            found: list[Json] = []
            for _ in range(_TRIALS):
                value = item()
                if value not in found:
                    found.append(value)
                if len(found) == most:
                    break
            return found[: self.random.randint(least, most)] if len(found) >= least else found

        return distinct

    def _object(self, facts: JsonObject, place: str, depth: int) -> Generator:
        required = facts.get("required", ())
        properties: Mapping[str, Json] = facts.get("properties", {})
        always = [
            (name, self.compile(properties.get(name, True), name, f"{place}/{name}", depth + 1))
            for name in required
        ]
        sometimes = []
        for name, schema in properties.items():
            if name not in required and schema is not False:
                try:
                    sometimes.append((name, self.compile(schema, name, f"{place}/{name}", depth + 1)))
                except Unbuildable as reason:
                    self.omitted.append(str(reason))
        random = self.random.random

        def make() -> JsonObject:
            made = {name: generate() for name, generate in always}
            for name, generate in sometimes:
                if random() < _OPTIONAL:
                    made[name] = generate()
            return made

        return make

    def _choice(self, values: Sequence[Json]) -> Generator:
        random, size = self.random.random, len(values)
        return lambda: values[int(random() * size)]

    def _any_of(self, generators: Sequence[Generator]) -> Generator:
        choose = self._choice(generators)
        return lambda: choose()()  # noqa: PLW0108 - a choice of generators, then a value

    def _or_null(self, generate: Generator) -> Generator:
        random = self.random.random
        return lambda: None if random() < _NULL else generate()


def _constant(value: Json) -> Generator:
    return lambda: value


def _kinds(facts: JsonObject) -> list[str]:
    stated = facts.get("type")
    if stated is None:
        return ["object"] if "properties" in facts else ["string"]
    return [stated] if isinstance(stated, str) else list(stated)


def _seeds(facts: JsonObject) -> list[Json]:
    stated = [facts[key] for key in ("default", "example") if key in facts]
    return [*stated, *facts.get("examples", ())]


def _bounds(facts: JsonObject, kind: str) -> tuple[float, float]:
    step = facts.get("multipleOf", 1 if kind == "integer" else 0.01)
    least = facts.get("minimum", facts["exclusiveMinimum"] + step if "exclusiveMinimum" in facts else None)
    most = facts.get("maximum", facts["exclusiveMaximum"] - step if "exclusiveMaximum" in facts else None)
    if least is None:
        least = 0 if most is None or most >= 0 else most - _UNBOUNDED_SPAN * step
    return least, least + _UNBOUNDED_SPAN * step if most is None else most


def _fitting(facts: JsonObject, place: str) -> Callable[[str], bool]:
    rules = ("minLength", "maxLength", "pattern", "format", "not")
    schema = {"type": "string", **{key: facts[key] for key in rules if key in facts}}
    try:
        return jsonschema_rs.Draft202012Validator(schema, validate_formats=True).is_valid
    except ValueError as error:
        raise Unbuildable(f"{place}: {str(error).splitlines()[0]}") from None
