"""The numbers that bounds and multiples allow."""

from fractions import Fraction
from math import ceil, floor, gcd, lcm

from openapi.contract import Json
from openapi.payloads.constraints import Constraints
from openapi.payloads.tuning import UNIQUE_SPAN, USUAL_FRACTION_DIGITS, USUAL_SPAN, WIDE_BOUNDS
from openapi.payloads.unbuildable import Unbuildable

_SMALLEST_USUAL_STEP = Fraction(1, 10**USUAL_FRACTION_DIGITS)
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


class NumberGrid:
    """The numbers from `low` times `step` to `high` times `step`. Raises Unbuildable when there are none."""

    def __init__(self, constraints: Constraints, place: str) -> None:
        steps = [Fraction(str(multiple)) for multiple in constraints.multiples]
        if "integer" in constraints.kinds and "fraction" not in constraints.kinds:
            steps.append(Fraction(1))
        self.step = _common_multiple(steps) if steps else _SMALLEST_USUAL_STEP
        least, most = _bounds(constraints, self.step)
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

    @property
    def usual(self) -> tuple[int, int]:
        """The lowest and highest index that are usual: bounds as wide as those of a type are not filled."""
        if self.high - self.low <= WIDE_BOUNDS:
            return self.low, self.high
        return max(self.low, min(0, self.high - USUAL_SPAN)), min(self.high, max(self.low, 0) + USUAL_SPAN)

    def at(self, index: int) -> Json:
        """The number at an index from low to high."""
        number = index * self.step
        return number.numerator if number.denominator == 1 else float(number)


def _common_multiple(steps: list[Fraction]) -> Fraction:
    multiple = steps[0]
    for step in steps[1:]:
        multiple = Fraction(
            lcm(multiple.numerator, step.numerator), gcd(multiple.denominator, step.denominator)
        )
    return multiple


def _bounds(constraints: Constraints, step: Fraction) -> tuple[Fraction, Fraction]:
    """The bounds of the document; where there are none, those of usual numbers."""
    span = (UNIQUE_SPAN if constraints.unique else USUAL_SPAN) * step
    lower = [Fraction(str(bound)) for bound, _ in constraints.lower]
    upper = [Fraction(str(bound)) for bound, _ in constraints.upper]
    least, most = max(lower, default=Fraction(0)), min(upper, default=span)
    if not lower and most <= 0:
        least = most - span
    if not upper:
        most = max(least, Fraction(0)) + span
    for low, high in (_FORMATS[name] for name in constraints.formats if name in _FORMATS):
        # Where bounds contradict a format, the format is only a hint.
        bottom, top = max(least, Fraction(low)), min(most, Fraction(high))
        if bottom <= top:
            least, most = bottom, top
    return least, most
