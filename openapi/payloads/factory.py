"""Makes generators of payloads: compiled once, checked when compiled, fast when called."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from random import Random

import jsonschema_rs

from openapi.contract import Json
from openapi.payloads.realistic_values import NOTHING_OF_ONES_OWN, Realism, RealisticValues
from openapi.payloads.schema_compiler import SchemaCompiler
from openapi.payloads.tuning import (
    CHECKED_PARTS,
    EXACT_CHECKS,
    FIRST_POOL_DRAWS,
    LEAST_CHECKS,
    LEAST_VALID_SHARE,
    POOL_DRAWS,
    POOL_SIZE,
    REDRAWS,
    SMALLEST_POOL,
    SPARE_VALUES,
    VALIDITY_CHECKS,
)
from openapi.payloads.unbuildable import Unbuildable
from openapi.payloads.unique_tokens import UniqueTokens
from openapi.payloads.value_generator import Draw, ValueGenerator
from openapi.schema import Schema
from openapi.schema_translator import SchemaTranslator
from openapi.shared_validators import VALUE_STEPS, SchemaValidator
from openapi.translation_context import repetition_key

# Returns another valid value each time it is called.
PayloadGenerator = Callable[[], Json]

_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


@dataclass(frozen=True)
class _Check:
    """Checks values by a schema, and by rules that hold, too. These have a validator of their own, as that of
    the schema shares its definitions with others.
    """

    schema: SchemaValidator
    rules: jsonschema_rs.Validator | None

    def is_valid(self, value: Json) -> bool:
        """Whether a value satisfies the schema and the rules."""
        return self.schema.is_valid(value) and (self.rules is None or self.rules.is_valid(value))

    def errors(self, value: Json) -> Iterator[str]:
        """What is wrong with a value, each with its place."""
        for error in self.schema.iter_errors(value):
            yield _told(error, error.instance_path[VALUE_STEPS:])
        for error in self.rules.iter_errors(value) if self.rules else ():
            yield _told(error, error.instance_path)


def _validator(rules: tuple[Json, ...]) -> jsonschema_rs.Validator:
    return jsonschema_rs.Draft202012Validator({"allOf": [*rules]}, validate_formats=True)


def _told(error: jsonschema_rs.ValidationError, path: Sequence[str | int]) -> str:
    return f"/{'/'.join(map(str, path))}: no way to satisfy its rules together: {error.message[:200]}"


class PayloadFactory:
    """Makes generators that share pools of values and a series of unique tokens.

    The same `seed` gives the same values; without one, unique values differ between processes, hosts and
    runs. They do so with a seed, too, if they come from a random source of their own (`unique`). `document`
    is what the schemas come from: UUIDs in it do not count as generated here. `filtered` are the names of
    schemas for which some values came out invalid, so that valid ones are drawn from a pool. `realism` makes
    texts for properties and parameters, by their names.
    """

    def __init__(
        self,
        seed: int | None = None,
        document: Json = None,
        unique: Random | None = None,
        realism: Realism = NOTHING_OF_ONES_OWN,
    ) -> None:
        self._random = Random(seed)
        self._unique = UniqueTokens(unique or Random(None if seed is None else self._random.getrandbits(64)))
        self._realistic_values = RealisticValues(self._random, realism)
        self._document_uuids = frozenset(uuid.lower() for uuid in _UUID.findall(str(document)))
        self._compilers: dict[int, tuple[SchemaTranslator, SchemaCompiler]] = {}
        self._known: dict[tuple[int, ...], tuple[Json, PayloadGenerator]] = {}
        self._rules: dict[bytes, tuple[tuple[Json, ...], jsonschema_rs.Validator | None]] = {}
        self.filtered: list[str] = []

    def is_own(self, value: Json) -> bool:
        """Whether a value can only have been generated here: it contains the prefix of this factory's tokens,
        or is a UUID that is not in the document.
        """
        if not isinstance(value, str):
            return False
        is_new_uuid = _UUID.fullmatch(value) is not None and value.lower() not in self._document_uuids
        return is_new_uuid or self._unique.prefix in value

    @property
    def unfit(self) -> list[str]:
        """The names for which `realism` has made no text that is allowed, each with its place."""
        return self._realistic_values.unfit

    @property
    def omitted(self) -> list[str]:
        """Optional properties that are never sent, each as its place and the reason."""
        return [reason for _, compiler in self._compilers.values() for reason in compiler.omitted]

    def generator(
        self,
        schema: Schema,
        name: str = "",
        rules: tuple[Json, ...] = (),
        unique: frozenset[str] = frozenset(),
    ) -> PayloadGenerator:
        """A generator of valid values for a schema.

        `name` is that of the parameter or property, for realistic values; `rules` are JSON Schemas that must
        hold, too. Strings of properties named in `unique` differ from each other where their rules allow
        that.

        Raises Unbuildable when there are no valid values or none can be generated, and ContractError when the
        schema itself is not valid.
        """
        rules, rules_check = self._shared(rules)
        check = _Check(schema.validator, rules_check)
        try:
            compiler = self._compiler(schema.translator)
            values = compiler.compile((schema.node, *rules), name, unique)
            draw = values.draw
            key = (id(values), id(schema.node), *map(id, rules))
            if key not in self._known:
                is_exact = compiler.exactness.is_exact(schema.node, *rules)
                # What the key stands for is kept, so that ids stay its own.
                kept = (values, schema.node, rules)
                self._known[key] = (kept, self._checked(values, check, name, is_exact))
            generate = self._known[key][1]
        except RecursionError:
            raise Unbuildable(f"{name or 'it'}: its schemas are nested too deeply to compile") from None
        return compiler.densities.extremes_first(lambda: draw(0), generate, check.is_valid)

    def _shared(self, rules: tuple[Json, ...]) -> tuple[tuple[Json, ...], jsonschema_rs.Validator | None]:
        """The first rules that were equal to these, and their validator; none without rules. Thousands of
        parameters have the same ones.
        """
        key = repetition_key([*rules])
        if key is None or key not in self._rules:
            made = (rules, _validator(rules) if rules else None)
            if key is None:
                return made
            self._rules[key] = made
        return self._rules[key]

    def _compiler(self, translator: SchemaTranslator) -> SchemaCompiler:
        if id(translator) not in self._compilers:
            compiler = SchemaCompiler(translator, self._random, self._realistic_values, self._unique)
            # The translator is kept, too: its id stays its own only as long as it exists.
            self._compilers[id(translator)] = (translator, compiler)
        return self._compilers[id(translator)][1]

    def _checked(self, values: ValueGenerator, check: _Check, name: str, is_exact: bool) -> PayloadGenerator:
        """The generator, with each value checked unless it is exact. Where too many values are invalid, it
        draws from a pool of valid ones. Raises Unbuildable when hardly any is valid.
        """
        draw, most = values.draw, max(LEAST_CHECKS, int(CHECKED_PARTS / values.size))
        tried = [draw(0) for _ in range(min(most, EXACT_CHECKS if is_exact else VALIDITY_CHECKS))]
        valid = [value for value in tried if check.is_valid(value)]
        if is_exact and len(valid) == len(tried):
            return lambda: draw(0)
        if len(valid) >= LEAST_VALID_SHARE * len(tried):
            return self._redrawn(draw, check.is_valid, valid[:SPARE_VALUES])
        pool = [
            *islice(
                filter(
                    check.is_valid,
                    (draw(0) for _ in range(min(most, POOL_DRAWS if valid else FIRST_POOL_DRAWS))),
                ),
                POOL_SIZE,
            )
        ]
        if len(pool) < SMALLEST_POOL:
            reason = next(reason for value in tried for reason in check.errors(value))
            raise Unbuildable(f"{name}{reason}")
        self.filtered.append(name)
        chance, size = self._random.random, len(pool)
        return lambda: pool[int(chance() * size)]

    def _redrawn(self, draw: Draw, is_valid: Callable[[Json], bool], spare: list[Json]) -> PayloadGenerator:
        """A generator that draws again while values are invalid, and takes a spare one after many of them."""
        choose = self._random.choice

        def generate() -> Json:
            for _ in range(REDRAWS):
                value = draw(0)
                if is_valid(value):
                    return value
            return choose(spare)

        return generate
