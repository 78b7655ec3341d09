"""Numbers within bounds, on a grid."""

from collections.abc import Callable
from fractions import Fraction
from itertools import count
from math import ceil, floor, gcd, inf, lcm
from random import Random

import jsonschema_rs

from openapi.contract import Json
from openapi.payloads.facts import Facts, identity
from openapi.payloads.unbuildable import Unbuildable

_SPAN = 10_000
_WIDE = 1_000_000
_UNIQUE_SPAN = 2**31
_CENT = Fraction(1, 100)
_CANDIDATES = 2_000
_POOL = 400
_AT_A_BOUND = 0.1
_FORMATS = {
    "int8": (-(2**7), 2**7 - 1),
    "int16": (-(2**15), 2**15 - 1),
    "int32": (-(2**31), 2**31 - 1),
    "int64": (-(2**63), 2**63 - 1),
    "uint8": (0, 2**8 - 1),
    "uint16": (0, 2**16 - 1),
    "uint32": (0, 2**32 - 1),
    "uint64": (0, 2**64 - 1),
}


def numbers(facts: Facts, random: Random, place: str) -> Callable[[], Json]:
    """A source of numbers of the kinds that the facts allow. Raises Unbuildable."""
    whole, broken = "integer" in facts.kinds, "fraction" in facts.kinds
    grid = _Grid(facts, whole, broken, place)
    if facts.barred_values or facts.barred_multiples or grid.step.denominator != 1 or not whole:
        return _pooled(grid, facts, random, place)
    if facts.unique:
        return _unique(grid, random, place)
    low, high, step = grid.low, grid.high, grid.step.numerator
    if low == high:
        return lambda: low * step
    chance, between, bounds = random.random, random.randint, (low, high)
    usual = (low, high)
    if high - low > _WIDE:
        # Bounds as wide as their type are not what people fill in.
        usual = (max(low, min(0, high - _SPAN)), min(high, max(low, 0) + _SPAN))

    def draw() -> int:
        drawn = chance()
        if drawn < _AT_A_BOUND:
            return bounds[drawn < _AT_A_BOUND / 2] * step
        return (between(low, high) if drawn < 2 * _AT_A_BOUND else between(*usual)) * step

    return draw


class _Grid:
    """The numbers `low` to `high` times `step`."""

    def __init__(self, facts: Facts, whole: bool, broken: bool, place: str) -> None:
        steps = [Fraction(str(each)) for each in facts.multiples]
        if whole and not broken:
            steps.append(Fraction(1))
        self.step = _common_multiple(steps) if steps else _CENT
        least, most = _bounds(facts, float(self.step))
        if steps == [] and most - least < 20 * _CENT:
            self.step = (Fraction(str(most)) - Fraction(str(least))) / 100 or _CENT
        self.low = ceil(Fraction(str(least)) / self.step)
        self.high = floor(Fraction(str(most)) / self.step)
        if any(
            exclusive and self.low * self.step <= Fraction(str(bound)) for bound, exclusive in facts.lower
        ):
            self.low += 1
        if any(
            exclusive and self.high * self.step >= Fraction(str(bound)) for bound, exclusive in facts.upper
        ):
            self.high -= 1
        if self.low > self.high:
            raise Unbuildable(f"{place}: no number is within its bounds")

    def at(self, index: int) -> Json:
        """The number at an index between low and high."""
        number = index * self.step
        return number.numerator if number.denominator == 1 else float(number)


def _pooled(grid: _Grid, facts: Facts, random: Random, place: str) -> Callable[[], Json]:
    """Drawn from numbers that have been seen to be valid: floating point makes some that are not."""
    barred = {identity(each) for each in facts.barred_values}
    rules: list[Json] = [{"multipleOf": each} for each in facts.multiples]
    rules += [{"not": {"multipleOf": each}} for each in facts.barred_multiples]
    if "integer" not in facts.kinds:
        rules.append({"not": {"type": "integer"}})
    validator = jsonschema_rs.Draft202012Validator({"allOf": rules} if rules else True)
    indexes = [grid.low, grid.high]
    if grid.high - grid.low < _CANDIDATES:
        indexes += random.sample(range(grid.low, grid.high + 1), grid.high - grid.low + 1)
    else:
        indexes += [random.randint(grid.low, grid.high) for _ in range(_CANDIDATES)]
    found = (grid.at(index) for index in indexes)
    pool = [each for each in found if identity(each) not in barred and validator.is_valid(each)][:_POOL]
    if not pool:
        raise Unbuildable(f"{place}: no number satisfies all of its rules")
    chance, size = random.random, len(pool)
    return lambda: pool[int(chance() * size)]


def _unique(grid: _Grid, random: Random, place: str) -> Callable[[], Json]:
    """Counted from an origin of this maker's own."""
    size = grid.high - grid.low + 1
    if size < _UNIQUE_SPAN // 4:
        raise Unbuildable(f"{place}: its bounds leave too little room for each to be unique")
    low, step, series = grid.low, grid.step.numerator, count(random.randrange(size))
    return lambda: (low + next(series) % size) * step


def _common_multiple(steps: list[Fraction]) -> Fraction:
    whole = steps[0]
    for each in steps[1:]:
        whole = Fraction(lcm(whole.numerator, each.numerator), gcd(whole.denominator, each.denominator))
    return whole


def _bounds(facts: Facts, step: float) -> tuple[float, float]:
    """The bounds stated; where there are none, numbers that people use."""
    span = (_UNIQUE_SPAN if facts.unique else _SPAN) * step
    least = max((bound for bound, _ in facts.lower), default=-inf)
    most = min((bound for bound, _ in facts.upper), default=inf)
    if least == -inf:
        least = 0 if most >= 0 else most - span
    if most == inf:
        most = least + span
    for each in facts.formats:
        low, high = _FORMATS.get(each, (-inf, inf))
        least, most = max(least, low), min(most, high)
    return least, most
