"""Generators of values for schemas: compiled once, checked when compiled, fast when called."""

import re
from collections.abc import Callable
from random import Random

import jsonschema_rs

from openapi.contract import Json
from openapi.payloads.constraints import UNIQUE
from openapi.payloads.realistic_values import Realism
from openapi.payloads.schema_compiler import Compiler
from openapi.payloads.unbuildable import Unbuildable
from openapi.payloads.unique_tokens import mark_of, tokens
from openapi.payloads.value_generators import Draw
from openapi.schema import Schema
from openapi.schema_translator import SchemaTranslator

__all__ = ["UNIQUE", "PayloadFactory", "PayloadGenerator", "Unbuildable"]

PayloadGenerator = Callable[[], Json]

_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_TRIALS = 100
_DRAWS_FOR_A_POOL = 4_000
_POOL = 200
_POOL_AT_LEAST = 5


class PayloadFactory:
    """Makes generators that share pools and a series of unique tokens.

    The same seed gives the same values; without one, unique values are unique across processes,
    hosts and runs. `filtered` names the schemas whose values could not be built valid throughout, so that
    they are drawn from a pool of those that were. UUIDs that a document has `stated`, as examples or among
    an enum, are not made here.
    """

    def __init__(self, seed: int | None = None, document: Json = None) -> None:
        self._random = Random(seed)
        self._realism = Realism(self._random)
        self._stated = frozenset(each.lower() for each in _UUID.findall(str(document)))
        self._mark = mark_of(None if seed is None else self._random.getrandbits(60))
        self._tokens = tokens(self._mark)
        self.filtered: list[str] = []
        self._compilers: dict[int, tuple[SchemaTranslator, Compiler]] = {}

    def is_own(self, value: Json) -> bool:
        """Whether a value can have been made here alone: it has the mark of these payloads, or is a UUID that
        the document does not have.
        """
        if not isinstance(value, str):
            return False
        is_uuid = _UUID.fullmatch(value) is not None and value.lower() not in self._stated
        return is_uuid or self._mark in value

    @property
    def omitted(self) -> list[str]:
        """Optional properties that are never sent, each with the reason."""
        return [each for _, compiler in self._compilers.values() for each in compiler.omitted]

    def generator(
        self,
        schema: Schema,
        name: str = "",
        rules: tuple[Json, ...] = (),
        unique: frozenset[str] = frozenset(),
    ) -> PayloadGenerator:
        """A generator of valid values for a schema; `name` is the parameter's or property's, for
        realism, `rules` are JSON Schemas that hold besides. Texts of properties whose name is among
        `unique` differ from each other where their rules leave room for that.

        Raises Unbuildable when there are no valid values or when none can be made, ContractError when it
        is no schema.
        """
        validator = schema.validator if not rules else self._validator(schema, rules)
        try:
            draw = self._compiler(schema.translator).compile((schema.node, *rules), name, unique).draw
        except RecursionError:
            raise Unbuildable(f"{name or 'it'}: its schemas are nested too deeply to compile") from None
        return self._checked(draw, validator, name)

    def _compiler(self, translator: SchemaTranslator) -> Compiler:
        if id(translator) not in self._compilers:
            compiler = Compiler(translator, self._random, self._realism, lambda: next(self._tokens))
            self._compilers[id(translator)] = (translator, compiler)
        return self._compilers[id(translator)][1]

    def _validator(self, schema: Schema, rules: tuple[Json, ...]) -> jsonschema_rs.Validator:
        schema.validator  # noqa: B018 - a cached property: what is no schema is told first
        whole = schema.translator.complete({"allOf": [schema.node, *rules]})
        return jsonschema_rs.Draft202012Validator(whole, validate_formats=True)

    def _checked(self, draw: Draw, validator: jsonschema_rs.Validator, name: str) -> PayloadGenerator:
        """The generator if all that it makes is valid; else a pool of the valid ones among many."""
        if all(validator.is_valid(draw(0)) for _ in range(_TRIALS)):
            return lambda: draw(0)
        pool: list[Json] = []
        error = None
        for _ in range(_DRAWS_FOR_A_POOL):
            value = draw(0)
            if validator.is_valid(value):
                pool.append(value)
            elif error is None:
                error = next(iter(validator.iter_errors(value)))
            if len(pool) == _POOL:
                break
        if len(pool) < _POOL_AT_LEAST and error is not None:
            place = "/".join(str(each) for each in error.instance_path)
            raise Unbuildable(f"{name}/{place}: no way to satisfy its rules together: {error.message[:200]}")
        self.filtered.append(name)
        return self._random_of(pool)

    def _random_of(self, pool: list[Json]) -> PayloadGenerator:
        chance, size = self._random.random, len(pool)
        return lambda: pool[int(chance() * size)]
