"""Compiles constraints on strings, numbers, booleans, null and listed values."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import replace
from random import Random

import jsonschema_rs

from openapi.contract import Json
from openapi.definitions import bundle
from openapi.payloads.constraints import Constraints
from openapi.payloads.json_values import equality_key, kind_of
from openapi.payloads.number_generator import number_generator, number_key, number_schemas
from openapi.payloads.string_generators import StringGenerators
from openapi.payloads.tuning import EXAMPLE_NUMBER
from openapi.payloads.unbuildable import Unbuildable
from openapi.payloads.value_generator import LeafGenerator


class ScalarCompiler:
    """Makes generators of values that contain no others. `unique` is the source of numbers that must differ
    from those of others.
    """

    def __init__(
        self, definitions: Mapping[str, Json], strings: StringGenerators, random: Random, unique: Random
    ) -> None:
        self._definitions = definitions
        self._strings = strings
        self._random = random
        # Numbers of the same constraints are drawn by the same function: thousands of properties have none.
        self._numbers: dict[Hashable, Callable[[], Json]] = {}
        self._unique = unique

    def listed(self, constraints: Constraints, schemas: tuple[Json, ...], place: str) -> LeafGenerator:
        """A generator of the values of an `enum` or `const` that satisfy the schemas. Raises Unbuildable."""
        values = constraints.values or ()
        listing = Constraints(
            kinds=constraints.kinds, values=constraints.values, excluded_values=constraints.excluded_values
        )
        restrictions = replace(
            constraints,
            examples=(),
            widest_choice=1,
            combinations=1,
            branches=(),
            is_plain=True,
            unique=False,
        )
        if restrictions != listing or not constraints.is_plain:
            validator = self.validator(schemas)
            values = tuple(value for value in values if validator.is_valid(value))
        if not values:
            raise Unbuildable(f"{place}: none of its values satisfies its other rules")
        chance, size = self._random.random, len(values)
        return LeafGenerator(lambda: values[int(chance() * size)])

    def one_of(self, constraints: Constraints, values: Sequence[Json], place: str) -> LeafGenerator:
        """A generator of those of the values that are not excluded. Raises Unbuildable."""
        excluded = {equality_key(value) for value in constraints.excluded_values}
        allowed = [value for value in values if equality_key(value) not in excluded]
        if not allowed:
            raise Unbuildable(f"{place}: none of {values} is allowed")
        return LeafGenerator(lambda: self._random.choice(allowed))

    def string(self, constraints: Constraints, name: str, place: str, prefers_unique: bool) -> LeafGenerator:
        """A generator of strings, unique ones if that is preferred and possible. Raises Unbuildable."""
        if prefers_unique and not constraints.unique:
            try:
                unique = replace(constraints, unique=True)
                return LeafGenerator(self._strings.generator(unique, name, place))
            except Unbuildable:
                pass
        return LeafGenerator(self._strings.generator(constraints, name, place))

    def number(self, constraints: Constraints, name: str, place: str) -> LeafGenerator:
        """A generator of numbers, examples of the document among them. Raises Unbuildable."""
        constraints = replace(constraints, kinds=constraints.kinds & {"integer", "fraction"})
        key = number_key(constraints, name)
        draw = self._numbers.get(key)
        if draw is None:
            random = self._unique if constraints.unique else self._random
            draw = self._numbers[key] = number_generator(constraints, name, random, place)
        examples = self._valid_numbers(constraints)
        if not examples or constraints.unique:
            return LeafGenerator(draw)
        chance, choose = self._random.random, self._random.choice
        return LeafGenerator(lambda: choose(examples) if chance() < EXAMPLE_NUMBER else draw())

    def _valid_numbers(self, constraints: Constraints) -> list[Json]:
        examples = [example for example in constraints.examples if kind_of(example) in constraints.kinds]
        if not examples:
            return []
        validator = self.validator(tuple(number_schemas(constraints)))
        return [example for example in examples if validator.is_valid(example)]

    def validator(self, schemas: tuple[Json, ...]) -> jsonschema_rs.Validator:
        """The validator of schemas that must hold together. Raises Unbuildable when one is invalid."""
        schema = bundle({"allOf": [True, *schemas]}, self._definitions)
        try:
            return jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
        except ValueError as error:
            raise Unbuildable(f"not a valid schema: {str(error).splitlines()[0]}") from None

    def name_check(self, constraints: Constraints) -> Callable[[str], bool]:
        """A function that says whether a property may have a name (`propertyNames`)."""
        if not constraints.property_names:
            return lambda _: True
        return self.validator(constraints.property_names).is_valid
