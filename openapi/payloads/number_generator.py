"""Numbers within bounds."""

from collections.abc import Callable, Hashable
from fractions import Fraction
from itertools import chain, count, islice
from random import Random

import jsonschema_rs

from openapi.contract import Json
from openapi.payloads.constraints import Constraints
from openapi.payloads.json_values import equality_key
from openapi.payloads.number_grid import NumberGrid
from openapi.payloads.tuning import (
    AT_A_BOUND,
    AT_A_BOUND_OF_A_TYPE,
    NUMBER_POOL_SIZE,
    NUMBERS_TRIED,
    OF_ANY_SIZE,
    OTHERS_PER_BOUND,
    UNIQUE_SPAN,
)
from openapi.payloads.unbuildable import Unbuildable
from openapi.payloads.usual_numbers import bounds_of_name


def number_generator(constraints: Constraints, name: str, random: Random, place: str) -> Callable[[], Json]:
    """A function that draws numbers of the kinds that the constraints allow. `name` is that of the property
    or parameter. Raises Unbuildable.
    """
    grid = NumberGrid(constraints, name, place)
    is_fractional = grid.step.denominator != 1 or "integer" not in constraints.kinds
    if constraints.excluded_values or constraints.excluded_multiples or is_fractional:
        return _pooled(grid, constraints, random, place)
    if constraints.unique:
        return _unique(grid, random, place)
    return _integers(grid, random)


def number_key(constraints: Constraints, name: str) -> Hashable:
    """A key that is the same where the same numbers are drawn."""
    return (
        constraints.kinds,
        constraints.lower,
        constraints.upper,
        constraints.multiples,
        constraints.excluded_multiples,
        constraints.formats,
        constraints.unique,
        bounds_of_name(name),
        tuple(map(equality_key, constraints.excluded_values)),
    )


def number_schemas(constraints: Constraints) -> list[Json]:
    """The constraints on numbers, as schemas."""
    schemas: list[Json] = [
        {"exclusiveMinimum" if is_exclusive else "minimum": bound}
        for bound, is_exclusive in constraints.lower
    ]
    schemas += [
        {"exclusiveMaximum" if is_exclusive else "maximum": bound}
        for bound, is_exclusive in constraints.upper
    ]
    schemas += [{"multipleOf": multiple} for multiple in constraints.multiples]
    schemas += [{"not": {"multipleOf": multiple}} for multiple in constraints.excluded_multiples]
    if "integer" not in constraints.kinds:
        schemas.append({"not": {"type": "integer"}})
    if "fraction" not in constraints.kinds:
        schemas.append({"type": "integer"})
    if constraints.excluded_values:
        schemas.append({"not": {"enum": [*constraints.excluded_values]}})
    return schemas


def _integers(grid: NumberGrid, random: Random) -> Callable[[], Json]:
    low, high, step = grid.low, grid.high, grid.step.numerator
    if low == high:
        return lambda: low * step
    chance, of_any_size, (first, last) = random.random, grid.of_any_size, grid.usual
    bounds, size = (low, high), last - first + 1
    at_a_bound = AT_A_BOUND if grid.has_bounds else AT_A_BOUND_OF_A_TYPE

    def draw() -> int:
        drawn = chance()
        if drawn < at_a_bound:
            return bounds[drawn < at_a_bound / 2] * step
        return (
            of_any_size(random) if drawn < at_a_bound + OF_ANY_SIZE else first + int(chance() * size)
        ) * step

    return draw


def _pooled(grid: NumberGrid, constraints: Constraints, random: Random, place: str) -> Callable[[], Json]:
    """Draws from numbers that a validator has accepted: floating-point arithmetic makes some that are
    invalid.
    """
    validator = jsonschema_rs.Draft202012Validator({"allOf": [True, *number_schemas(constraints)]})
    low, high = grid.low, max(grid.high, grid.low)
    inclusive = [
        bound for bound, is_exclusive in (*constraints.lower, *constraints.upper) if not is_exclusive
    ]
    bounds = [bound for bound in (grid.at(low), grid.at(high), *inclusive) if validator.is_valid(bound)]
    if high - low < NUMBERS_TRIED:
        indexes = random.sample(range(low, high + 1), high - low + 1)
    else:
        others = int(NUMBERS_TRIED * OF_ANY_SIZE)
        indexes = [random.randint(*grid.usual) for _ in range(NUMBERS_TRIED - others)]
        indexes += [grid.of_any_size(random) for _ in range(others)]
        random.shuffle(indexes)
    # What is no multiple of a number may lie between the points of the grid.
    between = [
        float((index + Fraction(1, 3)) * grid.step) for index in indexes if constraints.excluded_multiples
    ]
    numbers = chain(map(grid.at, indexes), between)
    pool = [*islice(filter(validator.is_valid, numbers), NUMBER_POOL_SIZE)]
    pool += [bound for bound in bounds for _ in range(len(pool) // (OTHERS_PER_BOUND * len(bounds)) + 1)]
    if not pool:
        raise Unbuildable(f"{place}: no number satisfies all of its rules")
    chance, size = random.random, len(pool)
    return lambda: pool[int(chance() * size)]


def _unique(grid: NumberGrid, random: Random, place: str) -> Callable[[], Json]:
    """Counts from a random number on."""
    size = grid.high - grid.low + 1
    if size < UNIQUE_SPAN // 4:
        raise Unbuildable(f"{place}: its bounds leave too little room for each value to be unique")
    low, step, series = grid.low, grid.step.numerator, count(random.randrange(size))
    return lambda: (low + next(series) % size) * step
