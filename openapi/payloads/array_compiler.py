"""Compiles constraints on arrays."""

from collections.abc import Sequence
from itertools import islice, product
from random import Random

from openapi.contract import Json
from openapi.payloads.array_generator import ArrayGenerator, RepeatingArrays
from openapi.payloads.array_layouts import LaidOutArrays, find_layouts
from openapi.payloads.constraints import Constraints, item_schemas
from openapi.payloads.derived_schemas import DerivedSchemas
from openapi.payloads.subschema_compiler import SubschemaCompiler
from openapi.payloads.tuning import COMBINATIONS, LARGEST_VALUE, MOST_COUNTED
from openapi.payloads.unbuildable import Unbuildable
from openapi.payloads.value_generator import ValueGenerator


class ArrayCompiler:
    """Makes generators of arrays."""

    def __init__(self, subschemas: SubschemaCompiler, derived: DerivedSchemas, random: Random) -> None:
        self._subschemas = subschemas
        self._derived = derived
        self._random = random

    def array(self, constraints: Constraints, name: str, place: str, nesting: int) -> ValueGenerator:
        """A generator of arrays. Raises Unbuildable."""
        if constraints.min_items > LARGEST_VALUE:
            raise Unbuildable(f"{place}: more than {LARGEST_VALUE:,} items are asked for")
        of_items = self._counted if constraints.contains else self._uncounted
        arrays = of_items(constraints, name, place, nesting)
        return RepeatingArrays(arrays) if constraints.repeated_items else arrays

    def _uncounted(self, constraints: Constraints, name: str, place: str, nesting: int) -> ValueGenerator:
        """A generator of arrays without `contains`. Raises Unbuildable."""
        length = max((len(keywords.prefix) for keywords in constraints.array_keywords), default=0)
        first = self._first_items(constraints, length, place, nesting)
        try:
            rest: ValueGenerator | None = self._subschemas.generator(
                item_schemas(constraints, length), name, f"{place}/items", nesting + 1
            )
        except Unbuildable:
            if constraints.min_items > len(first):
                raise
            rest = None
        return ArrayGenerator(
            first,
            rest if len(first) == length else None,
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
            item_place = f"{place}/prefixItems/{index}"
            try:
                schemas = item_schemas(constraints, index)
                generators.append(self._subschemas.generator(schemas, "", item_place, nesting + 1))
            except Unbuildable:
                if index < constraints.min_items:
                    raise
                break
        return generators

    def _counted(self, constraints: Constraints, _: str, place: str, nesting: int) -> ValueGenerator:
        """A generator of arrays with `contains`. Raises Unbuildable."""
        length = max((len(keywords.prefix) for keywords in constraints.array_keywords), default=0)
        known: dict[int, list[tuple[Sequence[bool], ValueGenerator]]] = {}

        def options(index: int) -> list[tuple[Sequence[bool], ValueGenerator]]:
            position = min(index, length)
            if position not in known:
                known[position] = self._options(constraints, position, place, nesting)
            return known[position]

        if constraints.min_items + max(contains.least for contains in constraints.contains) > MOST_COUNTED:
            raise Unbuildable(f"{place}: more than {MOST_COUNTED:,} items are to be counted")
        layouts = find_layouts(constraints, options)
        if not layouts:
            raise Unbuildable(f"{place}: its items cannot be what contains asks for")
        return LaidOutArrays(layouts, constraints.unique_items, self._random)

    def _options(
        self, constraints: Constraints, index: int, place: str, nesting: int
    ) -> list[tuple[Sequence[bool], ValueGenerator]]:
        """The generators of an item at an index, for each combination of the `contains` that it satisfies."""
        options: list[tuple[Sequence[bool], ValueGenerator]] = []
        combinations = product((False, True), repeat=len(constraints.contains))
        for combination in islice(combinations, COMBINATIONS):
            counted = (
                each.schema if is_one else self._negation(each.schema)
                for each, is_one in zip(constraints.contains, combination, strict=True)
            )
            schemas = (*item_schemas(constraints, index), *counted)
            try:
                generator = self._subschemas.generator(schemas, "", f"{place}/contains", nesting + 1)
            except Unbuildable:
                continue
            options.append((combination, generator))
        return options

    def _negation(self, schema: Json) -> Json:
        return self._derived.keep(("not", id(schema)), {"not": schema})
