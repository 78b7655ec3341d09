"""Compiles constraints on arrays."""

from random import Random

from openapi.contract import Json
from openapi.payloads.array_generator import ArrayGenerator
from openapi.payloads.constraints import Constraints, Contains, item_schemas
from openapi.payloads.derived_schemas import DerivedSchemas
from openapi.payloads.subschema_compiler import SubschemaCompiler
from openapi.payloads.unbuildable import Unbuildable
from openapi.payloads.value_generator import ValueGenerator


class ArrayCompiler:
    """Makes generators of arrays."""

    def __init__(self, subschemas: SubschemaCompiler, derived: DerivedSchemas, random: Random) -> None:
        self._subschemas = subschemas
        self._derived = derived
        self._random = random

    def array(self, constraints: Constraints, name: str, place: str, nesting: int) -> ArrayGenerator:
        """A generator of arrays. Raises Unbuildable."""
        length = max((len(keywords.prefix) for keywords in constraints.array_keywords), default=0)
        first = self._first_items(constraints, length, place, nesting)
        try:
            rest: ValueGenerator | None = self._other_item(constraints, length, name, place, nesting)
        except Unbuildable:
            if constraints.min_items > len(first):
                raise
            rest = None
        if len(first) < length:
            rest = None
        contained = [
            (self._contained_item(constraints, contains, length, place, nesting), contains.least)
            for contains in constraints.contains
            if contains.least
        ]
        return ArrayGenerator(
            first,
            rest,
            contained,
            constraints.min_items,
            constraints.max_items,
            constraints.unique_items,
            self._random,
        )

    def _first_items(
        self, constraints: Constraints, length: int, place: str, nesting: int
    ) -> list[ValueGenerator]:
        """The generators of the items of `prefixItems`, up to the first that has no values."""
        generators: list[ValueGenerator] = []
        for index in range(length):
            schemas = (*item_schemas(constraints, index), *self._not_contained(constraints))
            item_place = f"{place}/prefixItems/{index}"
            try:
                generators.append(self._subschemas.generator(schemas, "", item_place, nesting + 1))
            except Unbuildable:
                if index < constraints.min_items:
                    raise
                break
        return generators

    def _other_item(
        self, constraints: Constraints, length: int, name: str, place: str, nesting: int
    ) -> ValueGenerator:
        """The generator of items behind those of `prefixItems`."""
        schemas = (*item_schemas(constraints, length), *self._not_contained(constraints))
        return self._subschemas.generator(schemas, name, f"{place}/items", nesting + 1)

    def _contained_item(
        self, constraints: Constraints, contains: Contains, length: int, place: str, nesting: int
    ) -> ValueGenerator:
        """The generator of items that satisfy `contains`."""
        forbidden = [self._negation(other) for other in constraints.contains if other.most == 0]
        schemas = (contains.schema, *item_schemas(constraints, length), *forbidden)
        return self._subschemas.generator(schemas, "", f"{place}/contains", nesting + 1)

    def _not_contained(self, constraints: Constraints) -> tuple[Json, ...]:
        """What other items must not be, where `maxContains` limits the number of contained ones."""
        return tuple(
            self._negation(contains) for contains in constraints.contains if contains.most is not None
        )

    def _negation(self, contains: Contains) -> Json:
        return self._derived.keep(("not", id(contains.schema)), {"not": contains.schema})
