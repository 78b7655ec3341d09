"""Arrays: items drawn until they are as many, and as different, as they must be."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import inf
from random import Random

from openapi.contract import Json
from openapi.payloads.constraints import identity
from openapi.payloads.tuning import DEEPEST, ITEMS_AT_MOST, TRIALS
from openapi.payloads.value_generators import Draw, Shape


@dataclass(eq=False)
class Items(Shape):
    """An array: `first` are the shapes of its first items, `rest` of others; `wanted` are shapes of
    which so many have to be among the items.
    """

    first: Sequence[Shape]
    rest: Shape | None
    wanted: Sequence[tuple[Shape, int]]
    least: int
    most: int | None
    distinct: bool
    random: Random

    contains = True

    def _measured(self) -> float:
        needed = [each for each, count in self.wanted if count] + [*self.first[: self.least]]
        if self.rest and self.least > len(needed):
            needed.append(self.rest)
        return 1 + max((each.depth for each in needed), default=0)

    def _compiled(self) -> Draw:
        first = [each.draw for each in _unbroken(self.first)]
        rest = self.rest.draw if self.rest and self.rest.depth < inf else None
        wanted = [each.draw for each, count in self.wanted for _ in range(count)]
        least = max(self.least, len(first) + len(wanted)) if wanted else self.least
        most = max(least, self._most(len(first), rest))
        between, distinct = self.random.randint, self.distinct
        if not first and not wanted and not distinct and rest is not None:

            def plain(depth: int) -> list[Json]:
                size = between(least, most if depth < DEEPEST else least)
                return [rest(depth + 1) for _ in range(size)]

            return plain

        def draw(depth: int) -> list[Json]:
            size = between(least, most if depth < DEEPEST else least)
            made = [each(depth + 1) for each in first[:size]]
            made += [each(depth + 1) for each in wanted[: max(size - len(made), 0)]]
            while rest is not None and len(made) < size:
                made.append(rest(depth + 1))
            return self._distinct(made, first, wanted, rest, depth) if distinct else made

        return draw

    def _most(self, first: int, rest: Draw | None) -> int:
        most = max(self.least, first) + (ITEMS_AT_MOST if rest else 0)
        if self.rest is None or rest is None:
            most = first
        return max(self.least, most if self.most is None else min(self.most, most))

    def _distinct(
        self, made: list[Json], first: Sequence[Draw], wanted: Sequence[Draw], rest: Draw | None, depth: int
    ) -> list[Json]:
        """The items with repeated ones drawn anew; left out in the end where they may be."""
        sources = [*first, *wanted]
        kept: dict[object, Json] = {}
        for index, item in enumerate(made):
            again = sources[index] if index < len(sources) else rest
            drawn = item
            for _ in range(TRIALS):
                if identity(drawn) not in kept or again is None:
                    break
                drawn = again(depth + 1)
            if identity(drawn) in kept and index < len(sources):
                break
            kept.setdefault(identity(drawn), drawn)
        spare = self._spare if len(kept) < self.least else ()
        for item in spare:
            if len(kept) < self.least:
                kept.setdefault(identity(item), item)
        return [*kept.values()]

    @cached_property
    def _spare(self) -> Sequence[Json]:
        """Items that differ, for when chance does not find enough of them."""
        if self.rest is None or self.rest.depth == inf:
            return ()
        found: dict[object, Json] = {}
        for _ in range(TRIALS * (self.least + 1)):
            item = self.rest.draw(DEEPEST)
            found.setdefault(identity(item), item)
        return [*found.values()]


def _unbroken(shapes: Iterable[Shape]) -> list[Shape]:
    """The shapes before the first that has no values."""
    kept: list[Shape] = []
    for each in shapes:
        if each.depth == inf:
            break
        kept.append(each)
    return kept
