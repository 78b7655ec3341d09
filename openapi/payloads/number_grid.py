"""The numbers that bounds and multiples allow."""

from fractions import Fraction
from math import ceil, floor, gcd, lcm
from random import Random

from openapi.contract import Json
from openapi.payloads.constraints import Constraints
from openapi.payloads.tuning import UNIQUE_SPAN, USUAL_FRACTION_DIGITS, USUAL_SPAN, WIDE_BOUNDS
from openapi.payloads.unbuildable import Unbuildable
from openapi.payloads.usual_numbers import bounds_of_format, bounds_of_name

_SMALLEST_USUAL_STEP = Fraction(1, 10**USUAL_FRACTION_DIGITS)
# What JSON writers take as an integer; larger ones need an exponent.
_WRITABLE = (Fraction(-(2**63)), Fraction(2**64 - 1))


class NumberGrid:
    """The numbers from `low` times `step` to `high` times `step`; those of most values are `usual`. Raises
    Unbuildable when there are none.
    """

    def __init__(self, constraints: Constraints, name: str, place: str) -> None:
        steps = [Fraction(str(multiple)) for multiple in constraints.multiples]
        if "integer" in constraints.kinds and "fraction" not in constraints.kinds:
            steps.append(Fraction(1))
        self.step = _common_multiple(steps) if steps else _SMALLEST_USUAL_STEP
        least, most = _bounds(constraints, name, self.step)
        if not steps and most - least < 20 * _SMALLEST_USUAL_STEP:
            self.step = (most - least) / 100 or _SMALLEST_USUAL_STEP
        self.low, self.high = ceil(least / self.step), floor(most / self.step)
        first, last = self.low * self.step, self.high * self.step
        if any(is_exclusive and first <= Fraction(str(bound)) for bound, is_exclusive in constraints.lower):
            self.low += 1
        if any(is_exclusive and last >= Fraction(str(bound)) for bound, is_exclusive in constraints.upper):
            self.high -= 1
        if self.low > self.high and steps:
            raise Unbuildable(f"{place}: no number is within its bounds")
        self.has_bounds = bool(constraints.lower or constraints.upper)
        is_sensible = (bounds_of_name(name) or (None, None))[1] is not None
        if is_sensible or (self.has_bounds and self.high - self.low <= WIDE_BOUNDS):
            self.usual = self.low, self.high
        else:
            start = min(max(self.low, 0), self.high)
            self.usual = max(self.low, min(0, self.high - USUAL_SPAN)), min(self.high, start + USUAL_SPAN)

    def at(self, index: int) -> Json:
        """The number at an index from low to high."""
        number = index * self.step
        is_writable = number.denominator == 1 and abs(number) <= _WRITABLE[1]
        return number.numerator if is_writable else float(number)

    def of_any_size(self, random: Random) -> int:
        """An index from low to high, of any number of digits and of either sign."""
        start = min(max(self.low, 0), self.high)
        distance = random.choice([end for end in (self.low, self.high) if end != start] or [start]) - start
        size = min(int((abs(distance) + 1) ** random.random()) - 1, abs(distance))
        return start + (size if distance > 0 else -size)


def _common_multiple(steps: list[Fraction]) -> Fraction:
    multiple = steps[0]
    for step in steps[1:]:
        multiple = Fraction(
            lcm(multiple.numerator, step.numerator), gcd(multiple.denominator, step.denominator)
        )
    return multiple


def _bounds(constraints: Constraints, name: str, step: Fraction) -> tuple[Fraction, Fraction]:
    """The bounds of the document; where there are none, those of the format and of what makes sense."""
    span = UNIQUE_SPAN * step if constraints.unique else USUAL_SPAN * max(step, Fraction(1))
    types = [
        (Fraction(of[0]), Fraction(of[1])) for each in constraints.formats if (of := bounds_of_format(each))
    ]
    low = max((bottom for bottom, _ in types), default=-span)
    high = min((top for _, top in types), default=span)
    bottom, top = bounds_of_name(name) or (0 if constraints.unique else None, None)
    if bottom is not None and top is not None and not types and not constraints.unique:
        low, high = Fraction(bottom), Fraction(top)
    elif bottom is not None:
        low = max(low, Fraction(bottom))
        high = high if top is None or constraints.unique else min(high, Fraction(top))
    lower = [Fraction(str(bound)) for bound, _ in constraints.lower]
    upper = [Fraction(str(bound)) for bound, _ in constraints.upper]
    most = min(upper, default=max(high, low + span))
    least = max(lower, default=low if low <= most else most - span)
    if not upper:
        most = high if least < high else least + span
    for type_low, type_high in (*types, _WRITABLE):
        # Where bounds contradict a format, the format is only a hint.
        if max(least, type_low) <= min(most, type_high):
            least, most = max(least, type_low), min(most, type_high)
    return least, most
