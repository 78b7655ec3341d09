"""Numbers within bounds, on a grid."""

from collections.abc import Callable
from fractions import Fraction
from itertools import count
from math import ceil, floor, gcd, lcm
from random import Random

import jsonschema_rs

from openapi.contract import Json
from openapi.payloads.constraints import Facts
from openapi.payloads.unbuildable import Unbuildable

_SPAN = 10_000
_WIDE = 1_000_000
_UNIQUE_SPAN = 2**31
_CENT = Fraction(1, 100)
_CANDIDATES = 2_000
_POOL = 400
_AT_BOUNDS = 10
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
    usual = grid.usual

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
        least, most = _bounds(facts, self.step)
        if not steps and most - least < 20 * _CENT:
            self.step = (most - least) / 100 or _CENT
        self.low, self.high = ceil(least / self.step), floor(most / self.step)
        if any(strict and self.low * self.step <= Fraction(str(bound)) for bound, strict in facts.lower):
            self.low += 1
        if any(strict and self.high * self.step >= Fraction(str(bound)) for bound, strict in facts.upper):
            self.high -= 1
        if self.low > self.high and steps:
            raise Unbuildable(f"{place}: no number is within its bounds")

    @property
    def usual(self) -> tuple[int, int]:
        """The part of the indexes that people use: bounds as wide as their type are not filled in."""
        if self.high - self.low <= _WIDE:
            return self.low, self.high
        return max(self.low, min(0, self.high - _SPAN)), min(self.high, max(self.low, 0) + _SPAN)

    def at(self, index: int) -> Json:
        """The number at an index between low and high."""
        number = index * self.step
        return number.numerator if number.denominator == 1 else float(number)


def rules_of(facts: Facts) -> list[Json]:
    """What facts say of numbers, as schemas."""
    rules: list[Json] = [
        {"exclusiveMinimum" if strict else "minimum": bound} for bound, strict in facts.lower
    ]
    rules += [{"exclusiveMaximum" if strict else "maximum": bound} for bound, strict in facts.upper]
    rules += [{"multipleOf": each} for each in facts.multiples]
    rules += [{"not": {"multipleOf": each}} for each in facts.barred_multiples]
    if "integer" not in facts.kinds:
        rules.append({"not": {"type": "integer"}})
    if facts.barred_values:
        rules.append({"not": {"enum": [*facts.barred_values]}})
    return rules


def _pooled(grid: _Grid, facts: Facts, random: Random, place: str) -> Callable[[], Json]:
    """Drawn from numbers that have been seen to be valid: floating point makes some that are not."""
    validator = jsonschema_rs.Draft202012Validator({"allOf": [True, *rules_of(facts)]})
    low, high = grid.low, max(grid.high, grid.low)
    stated = [bound for bound, strict in (*facts.lower, *facts.upper) if not strict]
    bounds = [each for each in (grid.at(low), grid.at(high), *stated) if validator.is_valid(each)]
    if high - low < _CANDIDATES:
        indexes = random.sample(range(low, high + 1), high - low + 1)
    else:
        indexes = [random.randint(*grid.usual) for _ in range(_CANDIDATES)]
    pool = [each for each in map(grid.at, indexes) if validator.is_valid(each)][:_POOL]
    pool += [bound for bound in bounds for _ in range(len(pool) // (_AT_BOUNDS * len(bounds)) + 1)]
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


def _bounds(facts: Facts, step: Fraction) -> tuple[Fraction, Fraction]:
    """The bounds stated; where there are none, numbers that people use."""
    span = (_UNIQUE_SPAN if facts.unique else _SPAN) * step
    lower = [Fraction(str(bound)) for bound, _ in facts.lower]
    upper = [Fraction(str(bound)) for bound, _ in facts.upper]
    least, most = max(lower, default=Fraction(0)), min(upper, default=span)
    if not lower and most <= 0:
        least = most - span
    if not upper:
        most = max(least, Fraction(0)) + span
    for low, high in (_FORMATS[each] for each in facts.formats if each in _FORMATS):
        # A format is a hint beside bounds that contradict it.
        bottom, top = max(least, Fraction(low)), min(most, Fraction(high))
        if bottom <= top:
            least, most = bottom, top
    return least, most
